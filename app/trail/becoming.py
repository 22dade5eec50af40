"""What became of the searches that were judged: whether what was said of the first result came true.

Told by what the same person did next in the same visit: votes, and without any a request to a person, or another search
for the same thing: one within five minutes, or with a word in common. Where nothing like that followed we do not know;
that is never counted as solved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
TELLING_WORD = 4
"""From how many letters on a word in common makes two searches one question: shorter ones stand in most of them."""


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
    """One thing in a visit. `fit` stands with searches that were judged, `words` with all searches, `thing` with votes,
    which `is_vote` tells from requests.
    """

    visit: int
    outcome: SessionOutcome | None
    at: datetime
    fit: str | None = None
    confidence: float | None = None
    words: str = ""
    thing: str = ""
    is_vote: bool = False
    said: bool = False


def judged_searches(session: Session, *, since: datetime) -> list[JudgedSearch]:
    """The judged searches of persons since then, in two queries, each visit's in their order."""
    searches = list(_searches(session, since))
    steps = _steps(session, min((each.at for each in searches), default=since))
    judged = []
    for _visit, events in groupby(sorted([*searches, *steps], key=_by_visit), key=lambda each: each.visit):
        visit = list(events)
        for place, each in enumerate(visit, start=1):
            if each.fit is not None and each.confidence is not None:
                judged.append(JudgedSearch(each.fit, each.confidence, _became(each, visit[place:])))
    return judged


def _became(search: _Event, later: Sequence[_Event]) -> Became:
    votes = {each.thing: each.said for each in takewhile(lambda event: event.is_vote, later)}
    if votes.get(search.thing):
        return Became.FIRST
    if any(votes.values()):
        return Became.OTHER
    following = next((each for each in later if not each.is_vote), None)
    if votes or (following is not None and _goes_on(search, following)):
        return Became.NOT_SOLVED
    return Became.PERHAPS if search.outcome is SessionOutcome.SOLVED_INFERRED else Became.UNKNOWN


def _goes_on(search: _Event, following: _Event) -> bool:
    """Whether this is a request to a person, or a search for the same thing."""
    if not following.words or following.at - search.at <= REPHRASED_WITHIN:
        return True
    return any(len(word) >= TELLING_WORD for word in {*search.words.split()} & {*following.words.split()})


def _searches(session: Session, since: datetime) -> Iterator[_Event]:
    asked = (
        select(
            SearchEvent.session_id,
            SelfServiceSession.outcome,
            SearchEvent.created_at,
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
    for visit, outcome, at, words, fit, confidence, best in session.execute(asked):
        yield _Event(visit, outcome, at, fit=fit, confidence=confidence, words=words, thing=best or "")


def _steps(session: Session, since: datetime) -> Iterator[_Event]:
    told = (
        select(SessionStep.session_id, SelfServiceSession.outcome, SessionStep)
        .join(SelfServiceSession, SelfServiceSession.id == SessionStep.session_id)
        .where(SelfServiceSession.kind == SessionKind.PERSON, SessionStep.at >= since)
        .where(SessionStep.what.in_([StepKind.VOTED, StepKind.ASKED]))
        .order_by(SessionStep.at, SessionStep.id)
    )
    for visit, outcome, step in session.execute(told):
        is_vote = step.what is StepKind.VOTED
        yield _Event(visit, outcome, step.at, thing=f"{step.kind} {step.key}", is_vote=is_vote, said=bool(step.fixed))


def _by_visit(event: _Event) -> tuple[int, datetime]:
    return event.visit, event.at
