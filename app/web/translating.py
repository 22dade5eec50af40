"""The words of the interface in the reader's language, by Flask-Babel; `_()` in templates and code marks them.

The language of the interface is not always that of the articles: whoever reads Portuguese articles on a site whose
interface speaks no Portuguese gets the words around them in the site's own language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, g, has_request_context
from flask_babel import Babel, get_locale, get_translations
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from app.web.languages import reader_language
from config import Settings

#: Languages that the interface speaks; English is what the code is written in, `translations/` holds the others.
INTERFACE_LANGUAGES = ("en", "es", "fr", "de", "ar", "zh")

#: English without a country: dates as most of the world writes them (3 May 2026).
_ENGLISH = Locale("en", "001")


def interface_language() -> str:
    """The language of the words around the articles, one of `INTERFACE_LANGUAGES`."""
    return interface_locale().language


def interface_locale() -> Locale:
    """How words, dates and numbers are written for this reader; English outside of requests, as on the command line."""
    return get_locale() or _ENGLISH


def locale_for(language: str, default: str = "en") -> Locale:
    """How the interface is written for readers of a language (BCP 47); for those it does not speak, as for `default`.

    A region is kept (`de-AT`): it decides on names of months and on how numbers are written.
    """
    for wanted in (language, default):
        if wanted.partition("-")[0] in INTERFACE_LANGUAGES:
            return _ENGLISH if wanted == "en" else _known(wanted)
    return _ENGLISH


def install(app: Flask, settings: Settings) -> None:
    """Give templates `_()`, `gettext`, `ngettext` and `{% trans %}`, and say on every page in which language it is."""
    Babel(app, locale_selector=_selected, default_translation_directories="web/translations")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension that Babel adds
        gettext=lambda text: _catalogue().translations.ugettext(text),
        ngettext=lambda one, many, count: _catalogue().translations.ungettext(one, many, count),
        newstyle=True,
    )
    # A page has some fifty words: looking each up and marking it as safe anew took a tenth of its drawing.
    app.extensions["translated_words"] = {}
    app.jinja_env.globals.update(_=_translated, gettext=_translated, interface_language=interface_language)


@dataclass(frozen=True)
class _Catalogue:
    """The translations into a locale, and those of them that pages have shown: there are as many as templates have."""

    locale: Locale | None
    translations: Any
    shown: dict[str, Markup]


@pass_eval_context
def _translated(context: EvalContext, text: str, /, **values: object) -> str:
    """What `_("…")` gives in a template; as Jinja's own, values stand in for `%(name)s` and `%%` is a percent sign."""
    catalogue = _catalogue()
    if not context.autoescape:
        return str(catalogue.translations.ugettext(text)) % values
    shown = catalogue.shown.get(text)
    if shown is None:
        # Our own words, marked as safe as Jinja itself marks them.
        shown = catalogue.shown[text] = Markup(catalogue.translations.ugettext(text))  # noqa: S704
    return shown % values if "%" in shown else shown


def _catalogue() -> _Catalogue:
    """The translations into the present locale; the same object as long as the locale stays the same."""
    locale = get_locale()
    known: _Catalogue | None = g.get("catalogue")
    if known is None or known.locale is not locale:
        words: dict[str, dict[str, Markup]] = current_app.extensions["translated_words"]
        known = g.catalogue = _Catalogue(locale, get_translations(), words.setdefault(str(locale), {}))
    return known


def _selected() -> str:
    default: str = current_app.extensions["settings"].default_language
    if not has_request_context():
        return str(_ENGLISH)
    try:
        return str(locale_for(reader_language(), default))
    except SQLAlchemyError:
        # What is published cannot be asked for; the page that says so has to be written in some language.
        return str(locale_for(default))


def _known(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale(language.partition("-")[0])
