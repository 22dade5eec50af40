"""The shell of every page: access, transaction, headers, errors, pagination, templating."""

from flask import Flask

from app.web import (
    access,
    accessibility,
    addresses,
    assets,
    branding,
    commands,
    desk,
    errors,
    handing_back,
    headers,
    health,
    kept_answers,
    languages,
    letters,
    limits,
    moments,
    origin,
    page_cache,
    templating,
    transaction,
    translating,
)
from config import Settings


def install(app: Flask, settings: Settings) -> None:
    """Connect what every request passes through."""
    kept_answers.install(app, settings)
    headers.install(app, settings)
    addresses.install(app, settings)
    transaction.install(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(accessibility.pages)
    limits.install(app, settings)
    access.install(app)
    origin.install(app, settings)
    branding.install(app, settings)
    assets.install(app, settings)
    templating.install(app, settings)
    translating.install(app, settings)
    moments.install(app)
    desk.install(app, settings)
    commands.install(app)
    letters.install(app)
    handing_back.install(app)
    errors.install(app)
    languages.install(app, settings)
    page_cache.install(app)
