"""The ledger of background jobs."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from app.foundation import clock, jobs


def test_a_job_with_the_same_key_is_asked_for_once(app: Flask, session: Session) -> None:
    jobs.request_job(session, "tidy", unique_key="tidy")
    jobs.request_job(session, "tidy", unique_key="tidy")
    assert len(jobs.due_job_ids(session)) == 1


def test_a_started_job_lets_the_next_one_be_asked_for(app: Flask, session: Session) -> None:
    jobs.request_job(session, "tidy", unique_key="tidy")
    (first,) = jobs.due_job_ids(session)
    assert jobs.take_lease(session, first, worker="one") is not None
    jobs.request_job(session, "tidy", unique_key="tidy")
    assert len(jobs.due_job_ids(session)) == 1
    assert jobs.take_lease(session, first, worker="two") is None


def test_a_job_asked_for_again_runs_at_the_earlier_moment(app: Flask, session: Session) -> None:
    later = clock.now() + timedelta(hours=1)
    jobs.request_job(session, "tidy", unique_key="tidy", due_at=later)
    assert jobs.due_job_ids(session) == []
    jobs.request_job(session, "tidy", unique_key="tidy")
    jobs.request_job(session, "tidy", unique_key="tidy", due_at=later)
    assert len(jobs.due_job_ids(session)) == 1
