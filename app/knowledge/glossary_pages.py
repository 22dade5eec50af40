"""The glossary's page, and the desk page where its terms are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.roles import Permission
from app.accounts.signing_in import reader_groups, signed_in_account
from app.foundation.database import db
from app.foundation.errors import InvalidInput
from app.foundation.text import whole_number
from app.knowledge import glossary
from app.knowledge.glossary import GlossaryTerm, TermWords
from app.web.access import PUBLIC, access
from app.web.desk import add_desk_page
from app.web.languages import reader_language, site_languages
from app.web.page_cache import kept
from app.web.transaction import mark_failed

_NEW = "-"

pages = Blueprint("glossary", __name__, template_folder="templates")


@dataclass
class TermForm:
    """What was typed, so that a refused form loses nothing. `words` is by language, `slug` empty for a new term."""

    slug: str = ""
    article: str = ""
    words: dict[str, TermWords] = field(default_factory=dict)


def install(app: Flask) -> None:
    """Connect the pages of the glossary."""
    app.register_blueprint(pages)
    add_desk_page(
        app,
        "glossary.desk",
        lambda: _("Glossary"),
        icon="book-open",
        permission=Permission.PUBLISH_ARTICLES,
        position=50,
        about=lambda: _("Words that customers may not know, explained where they stand."),
    )


@pages.get("/glossary")
@access(PUBLIC)
@kept
def terms() -> str:
    """All terms with what they mean."""
    shown = glossary.explained_terms(db.session, language=reader_language(), readers=reader_groups())
    return render_template("knowledge/glossary.html", terms=shown)


@pages.get("/desk/glossary")
@access(Permission.PUBLISH_ARTICLES)
def desk() -> str:
    """All terms, and the form for a new one."""
    return _desk_page(TermForm())


@pages.get("/desk/glossary/<slug>")
@access(Permission.PUBLISH_ARTICLES)
def one(slug: str) -> str:
    """One term, to be changed."""
    term = glossary.term_of(db.session, slug)
    words = {
        each.language: TermWords(each.term, each.definition, tuple(each.forms.splitlines())) for each in term.texts
    }
    return _desk_page(TermForm(term.slug, str(term.article_id or ""), words))


@pages.post("/desk/glossary/<slug>")
@access(Permission.PUBLISH_ARTICLES)
def write(slug: str) -> AnyResponse:
    """Write a new term (`-`, which is no anchor), change one, or take it out."""
    if slug == _NEW:
        return _written(None)
    term = glossary.term_of(db.session, slug)
    if request.form.get("do") == "remove":
        glossary.remove_term(db.session, term, by=signed_in_account())
        return redirect(url_for("glossary.desk", done="removed"), 303)
    return _written(term)


def _written(existing: GlossaryTerm | None) -> AnyResponse:
    typed = _typed(existing.slug if existing else "")
    try:
        glossary.write_term(
            db.session, typed.words, article_id=_article(typed.article), by=signed_in_account(), term=existing
        )
    except InvalidInput as error:
        mark_failed()
        db.session.rollback()
        return make_response(_desk_page(typed, error=error), error.status)
    return redirect(url_for("glossary.desk", done="saved"), 303)


def _desk_page(form: TermForm, *, error: InvalidInput | None = None) -> str:
    shown = glossary.explained_terms(db.session, language=reader_language(), readers=reader_groups())
    return render_template(
        "knowledge/desk_glossary.html", form=form, error=error, terms=shown, form_languages=site_languages()
    )


def _typed(slug: str) -> TermForm:
    given = request.form
    words = {
        language: TermWords(
            given.get(f"term_{language}", ""),
            given.get(f"definition_{language}", ""),
            tuple(given.get(f"forms_{language}", "").splitlines()),
        )
        for language in site_languages()
    }
    return TermForm(slug, given.get("article", "").strip(), words)


def _article(text: str) -> int | None:
    if not text:
        return None
    number = whole_number(text)
    if number is None:
        raise InvalidInput(_("“%(words)s” is no number of an article.", words=text[:40]), field="article")
    return number
