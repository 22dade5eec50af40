"""What somebody did on the way to an answer: searches, clicks, articles read, votes, and how it ended."""

import secrets

from flask import Flask

from app.trail import models
from app.trail.journal import Journal
from app.trail.writing import write
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect the trail."""
    app.extensions["trail_salts"] = {}
    app.extensions["trail_first_salt"] = secrets.token_urlsafe(24)
    app.extensions["trail_journal"] = Journal(app, write)
