"""What never changes of a part of an index: the facts of its documents, and what follows from them, worked out once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.search.engines.base import Title

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Quality = Mapping[tuple[str, str], float]
Common = TypeVar("Common")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an indexed document beside its words."""

    kind: str
    key: str
    group: str
    language: str
    base: str
    readers: str
    facets: Mapping[str, Sequence[str]]
    digest: str


@dataclass(frozen=True)
class Alike(Generic[Common]):
    """What documents have in common: the different values, and by place the number of the document's own."""

    values: list[Common]
    codes: Places

    @classmethod
    def of(cls, each_own: Iterable[tuple[Hashable, Common]], size: int) -> Alike[Common]:
        """From the value of every place, `size` of them, and by what it is told from others."""
        numbers: dict[Hashable, int] = {}
        values: list[Common] = []
        codes = np.empty(size, np.int64)
        for place, (name, value) in enumerate(each_own):
            codes[place] = number = numbers.setdefault(name, len(values))
            if number == len(values):
                values.append(value)
        return cls(values, codes)

    def counts(self, gone: Iterable[int]) -> dict[int, int]:
        """How many documents have the value of each number, those at the places that are gone left out."""
        counts = np.bincount(self.codes, minlength=len(self.values))
        places = np.fromiter(gone, np.int64)
        if len(places):
            counts -= np.bincount(self.codes[places], minlength=len(self.values))
        return dict(enumerate(counts.tolist()))


@dataclass
class Column:
    """The facts of all documents of a part, by place.

    `places` tells where documents stand, by kind and key; `lengths` how many tokens a field has, by place; `totals` for
    a field how many documents have it and how long it is in all. `facets` and `audiences` (language and readers) are
    shared by many documents. Threads share a column.
    """

    facts: Sequence[Facts]
    titles: Sequence[Title]
    places: Mapping[tuple[str, str], int]
    lengths: Mapping[str, Floats]
    totals: Mapping[str, tuple[int, int]]
    facets: Alike[Mapping[str, Sequence[str]]]
    audiences: Alike[tuple[str, str]]
    _factors: tuple[Quality, Floats | None] | None = None

    def open_to(self, languages: frozenset[str], readers: frozenset[str] | None) -> Mask:
        """For each place whether its document is in one of the languages and for these readers; a new array."""
        allowed = [
            language in languages and (readers is None or group in readers) for language, group in self.audiences.values
        ]
        mask: Mask = np.array(allowed, np.bool_)[self.audiences.codes]
        return mask

    def factors(self, quality: Quality) -> Floats | None:
        """By what to multiply the score at each place, None for nothing; kept as long as it is the same `quality`."""
        known = self._factors
        if known is None or known[0] is not quality:
            known = self._factors = (quality, self._factors_of(quality))
        return known[1]

    def _factors_of(self, quality: Quality) -> Floats | None:
        if len(quality) < len(self.places):
            found = [
                (place, factor) for name, factor in quality.items() if (place := self.places.get(name)) is not None
            ]
        else:
            found = [
                (place, factor) for name, place in self.places.items() if (factor := quality.get(name)) is not None
            ]
        if not found:
            return None
        factors = np.ones(len(self.facts))
        for place, factor in found:
            factors[place] = factor
        return factors
