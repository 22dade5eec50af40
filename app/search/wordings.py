"""The titles of one language and reader group made ready for looking up what somebody is typing.

All words stand in order, and with each word the wordings that hold it: what a begun word may lead to is one stretch of
an array. The wordings are numbered in the order in which they are suggested, so the lowest numbers are the best.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.search import words
from app.search.engines.base import Title, TitleBatch

#: So many letters tell at a glance that no word begins with them.
_HEAD = 3
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True)
class _Wording:
    order: tuple[bool, int, str, str]
    place: int
    parts: tuple[str, ...]


@dataclass(frozen=True)
class _Holders:
    """For each word of a vocabulary the numbers of some wordings: those of word `n` go from `starts[n]` to the next."""

    starts: array[int]
    numbers: array[int]

    @classmethod
    def of(cls, vocabulary: Sequence[str], held: dict[str, list[int]]) -> _Holders:
        starts, numbers = array("I", [0]), array("I")
        for word in vocabulary:
            numbers.extend(held.get(word, ()))
            starts.append(len(numbers))
        return cls(starts, numbers)

    def between(self, first: int, end: int) -> array[int]:
        return self.numbers[self.starts[first] : self.starts[end]]


class Shelf:
    """The wordings of one batch in one language for one reader group; never changes.

    `places` gives for each wording the place of its title in the batch, `texts` its folded words with a blank before
    each. Both are in the order in which wordings are suggested: titles before other wordings, short ones first.
    """

    def __init__(self, language: str, readers: str, wordings: Iterable[_Wording]) -> None:
        self.language, self.readers = language, readers
        ordered = sorted(wordings, key=lambda each: each.order)
        self.places = array("I", [each.place for each in ordered])
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

    def begins(self, start: str) -> bool:
        """Whether one of the words begins like this."""
        if len(start) >= _HEAD and start[:_HEAD] not in self._heads:
            return False
        at = bisect_left(self._vocabulary, start)
        return at < len(self._vocabulary) and self._vocabulary[at].startswith(start)

    def holding(self, starts: Sequence[str]) -> set[int]:
        """The numbers of the wordings with a word that begins like one of these."""
        return {number for part in self._parts(self._holding, starts) for number in part}

    def opening(self, starts: Sequence[str]) -> set[int]:
        """The numbers of the wordings whose first word begins like one of these."""
        return {number for part in self._parts(self._opening, starts) for number in part}

    def holding_all(self, wanted: Sequence[Sequence[str]]) -> Collection[int]:
        """The numbers of the wordings that hold a word for each of these."""
        found: list[tuple[int, list[array[int]], Sequence[str]]] = []
        for starts in wanted:
            parts = list(self._parts(self._holding, starts))
            if not parts:
                return ()
            found.append((sum(map(len, parts)), parts, starts))
        found.sort(key=lambda each: each[0])
        numbers = {number for part in found[0][1] for number in part}
        for size, parts, starts in found[1:]:
            if size > 2 * len(numbers):  # looking into the few is quicker than going through the many
                begun = [f" {start}" for start in starts]
                numbers = {each for each in numbers if any(start in self.texts[each] for start in begun)}
            else:
                numbers = numbers.intersection(*parts) if len(parts) == 1 else numbers & set().union(*parts)
        return numbers

    def _parts(self, holders: _Holders, starts: Sequence[str]) -> Iterator[array[int]]:
        for start in starts:
            first = bisect_left(self._vocabulary, start)
            end = bisect_left(self._vocabulary, start + _AFTER_ALL, first)
            if end > first:
                yield holders.between(first, end)


def shelves_of(batch: TitleBatch) -> list[Shelf]:
    """The shelves of a batch, one for each language and reader group that there are titles for."""
    sorted_out: dict[tuple[str, str], list[_Wording]] = {}
    for place, title in enumerate(batch.titles):
        wordings = sorted_out.setdefault((title.language, title.readers), [])
        wordings += (_wording(place, title, number, text) for number, text in enumerate((title.title, *title.wordings)))
    return [Shelf(language, readers, wordings) for (language, readers), wordings in sorted_out.items()]


def _wording(place: int, title: Title, number: int, text: str) -> _Wording:
    parts = tuple(words.plain_words(text))
    length = len(parts) + sum(map(len, parts))
    return _Wording((number > 0, length, title.title, title.key), place, parts)
