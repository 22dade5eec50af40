"""Which language the reader of this request prefers, among those that the site has."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, current_app, g, request

from config import Settings

COOKIE = "language"

_OWN_NAMES = {
    "ar": "العربية",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nb": "Norsk bokmål",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
}
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def own_name(language: str) -> str:
    """What a language calls itself, such as `Deutsch` for `de`; the code when we do not know."""
    return _OWN_NAMES.get(language) or _OWN_NAMES.get(language.partition("-")[0]) or language


def direction(language: str) -> str:
    """The writing direction of a language as HTML names it: `ltr` or `rtl`."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def site_languages() -> list[str]:
    """The languages that something is published in, and the site's own, which comes first."""
    default = str(current_app.extensions["settings"].default_language)
    published: Callable[[], list[str]] = current_app.extensions.get("published_languages", list)
    return [default, *(language for language in published() if language != default)]


def reader_language() -> str:
    """The reader's language: chosen in the address, chosen before, or the best that the browser asks for."""
    if "reader_language" not in g:
        g.reader_language = _found(site_languages())
    return str(g.reader_language)


def install(app: Flask, settings: Settings) -> None:
    """Keep a choice of language made with `?lang=` for the pages that follow."""

    @app.after_request
    def keep_choice(response: Response) -> Response:
        chosen = request.args.get("lang")
        if chosen and chosen == g.get("reader_language") and chosen != request.cookies.get(COOKIE):
            response.set_cookie(
                COOKIE, chosen, max_age=31_536_000, secure=settings.secure_cookies, httponly=True, samesite="Lax"
            )
        return response


def _found(languages: list[str]) -> str:
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in languages:
            return str(wanted)
    return request.accept_languages.best_match(languages, default=languages[0]) or languages[0]
