"""Titles and other wordings that fit what somebody is typing, from memory: begun words count, one slip is forgiven."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from app.search import words
from app.search.beside import Beside
from app.search.engines.base import Engine, Title, TitleBatch
from app.search.spelling import SHORTEST, one_slip
from app.search.wordings import Mask, Shelf, shelves_of

LONGEST_TYPED = 120
MOST_OUTDATED = 8
MOST_WAITED_FOR = 5000
"""Titles of one batch; while more are made ready, those of before are suggested."""
MOST_MEANT = 12
LEAST_LIKENESS = 55.0
_AT_ONCE = 64
_Rank = tuple[float, bool, bool, int, str, str]
_Ranked = tuple[_Rank, Title]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class _Part:
    """One shelf of a batch as these readers may see it."""

    batch: TitleBatch
    shelf: Shelf

    def titles(self, numbers: Iterable[int]) -> Iterator[tuple[int, Title]]:
        """The titles of these wordings that are still there."""
        for number in numbers:
            place = int(self.shelf.places[number])
            if place not in self.batch.gone:
                yield number, self.batch.titles[place]

    def there(self, mask: Mask) -> Mask:
        """Those of the wordings whose titles are still there."""
        return mask & self.shelf.there(self.batch.gone) if self.batch.gone else mask

    def best(self, numbers: Iterable[int], most: int) -> list[tuple[int, Title]]:
        """The first `most` of these wordings with their titles, each group once. Takes those that are there alone."""
        found: dict[int, int] = {}
        groups = self.shelf.groups
        for number in numbers:
            if len(found) == most:
                break
            found.setdefault(int(groups[number]), number)
        return list(self.titles(found.values()))

    def rank(self, number: int, title: Title, *, begins: bool, score: float = 0.0) -> _Rank:
        """How a wording compares with those of other shelves, the best first."""
        is_title, length = bool(self.shelf.are_titles[number]), len(self.shelf.texts[number])
        return -score, not begins, not is_title, length, title.title, title.key


@dataclass
class _Meant:
    """The words that each typed word may have been meant to be: itself when it begins a known word."""

    shelves: Sequence[Shelf]
    known: dict[str, list[str]] = field(default_factory=dict)

    def by(self, typed: Iterable[str]) -> list[list[str]]:
        return [self._by(word) for word in typed]

    def _by(self, word: str) -> list[str]:
        if word not in self.known:
            self.known[word] = [word] if len(word) < SHORTEST or self._begins(word) else self._near(word)
        return self.known[word]

    def _near(self, word: str) -> list[str]:
        # Where nothing begins like its first letters, no later slip would help.
        known = next(length for length in range(len(word), -1, -1) if not length or self._begins(word[:length]))
        near = {each for each in one_slip(word, up_to=known) if self._begins(each)}
        return sorted(near, key=lambda each: (each[:1] != word[:1], each))[:MOST_MEANT]

    def _begins(self, start: str) -> bool:
        return any(shelf.begins(start) for shelf in self.shelves)


class Suggester:
    """Finds titles by what is typed. One for all threads; batches that stay the same are prepared once."""

    def __init__(self, *, most_waited_for: int = MOST_WAITED_FOR) -> None:
        self._most_waited_for = most_waited_for
        self._prepared: dict[str, list[Shelf]] = {}
        self._preparing = threading.Lock()
        self._served: Sequence[TitleBatch] = ()
        self._beside = Beside("titles")

    def titles_for(
        self, typed: str, engine: Engine, *, languages: Sequence[str], readers: frozenset[str], most: int
    ) -> list[Title]:
        """The best fitting titles, one a group, in the first of the languages that has any.

        Raises:
            EngineUnavailable: the index cannot be read.
        """
        asked = words.plain_words(typed[:LONGEST_TYPED])
        parts = self._parts(engine, readers)
        meant = _Meant([part.shelf for part in parts])
        base = words.base_language(languages[0]) if languages else ""
        telling = [word for word in asked if not words.is_stop_word(word, base)]
        for wanted in _attempts(asked, telling, meant.by):
            found = _best(parts, wanted, languages, most)
            if found:
                return found
        if len(telling) < 2:
            return []
        own = {each for each in languages if words.base_language(each) == base}
        return _likely([part for part in parts if part.shelf.language in own], meant.by(telling), most)

    def nearest(
        self, text: str, engine: Engine, *, languages: Sequence[str], readers: frozenset[str], most: int
    ) -> list[Title]:
        """The titles whose words look the most like the text, for when no document holds any of its words."""
        asked = " ".join(words.plain_words(text[:LONGEST_TYPED]))
        found: list[tuple[float, str, Title]] = []
        for part in self._parts(engine, readers):
            if part.shelf.language in languages:
                likely = process.extract(
                    asked,
                    part.shelf.texts,
                    scorer=fuzz.token_set_ratio,
                    score_cutoff=LEAST_LIKENESS,
                    limit=most * 8,
                )
                likeness = {number: value for _text, value, number in likely}
                found += ((-likeness[number], title.key, title) for number, title in part.titles(likeness))
        return _one_a_group((title for _likeness, _key, title in sorted(found, key=lambda each: each[:2])), most)

    def _parts(self, engine: Engine, readers: frozenset[str]) -> list[_Part]:
        batches = self._ready(engine.titles())
        prepared = self._prepared
        return [
            _Part(batch, shelf)
            for batch in batches
            for shelf in prepared.get(batch.id) or shelves_of(batch)
            if shelf.readers in readers
        ]

    def _ready(self, batches: Sequence[TitleBatch]) -> Sequence[TitleBatch]:
        """These, prepared; or those of before, while it takes long to prepare these."""
        unready = [len(batch.titles) for batch in batches if batch.id not in self._prepared]
        if unready and max(unready) > self._most_waited_for and self._served:
            served, names = self._served, tuple(batch.id for batch in batches)
            if self._beside.does(lambda: self._prepare(batches), of=names):
                return served
        if unready:
            self._prepare(batches)
        is_new = bool(self._served) and [each.id for each in self._served] != [each.id for each in batches]
        self._served = batches
        if is_new:
            self._prepare(batches)  # lets go of large ones of before
        return batches

    def _prepare(self, batches: Sequence[TitleBatch]) -> None:
        """Make batches ready. Those of before are kept for a while: other threads may still answer from them."""
        with self._preparing:
            known = self._prepared
            served = {batch.id for batch in self._served}
            present = {batch.id: known.get(batch.id) or shelves_of(batch) for batch in batches}
            before = [name for name in known if name not in present]
            small = [name for name in before if sum(len(each.texts) for each in known[name]) <= self._most_waited_for]
            kept = {name: known[name] for name in before if name in served or name in small[-MOST_OUTDATED:]}
            self._prepared = {**kept, **present}


def _attempts(
    asked: list[str], telling: list[str], meant_by: Callable[[list[str]], list[list[str]]]
) -> Iterator[list[list[str]]]:
    """What to look for, strictest first: words as begun, then with one slip forgiven in those that begin nothing.

    Then the same without the words that say nothing.
    """
    for typed in (asked, telling) if telling != asked else (asked,):
        if typed:
            exactly = [[word] for word in typed]
            yield exactly
            forgiven = meant_by(typed)
            if all(forgiven) and forgiven != exactly:
                yield forgiven


def _best(parts: Sequence[_Part], wanted: list[list[str]], languages: Sequence[str], most: int) -> list[Title]:
    """Titles with all of the words, in the first language that has any and those with the same base."""
    found: list[Title] = []
    for language in languages:
        if not found or words.base_language(language) == words.base_language(found[0].language):
            own = [part for part in parts if part.shelf.language == language]
            ranked = sorted((each for part in own for each in _fitting(part, wanted, most)), key=lambda each: each[0])
            found += (title for _rank, title in ranked)
    return _one_a_group(found, most)


def _fitting(part: _Part, wanted: list[list[str]], most: int) -> Iterator[_Ranked]:
    """The best of one shelf: what begins with the first word before what only holds it."""
    held = part.shelf.holding_all(wanted)
    if held is None:
        return
    held = part.there(held)
    begun = part.best(_numbers(held & part.shelf.opening(wanted[0])), most)
    others = part.best(_numbers(held), most + len(begun)) if len(begun) < most else []
    for is_begun, found in ((True, begun), (False, others)):
        yield from ((part.rank(number, title, begins=is_begun), title) for number, title in found)


def _likely(parts: Sequence[_Part], wanted: list[list[str]], most: int) -> list[Title]:
    """Titles with at least half of the words; what few titles hold says more than what many do."""
    held = [[part.there(part.shelf.holding(starts)) for starts in wanted] for part in parts]
    holders = [sum(int(masks[at].sum()) for masks in held) for at in range(len(wanted))]
    ranked: list[_Ranked] = []
    for part, masks in zip(parts, held, strict=True):
        opening = part.shelf.opening(wanted[0])
        scores = _scores(masks, holders)
        for number, title in part.best(_in_order(scores, opening, most), most):
            ranked.append((part.rank(number, title, begins=opening[number], score=float(scores[number])), title))
    return _one_a_group((title for _rank, title in sorted(ranked, key=lambda each: each[0])), most)


def _numbers(mask: Mask) -> Iterator[int]:
    """The numbers in a mask, the lowest first. A few are wanted as a rule, so the rest is not made ready."""
    numbers = np.flatnonzero(mask)
    for at in range(0, len(numbers), _AT_ONCE):
        yield from numbers[at : at + _AT_ONCE].tolist()


def _in_order(scores: Scores, opening: Mask, most: int) -> Iterator[int]:
    """The numbers with a score, best first; again from the start where the first few were not enough.

    A few are wanted as a rule: one title with many wordings may take up more.
    """
    numbers = np.flatnonzero(scores)
    few = 4 * most
    if len(numbers) > few:
        least = np.partition(scores[numbers], -few)[-few]
        yield from _sorted(numbers[scores[numbers] > least], scores, opening)
        ties = numbers[scores[numbers] == least]
        yield from [*ties[opening[ties]][:few].tolist(), *ties[~opening[ties]][:few].tolist()][:few]
    yield from _sorted(numbers, scores, opening)


def _sorted(numbers: NDArray[np.intp], scores: Scores, opening: Mask) -> list[int]:
    order = np.lexsort((numbers, ~opening[numbers], -scores[numbers]))
    found: list[int] = numbers[order].tolist()
    return found


def _scores(held: Sequence[Mask], holders: Sequence[int]) -> Scores:
    """For each wording that at least half of the masks hold, the sum of what those say; 0 for all others."""
    counts = np.zeros(len(held[0]), np.uint16)
    scores = np.zeros(len(held[0]), np.float64)
    for mask, among in zip(held, holders, strict=True):
        if among:
            counts += mask
            scores += mask / among
    scores[2 * counts < len(held)] = 0
    return scores


def _one_a_group(titles: Iterable[Title], most: int) -> list[Title]:
    chosen: dict[tuple[str, str], Title] = {}
    for title in titles:
        chosen.setdefault((title.kind, title.group), title)
    return list(chosen.values())[:most]
