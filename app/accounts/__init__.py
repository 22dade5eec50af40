"""People and what they may do."""

from flask import Flask
from flask_babel import gettext as _

from app.accounts import (
    bearer,
    commands,
    first_administrator,
    models,
    pages,
    register,
    signing_in,
    token_commands,
    token_pages,
)
from app.accounts.roles import Permission
from app.foundation.database import db
from app.foundation.starting import add_start_step
from app.web.desk import add_desk_page, add_first_step
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
    add_desk_page(
        app,
        "tokens.own_tokens",
        lambda: _("Tokens for programs"),
        icon="key-round",
        permission=Permission.MAKE_TOKENS,
        position=80,
        about=lambda: _("So that a program can read and write articles in your name."),
    )
    add_first_step(
        app,
        lambda: _("Give your colleagues an account"),
        lambda: _("Type %(command)s.", command="flask accounts create ben@example.com --role editor"),
        lambda: register.has_several_accounts(db.session),
    )
    app.cli.add_command(commands.group)
    app.cli.add_command(token_commands.group)
    add_start_step(app, "first administrator", first_administrator.hint)
