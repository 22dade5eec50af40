"""The accessibility statement: what the pages aim at, how that is tested, what is known to be missing, whom to tell."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template

from app.web.access import PUBLIC, access
from app.web.page_cache import kept

#: When all that the page says was last gone through. `tests/accessibility` holds the rest of it on every change.
CHECKED_ON = date(2026, 11, 22)

pages = Blueprint("accessibility", __name__)


@pages.get("/accessibility")
@access(PUBLIC)
@kept
def statement() -> str:
    """The statement."""
    return render_template("accessibility.html", checked_on=CHECKED_ON)
