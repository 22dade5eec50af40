"""How fast searching is, beside first attempts: `python -m benchmarks.search_speed [--sizes 1000 10000 100000]`.

Documents are made of words drawn by Zipf's law, so that common words are common; queries take words of one document.
The same queries go to our search, to Whoosh as its manual shows it, and to SQLite FTS5. Ours is all that answers a
customer: analysis, speller, encoding of the query, words and meaning, their sum, facets, passages; only the documents
come from memory instead of the database, and their vectors are random (see `made_vectors`). Times are wall-clock
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from sqlalchemy.orm import Session

from app import create_app
from app.foundation.database import Base, db, reading
from app.foundation.excerpts import Excerpt
from app.search import encoding, indexing, service, vectorizing
from app.search.documents import Document, Passage, Presentation
from benchmarks.made_vectors import use_made_vectors
from config import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from whoosh import fields, index
    from whoosh.qparser import MultifieldParser

PUBLIC = frozenset({"public"})
WORDS_A_DOCUMENT = 150
VOCABULARY = 12_000
QUERIES = 220
WARM_UP = 20


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
    shares = list(accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))

    def text(count: int) -> str:
        return " ".join(chance.choices(vocabulary, cum_weights=shares, k=count)) + "."

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
    """Call once for each query but the first 20, which warm up: no query comes twice, or it would be known already."""
    for query in queries[:WARM_UP]:
        call(query)
    times = []
    for query in queries[WARM_UP:]:
        start = time.perf_counter()
        call(query)
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return Row(size, what, round(times[len(times) // 2], 3), round(times[int(0.95 * len(times))], 3))


class MadeSource:
    """See `DocumentSource`: gives documents from memory."""

    kind = "made"

    def __init__(self, documents: Sequence[Document]) -> None:
        self._held = {each.key: each for each in documents}

    def every_key(self, session: Session) -> Iterator[str]:
        """See DocumentSource."""
        yield from self._held

    def keys_of(self, session: Session, group: str) -> list[str]:
        """See DocumentSource."""
        return [f"{group}:en"]

    def documents(self, session: Session, keys: Sequence[str]) -> list[Document]:
        """See DocumentSource."""
        return [self._held[key] for key in keys]

    def present(self, session: Session, keys: Sequence[str], *, readers: frozenset[str]) -> dict[str, Presentation]:
        """See DocumentSource."""
        return {key: Presentation(url=f"/{key}", title=self._held[key].title) for key in keys}

    def search_plainly(
        self, session: Session, words: Sequence[str], *, language: str | None, readers: frozenset[str], most: int
    ) -> list[Document]:
        """See DocumentSource."""
        raise AssertionError("The index could not be read.")

    def excerpt(self, session: Session, key: str, *, anchor: str, begins: str, longest: int) -> Excerpt | None:
        """See DocumentSource."""
        return None

    def facet_labels(self, session: Session, facet: str, values: Sequence[str]) -> dict[str, str]:
        """See DocumentSource."""
        return {value: value for value in values}

    def knows_facet(self, session: Session, facet: str, value: str, *, readers: frozenset[str]) -> bool:
        """See DocumentSource."""
        return True

    def quality(self, session: Session) -> dict[str, float]:
        """See DocumentSource."""
        return {}

    def address_of_number(self, session: Session, number: int, *, language: str, readers: frozenset[str]) -> str | None:
        """See DocumentSource."""
        return None


def our_search(text: str) -> object:
    """One page of results, as for a customer."""
    with reading() as session:
        answer = service.search(session, text, language="en", readers=PUBLIC)
    assert answer.total, text
    return answer


def our_suggestions(typed: str) -> object:
    """What is suggested to a customer who has typed so far."""
    with reading():
        return service.suggest(typed, language="en", readers=PUBLIC)


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
    rows = ours(size, documents, queries)
    for what, make in (("naive Whoosh", naive_whoosh), ("SQLite FTS5", sqlite_fts)):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measured(size, what, make(Path(folder), documents), queries))
    return rows


def ours(size: int, documents: Sequence[Document], queries: Sequence[str]) -> list[Row]:
    """The rows about our search, in a site of its own that holds these documents and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder)).prepared())
        app.extensions["search_sources"] = {}
        indexing.add_source(app, MadeSource(documents))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            print(f"{size} documents, {use_made_vectors(app)}", flush=True)
            start = time.perf_counter()
            indexing.rebuild()
            built = time.perf_counter() - start
            vectorizing.catch_up()
            service.warm_up(app)
            start = time.perf_counter()
            for number in range(20):
                indexing.current_engine().write([documents[number]])
            written = (time.perf_counter() - start) * 50
            vectorizing.catch_up()
            rows = [
                Row(size, "build the index (once)", round(built * 1000, 1), round(built * 1000, 1)),
                Row(size, "index one change (mean)", round(written, 1), round(written, 1)),
                measured(size, "search", our_search, queries),
                measured(size, "search, one letter wrong", our_search, [_misspelled(each) for each in queries]),
                measured(size, "suggest", our_suggestions, [query[: max(3, len(query) // 2)] for query in queries]),
            ]
            encoding.use(app, encoding.Encoding(None, Path(folder)))
            rows.append(measured(size, "search by words alone", our_search, queries))
            app.extensions["search_quality"].close()
            db.engine.dispose()
        app.extensions["carrier"].close()
    return rows


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
