"""The help on other sites: one script tag opens search, answers, votes and contact in a panel of any page.

The script and its words are served here; all else it asks of version 1 of the API, as any other program may.
"""

from flask import Flask
from flask_babel import gettext as _

from app.accounts.roles import Permission
from app.api.widget import pages
from app.web.desk import add_desk_page
from config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Connect the script, its settings, and the page of the desk that gives the tag."""
    app.register_blueprint(pages.blueprint)
    add_desk_page(
        app,
        "widget.desk",
        lambda: _("Help on other sites"),
        icon="life-buoy",
        permission=Permission.RUN_THE_SITE,
        position=70,
        about=lambda: _("The tag that brings search, answers and contact to your shop or app."),
    )
