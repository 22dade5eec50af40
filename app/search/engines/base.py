"""The port for search engines: what every engine promises. `tests/contracts/test_engines.py` holds each to it.

An engine is a module of this folder with `open_engine(folder: Path) -> Engine`. What it holds is derived from the
database and safe to delete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, field, replace
from typing import Protocol

from app.search.documents import Document
from app.search.passages import Chunk
from app.search.words import ANALYSIS


class EngineUnavailable(Exception):
    """The index is missing, unreadable or of another version, so nothing can be said about what it holds."""


class EngineBusy(Exception):
    """Another process is writing to the index."""


class Unindexable(Exception):
    """An engine can make nothing of a document; nothing of the call was written."""

    def __init__(self, kind: str, key: str, why: str) -> None:
        super().__init__(f"The {kind} {key} cannot be indexed: {why}")
        self.kind = kind
        self.key = key


@dataclass(frozen=True)
class Query:
    """What to look for.

    `tokens` are the analysed words for each base language. `languages` are the languages of documents to look in, in
    order of preference: of one group's documents only the first of these is found. `readers` are the groups that the
    person belongs to; None is no restriction. `filters` narrow by one value a facet. `quality` multiplies the scores of
    documents by kind and key, and finds none that was not found without it. At most `limit` hits are given, from
    `offset` on.
    """

    tokens: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    readers: frozenset[str] | None
    identifiers: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    quality: Mapping[tuple[str, str], float] = field(default_factory=dict)
    offset: int = 0
    limit: int = 10


@dataclass(frozen=True)
class Hit:
    """A found document as it was indexed. `score` has no unit and compares only within one search."""

    kind: str
    key: str
    group: str
    language: str
    score: float
    title: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True)
class Found:
    """The hits of one page, best first (ties by kind and key), and exact numbers about all of them.

    `total` counts the hits that pass the filters, one a group; `elsewhere` those that the filters hide. `facets` gives
    for each facet and value how many hits choosing that value would leave, the other filters staying as they are.
    `weights` tells how much each token says, by base language.
    """

    hits: tuple[Hit, ...]
    total: int
    elsewhere: int
    facets: Mapping[str, Mapping[str, int]]
    weights: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Title:
    """How one document can be named: its title and the other wordings that lead to it."""

    kind: str
    key: str
    group: str
    language: str
    readers: str
    title: str
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class TitleBatch:
    """Titles that never change under the same `id`, except that the places in `gone` are not found any more."""

    id: str
    titles: Sequence[Title]
    gone: frozenset[int]


@dataclass(frozen=True)
class Written:
    """Which generation a change went to. It is final unless another generation is being built beside it."""

    generation: str
    is_final: bool


class Rebuild(Protocol):
    """A new generation that is being built aside."""

    def add(self, documents: Iterable[Document]) -> None:
        """Add documents; each is added once. Raises Unindexable; the documents before that one are added."""


class Engine(Protocol):
    """An index of documents that any number of threads and processes may read while one writes.

    Every method raises EngineUnavailable when the index cannot be read; no failure ever looks like an empty answer.
    A change is seen by all readers, in every process, from the moment that the call that made it returns.
    """

    name: str

    def search(self, query: Query) -> Found:
        """Find documents that hold any of the tokens, those that say the least of what was asked for left out.

        The first ten are never left out. A rare identifier that a document carries puts it before all others.
        """

    def stored(self, kind: str, key: str) -> Hit | None:
        """One document as it was indexed, with score 0; None when the index does not hold it."""

    def languages(self, readers: frozenset[str] | None) -> dict[str, int]:
        """How many documents there are in each language for these readers."""

    def frequencies(
        self, spellings: Iterable[str], languages: Sequence[str], readers: frozenset[str]
    ) -> dict[str, int]:
        """In how many documents of these languages and readers each of these unstemmed words stands; absent when 0."""

    def weights(self, tokens: Iterable[str], language: str) -> dict[str, float]:
        """How much each token says in a base language (inverse document frequency); absent when none holds it."""

    def titles(self) -> Sequence[TitleBatch]:
        """The titles of all documents, in batches that can be prepared once and kept."""

    def contents(self) -> Iterator[tuple[str, str, str]]:
        """Kind, key and digest of every document; reads everything, so damage anywhere raises EngineUnavailable."""

    def stamp(self) -> str:
        """Changes with every change of the index. Cheap enough to ask for at every search."""

    def generation(self) -> str:
        """The generation that searches read; changes when a rebuild takes over."""

    def write(self, documents: Iterable[Document], gone: Iterable[tuple[str, str]] = ()) -> Written:
        """Put documents in place of what their kind and key held, and delete those that are gone, all or nothing.

        Raises:
            EngineBusy: another process writes.
            EngineUnavailable: there is no readable index to write to; rebuild it.
            Unindexable: one of the documents is at fault.
        """

    def rebuilding(self) -> AbstractContextManager[Rebuild]:
        """Build a new generation aside; it takes over when the block ends, and is thrown away when the block raises.

        Searches and writes go on in the old one meanwhile. A process that dies in it leaves nothing that matters.

        Raises:
            EngineBusy: another process writes.
        """


def digest_of(document: Document) -> str:
    """A fingerprint of all that is indexed of a document and of how; the time of its change does not count."""
    plain = replace(document, changed_at=None, facets={})
    facets = sorted((facet, tuple(values)) for facet, values in document.facets.items())
    return hashlib.sha256(repr((ANALYSIS, astuple(plain), facets)).encode("utf-8", "replace")).hexdigest()[:32]
