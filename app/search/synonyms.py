"""What a search can be said as instead, by the sets of synonyms that editors keep.

Each process holds the sets in memory. At most once a second a search asks whether they are still the same ones, so that
a decision of an editor is in force everywhere within two seconds, and most searches ask nothing.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.database import reading
from app.search import words
from app.search.marks import UnreadableMark, mark_at_a_glance
from app.search.models import SynonymPhrase

logger = logging.getLogger(__name__)

#: The mark that changes with the sets.
MARK = "synonyms"
MOST_REWORDINGS = 3
MOST_EXTRA_TOKENS = 24
MOST_MATCHES = 3
"""Of phrases in a query that are reworded: each doubles what there is to encode."""
LONGEST_AGE = 1.0
"""Seconds that the sets are used before it is asked whether they changed."""

Stems = tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """A phrase that stands in a query, from `start` up to but not including `end`, and what else says the same."""

    start: int
    end: int
    others: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The sets of all languages. `phrases` are by language and first stem: all stems, and the phrases of the set.

    `stems` are all that stand in phrases of a language.
    """

    version: str | None = None
    phrases: Mapping[str, Mapping[str, Sequence[tuple[Stems, str, Sequence[str]]]]] = field(default_factory=dict)
    stems: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, version: str | None, sets: Iterable[tuple[str, Sequence[str]]]) -> Table:
        """The table of these sets: a base language and the phrases of each."""
        found: dict[str, dict[str, list[tuple[Stems, str, Sequence[str]]]]] = defaultdict(lambda: defaultdict(list))
        for language, phrases in sets:
            for phrase in phrases:
                if stems := stems_of(phrase, language):
                    found[language][stems[0]].append((stems, phrase, phrases))
        for by_stem in found.values():
            for entries in by_stem.values():
                entries.sort(key=lambda entry: -len(entry[0]))
        held = {
            language: frozenset(stem for entries in by_stem.values() for own, *_rest in entries for stem in own)
            for language, by_stem in found.items()
        }
        return cls(version, found, held)

    def matches(self, text: str, language: str) -> list[Match]:
        """The phrases that stand in the text, in order and apart: of two that overlap the first, of equals the longest.

        `language` is a base code.
        """
        by_stem = self.phrases.get(language)
        if not by_stem:
            return []
        located = list(words.located_words(text, language))
        stems = tuple(each.tokens[0] for each in located)
        found, at = [], 0
        while at < len(stems):
            for own, phrase, phrases in by_stem.get(stems[at], ()):
                if stems[at : at + len(own)] == own:
                    others = tuple(other for other in phrases if other != phrase)
                    found.append(Match(located[at].start, located[at + len(own) - 1].end, others))
                    at += len(own) - 1
                    break
            at += 1
        return found


class Synonyms:
    """The table that this process knows."""

    def __init__(self) -> None:
        self._table = Table()
        self._asked_at = -math.inf
        self._lock = threading.Lock()

    def table(self) -> Table:
        """The sets as they were a second ago at most. While they cannot be read: as they were known last."""
        if time.monotonic() - self._asked_at > LONGEST_AGE and self._lock.acquire(blocking=False):
            try:
                version = mark_at_a_glance(MARK)
                if version != self._table.version:
                    self._table = Table.of(version, _stored_sets())
            except (UnreadableMark, SQLAlchemyError) as error:
                logger.warning("The synonyms could not be read, so search goes by what it knew: %s", error)
            finally:
                self._asked_at = time.monotonic()
                self._lock.release()
        return self._table

    def forget(self) -> None:
        """Have the next search ask whether the sets changed."""
        self._asked_at = -math.inf


def install(app: Flask) -> None:
    """Give the process its table."""
    app.extensions["search_synonyms"] = Synonyms()


def holds(word: str, language: str) -> bool:
    """Whether a folded word stands in a set of this language: then it is no slip, even if no document has it."""
    language = words.base_language(language)
    return words.stemmed(word, language) in _table().stems.get(language, ())


def look_again() -> None:
    """Have the next search in this process go by the sets as they are then."""
    synonyms: Synonyms = current_app.extensions["search_synonyms"]
    synonyms.forget()


def extra_tokens(text: str, language: str) -> tuple[str, ...]:
    """What else to look for in documents of this language: the tokens of what says the same as phrases of the text.

    Returns:
        Tokens as `words.query_tokens` gives them, each once, none that the text itself gives, at most 24; in the order
        of the phrases in the text and in their sets. Empty for most texts.
    """
    language = words.base_language(language)
    matches = _table().matches(text, language)
    if not matches:
        return ()
    others = dict.fromkeys(other for match in matches for other in match.others)
    own = frozenset(words.query_tokens(text, language))
    extra = dict.fromkeys(token for other in others for token in words.query_tokens(other, language))
    return tuple(islice((token for token in extra if token not in own), MOST_EXTRA_TOKENS))


def reworded(text: str, language: str) -> tuple[str, ...]:
    """The text said in other words, at most three times: first with everything replaced that a set has more words for.

    Empty for most texts. Only the first three phrases are replaced.
    """
    matches = _table().matches(text, words.base_language(language))[:MOST_MATCHES]
    if not matches:
        return ()
    chosen = product(*((*match.others, text[match.start : match.end]) for match in matches))
    wordings = dict.fromkeys(_replaced(text, matches, others) for others in islice(chosen, MOST_REWORDINGS + 1))
    return tuple(islice((wording for wording in wordings if wording != text), MOST_REWORDINGS))


def stems_of(phrase: str, language: str) -> Stems:
    """The stems of a phrase by which it is compared, stop words too; empty for one without words."""
    return tuple(each.tokens[0] for each in words.located_words(phrase, language))


def _table() -> Table:
    synonyms: Synonyms = current_app.extensions["search_synonyms"]
    return synonyms.table()


def _stored_sets() -> list[tuple[str, Sequence[str]]]:
    rows = select(SynonymPhrase.set_id, SynonymPhrase.language, SynonymPhrase.text)
    sets: dict[tuple[int, str], list[str]] = defaultdict(list)
    with reading() as session:
        for set_id, language, text in session.execute(rows.order_by(SynonymPhrase.set_id, SynonymPhrase.position)):
            sets[set_id, language].append(text)
    return [(language, phrases) for (_set_id, language), phrases in sets.items()]


def _replaced(text: str, matches: Sequence[Match], others: Sequence[str]) -> str:
    for match, other in zip(reversed(matches), reversed(others), strict=True):
        text = text[: match.start] + other + text[match.end :]
    return text
