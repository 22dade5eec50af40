"""What a search lacks is asked for without keeping it waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.database import transaction
from app.foundation.jobs import Job, request_job
from app.search import repairs
from app.search.repairs import Repairs


def asks(session: Session) -> None:
    request_job(session, "search_vectors", unique_key="search_vectors")


def jobs_of(session: Session) -> list[str]:
    found = list(session.scalars(select(Job.name)))
    session.rollback()
    return found


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_whoever_asks_waits_for_nobody_who_writes(app: Flask, session: Session) -> None:
    with app.app_context(), transaction() as writer:
        asks(writer)
        writer.flush()
        begun = time.monotonic()
        Repairs(app).ask("making of vectors", asks)
        assert time.monotonic() - begun < 1
    until(lambda: not any(thread.name == "repairs" for thread in threading.enumerate()))
    assert jobs_of(session) == ["search_vectors"]


def test_a_thing_is_asked_for_once_in_a_while(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    own = Repairs(app, is_beside=False)
    for what in ("one", "two", "one"):
        own.ask(what, lambda _session, what=what: asked.append(what))  # type: ignore[misc]
    assert asked == ["one", "two"]
    monkeypatch.setattr(repairs, "BETWEEN", 0.0)
    own.ask("one", lambda _session: asked.append("again"))
    assert asked[-1] == "again"


def test_what_cannot_be_asked_for_is_told_in_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def fails(_session: Session) -> None:
        raise OSError("no room")

    Repairs(app, is_beside=False).ask("rebuild", fails)
    assert "A rebuild could not be asked for: no room" in caplog.text
