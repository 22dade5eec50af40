"""What somebody did on the way to an answer: searches, clicks, articles read, votes, and how it ended."""

import secrets

from flask import Flask

from app.foundation.jobs import add_job_kind
from app.foundation.starting import add_start_step
from app.trail import keeping, models, outcomes, pages
from app.trail.journal import Journal
from app.trail.writing import write
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect the buffer, the jobs that decide and delete, the beacon and the page of the desk."""
    app.extensions["trail_salts"] = {}
    app.extensions["trail_first_salt"] = secrets.token_urlsafe(24)
    app.extensions["trail_journal"] = Journal(app, write)
    add_job_kind(app, outcomes.DECIDE_JOB, outcomes.decide_outcomes)
    add_job_kind(app, keeping.TIDY_JOB, keeping.tidy_trail)
    add_start_step(app, "trail", keeping.begin_to_keep)
    pages.install(app)
