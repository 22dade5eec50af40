"""What a process keeps in memory of the segments of an index, for all its threads: what one holds never changes."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.search.column import Column
from app.search.scoring import Postings

#: In memory 8 bytes each. An index of 100,000 articles has some 20 million.
_MOST_KEPT_POSTINGS = 6_000_000
#: Reading so many takes a part of a millisecond: they are the first to be let go of.
_QUICKLY_READ = 2000
#: What keeping the postings of one more word takes beside them, in postings; that there are none is kept, too.
_KEEPING = 40
#: Segments that are kept for threads that are a commit behind, unless they are large: then they have them themselves.
_MOST_OUTDATED = 40
LARGE = 1000


@dataclass
class Segment:
    """One segment: the facts of its documents, and what was read of its words so far."""

    id: str
    column: Column
    _postings: dict[tuple[str, str], Postings] = field(default_factory=dict)
    _size: int = 0
    _vocabularies: dict[str, frozenset[str]] = field(default_factory=dict)

    def postings(self, name: str, token: str, read: Callable[[], Postings]) -> Postings:
        """The postings of a token in a field, read where they are not known."""
        found = self._postings.get((name, token))
        if found is None:
            found = read()
            if self._size > _MOST_KEPT_POSTINGS:
                self._make_room()
            self._postings[name, token] = found
            self._size += len(found[0]) + _KEEPING
        return found

    def _make_room(self) -> None:
        long = {name: each for name, each in list(self._postings.items()) if len(each[0]) > _QUICKLY_READ}
        size = sum(len(each[0]) + _KEEPING for each in long.values())
        self._postings, self._size = (long, size) if size < _MOST_KEPT_POSTINGS / 2 else ({}, 0)

    def vocabulary(self, name: str, read: Callable[[], Iterable[str]]) -> frozenset[str]:
        """All words of a field, read where they are not known."""
        known = self._vocabularies.get(name)
        if known is None:
            known = self._vocabularies[name] = frozenset(read())
        return known


class Segments:
    """The segments that this process knows, by the names that they have for good."""

    def __init__(self) -> None:
        self._known: dict[str, Segment] = {}
        self._reading = threading.Lock()

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def of(self, wanted: Mapping[str, Callable[[], Column]]) -> list[Segment]:
        """These segments; with each a way to read its facts, for when they are not known."""
        with self._reading:
            known = self._known
            own = {name: known.get(name) or _read(name, read) for name, read in wanted.items()}
            # The last used come first.
            others = [
                (name, each) for name, each in known.items() if name not in own and len(each.column.facts) < LARGE
            ]
            self._known = {**own, **dict(others[:_MOST_OUTDATED])}
        return list(own.values())


def _read(name: str, read: Callable[[], Column]) -> Segment:
    segment = Segment(name, read())
    if len(segment.column.facts) >= LARGE:
        # It is kept for long: going through it again and again for garbage would halt requests. What is garbage now
        # would be kept with it.
        gc.collect()
        gc.freeze()
    return segment
