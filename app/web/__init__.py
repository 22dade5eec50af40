"""The shell of every page: access, transaction, headers, errors, pagination, templating."""

from flask import Flask

from app.web import access, transaction
from config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Connect what every request passes through."""
    access.install(app)
    transaction.install(app)
