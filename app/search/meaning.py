"""How near documents are in meaning to what is asked: all vectors in the memory of the process, compared one and all.

Comparing everything is exact and, with 8-bit numbers, fast: 0.6 ms for 50,000 vectors, 12 ms for 500,000.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import simsimd
from flask import Flask, current_app
from numpy.typing import NDArray

from app.search.beside import Beside
from app.search.engines.base import Nearness
from app.search.vectors import DocumentVectors, Name, Vector, VectorStore, VectorsUnavailable, quantised

logger = logging.getLogger(__name__)

#: The nearest learned question and the mean of the nearest two: one wrong confirmation alone decides little.
NEAREST_COUNTS, MEAN_COUNTS = 0.7, 0.3
#: Of vectors that were replaced since; more than this share, and at least so many, are thrown out by reading anew.
MOST_REPLACED, LEAST_REPLACED = 0.25, 1000
_MOST_KEPT_PARTS = 500

Floats = NDArray[np.float64]
Slots = NDArray[np.int64]


class _Numbers:
    """Numbers, to which some are appended. What was handed out of them never changes."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._kept: NDArray[Any] = np.empty(64, kind)
        self.size = 0

    def add(self, number: int) -> None:
        """Append one."""
        self._kept = _with_room(self._kept, self.size + 1, self.size)
        self._kept[self.size] = number
        self.size += 1

    def view(self) -> NDArray[Any]:
        """The numbers as they are now."""
        return self._kept[: self.size]


class _Rows:
    """Rows that only grow, some for each of a growing number of owners. What was handed out of them never changes."""

    def __init__(self, dimension: int) -> None:
        self._numbers: NDArray[Any] = np.empty((64, dimension), np.int8)
        self._scales: NDArray[Any] = np.empty(64, np.float32)
        self._starts = _Numbers(np.int64)
        self.size = 0

    def add(self, numbers: NDArray[np.int8], scales: NDArray[np.float32]) -> None:
        """Append the rows, at least one, of one more owner."""
        start, size = self.size, self.size + len(numbers)
        self._numbers, self._scales = _with_room(self._numbers, size, start), _with_room(self._scales, size, start)
        self._numbers[start:size], self._scales[start:size] = numbers, scales
        self._starts.add(start)
        self.size = size

    def view(self) -> _View:
        """The rows as they are now."""
        return _View(self._numbers[: self.size], self._scales[: self.size], self._starts.view())


@dataclass(frozen=True)
class _View:
    """Rows, their scales, and the number of the first row of each owner."""

    numbers: NDArray[np.int8]
    scales: NDArray[np.float32]
    starts: Slots

    def cosines(self, vector: Vector) -> Floats:
        """The cosine of each row with a vector of length 1."""
        if not len(self.numbers):
            return np.zeros(0)
        asked, scale = quantised(vector[None, :])
        found: Floats = np.asarray(simsimd.cdist(asked, self.numbers, "dot"), np.float64)[0]
        found *= self.scales * scale[0]
        return found


@dataclass(frozen=True)
class Known:
    """The vectors of all documents as they were at one moment.

    A document's slot is its number in the order of writing; what was written again has a new one, and only that one
    counts. `texts` are rows of the slots `owner_of`, `questions` of the slots `asked_of`, both in order; `has_learned`
    is by slot. `documents` counts those that have vectors.
    """

    reader: _Reader
    encoder: str
    total: int
    documents: int
    texts: _View
    owner_of: Slots
    chunks: Slots
    questions: _View
    asked_of: Slots
    has_learned: NDArray[np.bool_]

    def meaning_of(self, vectors: Sequence[Vector]) -> Asked:
        """What was asked, said in one way or several: the nearest counts."""
        closeness, cosine = self._near(vectors[0])
        for vector in vectors[1:]:
            others = self._near(vector)
            closeness, cosine = np.fmax(closeness, others[0]), np.fmax(cosine, others[1])
        return Asked(self, vectors[0], closeness, cosine)

    def _near(self, vector: Vector) -> tuple[Floats, Floats]:
        closeness, cosine = np.full(self.total, np.nan), np.full(self.total, np.nan)
        if not len(self.texts.starts):
            return closeness, cosine
        near = self.texts.cosines(vector)
        best = np.maximum.reduceat(near, self.texts.starts)
        # Row 1 of every document is its title and body together.
        closeness[self.owner_of], cosine[self.owner_of] = 0.5 * near[self.texts.starts + 1] + 0.5 * best, best
        if len(self.asked_of):
            nearest, mean = _nearest_two(self.questions.cosines(vector), self.questions.starts)
            learned = NEAREST_COUNTS * nearest + MEAN_COUNTS * mean
            closeness[self.asked_of] = np.maximum(closeness[self.asked_of], learned)
            cosine[self.asked_of] = np.maximum(cosine[self.asked_of], nearest)
        return closeness, cosine


@dataclass(frozen=True)
class Asked:
    """See `app.search.engines.base.Meaning`."""

    known: Known
    vector: Vector
    closeness: Floats
    cosine: Floats

    def to(self, part: str, places: Mapping[Name, int], size: int) -> Nearness:
        """See Meaning."""
        if not self.known.total:
            return Nearness(np.full(size, np.nan), np.full(size, np.nan), np.zeros(size, np.bool_))
        slots = self.known.reader.slots(part, places, size, self.known.total)
        is_known = slots >= 0
        return Nearness(
            np.where(is_known, self.closeness[slots], np.nan),
            np.where(is_known, self.cosine[slots], np.nan),
            is_known & self.known.has_learned[slots],
        )

    def best_chunk(self, name: Name) -> int | None:
        """Which of the pieces of a document is the nearest; None when that is not known, or there is only one."""
        slot = self.known.reader.slot_of(name)
        if slot is None or slot >= self.known.total or not self.known.chunks[slot]:
            return None
        at = int(np.searchsorted(self.known.owner_of, slot))
        view = self.known.texts
        end = int(view.starts[at + 1]) if at + 1 < len(view.starts) else len(view.numbers)
        start = end - int(self.known.chunks[slot])
        return int(np.argmax(_View(view.numbers[start:end], view.scales[start:end], view.starts).cosines(self.vector)))


class _Reader:
    """The vectors of one encoder in one file, read once and then what was written since."""

    def __init__(self, encoder: str, dimension: int) -> None:
        self.seq = 0
        self._encoder, self._dimension = encoder, dimension
        self._texts, self._questions = _Rows(dimension), _Rows(dimension)
        self._names: list[Name] = []
        self._slots: dict[Name, int] = {}
        self._chunks = _Numbers(np.int64)
        self._has_own, self._has_learned = _Numbers(np.bool_), _Numbers(np.bool_)
        self._owner_of, self._asked_of = _Numbers(np.int64), _Numbers(np.int64)
        self._documents = 0
        self._parts: dict[str, tuple[int, Slots]] = {}

    def add(self, seq: int, each: DocumentVectors) -> None:
        """Take in what was written under the next number."""
        slot, before = len(self._names), self._slots.get((each.kind, each.key))
        has_own, has_learned = each.own > 0, len(each.numbers) > each.own
        self._documents += has_own - (before is not None and bool(self._has_own.view()[before]))
        self._names.append((each.kind, each.key))
        self._slots[each.kind, each.key] = slot
        self._chunks.add(each.chunks)
        self._has_own.add(has_own)
        self._has_learned.add(has_learned)
        if has_own:
            self._texts.add(each.numbers[: each.own], each.scales[: each.own])
            self._owner_of.add(slot)
        if has_learned:
            self._questions.add(each.numbers[each.own :], each.scales[each.own :])
            self._asked_of.add(slot)
        self.seq = seq

    def add_new(self, store: VectorStore) -> None:
        """Take in all that was written since. Raises VectorsUnavailable."""
        for seq, each in store.since(self._encoder, self._dimension, self.seq):
            self.add(seq, each)

    def is_worn(self) -> bool:
        """Whether so much was replaced that reading anew saves memory and time."""
        replaced = len(self._names) - len(self._slots)
        return replaced > max(LEAST_REPLACED, MOST_REPLACED * len(self._names))

    def known(self) -> Known:
        """All of it as it is now, without going through it."""
        return Known(
            reader=self,
            encoder=self._encoder,
            total=len(self._names),
            documents=self._documents,
            texts=self._texts.view(),
            owner_of=self._owner_of.view(),
            chunks=self._chunks.view(),
            questions=self._questions.view(),
            asked_of=self._asked_of.view(),
            has_learned=self._has_learned.view(),
        )

    def slot_of(self, name: Name) -> int | None:
        """The last slot of a document."""
        return self._slots.get(name)

    def slots(self, part: str, places: Mapping[Name, int], size: int, total: int) -> Slots:
        """For each place of a part the slot of its document, -1 where it has none among the first `total`."""
        seen, slots = self._parts.get(part, (0, np.full(size, -1, np.int64)))
        if seen < total:
            slots = slots.copy()
            if size < total - seen:
                for name, at in places.items():
                    last = self._slots.get(name, -1)
                    slots[at] = last if last < total else -1
            else:
                for slot in range(seen, total):
                    place = places.get(self._names[slot])
                    if place is not None:
                        slots[place] = slot
            others = [(each, kept) for each, kept in list(self._parts.items()) if each != part]
            self._parts = {part: (total, slots), **dict(others[:_MOST_KEPT_PARTS])}
        return slots if seen <= total else np.where(slots < total, slots, -1)


class Meanings:
    """What this process knows of the meaning of documents. Threads share it."""

    def __init__(self, store: VectorStore) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._state: tuple[tuple[int, int], str, str] | None = None
        self._reader: _Reader | None = None
        self._known: Known | None = None
        self._beside = Beside("vectors")

    def known(self, encoder: str, dimension: int) -> Known | None:
        """All vectors of this encoder; None when there are none that can be read. A failure is logged, not raised."""
        mark = self.store.mark()
        state = self._state
        if mark is None:
            return None
        is_same_encoder = state is not None and state[1] == encoder
        if state is None or not is_same_encoder or state[0] != mark:
            # While another thread reads what has changed, what was known before serves.
            if not self._lock.acquire(blocking=not is_same_encoder):
                return self._known
            try:
                if self._state is None or self._state[:2] != (mark, encoder):
                    self._read(mark, encoder, dimension)
            finally:
                self._lock.release()
        return self._known

    def _read(self, mark: tuple[int, int], encoder: str, dimension: int) -> None:
        try:
            identity = self.store.identity()
            reader = self._reader
            if reader is None or self._state is None or self._state[1:] != (encoder, identity):
                reader = _Reader(encoder, dimension)
            elif reader.is_worn():
                self._beside.does(partial(self._read_anew, encoder, dimension, identity), of=(mark, identity))
            reader.add_new(self.store)
            self._reader, self._known = reader, reader.known()
            self._state = (mark, encoder, identity)
        except VectorsUnavailable as error:
            logger.warning("Search runs on words alone. %s", error)
            self._reader = self._known = None
            self._state = (mark, encoder, "")

    def _read_anew(self, encoder: str, dimension: int, identity: str) -> None:
        """Read all vectors without those that were replaced, which takes seconds; what is known serves meanwhile."""
        reader = _Reader(encoder, dimension)
        reader.add_new(self.store)
        with self._lock:
            is_same = self._state is not None and self._state[1:] == (encoder, identity)
            if is_same and self.store.identity() == identity:
                # What was written since is read now, and by the next search what is written then.
                reader.add_new(self.store)
                self._reader, self._known = reader, reader.known()


def _with_room(array: NDArray[Any], size: int, used: int) -> NDArray[Any]:
    if size <= len(array):
        return array
    grown = np.empty((max(size, len(array) * 3 // 2), *array.shape[1:]), array.dtype)
    grown[:used] = array[:used]
    return grown


def _nearest_two(near: Floats, starts: Slots) -> tuple[Floats, Floats]:
    """The highest cosine of each owner, and the mean of its two highest; of one alone that one."""
    nearest = np.maximum.reduceat(near, starts)
    counts = np.diff(starts, append=len(near))
    first = near == np.repeat(nearest, counts)
    without = np.where(first, -np.inf, near)
    second = np.maximum.reduceat(without, starts)
    # A tie counts twice; somebody who has only one has it for both.
    second = np.where((np.add.reduceat(first, starts) > 1) | (counts == 1), nearest, second)
    return nearest, (nearest + second) / 2


def install(app: Flask, store: VectorStore) -> None:
    """Have this process know the vectors of that file."""
    app.extensions["search_meanings"] = Meanings(store)


def current_meanings() -> Meanings:
    """What this process knows."""
    meanings: Meanings = current_app.extensions["search_meanings"]
    return meanings
