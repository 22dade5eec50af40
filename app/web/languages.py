"""Which language the reader of this request prefers, among those that the site has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, has_request_context, request

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
_CODE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def own_name(language: str) -> str:
    """What a language calls itself, such as `Deutsch` for `de`; the code when we do not know."""
    return _OWN_NAMES.get(language) or _OWN_NAMES.get(language.partition("-")[0]) or language


def direction(language: str) -> str:
    """The writing direction of a language as HTML names it: `ltr` or `rtl`."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def site_languages() -> list[str]:
    """The site's own language, those that the setting `languages` offers, and those that something is published in."""
    settings: Settings = current_app.extensions["settings"]
    published: Callable[[], list[str]] = current_app.extensions.get("published_languages", list)
    return list(dict.fromkeys((settings.default_language, *settings.offered_languages, *published())))


def reader_language() -> str:
    """The reader's language: chosen in the address, chosen before, or the best that the browser asks for.

    Outside of requests, as in the worker, it is the site's own.
    """
    if not has_request_context():
        return str(current_app.extensions["settings"].default_language)
    if "reader_language" not in g:
        g.reader_language = _found(site_languages())
    return str(g.reader_language)


def is_language_code(text: str) -> bool:
    """Whether a text can be the code of a language, such as `pt-BR`."""
    return _CODE.fullmatch(text) is not None


def told_language(told: str | None) -> str:
    """The language that a form says it is about; the reader's when it says none, or what can be no code of one."""
    return told if told and is_language_code(told) else reader_language()


def language_url(language: str) -> str:
    """The address of this page in another language, as a link on it: place and search stay, only `lang` changes."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("lang", "from")]
    # Where a form was sent to nothing can be read.
    path = "" if request.method in ("GET", "HEAD") else "/"
    return f"{path}?{urlencode([*kept, ('lang', language)])}"


def install(app: Flask, settings: Settings) -> None:
    """Keep a choice of language made with `?lang=` for the pages that follow."""
    app.jinja_env.globals["language_url"] = language_url

    @app.after_request
    def keep_choice(response: Response) -> Response:
        chosen = g.get("language_chosen")
        if chosen and chosen != request.cookies.get(COOKIE) and not request.path.startswith("/api/"):
            response.set_cookie(
                COOKIE, chosen, max_age=31_536_000, secure=settings.secure_cookies, httponly=True, samesite="Lax"
            )
        return response


def best_language(wanted: str, languages: Sequence[str]) -> str | None:
    """The one of these languages that suits somebody who asks for `wanted`: itself, or the same without its region."""
    asked = wanted.lower()
    base = asked.partition("-")[0]
    same = [language for language in languages if language.lower() == asked]
    near = [language for language in languages if language.lower().partition("-")[0] == base]
    return next(iter([*same, *near]), None)


def _found(languages: list[str]) -> str:
    chosen = best_language(request.args.get("lang", ""), languages)
    if chosen:
        g.language_chosen = chosen
        return chosen
    # A browser's `es-MX, en` asks for Spanish before English, also where there is no Mexican one.
    wishes = (request.cookies.get(COOKIE, ""), *(wish for wish, quality in request.accept_languages if quality > 0))
    return next((found for wish in wishes if (found := best_language(wish, languages))), languages[0])
