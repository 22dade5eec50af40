"""What is done before the site answers: tables brought up to date, then whatever each part wants done once a start."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.foundation import migrating
from app.foundation.errors import Unavailable
from config import Settings

#: Makes sure of something that a part needs, and returns a line for the administrator, or "".
StartStep = Callable[[], str]


def add_start_step(app: Flask, name: str, step: StartStep) -> None:
    """Have `step` called at every start, in an application context, after the steps that were added before.

    It must be quick when there is nothing to do, and bear being called again after it was cut short.
    """
    app.extensions.setdefault("start_steps", {})[name] = step


def prepare(app: Flask, *, say: Callable[[str], None]) -> None:
    """Make the installation ready for use and tell the administrator what is worth knowing.

    Raises:
        Unavailable: the database cannot be used; the message is one line.
    """
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        try:
            is_changed = migrating.upgrade(settings)
        except DBAPIError as error:
            raise Unavailable(migrating.unusable(error, settings)) from error
        if is_changed:
            say("The database is up to date.")
    steps: dict[str, StartStep] = app.extensions.get("start_steps", {})
    told = []
    for step in steps.values():
        with app.app_context():
            told.append(step())
    for line in filter(None, told):
        say(line)
