"""The index follows the database and nothing is lost on the way."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import jobs
from app.foundation.worker import run_due_jobs
from app.search import checking, indexing
from app.search.checking import Difference, Problem
from app.search.models import IndexingRequest
from tests.search.shelf import Shelf, document


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    shelf = Shelf(document(1, "Printer"), document(2, "Scanner"))
    indexing.add_source(app, shelf)
    return shelf


def held(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(key for _kind, key, _digest in indexing.current_engine().contents())


def ask_for(session: Session, *keys: str) -> None:
    indexing.request_indexing(session, "leaflet", keys)
    session.commit()


def test_the_first_change_makes_the_index(app: Flask, session: Session, shelf: Shelf) -> None:
    ask_for(session, "1:en")
    assert indexing.is_behind(session)
    session.rollback()
    run_due_jobs(app)
    assert held(app) == ["1:en", "2:en"]
    assert not indexing.is_behind(session)


def test_changes_and_deletions_follow(app: Flask, session: Session, shelf: Shelf) -> None:
    ask_for(session, "1:en")
    run_due_jobs(app)
    shelf.put(document(3, "Cable"))
    del shelf.held["1:en"]
    ask_for(session, "1:en", "3:en")
    run_due_jobs(app)
    assert held(app) == ["2:en", "3:en"]


def test_many_requests_make_one_job(app: Flask, session: Session, shelf: Shelf) -> None:
    ask_for(session, "1:en")
    ask_for(session, "2:en")
    assert len(session.scalars(select(jobs.Job)).all()) == 1


def test_a_change_during_a_rebuild_is_in_the_new_index(app: Flask, session: Session, shelf: Shelf) -> None:
    ask_for(session, "1:en")
    run_due_jobs(app)

    def change(done: int, total: int) -> None:
        shelf.put(document(4, "Late"))
        ask_for(session, "4:en")
        indexing.work_off()
        assert indexing.waiting(session)
        session.rollback()

    with app.app_context():
        indexing.rebuild(change)
    assert held(app) == ["1:en", "2:en", "4:en"]
    assert not indexing.is_behind(session)


def test_a_worker_that_died_before_striking_off_writes_again(app: Flask, session: Session, shelf: Shelf) -> None:
    ask_for(session, "1:en")
    run_due_jobs(app)
    session.add(IndexingRequest(kind="leaflet", key="1:en", requested_at=indexing.clock.now()))
    ask_for(session, "2:en")
    run_due_jobs(app)
    assert held(app) == ["1:en", "2:en"]


def test_a_busy_index_lets_the_job_wait(app: Flask, session: Session, shelf: Shelf) -> None:
    ask_for(session, "1:en")
    run_due_jobs(app)
    other = type(indexing.current_engine())(app.extensions["settings"].search_index_dir)
    shelf.put(document(5, "Stapler"))
    with other.rebuilding() as aside:
        aside.add(shelf.held.values())
        ask_for(session, "5:en")
        run_due_jobs(app)
        assert indexing.is_behind(session)
        assert session.scalars(select(jobs.Job)).one().due_at > indexing.clock.now()
        session.rollback()


def test_differences_are_told(app: Flask, session: Session, shelf: Shelf) -> None:
    ask_for(session, "1:en")
    run_due_jobs(app)
    shelf.put(document(1, "Printer, changed"), document(3, "New"))
    del shelf.held["2:en"]
    assert checking.differences(session) == [
        Difference("leaflet", "1:en", Problem.STALE),
        Difference("leaflet", "2:en", Problem.SUPERFLUOUS),
        Difference("leaflet", "3:en", Problem.MISSING),
    ]


def test_the_commands_rebuild_verify_and_repair(app: Flask, session: Session, shelf: Shelf) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["search", "verify"]).exit_code == 1
    assert "2 documents" in run(args=["search", "rebuild"]).output
    assert run(args=["search", "verify"]).exit_code == 0
    assert "2 in en" in run(args=["search", "status"]).output
    shelf.put(document(3, "New"))
    repaired = run(args=["search", "verify", "--repair"])
    assert (repaired.exit_code, "missing: leaflet 3:en" in repaired.output) == (1, True)
    run_due_jobs(app)
    assert run(args=["search", "verify"]).exit_code == 0
