"""The desk page of synonyms: what the search log proposes, the sets that editors keep, and the form to write one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.roles import Permission
from app.accounts.signing_in import signed_in_account
from app.foundation.database import db
from app.foundation.errors import Conflict, InvalidInput
from app.foundation.text import one_line, whole_number
from app.search import synonym_proposals, synonym_sets, words
from app.search.desk import add_search_page
from app.search.models import SynonymSet
from app.search.synonym_sets import Taken
from app.web.access import access
from app.web.languages import reader_language, site_languages
from app.web.pagination import page_number, paged
from app.web.transaction import mark_failed

PAGE_SIZE = 50
LONGEST_FIND = 60
LONGEST_TYPED = 2000

pages = Blueprint("synonyms", __name__, template_folder="templates")


@dataclass(frozen=True)
class SetForm:
    """What was typed, so that a refused form loses nothing. `number` is that of the set, 0 for a new one."""

    number: int = 0
    version: int = 0
    language: str = ""
    phrases: str = ""


def install(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(pages)
    add_search_page(app, "synonyms.overview", lambda: _("Synonyms"), position=40)


@pages.get("/desk/search/synonyms")
@access(Permission.PUBLISH_ARTICLES)
def overview() -> str:
    """What the log proposes, the form for a new set, and all sets."""
    return _overview(SetForm(language=words.base_language(reader_language())))


@pages.post("/desk/search/synonyms")
@access(Permission.PUBLISH_ARTICLES)
def write() -> AnyResponse:
    """Write a new set."""
    return _written(None)


@pages.get("/desk/search/synonyms/<int:number>")
@access(Permission.PUBLISH_ARTICLES)
def one(number: int) -> str:
    """One set, to be changed."""
    return _set_page(_form_of(synonym_sets.set_of(db.session, number)))


@pages.post("/desk/search/synonyms/<int:number>")
@access(Permission.PUBLISH_ARTICLES)
def change(number: int) -> AnyResponse:
    """Change a set, or take it out."""
    existing = synonym_sets.set_of(db.session, number)
    if request.form.get("do") == "remove":
        synonym_sets.remove_set(db.session, existing, by=signed_in_account())
        return redirect(url_for(".overview", done="removed"), 303)
    return _written(existing)


@pages.post("/desk/search/synonyms/proposals")
@access(Permission.PUBLISH_ARTICLES)
def decide() -> AnyResponse:
    """Let a proposed pair mean the same, or never propose it again."""
    given = request.form
    decision = {"accept": synonym_proposals.accept, "dismiss": synonym_proposals.dismiss}.get(given.get("do", ""))
    try:
        if decision is None:
            raise InvalidInput(_("Say whether the words mean the same."))
        decision(
            db.session,
            given.get("language", ""),
            given.get("vain", ""),
            given.get("found", ""),
            by=signed_in_account(),
        )
    except (InvalidInput, Conflict) as error:
        mark_failed()
        db.session.rollback()
        form = SetForm(language=words.base_language(reader_language()))
        return make_response(_overview(form, problem=error), error.status)
    return redirect(url_for(".overview", done="decided"), 303)


def _written(existing: SynonymSet | None) -> AnyResponse:
    given = request.form
    seen = whole_number(given.get("version", ""))
    typed = given.get("phrases", "")[:LONGEST_TYPED]
    number = existing.id if existing else 0
    language = existing.language if existing else given.get("language", "")[:20]
    try:
        synonym_sets.write_set(
            db.session,
            language,
            synonym_sets.split(typed),
            by=signed_in_account(),
            existing=existing,
            seen=seen,
            joins=given.get("do") == "join",
        )
    except (InvalidInput, Conflict) as error:
        mark_failed()
        db.session.rollback()
        if not number:
            return make_response(_overview(SetForm(0, 0, language, typed), error=error), error.status)
        now = _form_of(synonym_sets.set_of(db.session, number))
        # Whoever has been told what the words are now may save theirs instead.
        is_told = isinstance(error, Conflict)
        form = SetForm(number, now.version if is_told else seen or 0, language, typed)
        return make_response(_set_page(form, error=error, others=now.phrases if is_told else ""), error.status)
    return redirect(url_for(".overview", done="saved"), 303)


def _overview(
    form: SetForm, *, error: InvalidInput | Conflict | None = None, problem: InvalidInput | Conflict | None = None
) -> str:
    holding = one_line(request.args.get("q", ""))[:LONGEST_FIND]
    total = synonym_sets.set_count(db.session, holding=holding)
    shown, offset = paged(total, page=page_number(request.args.get("page")), size=PAGE_SIZE)
    return render_template(
        "search/synonyms.html",
        form=form,
        error=error,
        problem=problem,
        others="",
        proposals=synonym_proposals.proposals(db.session),
        proposal_days=synonym_proposals.DAYS,
        sets=synonym_sets.sets(db.session, holding=holding, most=PAGE_SIZE, offset=offset),
        holding=holding,
        shown=shown,
        page_address=partial(_address, holding),
        can_join=isinstance(error, Taken),
        form_languages=_languages(),
    )


def _set_page(form: SetForm, *, error: InvalidInput | Conflict | None = None, others: str = "") -> str:
    return render_template(
        "search/synonym_set.html",
        form=form,
        error=error,
        others=others,
        can_join=isinstance(error, Taken),
        form_languages=[form.language],
    )


def _form_of(existing: SynonymSet) -> SetForm:
    phrases = "\n".join(each.text for each in existing.phrases)
    return SetForm(existing.id, existing.version, existing.language, phrases)


def _languages() -> list[str]:
    """The base languages that the site is in, the reader's first."""
    return list(dict.fromkeys(map(words.base_language, (reader_language(), *site_languages()))))


def _address(holding: str, page: int) -> str:
    return url_for(".overview", q=holding or None, page=page if page > 1 else None)
