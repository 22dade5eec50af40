"""Pages around reading: what changed in an article, all areas, and the desk's view of how articles hang together."""

from __future__ import annotations

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.roles import Permission
from app.accounts.signing_in import reader_groups, signed_in_account
from app.foundation.database import db
from app.foundation.errors import Gone, InvalidInput, NotFound
from app.foundation.text import whole_number
from app.knowledge import areas, next_steps, structure
from app.knowledge.article_page import ForSignedIn, article_page
from app.knowledge.changes import changes
from app.knowledge.models import Article
from app.knowledge.pages import instead_of_article
from app.knowledge.queries import LARGEST_ID
from app.web.access import PUBLIC, access
from app.web.desk import add_desk_page
from app.web.languages import reader_language
from app.web.page_cache import kept
from app.web.transaction import mark_failed

pages = Blueprint("reading", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(pages)
    add_desk_page(
        app,
        "reading.desk_structure",
        lambda: _("Areas and next steps"),
        icon="file-text",
        permission=Permission.ORGANISE_CATEGORIES,
        position=60,
        about=lambda: _("All areas, which of them are empty, and what to read after an article."),
    )


@pages.get("/articles/<int:article_id>-<slug>/changes")
@access(PUBLIC)
@kept
def article_changes(article_id: int, slug: str) -> str | AnyResponse | tuple[str, int]:
    """What was published of an article, and how its text differs from the one that somebody read."""
    readers = reader_groups()
    try:
        shown = article_page(db.session, article_id, slug, language=reader_language(), readers=readers)
    except (Gone, ForSignedIn) as error:
        return instead_of_article(article_id, error)
    if shown.slug != slug:
        query = request.query_string.decode("ascii", "ignore")
        return redirect(f"{shown.url}/changes" + (f"?{query}" if query else ""), 302)
    since = whole_number(request.args.get("since", ""))
    found = changes(db.session, article_id, shown.language, since=since, readers=readers)
    return render_template("knowledge/changes.html", article=shown, changes=found)


@pages.get("/categories")
@access(PUBLIC)
@kept
def all_areas() -> str:
    """Every area with all areas below it."""
    return render_template("knowledge/areas.html", branches=areas.area_tree(db.session, readers=reader_groups()))


@pages.get("/desk/structure")
@access(Permission.ORGANISE_CATEGORIES)
def desk_structure() -> str:
    """The tree with what is empty, what has no area, and what leads nowhere."""
    return _structure_page()


@pages.get("/desk/structure/next/<int:article_id>")
@access(Permission.PUBLISH_ARTICLES)
def desk_next(article_id: int) -> str:
    """What readers of one article are led on to, to be changed."""
    article = _article(article_id)
    return _next_page(article, "\n".join(map(str, next_steps.next_ids(db.session, article.id))))


@pages.post("/desk/structure/next/<int:article_id>")
@access(Permission.PUBLISH_ARTICLES)
def set_next(article_id: int) -> AnyResponse:
    """Lead readers of an article on to others."""
    article, typed = _article(article_id), request.form.get("next", "")
    try:
        next_steps.set_next_steps(db.session, article, _numbers(typed), by=signed_in_account())
    except InvalidInput as error:
        mark_failed()
        db.session.rollback()
        return make_response(_next_page(_article(article_id), typed, error), error.status)
    return redirect(url_for("reading.desk_next", article_id=article_id, saved=1), 303)


@pages.get("/desk/structure/next")
@access(Permission.PUBLISH_ARTICLES)
def find_next() -> AnyResponse:
    """To the next steps of the article whose number was typed."""
    typed = request.args.get("article", "").strip()
    number = whole_number(typed)
    if number is None:
        error = InvalidInput(_("“%(words)s” is no number of an article.", words=typed[:40]), field="article")
        return make_response(_structure_page(error), error.status)
    return redirect(url_for("reading.desk_next", article_id=number), 302)


def _structure_page(error: InvalidInput | None = None) -> str:
    found = structure.structure(db.session, language=reader_language())
    return render_template("knowledge/desk_structure.html", structure=found, error=error)


def _next_page(article: Article, typed: str, error: InvalidInput | None = None) -> str:
    language, readers = reader_language(), reader_groups()
    title = structure.title_of(db.session, article.id, language=language)
    steps = next_steps.next_steps(db.session, article.id, language=language, readers=readers)
    return render_template(
        "knowledge/desk_next.html",
        article_id=article.id,
        title=title,
        typed=typed,
        steps=steps,
        error=error,
        is_saved="saved" in request.args and error is None,
    )


def _article(article_id: int) -> Article:
    article = db.session.get(Article, article_id) if article_id <= LARGEST_ID else None
    if article is None:
        raise NotFound(
            _("There is no article %(id)s: its number stands in its address, behind /articles/.", id=article_id)
        )
    return article


def _numbers(typed: str) -> list[int]:
    numbers = []
    for word in typed.replace(",", " ").split():
        number = whole_number(word)
        if number is None:
            raise InvalidInput(_("“%(words)s” is no number of an article.", words=word[:40]), field="next")
        numbers.append(number)
    return numbers
