"""What of the site works just now. Each part says for itself; `/readyz` shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import text

from app.foundation import jobs, migrating
from app.foundation.database import reading
from app.foundation.file_lock import FileLock
from app.foundation.worker import SILENCE
from config import Settings

#: Says whether a part works, and in words how it is.
Check = Callable[[], tuple[bool, str]]


@dataclass(frozen=True)
class PartHealth:
    """How one part is. Without a needed part the site cannot serve its readers."""

    name: str
    is_ok: bool
    is_needed: bool
    words: str


def install(app: Flask) -> None:
    """Make the checks of the foundation known."""
    add_check(app, "database", _database)
    add_check(app, "migrations", _migrations)
    add_check(app, "worker", _worker, is_needed=False)
    add_check(app, "jobs", _jobs, is_needed=False)


def add_check(app: Flask, name: str, check: Check, *, is_needed: bool = True) -> None:
    """Have `/readyz` ask `check`, in an application context.

    Args:
        is_needed: without it the site cannot serve its readers, and should get no visitors.
    """
    app.extensions.setdefault("readiness", {})[name] = check
    if not is_needed:
        app.extensions.setdefault("readiness_not_needed", set()).add(name)


def parts() -> list[PartHealth]:
    """How every part is, in the order in which they were installed. A part whose check raises does not work."""
    checks: dict[str, Check] = current_app.extensions["readiness"]
    not_needed: set[str] = current_app.extensions.get("readiness_not_needed", set())
    found = []
    for name, check in checks.items():
        try:
            is_ok, words = check()
        except Exception as error:
            is_ok, words = False, f"{type(error).__name__}: {error}".splitlines()[0]
            current_app.logger.warning("The part %r does not work: %s", name, words)
            words = "does not work; the log says why"
        found.append(PartHealth(name, is_ok, name not in not_needed, words))
    return found


def _database() -> tuple[bool, str]:
    with reading() as session:
        session.execute(text("SELECT 1"))
        bind = session.get_bind()
    # SQLite goes on with a file that was deleted; all that is written to it is lost with the last process.
    file = bind.engine.url.database if bind.dialect.name == "sqlite" else None
    if file and not Path(file).exists():
        return False, "its file was taken away: stop the site and put the file back"
    return True, "answers"


def _migrations() -> tuple[bool, str]:
    if migrating.is_at_head():
        return True, "up to date"
    return False, "the tables are not those of this version: run 'flask db upgrade'"


def _worker() -> tuple[bool, str]:
    settings: Settings = current_app.extensions["settings"]
    silence = FileLock(settings.data_dir / "worker.lock").silence()
    if silence is None:
        return False, "has never run: start it with 'flask worker'"
    if silence > SILENCE:
        return False, f"was last seen {round(silence)} s ago: start it with 'flask worker'"
    return True, "runs"


def _jobs() -> tuple[bool, str]:
    with reading() as session:
        failed = jobs.failed_count(session)
    return (True, "none failed") if not failed else (False, f"{failed} failed for good: see 'flask jobs list'")
