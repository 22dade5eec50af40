"""The embedded engine: Whoosh keeps the postings and stored texts. No other file knows Whoosh.

User text never meets Whoosh's query parser: every term is looked up by itself, in the field of its language, and the
postings are ranked by `app.search.ranking` with the formula of Whoosh's BM25F. What a segment holds never changes, so
what was read of it is kept and shared by all threads; each thread has readers of its own, which Whoosh asks for.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.search import ranking, scoring, words
from app.search.beside import Beside
from app.search.column import Column
from app.search.documents import Document
from app.search.engines.base import (
    EngineBusy,
    EngineUnavailable,
    Found,
    Hit,
    Query,
    Rebuild,
    TitleBatch,
    Unindexable,
    Written,
)
from app.search.gathered_words import GatheredWords
from app.search.generations import Generations, Pointer
from app.search.indexed import column, indexed, spelling_field
from app.search.merging import Merging, Size
from app.search.passages import Chunk
from app.search.segments import Segment, Segments

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh import columns, fields, formats
    from whoosh.codec.whoosh3 import W3Codec
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import TOC, FileIndex, LockError
    from whoosh.reading import SegmentReader, TermNotFound

Answer = TypeVar("Answer")

_TRIES = 3
#: Whoosh's name for an index that was given none.
_INDEX = "MAIN"
#: Searches go on in what was read before while segments with more documents are read, a second for 50,000.
_MOST_WAITED_FOR = 5000
_NONE: scoring.Postings = (np.zeros(0, np.uint32), np.zeros(0, np.float32))


class Tokens(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field that is given its tokens with their counts. Whoosh pickles it by its name into every index."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Mapping[str, int], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """What Whoosh asks for: each token once, with its count as its weight."""
        for token, count in value.items():
            yield token.encode("utf-8", "replace"), 1, float(count), b""


class _Files(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """The files of one generation, read without memory maps: a file cut short under a map would kill the process."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), supports_mmap=False)
        self._opened: list[Any] = []

    def open_file(self, name: str, **options: Any) -> Any:
        """Whoosh forgets files that it fails to make sense of; we close them."""
        opened = super().open_file(name, **options)
        self._opened.append(opened)
        return opened

    def close_all(self) -> None:
        """Close every file that was opened. (Whoosh calls `close` of a storage for each segment.)"""
        for opened in self._opened:
            with contextlib.suppress(Exception):
                opened.close()

    def __del__(self) -> None:
        """A thread that ends has nobody to close what it read."""
        self.close_all()


def open_engine(folder: Path) -> WhooshEngine:
    """The engine over this folder. Nothing is read before it is asked for something."""
    return WhooshEngine(folder)


@dataclass
class _Snapshot:
    """The index as one thread sees it at one commit."""

    stamp: tuple[int, int, int]
    segments: list[Segment]
    leaves: list[Any]
    parts: list[scoring.Part]
    languages: dict[frozenset[str] | None, dict[str, int]] = field(default_factory=dict)


class WhooshEngine:
    """See `app.search.engines.base.Engine`, whose promises it keeps."""

    name = "whoosh"

    def __init__(
        self, folder: Path, *, merging: Merging | None = None, most_waited_for: int = _MOST_WAITED_FOR
    ) -> None:
        self._generations = Generations(folder)
        self._merging = merging or Merging()
        self._own = threading.local()
        self._most_waited_for = most_waited_for
        self._segments = Segments()
        self._beside = Beside("index")
        self._starting = threading.Lock()
        self._is_rebuilding = False

    def search(self, query: Query) -> Found:
        """See Engine."""

        def read(snapshot: _Snapshot) -> Found:
            ranked = ranking.rank(snapshot.parts, query)
            hits = tuple(_hit(snapshot, part, place, score) for part, place, score in ranked.page)
            return Found(hits, ranked.total, ranked.elsewhere, ranked.facets, ranked.weights, ranked.standing)

        return self._answer(read)

    def stored(self, kind: str, key: str) -> Hit | None:
        """See Engine."""

        def read(snapshot: _Snapshot) -> Hit | None:
            for at, segment in enumerate(snapshot.segments):
                place = segment.column.places.get((kind, key))
                if place is not None and place not in snapshot.parts[at].deleted:
                    return _hit(snapshot, at, place, 0.0)
            return None

        return self._answer(read)

    def languages(self, readers: frozenset[str] | None) -> dict[str, int]:
        """See Engine."""

        def read(snapshot: _Snapshot) -> dict[str, int]:
            if readers not in snapshot.languages:
                snapshot.languages[readers] = scoring.languages(snapshot.parts, readers)
            return dict(snapshot.languages[readers])

        return self._answer(read)

    def frequencies(
        self,
        spellings: Iterable[str],
        languages: Sequence[str],
        readers: frozenset[str],
        *,
        in_questions: bool = False,
    ) -> dict[str, int]:
        """See Engine."""
        bases = dict.fromkeys(map(words.base_language, languages))
        names = [spelling_field(base, group, in_questions=in_questions) for base in bases for group in sorted(readers)]

        def read(snapshot: _Snapshot) -> dict[str, int]:
            found: dict[str, int] = {}
            for segment, leaf, part in zip(snapshot.segments, snapshot.leaves, snapshot.parts, strict=True):
                for name in names:
                    for word in wanted & segment.vocabulary(name, partial(_vocabulary, leaf, name)):
                        found[word] = found.get(word, 0) + part.count(name, word, leaf.doc_frequency(name, word))
            return {word: count for word, count in found.items() if count}

        wanted = frozenset(spellings)
        return self._answer(read)

    def weights(self, tokens: Iterable[str], language: str) -> dict[str, float]:
        """See Engine."""
        wanted = list(tokens)
        return self._answer(lambda snapshot: scoring.token_weights(snapshot.parts, language, wanted))

    def digests(self, languages: Collection[str]) -> dict[tuple[str, str], str]:
        """See Engine."""

        def read(snapshot: _Snapshot) -> dict[tuple[str, str], str]:
            return {
                (facts.kind, facts.key): facts.digest
                for part in reversed(snapshot.parts)
                for place, facts in enumerate(part.column.facts)
                if (not languages or facts.base in languages) and place not in part.deleted
            }

        return self._answer(read, is_newest=True)

    def titles(self) -> Sequence[TitleBatch]:
        """See Engine."""
        return self._answer(
            lambda snapshot: [
                TitleBatch(segment.id, segment.column.titles, part.deleted)
                for segment, part in zip(snapshot.segments, snapshot.parts, strict=True)
            ]
        )

    def contents(self) -> Iterator[tuple[str, str, str]]:
        """See Engine."""

        def read(snapshot: _Snapshot) -> list[tuple[str, str, str]]:
            told = []
            for at, (part, leaf) in enumerate(zip(snapshot.parts, snapshot.leaves, strict=True)):
                for name, term in leaf.all_terms():
                    _read_postings(leaf, name, term)
                for place, facts in enumerate(part.column.facts):
                    if place not in part.deleted:
                        _hit(snapshot, at, place, 0.0)
                        told.append((facts.kind, facts.key, facts.digest))
            return told

        self._forget()
        yield from self._answer(read, is_newest=True)

    def stamp(self) -> str:
        """See Engine."""
        return "-".join(map(str, self._generations.stamp()))

    def generation(self) -> str:
        """See Engine."""
        return self._generations.current().generation

    def is_worn(self) -> bool:
        """See Engine."""

        def read(_snapshot: _Snapshot) -> bool:
            folder = self._generations.path(self._generations.current().generation)
            return self._merging.is_worn(_sizes(_table_of_contents(folder).segments))

        return self._answer(read, is_newest=True)

    def write(self, documents: Iterable[Document], gone: Iterable[tuple[str, str]] = ()) -> Written:
        """See Engine."""
        with self._generations.only_writer():
            pointer = self._generations.current()
            files = _Files(self._generations.path(pointer.generation))
            try:
                writer = _writer(FileIndex(files))
            except LockError as error:
                raise EngineBusy("Another process writes to the search index.") from error
            except Exception as error:
                raise EngineUnavailable(f"The search index cannot be opened for writing: {error}") from error
            with _all_or_nothing(writer, self._merging):
                changed = [*documents]
                _delete(writer, [*((each.kind, each.key) for each in changed), *gone])
                for document in changed:
                    _add(writer, document)
            self._generations.point_at(Pointer(pointer.generation, pointer.commit + 1))
            return Written(pointer.generation, is_final=not self._is_rebuilding)

    @contextlib.contextmanager
    def rebuilding(self) -> Iterator[Rebuild]:
        """See Engine."""
        with self._generations.writing_process():
            with self._starting:
                if self._is_rebuilding:
                    raise EngineBusy("The search index is already being rebuilt.")
                self._is_rebuilding = True
            try:
                with self._generations.only_writer():
                    folder = self._generations.new_folder()
                try:
                    yield from self._building(folder)
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
            finally:
                self._is_rebuilding = False

    def _building(self, folder: Path) -> Iterator[Rebuild]:
        writer = _writer(FileStorage(str(folder)).create_index(_schema()))
        with _all_or_nothing(writer, self._merging):
            yield _Aside(writer)
        with self._generations.only_writer():
            self._generations.point_at(Pointer(folder.name, 0))
            self._is_rebuilding = False
            self._generations.remove_old()
            self._forget()

    def _answer(self, read: Callable[[_Snapshot], Answer], *, is_newest: bool = False) -> Answer:
        for attempt in range(_TRIES):
            try:
                return read(self._snapshot(is_newest=is_newest))
            except EngineUnavailable:
                raise
            except Exception as error:
                # Damaged files fail in every way there is. A writer may also just have removed what we were opening.
                self._forget()
                if attempt == _TRIES - 1:
                    raise EngineUnavailable(f"The search index cannot be read: {error!r}") from error
                time.sleep(0.02 * (attempt + 1))
        raise AssertionError("unreachable")

    def _snapshot(self, *, is_newest: bool) -> _Snapshot:
        stamp = self._generations.stamp()
        known: _Snapshot | None = getattr(self._own, "snapshot", None)
        if known is not None and known.stamp == stamp:
            return known
        serves = None if is_newest else known
        for _attempt in range(_TRIES - 1):
            # Of what a writer has just removed there is a newer version; what this thread opened before stays open.
            with contextlib.suppress(FileNotFoundError):
                return self._new_snapshot(stamp, serves)
        return self._new_snapshot(stamp, serves)

    def _new_snapshot(self, stamp: tuple[int, int, int], serves: _Snapshot | None) -> _Snapshot:
        """The index as it is now; or what still serves, when it takes long to read that."""
        folder = self._generations.path(self._generations.current().generation)
        toc = _table_of_contents(folder)
        present = [each for each in toc.segments if each.doc_count_all()]
        unread = [each.doc_count_all() for each in present if each.segment_id() not in self._segments]
        takes_long = max(unread, default=0) > self._most_waited_for
        if serves is not None and takes_long and self._beside.does(self._read_beside, of=stamp):
            return serves
        leaves = self._leaves(folder, toc.schema, present)
        segments = self._segments.of({leaf.segment().segment_id(): partial(_column, leaf) for leaf in leaves})
        parts = [
            _part(segment, leaf, frozenset(each.deleted_docs()))
            for segment, leaf, each in zip(segments, leaves, present, strict=True)
        ]
        snapshot = self._own.snapshot = _Snapshot(stamp, segments, leaves, parts)
        return snapshot

    def _read_beside(self) -> None:
        try:
            self._snapshot(is_newest=True)
        finally:
            self._forget()

    def _leaves(self, folder: Path, schema: Any, present: Sequence[Any]) -> list[Any]:
        """This thread's readers of these segments: most of them were there before the last commit, too."""
        if not hasattr(self._own, "leaves"):
            self._own.leaves = {}
        held: dict[str, tuple[_Files, Any]] = self._own.leaves
        names = [each.segment_id() for each in present]
        for name in held.keys() - set(names):
            held.pop(name)[0].close_all()
        for name, each in zip(names, present, strict=True):
            if name not in held:
                files = _Files(folder)
                held[name] = (files, SegmentReader(files, schema, each))
        return [held[name][1] for name in names]

    def _forget(self) -> None:
        self._own.snapshot = None
        held: dict[str, tuple[_Files, Any]] = getattr(self._own, "leaves", {})
        for files, _reader in held.values():
            files.close_all()
        self._own.leaves = {}


class _Aside:
    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def add(self, documents: Iterable[Document]) -> None:
        """See Rebuild."""
        for document in documents:
            _add(self._writer, document)


def _schema() -> Any:
    facts = fields.COLUMN(columns.VarBytesColumn(allow_offsets=False))
    schema = fields.Schema(name=Tokens(), identifiers=Tokens(), facts=facts, stored=fields.STORED())
    for name in (*scoring.BOOSTS, "pins", "spellings", "asked"):
        schema.add(f"{name}:*", Tokens(), glob=True)
    return schema


def _writer(index: FileIndex) -> Any:
    codec = W3Codec(blocklimit=1024, compression=1)
    # Lengths are among our facts; for its own, Whoosh would look for a file at every posting.
    codec.length_stats = False
    writer = index.writer(codec=codec)
    # Its own would write every posting to the disk and read it again.
    writer.pool = GatheredWords()
    return writer


def _merge(merging: Merging, writer: Any, segments: Sequence[Any]) -> list[Any]:
    chosen = merging.chosen(_sizes(segments))
    for at in sorted(chosen):
        if segments[at].doc_count():
            reader = SegmentReader(writer.storage, writer.schema, segments[at])
            writer.add_reader(reader)
            reader.close()
    return [each for at, each in enumerate(segments) if at not in chosen]


def _sizes(segments: Sequence[Any]) -> list[Size]:
    return [Size(each.doc_count(), each.deleted_count()) for each in segments]


@contextlib.contextmanager
def _all_or_nothing(writer: Any, merging: Merging) -> Iterator[None]:
    try:
        yield
        writer.commit(mergetype=partial(_merge, merging))
    except BaseException:
        if not writer.is_closed:
            with contextlib.suppress(Exception):
                writer.cancel()
        raise


def _name(kind: str, key: str) -> str:
    return f"{kind}\x1f{key}"


def _delete(writer: Any, names: Sequence[tuple[str, str]]) -> None:
    with contextlib.closing(writer.searcher()) as searcher:
        for kind, key in names:
            writer.delete_by_term("name", _name(kind, key), searcher=searcher)


def _add(writer: Any, document: Document) -> None:
    try:
        kept = indexed(document)
        chunks = tuple((each.anchor, each.heading, each.text, each.tokens) for each in kept.chunks)
    except Exception as error:
        raise Unindexable(document.kind, document.key, f"{type(error).__name__}: {error}") from error
    writer.add_document(
        name={_name(document.kind, document.key): 1}, facts=kept.line, stored=(document.title, chunks), **kept.fields
    )


def _hit(snapshot: _Snapshot, part: int, place: int, score: float) -> Hit:
    facts = snapshot.parts[part].column.facts[place]
    title, chunks = snapshot.leaves[part].stored_fields(place)["stored"]
    return Hit(
        facts.kind, facts.key, facts.group, facts.language, score, title, tuple(Chunk(*chunk) for chunk in chunks)
    )


def _table_of_contents(folder: Path) -> Any:
    """Which segments there are at the last commit."""
    with contextlib.ExitStack() as stack:
        files = _Files(folder)
        stack.callback(files.close_all)
        return TOC.read(files, _INDEX)


def _column(leaf: Any) -> Column:
    lines = leaf.column_reader("facts")
    return column([lines[place] for place in range(leaf.doc_count_all())])


def _part(segment: Segment, leaf: Any, deleted: frozenset[int]) -> scoring.Part:
    names = frozenset(leaf.indexed_field_names())

    def postings(name: str, token: str) -> scoring.Postings:
        if name not in names:
            return _NONE
        return segment.postings(name, token, lambda: _read_postings(leaf, name, token))

    return scoring.Part(segment.id, segment.column, postings, deleted)


def _vocabulary(leaf: Any, name: str) -> Iterator[str]:
    terms = leaf.lexicon(name) if name in leaf.indexed_field_names() else ()
    return (term.decode("utf-8", "replace") for term in terms)


def _read_postings(leaf: Any, name: str, token: str | bytes) -> scoring.Postings:
    """All postings of a term, those of deleted documents included, a block at a time."""
    term = token if isinstance(token, bytes) else token.encode("utf-8", "replace")
    try:
        matcher = leaf._terms.matcher(name, term, leaf.schema[name].format)
    except TermNotFound:
        return _NONE
    places, counts = [], []
    while matcher.is_active():
        # A block holds the distance of each place from the one before, and one weight where all are the same.
        matcher._read_data()
        places.append(np.cumsum(np.array(matcher._data[0], np.uint32), dtype=np.uint32))
        counts.append(_counts(matcher._data[1], len(places[-1])))
        matcher._next_block()
    return (places[0], counts[0]) if len(places) == 1 else (np.concatenate(places), np.concatenate(counts))


def _counts(kept: Any, size: int) -> NDArray[np.float32]:
    return np.full(size, 1.0 if kept is None else kept, np.float32)
