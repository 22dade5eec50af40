"""The index follows the database and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import jobs
from app.foundation.file_lock import FileLock
from app.foundation.worker import run_due_jobs
from app.search import checking, indexing
from app.search.checking import Difference, Problem
from app.search.documents import Document
from app.search.models import IndexingRequest
from config import Settings
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


class TornShelf(Shelf):
    """A shelf some of whose documents cannot be read."""

    torn: frozenset[str] = frozenset()

    def documents(self, session: Session, keys: Sequence[str]) -> Iterable[Document]:
        """See DocumentSource."""
        if self.torn.intersection(keys):
            raise ValueError("torn")
        return super().documents(session, keys)


def bad(number: int) -> Document:
    return document(number, "Bad", passages=(None,))


def test_a_document_that_cannot_be_indexed_keeps_no_other_from_it(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = TornShelf(document(1, "Printer"), document(2, "Scanner"))
    indexing.add_source(app, shelf)
    ask_for(session, "1:en")
    run_due_jobs(app)
    shelf.put(document(1, "Printer, changed"), bad(2), document(3, "Cable"), document(4, "Torn"))
    shelf.torn = frozenset({"4:en"})
    ask_for(session, "2:en", "4:en", "1:en", "3:en")
    run_due_jobs(app)
    assert held(app) == ["1:en", "3:en"]
    assert "leaflet 2:en cannot be indexed" in caplog.text
    assert not session.scalars(select(jobs.Job)).all()
    assert not indexing.is_behind(session)
    assert list(indexing.problems(session)) == [("leaflet", "2:en"), ("leaflet", "4:en")]
    session.rollback()
    parts = app.test_client().get("/readyz").get_json()["parts"]
    assert "2 documents cannot be indexed" in parts["index"]["words"]
    assert "Cannot be indexed: leaflet 4:en" in app.test_cli_runner().invoke(args=["search", "status"]).output


def test_a_document_that_could_not_be_indexed_is_tried_again_when_it_changes(app: Flask, session: Session) -> None:
    shelf = Shelf(document(1, "Printer"), bad(2))
    indexing.add_source(app, shelf)
    ask_for(session, "1:en")
    run_due_jobs(app)
    for _ in range(2):
        ask_for(session, "2:en")
        run_due_jobs(app)
        assert len(session.scalars(select(IndexingRequest)).all()) == 1
        session.rollback()
    shelf.put(document(2, "Good"))
    ask_for(session, "2:en")
    run_due_jobs(app)
    assert held(app) == ["1:en", "2:en"]
    assert session.scalars(select(IndexingRequest)).all() == []


def test_a_rebuild_leaves_out_what_cannot_be_indexed_and_tries_it_the_next_time(app: Flask, session: Session) -> None:
    shelf = TornShelf(document(1, "Printer"), bad(2), document(3, "Torn"))
    shelf.torn = frozenset({"3:en"})
    indexing.add_source(app, shelf)
    with app.app_context():
        assert indexing.rebuild() == 1
    assert sorted(indexing.problems(session)) == [("leaflet", "2:en"), ("leaflet", "3:en")]
    session.rollback()
    shelf.torn = frozenset()
    shelf.put(document(2, "Good"))
    with app.app_context():
        assert indexing.rebuild() == 3
    assert indexing.problems(session) == {}


def test_a_repair_that_waits_does_not_stand_in_for_a_rebuild(session: Session) -> None:
    indexing.request_rebuild(session, only_if_broken=True)
    indexing.request_rebuild(session)
    assert [job.arguments for job in session.scalars(select(jobs.Job).order_by(jobs.Job.id))] == [
        {"only_if_broken": True},
        {"only_if_broken": False},
    ]


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


def test_a_rebuild_by_hand_is_no_sign_of_a_worker(app: Flask, shelf: Shelf, settings: Settings) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["search", "rebuild"]).exit_code == 0
    assert not app.test_client().get("/readyz").get_json()["parts"]["worker"]["ok"]
    lock = FileLock(settings.data_dir / "worker.lock")
    assert not lock.is_held()
    with FileLock(settings.data_dir / "worker.lock"):
        assert lock.is_held()
    assert not lock.is_held()
