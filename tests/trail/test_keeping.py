"""What becomes too old is deleted, and nothing of it is left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import Base, transaction
from app.foundation.jobs import unfinished_jobs
from app.foundation.starting import prepare
from app.trail import recording
from app.trail.keeping import TIDY_JOB, tidy_trail
from app.trail.models import DailySalt, SearchClick, SearchEvent, SearchToken, SelfServiceSession, SessionStep
from app.trail.outcomes import DECIDE_JOB
from app.trail.visitors import day_of, salt_of
from tests.trail.somebody import Somebody

TABLES = (SelfServiceSession, SearchEvent, SearchToken, SearchClick, SessionStep)


def rows(session: Session) -> dict[str, int]:
    counted = {each.__tablename__: session.scalar(select(func.count()).select_from(each)) or 0 for each in TABLES}
    session.rollback()
    return counted


def tidied(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        tidy_trail(session)


def aged(app: Flask, table: type[Base], **ages: timedelta) -> None:
    """Make all rows of a table so old."""
    with app.app_context(), transaction() as session:
        session.execute(update(table).values({name: clock.now() - age for name, age in ages.items()}))


@pytest.fixture
def filled(app: Flask, somebody: Somebody) -> None:
    """A session with everything in it."""
    somebody.clicks(somebody.searches("reset password"))
    somebody.reads()
    recording.flush(app)


@pytest.mark.usefixtures("filled")
def test_a_session_goes_with_all_that_belongs_to_it(app: Flask, session: Session) -> None:
    aged(app, SelfServiceSession, last_event_at=timedelta(days=89))
    tidied(app)
    assert set(rows(session).values()) == {1}
    aged(app, SelfServiceSession, last_event_at=timedelta(days=91))
    tidied(app)
    assert set(rows(session).values()) == {0}


@pytest.mark.usefixtures("filled")
def test_the_marks_of_links_are_kept_for_a_day(app: Flask, session: Session) -> None:
    aged(app, SearchToken, given_at=timedelta(hours=25))
    tidied(app)
    assert rows(session)["search_tokens"] == 0
    assert rows(session)["search_clicks"] == 1


def test_salts_of_past_days_are_deleted(app: Flask, session: Session) -> None:
    with app.app_context(), transaction() as writing:
        today = day_of(clock.now())
        for back in range(3):
            salt_of(writing, today - timedelta(days=back))
    tidied(app)
    kept = list(session.scalars(select(DailySalt.day)))
    assert today in kept
    assert today - timedelta(days=2) not in kept


def test_every_start_has_the_worker_decide_and_delete(app: Flask, session: Session) -> None:
    for _ in range(2):
        prepare(app, say=lambda _: None)
    names = [job.name for job in unfinished_jobs(session)]
    assert (names.count(TIDY_JOB), names.count(DECIDE_JOB)) == (1, 1)


def test_the_worker_tidies_again_later(app: Flask, session: Session) -> None:
    tidied(app)
    (job,) = unfinished_jobs(session)
    assert job.due_at > clock.now() + timedelta(hours=5)
