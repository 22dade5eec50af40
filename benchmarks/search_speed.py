"""How fast searching is, beside first attempts: `python -m benchmarks.search_speed [--sizes 1000 10000 100000]`.

At 100,000 documents making the indexes takes many minutes: with `--keep FOLDER` they are left there and used again.

Documents are made of words drawn by Zipf's law, so that common words are common; queries take words of one document.
The same queries go to our search, to Whoosh as its manual shows it, and to SQLite FTS5. Ours is all that answers a
customer: analysis, speller, encoding of the query, words and meaning, their sum, facets, passages; only the documents
come from memory instead of the database, and their vectors are random (see `made_vectors`). Times are wall-clock
milliseconds of one thread in one process, in one run; compare within a run. Searches are measured right after changes,
too, when a process has to follow them, and while another process publishes without a pause. Memory is what a process
of its own takes that has answered all queries.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import multiprocessing
import os
import random
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, count
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.foundation.database import Base, db, reading
from app.foundation.excerpts import Excerpt
from app.search import encoding, indexing, service, vectorizing
from app.search.documents import Document, Passage, Presentation
from benchmarks.load import proportional_memory
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
PUBLISHED = 200
"""Documents that change again and again."""


@dataclass(frozen=True)
class Row:
    """One measured thing: milliseconds at the median, at the 95th percentile and at the worst."""

    size: int
    what: str
    p50: float
    p95: float
    worst: float


def made_documents(size: int) -> list[Document]:
    """Documents of about 150 words in three passages, the same ones in every run."""
    chance = random.Random(7)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
    made = ("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(VOCABULARY))
    vocabulary = list(dict.fromkeys(made))
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


def made_queries(documents: Sequence[Document], *, seed: int = 11) -> list[str]:
    """Two to six words of one document each."""
    chance = random.Random(seed)
    queries = []
    for _ in range(QUERIES):
        document = chance.choice(documents)
        pool = f"{document.title} {document.passages[0].text}".replace(".", "").split()
        queries.append(" ".join(chance.sample(pool, chance.randint(2, 6))))
    return queries


def measured(
    size: int,
    what: str,
    call: Callable[[str], object],
    queries: Sequence[str],
    *,
    before_each: Callable[[], object] = lambda: None,
) -> Row:
    """Call once for each query but the first 20, which warm up: no query comes twice, or it would be known already."""
    for query in queries[:WARM_UP]:
        call(query)
    times = []
    for query in queries[WARM_UP:]:
        before_each()
        start = time.perf_counter()
        call(query)
        times.append((time.perf_counter() - start) * 1000)
    return _row(size, what, times)


class MadeSource:
    """See `DocumentSource`: gives documents from memory."""

    kind = "made"

    def __init__(self, documents: Sequence[Document]) -> None:
        self._held = {each.key: each for each in documents}
        self._changes = count(1)

    def change(self) -> Document:
        """Give one of the first documents another title."""
        number = next(self._changes)
        document = self._held[f"{number % PUBLISHED}:en"]
        changed = replace(document, title=f"{document.title.rpartition('.')[0]}. {number}")
        self._held[changed.key] = changed
        return changed

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
        return {key: Presentation(url=f"/{key}", title=key) for key in keys}

    def search_plainly(
        self, session: Session, words: Sequence[str], *, language: str | None, readers: frozenset[str], most: int
    ) -> list[Document]:
        """See DocumentSource."""
        raise AssertionError("The index could not be read.")

    def excerpt(self, session: Session, key: str, *, anchor: str, after: int, longest: int) -> Excerpt | None:
        """See DocumentSource."""
        return None

    def said(self, session: Session, key: str) -> bool | None:
        """See DocumentSource; nobody votes here."""
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
    if not index.exists_in(str(folder)):
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
    if not connection.execute("select 1 from sqlite_master").fetchone():
        connection.execute(
            "create virtual table found using fts5(key unindexed, title, body, tokenize='porter unicode61')"
        )
        rows = ((each.key, each.title, _body(each)) for each in documents)
        connection.executemany("insert into found values (?, ?, ?)", rows)
        connection.commit()
    select = "select key from found where found match ? order by bm25(found, 0, 2, 1) limit 10"
    return lambda text: connection.execute(select, (" OR ".join(f'"{word}"' for word in text.split()),)).fetchall()


def measure(size: int, folder: Path) -> list[Row]:
    """All rows for one number of documents. What is in the folder from an earlier run is used again."""
    documents = made_documents(size)
    gc.freeze()  # the documents are no part of what is measured: no collection of garbage shall go through them
    queries = made_queries(documents)
    rows = ours(size, documents, queries, _made(folder / "ours"))
    for what, make in (("naive Whoosh", naive_whoosh), ("SQLite FTS5", sqlite_fts)):
        rows.append(measured(size, what, make(_made(folder / what), documents), queries))
    return rows


@contextlib.contextmanager
def made_site(folder: Path, source: MadeSource) -> Iterator[Flask]:
    """A site of its own that holds these documents and nothing else, in its application context."""
    app = create_app(Settings(data_dir=folder).prepared())
    app.extensions["search_sources"] = {}
    indexing.add_source(app, source)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        try:
            yield app
        finally:
            app.extensions["search_quality"].close()
            db.engine.dispose()
            app.extensions["carrier"].close()


def ours(size: int, documents: Sequence[Document], queries: Sequence[str], folder: Path) -> list[Row]:
    """The rows about our search."""
    source = MadeSource(documents)
    rows = []
    with made_site(folder, source) as app:
        print(f"{size} documents, {use_made_vectors(app)}", flush=True)
        if not service.warm_up(app):
            start = time.perf_counter()
            indexing.rebuild()
            rows.append(_row(size, "build the index (once)", [(time.perf_counter() - start) * 1000]))
        vectorizing.catch_up()
        service.warm_up(app)
        # First of all: what changes later leaves an index in several pieces, as is the rule.
        rows += [
            measured(size, "search an index in one piece", our_search, made_queries(documents, seed=12)),
            _row(size, "index one change", [_written(source) for _number in range(20)]),
        ]
        vectorizing.catch_up()
        after = [made_queries(documents, seed=seed) for seed in (13, 14, 15, 16)]
        rows += [
            measured(size, "search", our_search, queries),
            measured(size, "search, one letter wrong", our_search, [_misspelled(each) for each in queries]),
            measured(size, "search, just changed", our_search, after[0], before_each=lambda: _written(source)),
            measured(size, "search, just encoded", our_search, after[1], before_each=lambda: _encoded(source)),
        ]
        with _beside(_publish, folder):
            rows.append(measured(size, "search while others publish", our_search, after[2]))
        begun = [query[: max(3, len(query) // 2)] for query in queries]
        rows += [
            measured(size, "suggest", our_suggestions, begun),
            measured(size, "suggest, just changed", our_suggestions, begun, before_each=lambda: _written(source)),
        ]
        encoding.use(app, encoding.Encoding(None, folder))
        rows.append(measured(size, "search by words alone", our_search, queries))
    print(f"{size} documents, memory of one process: {_memory(folder, after[3]) / 1e6:.0f} MB", flush=True)
    return rows


def _written(source: MadeSource) -> float:
    """Change a document and index it; the milliseconds that indexing took."""
    changed = source.change()
    start = time.perf_counter()
    indexing.current_engine().write([changed])
    return (time.perf_counter() - start) * 1000


def _encoded(source: MadeSource) -> None:
    _written(source)
    vectorizing.catch_up()


@contextlib.contextmanager
def _beside(work: Callable[..., None], folder: Path) -> Iterator[None]:
    """Have another process do this work until the end of the block; it has begun by then."""
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=work, args=(folder, ready, stop))
    process.start()
    try:
        while not ready.wait(0.1):
            assert process.is_alive(), "The other process failed."
        yield
    finally:
        stop.set()
        process.join()


def _publish(folder: Path, ready: Any, stop: Any) -> None:
    source = MadeSource(made_documents(PUBLISHED))
    with made_site(folder, source) as app:
        use_made_vectors(app)
        _encoded(source)
        ready.set()
        while not stop.is_set():
            _encoded(source)


def _memory(folder: Path, queries: Sequence[str]) -> int:
    """The bytes of a process that has answered these queries, what it shares with others counted in part."""
    context = multiprocessing.get_context("spawn")
    told = context.SimpleQueue()
    process = context.Process(target=_answer_all, args=(folder, queries, told))
    process.start()
    process.join()
    assert process.exitcode == 0, "The other process failed."
    return int(told.get())


def _answer_all(folder: Path, queries: Sequence[str], told: Any) -> None:
    with made_site(folder, MadeSource([])) as app:
        use_made_vectors(app)
        service.warm_up(app)
        for query in queries:
            our_search(query)
            our_suggestions(query[:4])
        told.put(proportional_memory(os.getpid()))


def main(arguments: Sequence[str]) -> None:
    """Print a table and the same as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the indexes there, or use those that are")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        rows = [row for size in given.sizes for row in measure(size, folder / str(size))]
    print(f"{'documents':>9}  {'':<30}{'p50 ms':>10}{'p95 ms':>10}{'worst ms':>10}")
    for row in rows:
        print(f"{row.size:>9}  {row.what:<30}{row.p50:>10.2f}{row.p95:>10.2f}{row.worst:>10.2f}")
    print(json.dumps([vars(row) for row in rows]))


def _row(size: int, what: str, times: list[float]) -> Row:
    ordered = sorted(times)
    at = (len(ordered) // 2, int(0.95 * len(ordered)), -1)
    return Row(size, what, *(round(ordered[place], 3) for place in at))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _body(document: Document) -> str:
    return "\n".join(f"{each.heading}\n{each.text}" for each in document.passages)


def _misspelled(query: str) -> str:
    longest = max(query.split(), key=len)
    return query.replace(longest, longest[:2] + longest[3:], 1)


if __name__ == "__main__":
    main(sys.argv[1:])
