"""What addresses of the API hold, and the language that a program asks for: by `lang` or `Accept-Language`."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app, g, request
from werkzeug.routing import BaseConverter

from app.foundation.database import db
from app.knowledge.queries import published_languages
from app.web.page_cache import per_version

PATTERN = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"
"""What codes of languages look like (BCP 47, as far as this site takes them)."""


class LanguageConverter(BaseConverter):
    """A code of a language in an address."""

    regex = PATTERN


class NumberConverter(BaseConverter):
    """The number of something in an address; 0 and what no number can be lead nowhere, whatever the method."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        """See werkzeug."""
        return int(value)


def install(app: Flask) -> None:
    """Make the code of a language something that addresses can hold."""
    app.url_map.converters["language"] = LanguageConverter
    app.url_map.converters["number"] = NumberConverter
    app.extensions["api_languages"] = per_version(lambda: list(published_languages(db.session)))


def asked_language() -> str:
    """The language that this request asks for, among those that something is published in; else the site's own."""
    if "asked_language" not in g:
        default = str(current_app.extensions["settings"].default_language)
        published: Callable[[], list[str]] = current_app.extensions["api_languages"]
        known = [default, *(each for each in published() if each != default)]
        wanted = request.args.get("lang")
        best = request.accept_languages.best_match(known, default=default) or default
        g.asked_language = wanted if wanted in known else best
    return str(g.asked_language)
