"""What many pages show beside their own subject, news and explained words: read once for every version of the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import reading
from app.knowledge import news
from app.knowledge.explaining import Explainer
from app.knowledge.glossary import GlossaryTerm, explained_terms
from app.knowledge.models import EVERYBODY
from app.knowledge.news import News, NewsKind, ShownNews
from app.web.languages import reader_language
from app.web.page_cache import per_version

Value = TypeVar("Value")

#: Pages that people come to with any problem: the news of every area stand there.
_ENTRANCES = ("/", "/contact")


def install(app: Flask) -> None:
    """Give templates `current_news()` and `more_links()`."""
    app.extensions["current_news"] = _per_language(
        lambda session, language: news.current_or_planned(session, language=language, readers=EVERYBODY)
    )
    app.extensions["explainers"] = _per_language(
        lambda session, language: Explainer.of(explained_terms(session, language=language, readers=EVERYBODY), language)
    )
    app.extensions["has_news_and_terms"] = per_version(_has_news_and_terms)
    app.jinja_env.globals.update(current_news=current_news, more_links=more_links)


def current_news(area_path: str = "") -> list[ShownNews]:
    """The news for the page at hand, open incidents first; none while the database does not answer.

    An incident without area stands on every page, news without area on the home page. With an area, both stand on the
    home page, the contact page, and the pages and articles of that area.

    Args:
        area_path: the area that the page belongs to; empty for none.
    """
    try:
        known: list[ShownNews] = current_app.extensions["current_news"](reader_language())
    except SQLAlchemyError:
        return []  # an error page is drawn, and has to be
    now = clock.now()
    begun = [each for each in known if each.starts_at <= now and (each.ends_at is None or each.ends_at > now)]
    return [each for each in begun if _stands_on(each, request.path, area_path)]


def more_links() -> list[tuple[str, str]]:
    """The pages that list things, as (words, address), for the foot of every page; such as would be empty left out."""
    try:
        has_news, has_terms = current_app.extensions["has_news_and_terms"]()
    except SQLAlchemyError:
        return []
    links = [
        (_("All areas"), "/categories", True),
        (_("News"), "/news", has_news),
        (_("Glossary"), "/glossary", has_terms),
    ]
    return [(words, address) for words, address, is_full in links if is_full]


def explainer(language: str) -> Explainer:
    """The glossary's terms in a language, ready to be found in articles."""
    found: Explainer = current_app.extensions["explainers"](language)
    return found


def _has_news_and_terms() -> tuple[bool, bool]:
    with reading() as session:
        begun = session.scalar(select(News.id).limit(1)) is not None
        return begun, session.scalar(select(GlossaryTerm.id).limit(1)) is not None


def _stands_on(each: ShownNews, path: str, area_path: str) -> bool:
    if path.startswith(("/desk", "/news")):
        return False
    if not each.area_path:
        return each.kind is NewsKind.INCIDENT or path == "/"
    return path in _ENTRANCES or f"{area_path}/".startswith(f"{each.area_path}/")


def _per_language(ask: Callable[[Session, str], Value]) -> Callable[[str], Value]:
    """The same question, asked anew for a language only when the site has another version."""
    known: dict[str, Callable[[], Value]] = {}

    def asked(language: str) -> Value:
        # A session beside that of the request: that one may have failed, and the answer outlives it.
        with reading() as session:
            return ask(session, language)

    def answer(language: str) -> Value:
        if language not in known:
            known[language] = per_version(lambda: asked(language))
        return known[language]()

    return answer
