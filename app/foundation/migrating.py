"""The tables of the database and how they change: Alembic migrations in `migrations/`, run by every start."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from click import ClickException
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_alembic import Alembic
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from app.foundation.database import Base, db
from app.foundation.errors import ProductError, Unavailable
from app.foundation.file_lock import AlreadyHeld, FileLock
from config import ROOT, Settings

logger = logging.getLogger(__name__)

FOLDER = ROOT / "migrations"
#: With fewer free bytes than this SQLite may be unable to open its files.
LEAST_FREE = 2**18


class _Migrations(Alembic):
    """Alembic, run in one transaction a command, also on SQLite, where foreign keys rest while tables are rebuilt."""

    def run_migrations(self, fn: Callable[[Any, MigrationContext], list[MigrationStep]], **kwargs: Any) -> None:
        connection = self.migration_context.connection
        if connection is None or connection.dialect.name != "sqlite":
            super().run_migrations(fn, **kwargs)
            return
        # The switch has no effect inside a transaction, so it is set on the driver's own connection, before one begins.
        driver_connection = connection.connection
        driver_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            super().run_migrations(fn, **kwargs)
            broken = driver_connection.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"A migration left rows that point nowhere: {broken[:5]}")
        finally:
            driver_connection.execute("PRAGMA foreign_keys=ON")


def render_item(kind: str, item: object, _context: AutogenContext) -> str | bool:
    """Have migrations write our own column types as what the database knows: a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


migrations = _Migrations(metadatas=Base.metadata, run_mkdir=False)


def install(app: Flask, settings: Settings) -> None:
    """Connect Alembic and its commands, `flask db …`."""
    app.config["ALEMBIC"] = {"script_location": str(FOLDER), "path_separator": "newline"}
    app.config["ALEMBIC_CONTEXT"] = {
        "render_item": render_item,
        "render_as_batch": settings.database_address.startswith("sqlite"),
        "compare_type": True,
        "transactional_ddl": True,
    }
    migrations.init_app(app)


def is_at_head() -> bool:
    """Whether the database has all tables as this version of the site wants them. Needs an application context."""
    return set(_current()) == set(_heads())


def upgrade(settings: Settings) -> bool:
    """Make or change the tables as this version of the site wants them. Needs an application context.

    Returns:
        Whether there was anything to do.

    Raises:
        Unavailable: another process is at it, or the database was made by a newer version of the site.
    """
    if is_at_head():
        return False
    known = {script.revision for script in scripts().walk_revisions()}
    if unknown := sorted(set(_current()) - known):
        raise Unavailable(
            f"The database was made by a newer version of the site (it has revision {unknown[0]}): "
            "install that version again, or go back to a copy of the database from before."
        )
    try:
        with FileLock(Path(settings.data_dir) / "migrations.lock"):
            migrations.upgrade()
    except AlreadyHeld as error:
        raise Unavailable("Another process changes the database just now: wait for it and start again.") from error
    return True


@with_appcontext
def make_ready() -> None:
    """What a group of commands calls first, so that its commands also work before the site was ever started.

    Raises:
        ClickException: the tables cannot be made or changed, in words for the terminal.
    """
    try:
        upgrade(current_app.extensions["settings"])
    except ProductError as error:
        raise ClickException(str(error)) from error
    except DBAPIError as error:
        raise ClickException(unusable(error, current_app.extensions["settings"])) from error


def unusable(error: DBAPIError, settings: Settings) -> str:
    """Why the database cannot be used and what to do, in one line. SQLite does not tell that the disk is full."""
    reason = " ".join(str(error.orig).split())
    with contextlib.suppress(OSError):
        if shutil.disk_usage(settings.data_dir).free < LEAST_FREE:
            return f"The database cannot be used ({reason}): the disk of {settings.data_dir} is full. Make room on it."
    return f"The database cannot be used ({reason}): check KB_DATABASE_URL and KB_DATA_DIR."


def scripts() -> ScriptDirectory:
    """The migrations, in the order in which they follow each other."""
    return ScriptDirectory(str(FOLDER), version_locations=[str(FOLDER)])


def _current() -> tuple[str, ...]:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads()


@cache
def _heads() -> tuple[str, ...]:
    return tuple(scripts().get_heads())
