"""How fast searching is, beside first attempts: `python -m benchmarks.search_speed [--sizes 1000 10000]`.

Documents are made of words drawn by Zipf's law, so that common words are common; queries take words of one document.
The same queries go to our search, to Whoosh as its manual shows it, and to SQLite FTS5. Times are wall-clock
milliseconds of one thread in one process, in one run; compare within a run.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.search import spelling, words
from app.search.documents import Document, Passage
from app.search.engines import whoosh as embedded
from app.search.engines.base import Engine, Query
from app.search.passages import best_snippet
from app.search.suggestions import Suggester

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from whoosh import fields, index
    from whoosh.qparser import MultifieldParser

PUBLIC = frozenset({"public"})
WORDS_A_DOCUMENT = 150
VOCABULARY = 12_000
QUERIES = 200


@dataclass(frozen=True)
class Row:
    """One measured thing: milliseconds at the median and the 95th percentile."""

    size: int
    what: str
    p50: float
    p95: float


def made_documents(size: int) -> list[Document]:
    """Documents of about 150 words in three passages, the same ones in every run."""
    chance = random.Random(7)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
    vocabulary = list({"".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(VOCABULARY)})
    vocabulary.sort(key=lambda word: chance.random())
    shares = [1 / (rank + 10) for rank in range(len(vocabulary))]

    def text(count: int) -> str:
        return " ".join(chance.choices(vocabulary, shares, k=count)) + "."

    return [
        Document(
            kind="made",
            key=f"{number}:en",
            group=str(number),
            language="en",
            readers="public",
            title=text(6),
            passages=tuple(Passage(f"s{part}", text(2), text(WORDS_A_DOCUMENT // 3)) for part in range(3)),
            facets={"category": (f"c{number % 12}",), "type": (f"t{number % 5}",)},
        )
        for number in range(size)
    ]


def made_queries(documents: Sequence[Document]) -> list[str]:
    """Two to six words of one document each."""
    chance = random.Random(11)
    queries = []
    for _ in range(QUERIES):
        document = chance.choice(documents)
        pool = f"{document.title} {document.passages[0].text}".replace(".", "").split()
        queries.append(" ".join(chance.sample(pool, chance.randint(2, 6))))
    return queries


def measured(size: int, what: str, call: Callable[[str], object], queries: Sequence[str]) -> Row:
    """Call once for each query, after 20 to warm up."""
    for query in queries[:20]:
        call(query)
    times = []
    for query in queries:
        start = time.perf_counter()
        call(query)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return Row(size, what, round(times[len(times) // 2], 3), round(times[int(0.95 * len(times))], 3))


def our_search(engine: Engine) -> Callable[[str], object]:
    """All that a search does but reading its hits from the database: analysis, ranking, facets, speller, passages."""

    def search(text: str) -> object:
        tokens = words.query_tokens(text, "en")
        spelling.corrected(text, engine, languages=["en"], readers=PUBLIC)
        found = engine.search(Query({"en": tokens}, ("en",), PUBLIC, words.identifiers(text), limit=15))
        return [best_snippet(hit.chunks, "en", tokens, found.weights["en"]) for hit in found.hits[:10]]

    return search


def naive_whoosh(folder: Path, documents: Sequence[Document]) -> Callable[[str], object]:
    """Text fields and a parser over what was typed, as in Whoosh's manual."""
    schema = fields.Schema(key=fields.ID(stored=True), title=fields.TEXT, body=fields.TEXT)
    writer = index.create_in(str(folder), schema).writer(limitmb=128)
    for each in documents:
        writer.add_document(key=each.key, title=each.title, body=_body(each))
    writer.commit()
    opened = index.open_dir(str(folder))
    parser = MultifieldParser(["title", "body"], schema)
    searcher = opened.searcher()
    return lambda text: [hit["key"] for hit in searcher.search(parser.parse(text), limit=10)]


def sqlite_fts(folder: Path, documents: Sequence[Document]) -> Callable[[str], object]:
    """SQLite's own full-text search, any of the words, best ten."""
    connection = sqlite3.connect(folder / "fts.sqlite")
    connection.execute("create virtual table found using fts5(key unindexed, title, body, tokenize='porter unicode61')")
    rows = ((each.key, each.title, _body(each)) for each in documents)
    connection.executemany("insert into found values (?, ?, ?)", rows)
    connection.commit()
    select = "select key from found where found match ? order by bm25(found, 0, 2, 1) limit 10"
    return lambda text: connection.execute(select, (" OR ".join(f'"{word}"' for word in text.split()),)).fetchall()


def measure(size: int) -> list[Row]:
    """All rows for one number of documents."""
    documents = made_documents(size)
    queries = made_queries(documents)
    with tempfile.TemporaryDirectory() as made:
        folders = [Path(made) / name for name in ("ours", "naive", "fts")]
        for folder in folders:
            folder.mkdir()
        engine = embedded.open_engine(folders[0])
        start = time.perf_counter()
        with engine.rebuilding() as aside:
            aside.add(documents)
        built = round((time.perf_counter() - start) * 1000, 1)
        suggester = Suggester()
        begun = [query[: max(3, len(query) // 2)] for query in queries]

        def suggest(typed: str) -> object:
            return suggester.titles_for(typed, engine, languages=["en"], readers=PUBLIC, most=8)

        start = time.perf_counter()
        for number in range(20):
            engine.write([documents[number]])
        written = round((time.perf_counter() - start) * 50, 1)
        return [
            Row(size, "build the index (once)", built, built),
            Row(size, "index one change (mean)", written, written),
            measured(size, "search", our_search(engine), queries),
            measured(size, "search, one letter wrong", our_search(engine), [_misspelled(each) for each in queries]),
            measured(size, "suggest", suggest, begun),
            measured(size, "naive Whoosh", naive_whoosh(folders[1], documents), queries),
            measured(size, "SQLite FTS5", sqlite_fts(folders[2], documents), queries),
        ]


def main(arguments: Sequence[str]) -> None:
    """Print a table and the same as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    rows = [row for size in parser.parse_args(arguments).sizes for row in measure(size)]
    print(f"{'documents':>9}  {'':<26}{'p50 ms':>10}{'p95 ms':>10}")
    for row in rows:
        print(f"{row.size:>9}  {row.what:<26}{row.p50:>10.2f}{row.p95:>10.2f}")
    print(json.dumps([vars(row) for row in rows]))


def _body(document: Document) -> str:
    return "\n".join(f"{each.heading}\n{each.text}" for each in document.passages)


def _misspelled(query: str) -> str:
    longest = max(query.split(), key=len)
    return query.replace(longest, longest[:2] + longest[3:], 1)


if __name__ == "__main__":
    main(sys.argv[1:])
