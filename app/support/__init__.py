"""Helping one person: what customers send, with the trail of what they tried."""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.roles import Permission
from app.foundation.database import db
from app.support import desk_pages, models, pages, requests
from app.support.forms import asking
from app.web.desk import add_desk_page
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect what customers send; templates get `asking()`, which the contact form wants to know."""
    app.register_blueprint(pages.contact_pages)
    app.register_blueprint(pages.pages)
    app.register_blueprint(desk_pages.pages)
    app.jinja_env.globals["asking"] = asking
    add_desk_page(
        app,
        "requests.overview",
        lambda: _("Requests"),
        icon="mail",
        permission=Permission.READ_STAFF,
        position=10,
        about=lambda: _("What customers wrote, what they tried before, and your answers."),
        waiting=_waiting,
    )


def _waiting() -> str:
    count = requests.count_of_new(db.session)
    return ngettext("%(num)s new", "%(num)s new", count) if count else ""
