"""Marks in the database by which processes notice that something has changed, without reading the thing itself."""

from __future__ import annotations

import contextlib
import secrets

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.foundation.database import db, is_postgresql
from app.search.models import SearchMark


class UnreadableMark(Exception):
    """The database does not answer."""


def change_mark(session: Session, name: str) -> None:
    """Have every process see that what `name` stands for is another one, once the transaction is committed."""
    set_mark(session, name, secrets.token_hex(8))


def set_mark(session: Session, name: str, value: str) -> None:
    """Keep a short text under a name."""
    insert = postgresql.insert(SearchMark) if is_postgresql(session) else sqlite.insert(SearchMark)
    session.execute(
        insert.values(name=name, value=value).on_conflict_do_update(
            index_elements=[SearchMark.name], set_={"value": value}
        )
    )


def mark(session: Session, name: str) -> str:
    """What is kept under a name; empty before anything was."""
    return session.scalar(select(SearchMark.value).where(SearchMark.name == name)) or ""


def mark_at_a_glance(name: str) -> str:
    """As `mark`, asked below the ORM on a connection of its own: some ten microseconds on SQLite.

    Raises:
        UnreadableMark: the database does not answer, or has no such table yet.
    """
    engine = db.engine
    sign = "%s" if engine.dialect.name == "postgresql" else "?"
    try:
        with contextlib.closing(engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"SELECT value FROM search_marks WHERE name = {sign}", (name,))  # noqa: S608  # two constants
            row = cursor.fetchone()
            cursor.close()
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise UnreadableMark(str(error)) from error
    return str(row[0]) if row else ""
