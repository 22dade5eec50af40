"""What became of the searches that were judged: whether what was said of the first result came true.

Told by what the same person did next in the same visit: votes, and without any a request to a person, or another search
for the same thing: one within five minutes, or with a word in common. Where nothing like that followed we do not know;
that is never counted as solved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby, takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.trail.models import SearchEvent, SelfServiceSession, SessionKind, SessionOutcome, SessionStep, StepKind
from app.trail.ways import REPHRASED_WITHIN

MOST = 100_000
"""As many searches are looked at, the latest."""
Alike = Callable[[str, str, str], bool]
"""Whether the plain words of two searches in a language are about the same."""


class Became(StrEnum):
    """What became of one search.

    FIRST: its first result was said to have solved it; OTHER: something else was; NOT_SOLVED: a no, a request or
    another search for the same came next; PERHAPS: something was read, and nothing more was heard; UNKNOWN: nothing
    tells.
    """

    FIRST = "first"
    OTHER = "other"
    NOT_SOLVED = "not_solved"
    PERHAPS = "perhaps"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class JudgedSearch:
    """A search of a person whose first result was judged, and what became of it. `confidence` lies in [0, 1]."""

    fit: str
    confidence: float
    became: Became


@dataclass(frozen=True)
class _Event:
    """One thing in a visit: a search, with a `fit` when it was judged; a vote on a `thing`; a request to a person."""

    visit: int
    outcome: SessionOutcome | None
    at: datetime
    fit: str | None = None
    confidence: float | None = None
    language: str = ""
    words: str = ""
    thing: str = ""
    is_vote: bool = False
    is_request: bool = False
    said: bool = False


def judged_searches(session: Session, *, since: datetime, alike: Alike) -> list[JudgedSearch]:
    """The judged searches of persons since then, in two queries, each visit's in their order.

    Args:
        alike: whether two searches have a word in common that tells what they are about.
    """
    searches = list(_searches(session, since))
    steps = _steps(session, min((each.at for each in searches), default=since))
    judged = []
    for _visit, events in groupby(sorted([*searches, *steps], key=_by_visit), key=lambda each: each.visit):
        visit = list(events)
        for place, each in enumerate(visit, start=1):
            if each.fit is not None and each.confidence is not None:
                judged.append(JudgedSearch(each.fit, each.confidence, _became(each, visit[place:], alike)))
    return judged


def _became(search: _Event, later: Sequence[_Event], alike: Alike) -> Became:
    votes = {each.thing: each.said for each in takewhile(lambda event: event.is_vote, later)}
    if votes.get(search.thing):
        return Became.FIRST
    if any(votes.values()):
        return Became.OTHER
    following = next((each for each in later if not each.is_vote), None)
    if votes or (following is not None and _goes_on(search, following, alike)):
        return Became.NOT_SOLVED
    return Became.PERHAPS if search.outcome is SessionOutcome.SOLVED_INFERRED else Became.UNKNOWN


def _goes_on(search: _Event, following: _Event, alike: Alike) -> bool:
    """Whether this is a request to a person, or a search for the same thing."""
    if following.is_request or following.at - search.at <= REPHRASED_WITHIN:
        return True
    return alike(search.words, following.words, search.language)


def _searches(session: Session, since: datetime) -> Iterator[_Event]:
    asked = (
        select(
            SearchEvent.session_id,
            SelfServiceSession.outcome,
            SearchEvent.created_at,
            SearchEvent.language,
            SearchEvent.query_norm,
            SearchEvent.fit,
            SearchEvent.confidence,
            SearchEvent.best,
        )
        .join(SelfServiceSession, SelfServiceSession.id == SearchEvent.session_id)
        .where(SelfServiceSession.kind == SessionKind.PERSON)
        .where(SearchEvent.created_at >= since, SearchEvent.is_typed.is_(False))
        .order_by(SearchEvent.created_at.desc(), SearchEvent.id.desc())
        .limit(MOST)
    )
    for visit, outcome, at, language, words, fit, confidence, best in session.execute(asked):
        yield _Event(visit, outcome, at, fit, confidence, language, words, thing=best or "")


def _steps(session: Session, since: datetime) -> Iterator[_Event]:
    told = (
        select(SessionStep.session_id, SelfServiceSession.outcome, SessionStep)
        .join(SelfServiceSession, SelfServiceSession.id == SessionStep.session_id)
        .where(SelfServiceSession.kind == SessionKind.PERSON, SessionStep.at >= since)
        .where(SessionStep.what.in_([StepKind.VOTED, StepKind.ASKED]))
        .order_by(SessionStep.at, SessionStep.id)
    )
    for visit, outcome, step in session.execute(told):
        is_vote, thing = step.what is StepKind.VOTED, f"{step.kind} {step.key}"
        yield _Event(
            visit, outcome, step.at, thing=thing, is_vote=is_vote, said=bool(step.fixed), is_request=not is_vote
        )


def _by_visit(event: _Event) -> tuple[int, datetime]:
    return event.visit, event.at
