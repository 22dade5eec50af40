"""The worker: no job is lost, whatever happens to whoever runs it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.activity import Activity
from app.foundation.database import reading, transaction
from app.foundation.jobs import Job
from app.foundation.worker import STUCK, Worker, run_due_jobs, run_job
from config import ROOT, Settings
from tests.foundation.worker_program import add_note_kind

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_worker(app: Flask, settings: Settings) -> Iterator[Start]:
    """Starts a worker in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*more: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "tests.foundation.worker_program",
            str(settings.data_dir),
            settings.database_url,
            *more,
        ]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


def ask(app: Flask, *texts: str, seconds: float = 0.0) -> None:
    with app.app_context(), transaction() as session:
        for text in texts:
            jobs.request_job(session, "note", text=text, seconds=seconds)


def notes(app: Flask) -> list[str]:
    with app.app_context(), reading() as session:
        return sorted(session.scalars(select(Activity.subject_id)))


def waiting(app: Flask) -> list[Job]:
    with app.app_context(), reading() as session:
        return jobs.unfinished_jobs(session)


def fail(session: Session) -> None:
    raise RuntimeError("the disk\nis full")


def test_a_worker_killed_in_mid_job_loses_none(app: Flask, settings: Settings, start_worker: Start) -> None:
    ask(app, "a", "b", "c", seconds=0.5)
    killed = start_worker()
    wait_for((settings.data_dir / "begun-a").exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert len(waiting(app)) == 3
    start_worker()
    wait_for(lambda: not waiting(app))
    assert notes(app) == ["a", "b", "c"]


def test_a_worker_told_to_stop_finishes_the_job_at_hand(app: Flask, settings: Settings, start_worker: Start) -> None:
    ask(app, "a", "b", seconds=0.5)
    stopped = start_worker()
    wait_for((settings.data_dir / "begun-a").exists)
    stopped.terminate()
    assert stopped.wait(60) == 0
    assert notes(app) == ["a"]
    assert len(waiting(app)) == 1


def test_a_second_worker_is_refused(app: Flask, settings: Settings, start_worker: Start) -> None:
    ask(app, "a")
    start_worker()
    wait_for((settings.data_dir / "begun-a").exists)
    second = start_worker()
    assert second.wait(60) == 3
    assert second.stdout is not None
    assert second.stdout.read().startswith("Another worker runs in this data folder")


def test_a_job_that_does_not_end_keeps_no_other_waiting(app: Flask, start_worker: Start) -> None:
    ask(app, "endless", seconds=600)
    ask(app, "b")
    stuck = start_worker("0.5")
    assert stuck.wait(15) == STUCK
    with app.app_context(), transaction() as session:
        session.execute(Job.__table__.update().where(Job.attempts > 0).values(attempts=jobs.MOST_ATTEMPTS))
    start_worker("5")
    wait_for(lambda: notes(app) == ["b"])
    (given_up,) = waiting(app)
    assert given_up.failed_at is not None


def test_a_job_is_begun_soon_after_it_was_asked_for(app: Flask, settings: Settings) -> None:
    add_note_kind(app, settings.data_dir)
    worker = Worker(app)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        wait_for((settings.data_dir / "worker.lock").exists)
        time.sleep(0.3)
        asked_at = time.monotonic()
        ask(app, "a")
        wait_for(lambda: notes(app) == ["a"])
        assert time.monotonic() - asked_at < 1
    finally:
        worker.stop()
        thread.join()


def test_a_job_that_raises_is_tried_again_later(app: Flask) -> None:
    jobs.add_job_kind(app, "fail", fail)
    with app.app_context(), transaction() as session:
        jobs.request_job(session, "fail")
    assert run_due_jobs(app) == 0
    (job,) = waiting(app)
    assert job.attempts == 1
    assert job.failed_at is None
    assert clock.now() < job.due_at < clock.now() + timedelta(seconds=10)
    assert "RuntimeError: the disk" in job.last_error


def test_a_job_that_always_raises_is_kept_with_its_error(app: Flask, session: Session) -> None:
    jobs.add_job_kind(app, "fail", fail)
    jobs.request_job(session, "fail")
    session.execute(Job.__table__.update().values(attempts=jobs.MOST_ATTEMPTS - 1))
    session.commit()
    run_due_jobs(app)
    (job,) = waiting(app)
    assert job.failed_at is not None
    session.expire_all()
    assert jobs.due_job_ids(session) == []
    assert jobs.failed_count(session) == 1


def test_a_job_that_keeps_killing_the_worker_is_given_up(app: Flask, session: Session) -> None:
    jobs.request_job(session, "note")
    (job_id,) = jobs.due_job_ids(session)
    session.execute(Job.__table__.update().values(attempts=jobs.MOST_ATTEMPTS - 1))
    jobs.take_lease(session, job_id, worker="one")
    assert jobs.free_leases(session, worker="one") == [job_id]
    session.expire_all()
    assert jobs.failed_count(session) == 1


def test_a_job_of_an_unknown_kind_is_kept_with_its_error(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        jobs.request_job(session, "unheard_of")
    run_due_jobs(app)
    assert "unheard_of" in waiting(app)[0].last_error


def test_what_a_failing_job_wrote_is_undone(app: Flask, settings: Settings) -> None:
    add_note_kind(app, settings.data_dir)
    note = app.extensions["job_kinds"]["note"].run

    def write_and_fail(session: Session) -> None:
        note(session, text="a", seconds=0)
        fail(session)

    jobs.add_job_kind(app, "write_and_fail", write_and_fail)
    with app.app_context(), transaction() as session:
        jobs.request_job(session, "write_and_fail")
    run_due_jobs(app)
    assert notes(app) == []


def test_a_transaction_that_is_rolled_back_asks_for_nothing(app: Flask) -> None:
    def ask_and_fail() -> None:
        with transaction() as session:
            jobs.request_job(session, "note", text="a", seconds=0)
            raise RuntimeError

    with app.app_context(), pytest.raises(RuntimeError):
        ask_and_fail()
    assert waiting(app) == []
    assert app.extensions["carrier"].arrived() == []


def test_a_request_succeeds_although_nothing_can_be_carried(app: Flask, settings: Settings) -> None:
    (settings.data_dir / "jobs.sqlite").mkdir()
    ask(app, "a")
    assert len(waiting(app)) == 1


def test_a_job_in_other_hands_is_not_run(app: Flask, settings: Settings, session: Session) -> None:
    add_note_kind(app, settings.data_dir)
    jobs.request_job(session, "note", text="a", seconds=0)
    (job_id,) = jobs.due_job_ids(session)
    jobs.take_lease(session, job_id, worker="one")
    session.commit()
    assert run_job(app, job_id, worker="two") is False
    assert notes(app) == []


def test_a_failed_job_can_be_tried_again_by_hand(app: Flask, session: Session) -> None:
    jobs.request_job(session, "note")
    (job_id,) = jobs.due_job_ids(session)
    session.execute(Job.__table__.update().values(failed_at=clock.now(), attempts=8, last_error="Boom"))
    session.commit()
    told = app.test_cli_runner().invoke(args=["jobs", "list"]).output
    assert "failed" in told
    assert "Boom" in told
    app.test_cli_runner().invoke(args=["jobs", "retry", str(job_id)])
    session.expire_all()
    assert jobs.due_job_ids(session) == [job_id]


def test_the_data_folder_tells_that_the_worker_lives(tmp_path: Path, app: Flask) -> None:
    ready = app.test_client().get("/readyz")
    assert ready.json is not None
    assert ready.json["parts"]["worker"]["ok"] is False
