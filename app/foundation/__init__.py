"""What everything stands on: clock, database, jobs, activity log, errors, Markdown, text. Imports nothing of ours."""

from flask import Flask

from app.foundation import activity, commands, database, health, jobs, log, mail, migrating, worker
from config import Settings

__all__ = ["activity", "install", "jobs"]


def install(app: Flask, settings: Settings) -> None:
    """Connect settings, log, database, jobs and the commands that look after an installation."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_limit_mb * 2**20,
        MAX_FORM_MEMORY_SIZE=2 * 2**20,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
    )
    app.extensions["settings"] = settings
    log.install(app, settings)
    database.install(app, settings)
    migrating.install(app, settings)
    worker.install(app, settings)
    health.install(app)
    mail.install(app, settings)
    commands.install(app)
