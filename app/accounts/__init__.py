"""People and what they may do."""

from flask import Flask

from app.accounts import commands, first_administrator, models, pages, signing_in
from app.foundation.starting import add_start_step
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect signing in."""
    signing_in.install(app, settings)
    app.register_blueprint(pages.blueprint)
    app.cli.add_command(commands.group)
    add_start_step(app, "first administrator", first_administrator.hint)
