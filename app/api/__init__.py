"""The promise to other programs, apart on purpose: version 1, one file a resource, described by OpenAPI 3.1."""

from flask import Flask, Response, request

from app.api import addresses, answers, models, openapi, problems, sharing, widget
from app.api.v1 import articles, categories, redirects, requests, search, translations, votes, writing
from app.web.limits import limit_headers
from config import Settings

__all__ = ["install", "models"]

RESOURCES = (search, articles, votes, categories, requests, writing, translations, redirects)


def install(app: Flask, settings: Settings) -> None:
    """Connect version 1, its description and its errors."""
    problems.install(app)
    addresses.install(app)
    answers.install(app)
    description = openapi.describe(app)
    for each in RESOURCES:
        description.register_blueprint(each.resource)
    app.register_blueprint(openapi.pages)
    widget.install(app, settings)
    sharing.install(app)
    app.after_request(finish)


def finish(response: Response) -> Response:
    """What every answer of the API carries: its tag, what is left of the limit, and who may read it."""
    if not request.path.startswith("/api/v1/"):
        return response
    response.headers.update(limit_headers())
    if sharing.is_shared():
        sharing.share(response)
    return answers.finish(response)
