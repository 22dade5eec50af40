"""Pairs of words that may mean the same, as the search log shows: nothing found, said otherwise, solved.

They are read out of the log whenever editors look, so nothing outlives the log but what editors decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import clock
from app.foundation.database import is_postgresql
from app.foundation.errors import Conflict
from app.search import words
from app.search.models import SynonymDecision, SynonymPhrase
from app.search.spelling import one_slip
from app.search.synonym_sets import LONGEST_PHRASE, checked_phrases, write_set
from app.search.synonyms import stems_of
from app.trail.rewordings import Rewording, solved_rewordings

FEWEST_VISITORS = 2
MOST_WORDS = 2
MOST_PROPOSALS = 20
MOST_EVIDENCE = 3
DAYS = 90

_Key = tuple[str, str]


@dataclass(frozen=True)
class Evidence:
    """One visit that speaks for a proposal: what was searched for in vain, what found something, and when."""

    before: str
    after: str
    at: datetime


@dataclass(frozen=True)
class Proposal:
    """Words that found nothing, words that led to a yes instead, and how many visitors changed one for the other."""

    language: str
    vain: str
    found: str
    visitors: int
    evidence: tuple[Evidence, ...]


def proposals(session: Session) -> list[Proposal]:
    """What two visitors or more agree on and nobody has decided, most visitors first, then the latest; 20 at most."""
    by_pair: dict[_Key, list[tuple[str, str, Rewording]]] = defaultdict(list)
    for rewording in solved_rewordings(session, since=clock.now() - timedelta(days=DAYS)):
        language = words.base_language(rewording.language)
        pair = difference(rewording.before, rewording.after, language)
        if pair is not None:
            by_pair[language, _pair_key(pair, language)].append((*pair, rewording))
    enough = {key: said for key, said in by_pair.items() if _visitors(said) >= FEWEST_VISITORS}
    if not enough:
        return []
    settled = _decided(session, enough) | _in_one_set(session, enough)
    found = [_proposal(language, said) for (language, key), said in enough.items() if (language, key) not in settled]
    # Sorting keeps the order of equals, which is that of the latest first.
    return sorted(found, key=lambda each: -each.visitors)[:MOST_PROPOSALS]


def accept(session: Session, language: str, vain: str, found: str, *, by: Account | None) -> None:
    """Let the two mean the same: in the sets that hold one of them, or in a new one.

    Raises:
        InvalidInput: they can be no set, as `write_set` says.
        Conflict: somebody else has decided meanwhile.
    """
    _decide(session, language, (vain, found), is_accepted=True, by=by)
    write_set(session, language, [vain, found], by=by, joins=True)


def dismiss(session: Session, language: str, vain: str, found: str, *, by: Account | None) -> None:
    """Never propose this pair again.

    Raises:
        InvalidInput: they can be no pair.
        Conflict: somebody else has decided meanwhile.
    """
    _decide(session, language, (vain, found), is_accepted=False, by=by)


def difference(before: str, after: str, language: str) -> tuple[str, str] | None:
    """The words of each text that the other lacks, side by side in it and two at most; None where there are none such.

    Neither numbers nor slips of the finger are words for another thing. `language` is a base code.
    """
    first, second = _spots(before, language), _spots(after, language)
    left = _lacking(first, second)
    right = _lacking(second, first)
    one, other = (words.folded_word("".join(spot.text for spot in spots)) for spots in (left, right))
    if one == other or other in one_slip(one or other):
        return None
    vain, found = _phrase(before, left, first, language), _phrase(after, right, second, language)
    return (vain, found) if vain and found else None


@dataclass(frozen=True)
class _Spot:
    """A word of a text, from `start` up to but not including `end`; `text` are its letters and digits alone."""

    start: int
    end: int
    stem: str
    text: str


def _spots(text: str, language: str) -> list[_Spot]:
    return [
        _Spot(each.start, each.end, each.tokens[0], "".join(filter(str.isalnum, text[each.start : each.end])))
        for each in words.located_words(text, language)
    ]


def _lacking(own: Sequence[_Spot], other: Sequence[_Spot]) -> list[_Spot]:
    """Those of a text that another lacks."""
    stems = {spot.stem for spot in other}
    return [spot for spot in own if spot.stem not in stems]


def _phrase(text: str, lacking: Sequence[_Spot], every: Sequence[_Spot], language: str) -> str:
    """What of the text the other one lacks, as a phrase; empty when it can be none."""
    content = [spot for spot in every if not words.is_stop_word(words.folded_word(spot.text), language)]
    places = [place for place, spot in enumerate(content) if spot in lacking]
    if not 1 <= len(places) <= MOST_WORDS or places[-1] - places[0] != len(places) - 1:
        return ""
    start, end = content[places[0]].start, content[places[-1]].end
    phrase = " ".join(text[start:end].split()).lower()
    # What stands in brackets is what was put in place of personal data.
    is_plain = not any(map(str.isdigit, phrase)) and text[:start][-1:] != "[" and "]" not in phrase
    return phrase if is_plain and len(phrase) <= LONGEST_PHRASE else ""


def _pair_key(pair: Iterable[str], language: str) -> str:
    return " = ".join(sorted(" ".join(stems_of(each, language)) for each in pair))


def _visitors(said: Sequence[tuple[str, str, Rewording]]) -> int:
    return len({rewording.visitor for _vain, _found, rewording in said})


def _proposal(language: str, said: Sequence[tuple[str, str, Rewording]]) -> Proposal:
    vain, found, _latest = said[0]
    shown = dict.fromkeys((each.before, each.after) for _vain, _found, each in said)
    at = {(each.before, each.after): each.at for _vain, _found, each in reversed(said)}
    evidence = tuple(Evidence(*texts, at[texts]) for texts in list(shown)[:MOST_EVIDENCE])
    return Proposal(language, vain, found, _visitors(said), evidence)


def _decided(session: Session, keys: Iterable[_Key]) -> set[_Key]:
    asked = select(SynonymDecision.language, SynonymDecision.key)
    rows = session.execute(asked.where(SynonymDecision.key.in_([key for _language, key in keys])))
    return {(language, key) for language, key in rows}


def _in_one_set(session: Session, keys: Iterable[_Key]) -> set[_Key]:
    pairs = {(language, key): key.split(" = ") for language, key in keys}
    wanted = {phrase for pair in pairs.values() for phrase in pair}
    rows = session.execute(
        select(SynonymPhrase.language, SynonymPhrase.key, SynonymPhrase.set_id).where(SynonymPhrase.key.in_(wanted))
    )
    sets = {(language, key): set_id for language, key, set_id in rows}
    return {
        (language, key)
        for (language, key), (one, other) in pairs.items()
        if (language, one) in sets and sets[language, one] == sets.get((language, other))
    }


def _decide(session: Session, language: str, pair: tuple[str, str], *, is_accepted: bool, by: Account | None) -> None:
    language, checked = checked_phrases(language, pair)
    insert = postgresql.insert(SynonymDecision) if is_postgresql(session) else sqlite.insert(SynonymDecision)
    decided = insert.values(
        language=language,
        key=_pair_key(checked, language),
        is_accepted=is_accepted,
        decided_at=clock.now(),
        decided_by_id=by.id if by else None,
    )
    written = session.execute(decided.on_conflict_do_nothing().returning(SynonymDecision.key)).scalar()
    if written is None:
        raise Conflict(_("Somebody else has decided about these words already: look at the list again."))
