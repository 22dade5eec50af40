"""The titles of one language and reader group made ready for looking up what somebody is typing.

All words stand in order, and with each word the wordings that hold it: what a begun word may lead to is one stretch of
an array. The wordings are numbered in the order in which they are suggested, so the lowest numbers are the best. Sets
of them are masks, arrays of one truth value a wording: going over all of them is quicker than gathering numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.search import words
from app.search.engines.base import Title, TitleBatch

#: So many letters tell at a glance that no word begins with them.
_HEAD = 3
_AFTER_ALL = "\U0010ffff"

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Wording:
    order: tuple[bool, int, str, str]
    place: int
    group: int
    parts: tuple[str, ...]


@dataclass(frozen=True)
class _Holders:
    """For each word of a vocabulary the numbers of some wordings: those of word `n` go from `starts[n]` to the next."""

    starts: NDArray[np.uint32]
    numbers: NDArray[np.uint32]

    @classmethod
    def of(cls, vocabulary: Sequence[str], held: dict[str, list[int]]) -> _Holders:
        own = [held.get(word, []) for word in vocabulary]
        starts = np.cumsum([0, *map(len, own)]).astype(np.uint32)
        return cls(starts, np.fromiter((number for numbers in own for number in numbers), np.uint32, int(starts[-1])))

    def between(self, first: int, end: int) -> NDArray[np.uint32]:
        return self.numbers[self.starts[first] : self.starts[end]]


class Shelf:
    """The wordings of one batch in one language for one reader group; never changes.

    `places` gives for each wording the place of its title in the batch, `groups` a number that titles of the same thing
    share, `texts` its folded words with a blank before each, `are_titles` whether it is a title. All are in the order
    in which wordings are suggested: titles before other wordings, short ones first.
    """

    def __init__(self, language: str, readers: str, wordings: Iterable[_Wording]) -> None:
        self.language, self.readers = language, readers
        ordered = sorted(wordings, key=lambda each: each.order)
        self.places = np.array([each.place for each in ordered], np.uint32)
        self.groups = np.array([each.group for each in ordered], np.uint32)
        self.texts = ["".join(f" {part}" for part in each.parts) for each in ordered]
        self.are_titles = bytes(not each.order[0] for each in ordered)
        held: dict[str, list[int]] = {}
        opened: dict[str, list[int]] = {}
        for number, each in enumerate(ordered):
            for part in dict.fromkeys(each.parts):
                held.setdefault(part, []).append(number)
            if each.parts:
                opened.setdefault(each.parts[0], []).append(number)
        self._vocabulary = sorted(held)
        self._heads = frozenset(word[:_HEAD] for word in self._vocabulary)
        self._holding = _Holders.of(self._vocabulary, held)
        self._opening = _Holders.of(self._vocabulary, opened)
        self._there: tuple[frozenset[int], Mask] | None = None

    def begins(self, start: str) -> bool:
        """Whether one of the words begins like this."""
        if len(start) >= _HEAD and start[:_HEAD] not in self._heads:
            return False
        at = bisect_left(self._vocabulary, start)
        return at < len(self._vocabulary) and self._vocabulary[at].startswith(start)

    def holding(self, starts: Sequence[str]) -> Mask:
        """The wordings with a word that begins like one of these."""
        return self._mask(self._holding, starts)

    def opening(self, starts: Sequence[str]) -> Mask:
        """The wordings whose first word begins like one of these."""
        return self._mask(self._opening, starts)

    def holding_all(self, wanted: Sequence[Sequence[str]]) -> Mask | None:
        """The wordings that hold a word for each of these; None when one of these begins no word at all."""
        if not all(any(map(self.begins, starts)) for starts in wanted):
            return None
        found = np.ones(len(self.texts), np.bool_)
        for starts in wanted:
            found &= self.holding(starts)
        return found

    def there(self, gone: frozenset[int]) -> Mask:
        """The wordings of titles whose places in the batch are not among these; kept, as they seldom change."""
        known = self._there
        if known is None or known[0] != gone:
            places = np.fromiter(gone, np.uint32, len(gone))
            known = self._there = (gone, ~np.isin(self.places, places))
        return known[1]

    def _mask(self, holders: _Holders, starts: Sequence[str]) -> Mask:
        found = np.zeros(len(self.texts), np.bool_)
        for start in starts:
            first = bisect_left(self._vocabulary, start)
            end = bisect_left(self._vocabulary, start + _AFTER_ALL, first)
            found[holders.between(first, end)] = True
        return found


def shelves_of(batch: TitleBatch) -> list[Shelf]:
    """The shelves of a batch, one for each language and reader group that there are titles for."""
    sorted_out: dict[tuple[str, str], list[_Wording]] = {}
    groups: dict[tuple[str, str], int] = {}
    for place, title in enumerate(batch.titles):
        group = groups.setdefault((title.kind, title.group), len(groups))
        wordings = sorted_out.setdefault((title.language, title.readers), [])
        texts = (title.title, *title.wordings)
        wordings += (_wording(place, group, title, text, is_title=not number) for number, text in enumerate(texts))
    return [Shelf(language, readers, wordings) for (language, readers), wordings in sorted_out.items()]


def _wording(place: int, group: int, title: Title, text: str, *, is_title: bool) -> _Wording:
    parts = tuple(words.plain_words(text))
    length = len(parts) + sum(map(len, parts))
    return _Wording((not is_title, length, title.title, title.key), place, group, parts)
