"""Which segments of an index are written again as one: few are quick to search, but merging keeps changes waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Size(NamedTuple):
    """How many documents of a segment are there, and how many were deleted from it."""

    alive: int
    deleted: int

    @property
    def is_worn(self) -> bool:
        """Whether most of it is deleted."""
        return self.alive < self.deleted


@dataclass(frozen=True)
class Merging:
    """Segments of about one size become one, as soon as there are `most_alike` of them: each document moves rarely.

    Those of `levels[-1]` documents and more are left alone, since a change that comes meanwhile is to be found within
    two seconds; one that is mostly deleted is written again while it has fewer than `most_alone`. For whatever gets
    beyond that the whole index has to be built anew, which keeps nobody waiting: it `is_worn`.
    """

    levels: tuple[int, ...] = (16, 256)
    most_alike: int = 8
    most_alone: int = 1000
    most: int = 32

    def chosen(self, sizes: Sequence[Size]) -> set[int]:
        """The numbers of the segments to write again as one with what is new."""
        chosen = {at for at, each in enumerate(sizes) if each.is_worn and each.alive < self.most_alone}
        for least, below in pairwise((0, *self.levels)):
            alike = {at for at, each in enumerate(sizes) if least <= each.alive < below}
            if len(alike) >= self.most_alike:
                chosen |= alike
        return chosen

    def is_worn(self, sizes: Sequence[Size]) -> bool:
        """Whether there are so many segments, or one that is so large and mostly deleted, that searches suffer."""
        return len(sizes) > self.most or any(each.is_worn and each.alive >= self.most_alone for each in sizes)
