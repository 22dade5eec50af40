"""The database: one session a request or job, times in UTC, constraint names by convention.

Services take a session, flush and never commit. The edges commit once: a request when it answers
(`app.web.transaction`), a command or job with `transaction()`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import Any

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, Enum, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from config import Settings


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Refuses a time without zone; gives times with zone back on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. Raises ValueError for a time that has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: use app.foundation.clock.now().")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database; SQLite drops the zone, which is always UTC here."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table class derives from."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[dict[str, Any]]: JSON}  # noqa: RUF012


def choice(kind: type[StrEnum]) -> Enum:
    """A column type that holds one of the words of `kind`, checked by the database."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda words: [word.value for word in words],
    )


db = SQLAlchemy()

#: True while the request at hand only reads: SQLite then takes no write lock.
only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)


def install(app: Flask, settings: Settings) -> None:
    """Connect the application to its database. Nothing is opened before the first use."""
    address = settings.database_address
    # A thread may hold two: its session, and a question beside it (the site's version). With too few in all, each
    # waits for another to give its second one back.
    options: dict[str, Any] = {
        "url": address,
        "pool_size": settings.web_threads,
        "max_overflow": settings.web_threads + 2,
    }
    if address.startswith("sqlite"):
        options["connect_args"] = {"timeout": 10, "check_same_thread": False, "isolation_level": None}
    else:
        options |= {"pool_timeout": 5, "pool_pre_ping": True, "pool_recycle": 1800}
        options["connect_args"] = {
            "options": "-c statement_timeout=60000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=600000"
        }
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    # We have no asynchronous sessions; closing them would start an event loop at the end of every request.
    app.teardown_appcontext_funcs[:] = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


@contextlib.contextmanager
def transaction() -> Iterator[Session]:
    """One transaction that may write: commits at the end, rolls back when something is raised.

    For commands, jobs, and what a request that reads has to write all the same.
    """
    before = only_reads.set(False)
    try:
        with contextlib.closing(db.sessionmaker()) as session:
            try:
                yield session
            except BaseException:
                session.rollback()
                raise
            commit(session)
    finally:
        only_reads.reset(before)


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads: on SQLite it waits for no writer and no writer waits for it."""
    before = only_reads.set(True)
    try:
        with contextlib.closing(db.sessionmaker()) as session:
            yield session
    finally:
        only_reads.reset(before)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have `call` called once, when this session's transaction has been committed; never when it is rolled back."""
    session.info.setdefault("after_commit", []).append(call)


def commit(session: Session) -> None:
    """Commit, then make the calls that were asked for with `after_commit`."""
    try:
        session.commit()
    except BaseException:
        rollback(session)
        raise
    for call in session.info.pop("after_commit", []):
        call()


def rollback(session: Session) -> None:
    """Undo the transaction and forget the calls that waited for its commit."""
    session.info.pop("after_commit", None)
    session.rollback()


def is_postgresql(session: Session) -> bool:
    """Whether this session speaks to PostgreSQL (else it is SQLite)."""
    return session.get_bind().dialect.name == "postgresql"


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for line in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if only_reads.get() else "BEGIN IMMEDIATE")


__all__ = [
    "Base",
    "Engine",
    "UtcDateTime",
    "after_commit",
    "choice",
    "commit",
    "db",
    "install",
    "is_postgresql",
    "only_reads",
    "reading",
    "rollback",
    "transaction",
]
