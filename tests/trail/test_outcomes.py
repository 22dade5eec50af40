"""How sessions ended, by the ladder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import transaction
from app.foundation.jobs import unfinished_jobs
from app.trail import recording
from app.trail.models import SearchEvent, SelfServiceSession, SessionOutcome, SessionStep
from app.trail.outcomes import DECIDE_JOB, Story, decide_outcomes, outcome_of
from tests.trail.somebody import Somebody

NOON = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
YES, NO = {"article 7:en": True}, {"article 7:en": False}


@pytest.mark.parametrize(
    ("story", "wanted"),
    [
        (Story(said=YES), "solved_confirmed"),
        (Story(said=YES, has_asked=True), "solved_confirmed"),
        (Story(said=YES | {"article 8:en": False}), "solved_confirmed"),
        (Story(said=NO, has_asked=True), "escalated"),
        (Story(has_asked=True, searched_at=NOON), "escalated"),
        (Story(said=NO), "unsolved"),
        (Story(said=NO, read_at=NOON), "unsolved"),
        (Story(read_at=NOON), "solved_inferred"),
        (Story(searched_at=NOON, has_clicked=True, read_at=LATER), "solved_inferred"),
        (Story(searched_at=NOON, read_at=LATER), "solved_inferred"),
        (Story(searched_at=LATER, has_clicked=True, read_at=NOON), "unknown"),
        (Story(searched_at=LATER, read_at=NOON), "abandoned"),
        (Story(read_at=NOON, has_asked_later=True), "unknown"),
        (Story(searched_at=NOON), "abandoned"),
        (Story(searched_at=NOON, has_clicked=True), "unknown"),
        (Story(), "unknown"),
    ],
)
def test_the_first_step_of_the_ladder_that_fits_decides(story: Story, wanted: str) -> None:
    assert outcome_of(story, is_awaited=False) == wanted


def test_only_what_would_be_inferred_waits_for_three_days() -> None:
    assert outcome_of(Story(read_at=NOON), is_awaited=True) is None
    assert outcome_of(Story(said=YES, read_at=NOON), is_awaited=True) == "solved_confirmed"
    assert outcome_of(Story(searched_at=NOON), is_awaited=True) == "abandoned"


def decided(app: Flask, session: Session, *, hours: float) -> list[SessionOutcome | None]:
    """The outcomes after everything that was noted has become so old."""
    assert recording.flush(app)
    past = clock.now() - timedelta(hours=hours)
    with app.app_context(), transaction() as writing:
        writing.execute(update(SelfServiceSession).values(last_event_at=past))
    with app.app_context(), transaction() as writing:
        decide_outcomes(writing)
    found = list(session.scalars(select(SelfServiceSession.outcome).order_by(SelfServiceSession.id)))
    session.rollback()
    return found


def test_a_session_is_decided_after_a_day(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.searches("reset password")
    assert decided(app, session, hours=23.9) == [None]
    assert decided(app, session, hours=24.1) == ["abandoned"]


def test_reading_is_decided_after_three_days(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("reset password"))
    somebody.reads(seconds=20)
    assert decided(app, session, hours=30) == [None]
    assert decided(app, session, hours=71.9) == [None]
    assert decided(app, session, hours=72.1) == ["solved_inferred"]


def test_a_short_look_solves_nothing(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("reset password"))
    somebody.reads(seconds=19)
    assert decided(app, session, hours=30) == ["unknown"]


def test_who_changes_their_vote_is_taken_at_the_last_word(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.votes(fixed=True)
    somebody.votes(fixed=False)
    assert decided(app, session, hours=30) == ["unsolved"]


def test_a_request_later_that_day_shows_that_reading_did_not_help(
    app: Flask, session: Session, somebody: Somebody
) -> None:
    somebody.reads()
    recording.flush(app)
    with app.app_context(), transaction() as writing:
        earlier = clock.now() - timedelta(hours=1)
        writing.execute(update(SelfServiceSession).values(started_at=earlier, last_event_at=earlier))
    somebody.asks()
    recording.flush(app)
    with app.app_context(), transaction() as writing:
        writing.execute(update(SessionStep).where(SessionStep.reference != "").values(at=clock.now()))
    assert decided(app, session, hours=80) == ["unknown", "escalated"]


def test_the_worker_decides_again_and_again(app: Flask, session: Session) -> None:
    with app.app_context(), transaction() as writing:
        decide_outcomes(writing)
    (job,) = unfinished_jobs(session)
    assert job.name == DECIDE_JOB
    assert job.due_at > clock.now() + timedelta(minutes=10)


def test_what_is_decided_stays(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.searches("reset password")
    assert decided(app, session, hours=30) == ["abandoned"]
    with app.app_context(), transaction() as writing:
        writing.execute(update(SearchEvent).values(clicks=1))
    assert decided(app, session, hours=90) == ["abandoned"]
