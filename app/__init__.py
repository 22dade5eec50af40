"""A self-hosted knowledge base and intelligent FAQ site: `create_app` joins its parts. Read this first.

Each part has an `install(app, settings)` that connects it, from the ground up: a part imports only from those installed
before it.
"""

from __future__ import annotations

from flask import Flask

from app import accounts, api, foundation, knowledge, search, support, trail, web
from config import Settings


def create_app(settings: Settings) -> Flask:
    """The application for these settings, whose folders `Settings.prepared` has made."""
    flask_app = Flask(__name__, static_folder=None)
    # Whoever needs a site for a while, such as `flask search evaluate`, makes it as this one was made.
    flask_app.extensions["create_app"] = create_app
    for part in (foundation, web, accounts, trail, search, knowledge, support, api):
        part.install(flask_app, settings)
    return flask_app
