"""Searches that found no answer, were worded otherwise in the same visit, and then led to a yes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.trail.models import SearchEvent, SelfServiceSession, SessionKind, SessionStep, StepKind
from app.trail.queries import NO_ANSWER, NOTHING_FOUND

MOST_SESSIONS = 2000
_UNANSWERED = (NOTHING_FOUND, NO_ANSWER)


@dataclass(frozen=True)
class Rewording:
    """What a visitor (a keyed hash of one day) searched for in vain, what they searched for next, and when."""

    visitor: str
    language: str
    before: str
    after: str
    at: datetime


def solved_rewordings(session: Session, *, since: datetime) -> list[Rewording]:
    """The rewordings of persons since then that ended with a yes after the second search; the latest first.

    Of each pair the first search found nothing or nothing that answers, the very next one found something. Looked for
    in the latest 2,000 visits that may have one, in three queries.
    """
    visitors: dict[int, str] = dict(iter(session.execute(_sessions(since))))
    if not visitors:
        return []
    said_yes_at = _last_yes(session, list(visitors))
    searches: dict[int, list[SearchEvent]] = defaultdict(list)
    events = select(SearchEvent).where(
        SearchEvent.session_id.in_(visitors), or_(SearchEvent.is_typed.is_(False), SearchEvent.clicks > 0)
    )
    for event in session.scalars(events.order_by(SearchEvent.created_at, SearchEvent.id)):
        searches[event.session_id].append(event)
    found = [
        Rewording(visitors[session_id], after.language, before.query_raw, after.query_raw, after.created_at)
        for session_id, yes_at in said_yes_at.items()
        for before, after in _reworded(searches[session_id])
        if yes_at >= after.created_at
    ]
    return sorted(found, key=lambda each: (each.at, each.after), reverse=True)


def _sessions(since: datetime) -> Select[int, str]:
    in_vain = select(SearchEvent.session_id).where(SearchEvent.created_at >= since, SearchEvent.state.in_(_UNANSWERED))
    solved = select(SessionStep.session_id).where(SessionStep.what == StepKind.VOTED, SessionStep.fixed.is_(True))
    return (
        select(SelfServiceSession.id, SelfServiceSession.visitor)
        .where(
            SelfServiceSession.kind == SessionKind.PERSON,
            SelfServiceSession.last_event_at >= since,
            SelfServiceSession.id.in_(in_vain),
            SelfServiceSession.id.in_(solved),
        )
        .order_by(SelfServiceSession.last_event_at.desc())
        .limit(MOST_SESSIONS)
    )


def _last_yes(session: Session, ids: Sequence[int]) -> Mapping[int, datetime]:
    """When each session said yes last, of the votes that were not taken back."""
    votes = select(SessionStep).where(SessionStep.session_id.in_(ids), SessionStep.what == StepKind.VOTED)
    last: dict[tuple[int, str, str], SessionStep] = {}
    for step in session.scalars(votes.order_by(SessionStep.at, SessionStep.id)):
        last[step.session_id, step.kind, step.key] = step
    found: dict[int, datetime] = {}
    for (session_id, _kind, _key), step in last.items():
        if step.fixed:
            found[session_id] = max(found.get(session_id, step.at), step.at)
    return found


def _reworded(searches: Sequence[SearchEvent]) -> Iterator[tuple[SearchEvent, SearchEvent]]:
    for before, after in pairwise(searches):
        is_in_vain = before.state in _UNANSWERED
        is_found = after.results > 0 and after.state not in _UNANSWERED
        if is_in_vain and is_found and before.query_norm != after.query_norm and before.language == after.language:
            yield before, after
