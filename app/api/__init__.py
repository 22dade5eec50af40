"""The promise to other programs, apart on purpose: version 1, read-only JSON, one file a resource."""

from flask import Flask

from app.api import models
from app.api.v1 import articles, search
from config import Settings


__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect version 1."""
    app.register_blueprint(search.resource)
    app.register_blueprint(articles.resource)
