"""The port for search engines: what every engine promises. `tests/contracts/test_engines.py` holds each to it.

An engine is a module of this folder with `open_engine(folder: Path) -> Engine`. What it holds is derived from the
database and safe to delete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, field, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

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


class Nearness(NamedTuple):
    """How near each document of a part is to a question: NaN where its meaning is not known, float64 by place.

    `closeness` is what ranks, about -1 to 1; `cosine` the highest of the cosines to any of the document's texts;
    `has_learned` says which documents have questions that they are known to answer.
    """

    closeness: NDArray[np.float64]
    cosine: NDArray[np.float64]
    has_learned: NDArray[np.bool_]


class Meaning(Protocol):
    """What was asked, as an encoder understands it, beside what it knows of documents."""

    def to(self, part: str, places: Mapping[tuple[str, str], int], size: int) -> Nearness:
        """How near the documents are that stand at these places of a part, which never change under the same name."""

    def best_chunk(self, name: tuple[str, str]) -> int | None:
        """Which of a document's chunks is the nearest; None when that is not known or it has only one."""


@dataclass(frozen=True)
class Standing:
    """How the first of all hits stands out, for judging whether it answers: only for queries with a meaning.

    `cosine` is the highest between the question and any of its texts; `margin` by how much its score is above that of
    the next one, None when there is no other; `has_learned` says that the document has learned questions; `holds_words`
    that any hit holds a word of the query; `is_named` that it alone carries an identifier that was asked for, or is
    pinned to this very question.
    """

    cosine: float
    margin: float | None
    has_learned: bool
    holds_words: bool
    is_named: bool = False


@dataclass(frozen=True)
class Query:
    """What to look for.

    `tokens` are the analysed words for each base language. `languages` are the languages of documents to look in, in
    order of preference: of one group's documents only the first of these is found. `readers` are the groups that the
    person belongs to; None is no restriction. `filters` narrow by one value a facet. `quality` multiplies the scores of
    documents by kind and key, and finds none that was not found without it. At most `limit` hits are given, from
    `offset` on.

    `synonyms` are tokens that may stand for those asked for, by base language; `pins` the question in the form that
    documents are pinned under (`words.pin_term`). `meaning` knows how near documents are to what was asked, for
    queries in languages that its encoder understands; without it the words alone rank.
    """

    tokens: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    readers: frozenset[str] | None
    identifiers: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    quality: Mapping[tuple[str, str], float] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    meaning: Meaning | None = None
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
    `weights` tells how much each token says, by base language. `standing` is None without a meaning or without hits.
    """

    hits: tuple[Hit, ...]
    total: int
    elsewhere: int
    facets: Mapping[str, Mapping[str, int]]
    weights: Mapping[str, Mapping[str, float]]
    standing: Standing | None = None


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
    A change is seen by all readers, in every process, from the moment that the call that made it returns. An index of
    many documents that was built anew takes seconds to read: until a process has, its searches go on in the old one,
    but for `digests`, `contents` and `is_worn`.
    """

    name: str

    def search(self, query: Query) -> Found:
        """Find documents that hold any of the tokens, those that say the least of what was asked for left out.

        With a meaning also those that mean about what was asked. Of the first ten none is left out unless the first one
        answers: then what stands beside it has to hold the words or to be as near. A rare identifier that a document
        carries puts it before all others, and a question that it is pinned to before those.
        """

    def stored(self, kind: str, key: str) -> Hit | None:
        """One document as it was indexed, with score 0; None when the index does not hold it."""

    def languages(self, readers: frozenset[str] | None) -> dict[str, int]:
        """How many documents there are in each language for these readers."""

    def frequencies(
        self,
        spellings: Iterable[str],
        languages: Sequence[str],
        readers: frozenset[str],
        *,
        in_questions: bool = False,
    ) -> dict[str, int]:
        """In how many documents of these languages and readers each of these unstemmed words stands; absent when 0.

        Of a word of hundreds of documents, some that were deleted lately may still count.

        That is in what somebody wrote of a document, or (`in_questions`) in its learned questions alone, where
        customers may have misspelt them. Questions that hold a word of the document in another ending count as its own.
        """

    def weights(self, tokens: Iterable[str], language: str) -> dict[str, float]:
        """How much each token says in a base language (inverse document frequency); absent when none holds it."""

    def digests(self, languages: Collection[str]) -> dict[tuple[str, str], str]:
        """Digest of every document in these base languages (none named: in all) by kind and key, the newest first."""

    def titles(self) -> Sequence[TitleBatch]:
        """The titles of all documents, in batches that can be prepared once and kept."""

    def contents(self) -> Iterator[tuple[str, str, str]]:
        """Kind, key and digest of every document; reads everything, so damage anywhere raises EngineUnavailable."""

    def stamp(self) -> str:
        """Changes with every change of the index. Cheap enough to ask for at every search."""

    def generation(self) -> str:
        """The generation that searches read; changes when a rebuild takes over."""

    def is_worn(self) -> bool:
        """Whether so much was written since it was built that building it anew would make searches quicker."""

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
