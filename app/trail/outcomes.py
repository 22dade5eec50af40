"""How sessions ended: the ladder of every report, decided by the worker once a session is over.

Decided 24 hours after the last event, first match wins: a yes -> solved_confirmed; a request sent -> escalated; a no ->
unsolved; read for 20 seconds or more, no search after that, and no request within 72 hours -> solved_inferred; searched
and opened nothing -> abandoned; else unknown. What may be inferred is put off until the 72 hours are over, and is never
added to what was confirmed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.foundation import clock, jobs
from app.foundation.database import reading
from app.trail.models import SearchEvent, SelfServiceSession, SessionOutcome, SessionStep, StepKind

DECIDE_JOB = "decide_outcomes"
DECIDED_AFTER = timedelta(hours=24)
INFERRED_AFTER = timedelta(hours=72)
LEAST_READING = 20  # seconds
EVERY = timedelta(minutes=15)
_BATCH = 1000


@dataclass
class Story:
    """What a session came to.

    `searched_at` and `read_at` are the moments of the last search and of the last reading of 20 seconds or more; `said`
    is the last vote about each thing; `has_asked_later`: the same visitor sent a request after it.
    """

    searched_at: datetime | None = None
    has_clicked: bool = False
    read_at: datetime | None = None
    said: dict[str, bool] = field(default_factory=dict)
    has_asked: bool = False
    has_asked_later: bool = False


def outcome_of(story: Story, *, is_awaited: bool) -> SessionOutcome | None:
    """The outcome by the ladder; None while a request may still show that reading did not help (`is_awaited`)."""
    if any(story.said.values()):
        return SessionOutcome.SOLVED_CONFIRMED
    if story.has_asked:
        return SessionOutcome.ESCALATED
    if story.said:
        return SessionOutcome.UNSOLVED
    has_searched_on = story.read_at and story.searched_at and story.searched_at > story.read_at
    if story.read_at and not has_searched_on and not story.has_asked_later:
        return None if is_awaited else SessionOutcome.SOLVED_INFERRED
    if story.searched_at and not story.has_clicked:
        return SessionOutcome.ABANDONED
    return SessionOutcome.UNKNOWN


def decide_outcomes(session: Session) -> None:
    """Decide a batch of sessions that are over, and ask for the next batch: at once while there may be more."""
    now = clock.now()
    with reading() as before:
        due = _due(before, now)
        stories = _stories(before, [session_id for session_id, _ in due])
    decided: dict[SessionOutcome | None, list[int]] = defaultdict(list)
    for session_id, last_event_at in due:
        is_awaited = now - last_event_at < INFERRED_AFTER
        decided[outcome_of(stories[session_id], is_awaited=is_awaited)].append(session_id)
    for outcome, ids in decided.items():
        these = update(SelfServiceSession).where(SelfServiceSession.id.in_(ids))
        session.execute(these.values(outcome=outcome, decided_at=now))
    next_at = now if len(due) == _BATCH else now + EVERY
    jobs.request_job(session, DECIDE_JOB, unique_key=DECIDE_JOB, due_at=next_at)


def _due(session: Session, now: datetime) -> list[tuple[int, datetime]]:
    """Sessions that are over and were not looked at, or were put off until now."""
    first_look = and_(SelfServiceSession.last_event_at <= now - DECIDED_AFTER, SelfServiceSession.decided_at.is_(None))
    last_look = SelfServiceSession.last_event_at <= now - INFERRED_AFTER
    over = select(SelfServiceSession.id, SelfServiceSession.last_event_at).where(
        SelfServiceSession.outcome.is_(None), or_(first_look, last_look)
    )
    return [
        (session_id, at)
        for session_id, at in session.execute(over.order_by(SelfServiceSession.last_event_at).limit(_BATCH))
    ]


def _stories(session: Session, session_ids: Sequence[int]) -> Mapping[int, Story]:
    stories = {session_id: Story() for session_id in session_ids}
    searches = select(SearchEvent.session_id, SearchEvent.last_at, SearchEvent.clicks)
    for session_id, at, clicks in session.execute(searches.where(SearchEvent.session_id.in_(session_ids))):
        story = stories[session_id]
        story.searched_at = max(story.searched_at or at, at)
        story.has_clicked = story.has_clicked or clicks > 0
    steps = select(SessionStep).where(SessionStep.session_id.in_(session_ids)).order_by(SessionStep.at, SessionStep.id)
    for step in session.scalars(steps):
        story = stories[step.session_id]
        if step.what is StepKind.ASKED:
            story.has_asked = True
        elif step.what is StepKind.VOTED:
            story.said[f"{step.kind} {step.key}"] = bool(step.fixed)
        elif (step.seconds or 0) >= LEAST_READING:
            story.read_at = step.at
    for (session_id,) in session.execute(_asked_later(session_ids)):
        stories[session_id].has_asked_later = True
    return stories


def _asked_later(session_ids: Sequence[int]) -> Select[int]:
    later = aliased(SelfServiceSession)
    return (
        select(SelfServiceSession.id)
        .join(later, (later.visitor == SelfServiceSession.visitor) & (later.id != SelfServiceSession.id))
        .join(SessionStep, (SessionStep.session_id == later.id) & (SessionStep.what == StepKind.ASKED))
        .where(SelfServiceSession.id.in_(session_ids), SessionStep.at > SelfServiceSession.last_event_at)
    )
