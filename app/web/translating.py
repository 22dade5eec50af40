"""The words of the interface in the reader's language, by Flask-Babel; `_()` in templates and code marks them."""

from __future__ import annotations

from flask import Flask, has_request_context
from flask_babel import Babel

from app.web.languages import reader_language
from config import Settings

#: Languages that the interface speaks; English is what the code is written in.
INTERFACE_LANGUAGES = ("en", "es", "fr", "de", "ar", "zh")


def interface_language() -> str:
    """The language of the words around the articles: the reader's, or English when the interface does not speak it."""
    if not has_request_context():
        return "en"
    base = reader_language().partition("-")[0]
    return base if base in INTERFACE_LANGUAGES else "en"


def install(app: Flask, settings: Settings) -> None:
    """Give templates `_()`, `gettext`, `ngettext` and `{% trans %}`."""
    Babel(app, locale_selector=interface_language, default_translation_directories="web/translations")
