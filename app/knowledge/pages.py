"""The public pages of the help centre: home, category, article and old addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.signing_in import reader_groups
from app.foundation.database import db
from app.foundation.errors import Gone, NotFound
from app.knowledge import areas, article_page, feedback, helped, next_steps, published, queries
from app.knowledge.around import explainer
from app.knowledge.models import Audience
from app.knowledge.redirects import redirected
from app.knowledge.vote_pages import vote_view
from app.trail.recording import record_arrival
from app.web.access import PUBLIC, access
from app.web.languages import reader_language
from app.web.page_cache import kept
from app.web.pagination import page_number

_MOST_RELATED = 5

pages = Blueprint("knowledge", __name__, template_folder="templates")


@pages.get("/")
@access(PUBLIC)
@kept
def home() -> str:
    """The way in: search first, then areas, then what helped most."""
    return render_template("knowledge/home.html", **around_search())


def around_search() -> dict[str, Any]:
    """What helps somebody who has not found anything yet: an example, the areas, and articles worth a look.

    While the database does not answer, it is what this process last told everybody in the reader's language.
    """
    language = reader_language()
    told: dict[str, dict[str, Any]] = current_app.extensions.setdefault("told_around_search", {})
    try:
        found = _around_search(language, readers := reader_groups())
    except SQLAlchemyError:
        if language not in told:
            raise
        return told[language]
    if readers == {Audience.PUBLIC}:
        told[language] = found
    return found


def _around_search(language: str, readers: frozenset[str]) -> dict[str, Any]:
    useful = helped.useful_articles(db.session, language=language, readers=readers)
    titles = [line.title for line in useful.articles if line.language == language and len(line.title) <= 60]
    return {
        "areas": areas.area_cards(db.session, readers=readers),
        "useful": useful,
        "example_query": queries.example_query(db.session) or next(iter(titles), ""),
    }


@pages.get("/categories/<path:path>")
@access(PUBLIC)
@kept
def category(path: str) -> str | AnyResponse:
    """One area with what is in it."""
    language = reader_language()
    try:
        shown = areas.category_page(
            db.session,
            path.strip("/"),
            language=language,
            readers=reader_groups(),
            page=page_number(request.args.get("page")),
        )
    except NotFound:
        return _old_address(language)
    return render_template("knowledge/category.html", **vars(shown))


@pages.get("/articles/<int:article_id>", defaults={"slug": ""})
@pages.get("/articles/<int:article_id>-<slug>")
@access(PUBLIC)
@kept
def article(article_id: int, slug: str) -> str | AnyResponse | tuple[str, int]:
    """One article; an address with an old or missing title leads to the present one."""
    language, readers = reader_language(), reader_groups()
    try:
        # Who asks for a language gets it, and its address with it; otherwise the slug tells.
        asked = "" if "lang" in request.args else slug
        shown = article_page.article_page(db.session, article_id, asked, language=language, readers=readers)
    except (Gone, article_page.ForSignedIn) as error:
        return instead_of_article(article_id, error)
    if shown.slug != slug:
        return _moved(redirected(db.session, request.path, language=language) or shown.url)
    record_arrival(request.args.get("from", ""), "article", f"{shown.id}:{shown.language}")
    query = request.args.get("q", "")
    steps = next_steps.next_steps(db.session, article_id, language=shown.language, readers=readers)
    related = queries.related_articles(db.session, article_id, language=shown.language, readers=readers, most=10)
    return render_template(
        "knowledge/article.html",
        article=shown,
        html=explainer(shown.language).explained(shown.html, article_id=article_id),
        next_steps=steps,
        related=[line for line in related if line.id not in {step.id for step in steps}][:_MOST_RELATED],
        vote=vote_view(shown, query),
        reasons=feedback.reason_words(),
        contact_url=contact_address(shown, query),
    )


@pages.get("/<path:path>")
@access(PUBLIC)
def old_address(path: str) -> AnyResponse:
    """An address of the time before this site, or none at all."""
    return _old_address(reader_language())


def instead_of_article(article_id: int, error: Gone | article_page.ForSignedIn) -> tuple[str, int]:
    """The page in place of an article that was taken down, or that one has to sign in for."""
    if isinstance(error, article_page.ForSignedIn):
        return render_template("knowledge/for_signed_in.html", next=f"/articles/{article_id}"), 403
    language, readers = reader_language(), reader_groups()
    page = render_template(
        "knowledge/gone.html",
        replacement=queries.replacement_of(db.session, article_id, language=language, readers=readers),
        title=published.last_title(db.session, article_id, language=language, readers=readers),
    )
    return page, error.status


def contact_address(shown: article_page.ArticlePage, query: str) -> str:
    """The contact page, told which article was read and what was searched."""
    told = {"article": shown.id, "language": shown.language, "revision": shown.revision_number}
    return "/contact?" + urlencode(told | ({"q": query[: feedback.LONGEST_QUERY]} if query else {}))


def _old_address(language: str) -> AnyResponse:
    known = redirected(db.session, request.path, language=language, readers=reader_groups())
    if known is None:
        raise NotFound(_("There is no page at this address."))
    return _moved(known)


def _moved(path: str) -> AnyResponse:
    query = request.query_string.decode("ascii", "ignore")
    response = redirect(f"{path}?{query}" if query else path, 301)
    # A title may change back, and the language is the reader's: browsers have to ask again, or they go in circles.
    response.headers["Cache-Control"] = "private, no-cache"
    return response
