"""What is noted waits in memory, is written by a thread, and is not lost when the database is away."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.foundation import clock
from app.trail import journal as journals
from app.trail import recording
from app.trail.journal import MOST_AT_ONCE, Journal
from app.trail.models import SearchEvent
from app.trail.records import Asked, Record, Who
from tests.visitor import Visitor

WHO = Who("192.0.2.1", "a browser", "en", is_staff=False)


class Paper:
    """What records are written on; it can be `away`, and refuses those in `bad`."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.away = False
        self.bad: set[str] = set()
        self.again: list[Record] = []

    def write(self, _session: Session, records: Sequence[Record]) -> list[Record]:
        if self.away:
            raise OperationalError("BEGIN", {}, Exception("the database is away"))
        if any(each.token in self.bad for each in records):
            raise ValueError("This record cannot be written.")
        self.lines += [each.token for each in records]
        return [self.again.pop()] if self.again else []


def record(name: str) -> Asked:
    return Asked(token=name, at=clock.now(), who=WHO, reference=name)


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def journal(app: Flask, paper: Paper) -> Journal:
    """A journal that is written when it is told to."""
    return Journal(app, paper.write, is_automatic=False)


def test_records_are_written_in_their_order(journal: Journal, paper: Paper) -> None:
    names = [str(number) for number in range(MOST_AT_ONCE + 2)]
    for name in names:
        journal.add(record(name))
    assert journal.flush()
    assert paper.lines == names
    assert journal.waiting() == []


def test_records_outlast_a_database_that_is_away(
    journal: Journal, paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    paper.away = True
    journal.add(record("kept"))
    with caplog.at_level(logging.ERROR):
        assert not journal.flush()
    assert "cannot be written (OperationalError" in caplog.text
    paper.away = False
    assert journal.flush()
    assert paper.lines == ["kept"]


def test_a_record_that_cannot_be_written_does_not_keep_the_others(
    journal: Journal, paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    paper.bad = {"bad"}
    for name in ("before", "bad", "after"):
        journal.add(record(name))
    with caplog.at_level(logging.ERROR):
        assert journal.flush()
    assert paper.lines == ["before", "after"]
    assert "dropped" in caplog.text


def test_memory_does_not_grow_without_end(journal: Journal, monkeypatch: pytest.MonkeyPatch, paper: Paper) -> None:
    monkeypatch.setattr(journals, "MOST_WAITING", 3)
    for number in range(5):
        journal.add(record(str(number)))
    assert journal.flush()
    assert paper.lines == ["0", "1", "2"]


def test_what_is_to_be_tried_again_is(journal: Journal, paper: Paper) -> None:
    paper.again = [record("again")]
    journal.add(record("first"))
    journal.flush()
    assert [each.token for each in journal.waiting()] == ["again"]
    journal.flush()
    assert paper.lines == ["first", "again"]


def test_a_thread_writes_within_a_second(app: Flask, paper: Paper) -> None:
    journal = Journal(app, paper.write)
    journal.add(record("soon"))
    assert paper.lines == []
    deadline = time.monotonic() + 5
    while not paper.lines and time.monotonic() < deadline:
        time.sleep(0.02)
    journal.close()
    assert paper.lines == ["soon"]


def test_closing_writes_what_is_left(app: Flask, paper: Paper) -> None:
    journal = Journal(app, paper.write)
    journal.add(record("last"))
    journal.close()
    assert paper.lines == ["last"]


def test_a_forked_process_leaves_its_parents_records_alone(journal: Journal) -> None:
    journal.add(record("of the parent"))
    child = os.fork()
    if not child:
        journal.add(record("of the child"))
        os._exit([each.token for each in journal.waiting()] != ["of the child"])
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [each.token for each in journal.waiting()] == ["of the parent"]


def test_pages_wait_for_nobody_who_writes(app: Flask, client: Visitor, session: Session) -> None:
    session.execute(select(SearchEvent))  # holds the lock of SQLite, as a long job would
    begun = time.monotonic()
    assert client.get("/search/suggest?q=reset").status_code == 200
    assert client.post("/beacon", data={"read": "article 7:en", "seconds": "20"}).status_code == 204
    assert time.monotonic() - begun < 5  # SQLite gives up after ten seconds
    session.rollback()
    assert recording.flush(app)
