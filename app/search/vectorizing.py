"""Making vectors: which texts of a document are encoded, and the job that follows the index and makes what is missing.

The index comes first: what was just published is found by its words at once and by its meaning a moment later. Texts
that were encoded before are not encoded again, so that a learned question costs one text.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial
from itertools import islice

import numpy as np
from flask import current_app
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import transaction
from app.search import indexing
from app.search.documents import Document
from app.search.encoders.base import Encoder, EncoderUnavailable, TextKind
from app.search.encoding import current_encoder
from app.search.engines.base import EngineUnavailable, digest_of
from app.search.gathering import Name, gather
from app.search.meaning import current_meanings
from app.search.passages import chunks_of
from app.search.rechecking import request_check
from app.search.vectors import DocumentVectors, VectorStore, VectorsUnavailable, quantised

logger = logging.getLogger(__name__)

MOST_CHUNKS = 60
"""Pieces of a document that are encoded; what comes after is found by its words."""
LONGEST_SLICE = 1.0
"""Seconds that the job goes on before others have their turn."""
_AT_ONCE = 8
_LOOK_AGAIN = timedelta(minutes=1)
_KEPT = "search_vectors_missing"

Progress = Callable[[int, int], None]


def texts_of(document: Document) -> tuple[list[str], int, list[str]]:
    """What is encoded of a document: its own texts, how many of them at the end are its pieces, what was asked.

    The first is the title, the second title and text together; other wordings of the title follow, then the pieces in
    the order of `chunks_of`, unless there is only one, which is the whole.
    """
    chunks = chunks_of(document)
    body = " ".join(part for chunk in chunks for part in (chunk.heading, chunk.text) if part)
    pieces = [f"{chunk.heading}. {chunk.text}" if chunk.heading else chunk.text for chunk in chunks[:MOST_CHUNKS]]
    pieces = pieces if len(pieces) > 1 else []
    own = [document.title, f"{document.title} {body}".strip(), *document.aliases, *pieces]
    return own, len(pieces), list(document.questions)


def make_requested(session: Session) -> None:
    """The job: encode for a while, and go on later when more is missing."""
    del session  # Left alone: on SQLite a transaction would keep everybody else from writing.
    if current_encoder() is None:
        with transaction() as own:
            indexing.request_vectors(own, due_at=clock.now() + _LOOK_AGAIN)
        return
    try:
        left = catch_up(until=time.monotonic() + LONGEST_SLICE)
    except EngineUnavailable as error:
        logger.info("No vectors are made: %s", error)
        return
    except EncoderUnavailable as error:
        logger.warning("No vectors are made just now: %s", error)
        with transaction() as own:
            indexing.request_vectors(own, due_at=clock.now() + _LOOK_AGAIN)
        return
    except VectorsUnavailable as error:
        if not error.is_damaged:
            raise
        logger.warning("%s They are made anew.", error)
        current_meanings().store.remove()
        left = 1
    with transaction() as own:
        if left:
            indexing.request_vectors(own)
        else:
            request_check(own, soon=True)


def catch_up(report: Progress = lambda done, total: None, *, until: float | None = None, threads: int = 1) -> int:
    """Encode the documents of the index whose vectors are missing or of another text; returns how many are left.

    Args:
        report: told now and then how many documents of how many are done.
        until: the `time.monotonic()` at which to stop; None is when all is done.
        threads: how many encode side by side.

    Raises:
        EngineUnavailable: the index cannot be read.
        VectorsUnavailable: the vectors cannot be read or written.
        EncoderUnavailable: the encoder stopped working.
    """
    encoder, store = current_encoder(), current_meanings().store
    if encoder is None:
        return 0
    kept: _Backlog | None = current_app.extensions.pop(_KEPT, None)
    is_known = kept is not None and kept.state == _state(encoder, store)
    backlog = kept if kept is not None and is_known else _look(encoder, store)
    with ThreadPoolExecutor(threads) as pool:
        while batch := backlog.next(_AT_ONCE * threads):
            gathered = gather(indexing.sources(), batch)
            before = store.of(encoder.name, encoder.dimension, batch)
            known = [before.get((each.kind, each.key)) for each in gathered.documents]
            made = pool.map(partial(_vectors_of, encoder), gathered.documents, known)
            # Under the digest of the index: a document that changed since is indexed again, and comes here again.
            store.write(encoder.name, [replace(each, digest=batch[each.kind, each.key]) for each in made])
            report(backlog.done, len(backlog.missing))
            if until is not None and time.monotonic() > until:
                break
    if backlog.left:
        backlog.state = (backlog.state[0], *_state(encoder, store)[1:])
        current_app.extensions[_KEPT] = backlog
        return backlog.left
    if is_known:
        # What was made before may be gone by now.
        return catch_up(report, until=until, threads=threads)
    store.forget_others(encoder.name)
    store.tell_readers()
    return 0


_State = tuple[str, str, tuple[int, int] | None]


@dataclass
class _Backlog:
    """Documents whose vectors are missing, with their digests in the index, and how many were made since it was looked.

    Looking goes through all documents, so it is done again only when the index changed, or the vectors did by others:
    when `state` is another.
    """

    state: _State
    missing: dict[Name, str]
    done: int = 0

    @property
    def left(self) -> int:
        """How many were not handed out yet."""
        return len(self.missing) - self.done

    def next(self, most: int) -> dict[Name, str]:
        """Hand out the next few."""
        batch = dict(islice(self._remaining, most))
        self.done += len(batch)
        return batch

    @cached_property
    def _remaining(self) -> Iterator[tuple[Name, str]]:
        return iter(self.missing.items())


def _look(encoder: Encoder, store: VectorStore) -> _Backlog:
    """What is missing. Forgets documents that are gone."""
    state = _state(encoder, store)
    wanted = indexing.current_engine().digests(encoder.languages)
    have = store.digests(encoder.name)
    gone = [name for name in have if name not in wanted]
    if gone:
        store.write(encoder.name, [], gone)
    return _Backlog(state, {name: digest for name, digest in wanted.items() if have.get(name) != digest})


def _state(encoder: Encoder, store: VectorStore) -> _State:
    return indexing.current_engine().stamp(), encoder.name, store.mark()


@dataclass(frozen=True)
class Counts:
    """How many documents of the index have vectors, and how many should."""

    made: int
    wanted: int


def counts() -> Counts | None:
    """How far vectors are made; None without an encoder, or when the index or the vectors cannot be read."""
    encoder = current_encoder()
    if encoder is None:
        return None
    try:
        wanted = indexing.current_engine().digests(encoder.languages)
        made = current_meanings().store.digests(encoder.name)
    except (EngineUnavailable, VectorsUnavailable):
        return None
    return Counts(len(wanted.keys() & made.keys()), len(wanted))


def _vectors_of(encoder: Encoder, document: Document, before: DocumentVectors | None) -> DocumentVectors:
    own, chunks, questions = texts_of(document)
    texts = [*own, *questions]
    marks = [_mark(text) for text in texts]
    known = {} if before is None else {int(mark): at for at, mark in enumerate(before.texts)}
    # Each text once: an article without a body is its title.
    new = {mark: text for mark, text in zip(marks, texts, strict=True) if mark not in known}
    made, scaled = quantised(_encoded(list(new.values()), encoder))
    row_of = {mark: at for at, mark in enumerate(new)}
    numbers, scales = np.empty((len(texts), encoder.dimension), np.int8), np.empty(len(texts), np.float32)
    for at, mark in enumerate(marks):
        if mark in row_of:
            numbers[at], scales[at] = made[row_of[mark]], scaled[row_of[mark]]
        elif before is not None:
            numbers[at], scales[at] = before.numbers[known[mark]], before.scales[known[mark]]
    return DocumentVectors(
        document.kind, document.key, digest_of(document), len(own), chunks, np.array(marks, np.uint64), numbers, scales
    )


def _encoded(texts: Sequence[str], encoder: Encoder) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    found: np.ndarray[tuple[int, int], np.dtype[np.float32]] = encoder.encode(texts, TextKind.PASSAGE)
    return found


def _mark(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")
