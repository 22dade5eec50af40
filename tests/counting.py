"""Counting what is asked of the database: a list of five rows may ask as often as a list of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from app.foundation.database import db
from tests.visitor import Visitor


@contextmanager
def statements_of(app: Flask) -> Iterator[list[str]]:
    """The statements that are run inside, as they come."""
    run: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        run.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        event.remove(engine, "before_cursor_execute", note)


def count_queries(app: Flask, client: Visitor, path: str) -> int:
    """How many statements a page takes that is drawn anew, the second time it is asked for."""
    client.get(path)
    app.extensions["page_cache"] = type(app.extensions["page_cache"])()
    with statements_of(app) as run:
        assert client.get(path).status_code == 200
    return len(run)
