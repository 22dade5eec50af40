"""People and what they may do."""

from flask import Flask

from app.accounts import bearer, commands, first_administrator, models, pages, signing_in, token_commands, token_pages
from app.foundation.starting import add_start_step
from app.web.limits import identify_by
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect signing in."""
    signing_in.install(app, settings)
    bearer.install(app)
    identify_by(app, signing_in.account_name)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(token_pages.blueprint)
    app.cli.add_command(commands.group)
    app.cli.add_command(token_commands.group)
    add_start_step(app, "first administrator", first_administrator.hint)
