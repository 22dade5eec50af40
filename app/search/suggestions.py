"""Titles and other wordings that fit what somebody is typing, from memory: begun words count, one slip is forgiven."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from app.search import words
from app.search.engines.base import Engine, Title, TitleBatch
from app.search.spelling import SHORTEST, one_slip

LONGEST_TYPED = 120
MOST_BATCHES = 40
LEAST_LIKENESS = 55.0
_Rank = tuple[int, int, int, int, str, str]


@dataclass(frozen=True)
class _Wording:
    place: int
    is_title: bool
    text: str


@dataclass(frozen=True)
class _Prepared:
    """A batch made ready: each wording's folded words with a blank before each, and all words in order by readers."""

    wordings: list[_Wording]
    vocabularies: dict[str, list[str]]


class Suggester:
    """Finds titles by what is typed. One for all threads; batches that stay the same are prepared once."""

    def __init__(self) -> None:
        self._prepared: dict[str, _Prepared] = {}
        self._preparing = threading.Lock()

    def titles_for(
        self, typed: str, engine: Engine, *, languages: Sequence[str], readers: frozenset[str], most: int
    ) -> list[Title]:
        """The best fitting titles, one a group, in the first of the languages that has any.

        Raises:
            EngineUnavailable: the index cannot be read.
        """
        asked = words.plain_words(typed[:LONGEST_TYPED])
        batches = [(batch, self._ready(batch)) for batch in engine.titles()]
        vocabularies = [
            known for _batch, prepared in batches for group, known in prepared.vocabularies.items() if group in readers
        ]
        attempts = list(_attempts(asked, vocabularies))
        base = words.base_language(languages[0]) if languages else ""
        telling = [word for word in asked if not words.is_stop_word(word, base)]
        if telling != asked:
            attempts += _attempts(telling, vocabularies)
        for wanted in attempts:
            found = _best(batches, wanted, languages, readers, most)
            if found:
                return found
        own = [each for each in languages if words.base_language(each) == base]
        if len(telling) < 2:
            return []
        return _likely(batches, _forgiven(telling, vocabularies), own, readers, most)

    def nearest(
        self, text: str, engine: Engine, *, languages: Sequence[str], readers: frozenset[str], most: int
    ) -> list[Title]:
        """The titles whose words look the most like the text, for when no document holds any of its words."""
        asked = " ".join(words.plain_words(text[:LONGEST_TYPED]))
        found: list[tuple[float, str, Title]] = []
        for batch in engine.titles():
            prepared = self._ready(batch)
            likely = process.extract(
                asked,
                {at: wording.text for at, wording in enumerate(prepared.wordings)},
                scorer=fuzz.token_set_ratio,
                score_cutoff=LEAST_LIKENESS,
                limit=most * 8,
            )
            for _text, likeness, at in likely:
                place = prepared.wordings[at].place
                title = batch.titles[place]
                if place not in batch.gone and title.language in languages and title.readers in readers:
                    found.append((-likeness, title.key, title))
        chosen: dict[tuple[str, str], Title] = {}
        for _likeness, _key, title in sorted(found, key=lambda each: each[:2]):
            chosen.setdefault((title.kind, title.group), title)
        return list(chosen.values())[:most]

    def _ready(self, batch: TitleBatch) -> _Prepared:
        with self._preparing:
            prepared = self._prepared.get(batch.id)
            if prepared is None:
                prepared = _prepare(batch)
                kept = list(self._prepared.items())[-MOST_BATCHES:]
                self._prepared = {**dict(kept), batch.id: prepared}
            return prepared


def _prepare(batch: TitleBatch) -> _Prepared:
    wordings = []
    vocabularies: dict[str, set[str]] = {}
    for place, title in enumerate(batch.titles):
        for number, text in enumerate((title.title, *title.wordings)):
            parts = words.plain_words(text)
            vocabularies.setdefault(title.readers, set()).update(parts)
            wordings.append(_Wording(place, number == 0, "".join(f" {part}" for part in parts)))
    return _Prepared(wordings, {group: sorted(known) for group, known in vocabularies.items()})


def _attempts(asked: list[str], vocabularies: Sequence[list[str]]) -> Iterator[list[list[str]]]:
    """What to look for, strictest first: words as begun, then with one slip forgiven in those that begin nothing."""
    if not asked:
        return
    yield [[word] for word in asked]
    forgiven = _forgiven(asked, vocabularies)
    if all(forgiven) and forgiven != [[word] for word in asked]:
        yield forgiven


def _forgiven(asked: list[str], vocabularies: Sequence[list[str]]) -> list[list[str]]:
    """For each word the words that it may have been meant to be; none for one that is far from all."""
    forgiven = []
    for word in asked:
        if len(word) < SHORTEST or any(_begins(known, word) for known in vocabularies):
            forgiven.append([word])
        else:
            near = {each for each in one_slip(word) if any(_begins(known, each) for known in vocabularies)}
            forgiven.append(sorted(near, key=lambda each: (each[:1] != word[:1], each))[:12])
    return forgiven


def _begins(vocabulary: list[str], start: str) -> bool:
    at = bisect_left(vocabulary, start)
    return at < len(vocabulary) and vocabulary[at].startswith(start)


def _best(
    batches: Sequence[tuple[TitleBatch, _Prepared]],
    wanted: list[list[str]],
    languages: Sequence[str],
    readers: frozenset[str],
    most: int,
) -> list[Title]:
    preference = {language: place for place, language in reversed(list(enumerate(languages)))}
    chosen: dict[tuple[str, str], tuple[_Rank, Title]] = {}
    for batch, prepared in batches:
        fitting = prepared.wordings
        for starts in sorted(wanted, key=lambda each: -min(map(len, each))):
            fitting = _holding(fitting, starts)
        for wording in fitting:
            title = batch.titles[wording.place]
            if title.language not in preference or title.readers not in readers or wording.place in batch.gone:
                continue
            rank = _rank(wording, title, wanted, preference[title.language])
            known = chosen.get((title.kind, title.group))
            if known is None or rank < known[0]:
                chosen[title.kind, title.group] = (rank, title)
    ordered = [title for _rank, title in sorted(chosen.values(), key=lambda each: each[0])]
    best = words.base_language(ordered[0].language) if ordered else ""
    return [title for title in ordered if words.base_language(title.language) == best][:most]


def _likely(
    batches: Sequence[tuple[TitleBatch, _Prepared]],
    wanted: list[list[str]],
    languages: Sequence[str],
    readers: frozenset[str],
    most: int,
) -> list[Title]:
    """Titles with at least half of the words; what few titles hold says more than what many do."""
    held: list[tuple[list[int], _Wording, Title]] = []
    for batch, prepared in batches:
        found: dict[int, tuple[list[int], _Wording]] = {}
        for at, starts in enumerate(wanted):
            for wording in _holding(prepared.wordings, starts):
                found.setdefault(id(wording), ([], wording))[0].append(at)
        for parts, wording in found.values():
            title = batch.titles[wording.place]
            if title.language in languages and title.readers in readers and wording.place not in batch.gone:
                held.append((parts, wording, title))
    holders = Counter(at for parts, _wording, _title in held for at in parts)
    chosen: dict[tuple[str, str], tuple[tuple[float, _Rank], Title]] = {}
    for parts, wording, title in held:
        if 2 * len(parts) >= len(wanted):
            rank = -sum(1 / holders[at] for at in parts), _rank(wording, title, wanted, 0)
            known = chosen.get((title.kind, title.group))
            if known is None or rank < known[0]:
                chosen[title.kind, title.group] = (rank, title)
    return [title for _rank, title in sorted(chosen.values(), key=lambda each: each[0])][:most]


def _holding(wordings: list[_Wording], starts: Sequence[str]) -> list[_Wording]:
    """Those of the wordings with a word that begins like one of these. Asked of every title at every key stroke."""
    if len(starts) == 1:
        wanted = f" {starts[0]}"
        return [each for each in wordings if wanted in each.text]
    begun = [f" {start}" for start in starts]
    return [each for each in wordings if any(start in each.text for start in begun)]


def _rank(wording: _Wording, title: Title, wanted: list[list[str]], preference: int) -> _Rank:
    begins = any(wording.text.startswith(f" {start}") for start in wanted[0])
    return preference, not begins, not wording.is_title, len(wording.text), title.title, title.key
