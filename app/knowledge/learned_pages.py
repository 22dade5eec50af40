"""The desk pages of what search learned: every learned question with its evidence, and the best bets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.models import Account
from app.accounts.roles import Permission
from app.accounts.signing_in import signed_in_account
from app.foundation.database import db
from app.foundation.errors import Conflict, InvalidInput, NotFound, ProductError
from app.foundation.text import one_line, whole_number
from app.knowledge import learned_lists
from app.knowledge.learned import KIND
from app.knowledge.learned_lists import Evidence, Show
from app.search import deciding
from app.search.deciding import Decision
from app.search.desk import add_search_page
from app.search.weighing import LONGEST, MOST_LEARNED
from app.web.access import access
from app.web.languages import reader_language, site_languages
from app.web.pagination import page_number, paged
from app.web.templating import date_in_words, number
from app.web.transaction import mark_failed

PAGE_SIZE = 25
LONGEST_FIND = 80

pages = Blueprint("learned", __name__, template_folder="templates")


@dataclass(frozen=True)
class Tried:
    """What was tried and refused, so that nothing typed is lost: `id` is the question, 0 for a new best bet."""

    problem: ProductError
    id: int = 0
    question: str = ""
    article: str = ""
    language: str = ""

    @property
    def field(self) -> str:
        """The field that the problem belongs to, or nothing."""
        return self.problem.field if isinstance(self.problem, InvalidInput) else ""


def install(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(pages)
    add_search_page(app, "learned.questions", lambda: _("Learned questions"), position=20)
    add_search_page(app, "learned.best_bets", lambda: _("Best bets"), position=30)


@pages.get("/desk/search/questions")
@access(Permission.PUBLISH_ARTICLES)
def questions() -> str:
    """What search learned, with what it rests on."""
    return _questions_page(request.args.get("show", ""), request.args.get("q", ""), request.args.get("page"))


@pages.post("/desk/search/questions/<int:association_id>")
@access(Permission.PUBLISH_ARTICLES)
def decide(association_id: int) -> AnyResponse:
    """Accept, block, pin or move a question, and come back to the same place in the list."""
    given = request.form
    show, find, page = given.get("show", ""), given.get("q", ""), given.get("page")
    try:
        _decide(association_id, given.get("do", ""), given.get("article", ""))
    except (InvalidInput, Conflict, NotFound) as error:
        tried = Tried(error, association_id, article=given.get("article", "")[: 2 * LONGEST_FIND])
        return _refused(error, lambda: _questions_page(show, find, page, tried))
    return redirect(
        _address(one_line(find)[:LONGEST_FIND], show=_show(show), page=page_number(page), done="decided"), 303
    )


@pages.get("/desk/search/best-bets")
@access(Permission.PUBLISH_ARTICLES)
def best_bets() -> str:
    """What editors pinned, and the form for more."""
    return _best_bets_page()


@pages.post("/desk/search/best-bets")
@access(Permission.PUBLISH_ARTICLES)
def pin() -> AnyResponse:
    """Pin an article to a question in the editor's words."""
    given = request.form
    question, named, language = given.get("question", ""), given.get("article", ""), given.get("language", "")
    try:
        if language not in site_languages():
            raise InvalidInput(_("Choose the language of the question."), field="language")
        group = str(learned_lists.article_named(db.session, named))
        deciding.pin(db.session, question, kind=KIND, group=group, language=language, by=_editor())
    except InvalidInput as error:
        tried = Tried(error, 0, question[: 2 * LONGEST], named[: 2 * LONGEST_FIND], language)
        return _refused(error, lambda: _best_bets_page(tried))
    return redirect(url_for(".best_bets", done="saved"), 303)


@pages.post("/desk/search/best-bets/<int:association_id>")
@access(Permission.PUBLISH_ARTICLES)
def unpin(association_id: int) -> AnyResponse:
    """Take a best bet away."""
    try:
        deciding.decide(db.session, association_id, Decision.UNPIN, seen=_seen(), by=_editor())
    except (Conflict, NotFound) as error:
        tried = Tried(error, association_id)
        return _refused(error, lambda: _best_bets_page(tried))
    return redirect(url_for(".best_bets", done="removed"), 303)


def evidence_words(evidence: Evidence) -> str:
    """What a question rests on, in words: `3 customers said yes · 1 customer said no · last on 3 May 2026`."""
    yes, no, agents, aside = evidence.yes, evidence.no, evidence.agents, evidence.set_aside
    parts = [
        yes and ngettext("%(count)s customer said yes", "%(count)s customers said yes", yes, count=number(yes)),
        agents
        and ngettext("%(count)s agent answered so", "%(count)s agents answered so", agents, count=number(agents)),
        no and ngettext("%(count)s customer said no", "%(count)s customers said no", no, count=number(no)),
        evidence.last_on and _("last on %(day)s", day=date_in_words(evidence.last_on)),
        aside and ngettext("%(count)s vote set aside", "%(count)s votes set aside", aside, count=number(aside)),
    ]
    return " · ".join(str(each) for each in parts if each)


def _decide(association_id: int, what: str, named: str) -> None:
    if what == "move":
        group = str(learned_lists.article_named(db.session, named))
        deciding.move(db.session, association_id, group, seen=_seen(), by=_editor())
    elif what in set(Decision):
        deciding.decide(db.session, association_id, Decision(what), seen=_seen(), by=_editor())
    else:
        raise InvalidInput(_("Say what shall become of the question."))


def _questions_page(show: str, find: str, page: str | None, tried: Tried | None = None) -> str:
    chosen = _show(show)
    words = one_line(find)[:LONGEST_FIND]
    counts = learned_lists.learned_counts(db.session, words=words)
    shown, offset = paged(counts[chosen], page=page_number(page), size=PAGE_SIZE)
    return render_template(
        "knowledge/desk_questions.html",
        lines=learned_lists.learned_lines(db.session, chosen, words=words, most=PAGE_SIZE, offset=offset),
        counts=counts,
        show=chosen,
        words=words,
        shown=shown,
        tried=tried,
        most=MOST_LEARNED,
        evidence_words=evidence_words,
        questions_url=partial(_address, words),
    )


def _best_bets_page(tried: Tried | None = None) -> str:
    shown, offset = paged(
        learned_lists.pinned_count(db.session), page=page_number(request.args.get("page")), size=PAGE_SIZE
    )
    return render_template(
        "knowledge/desk_best_bets.html",
        lines=learned_lists.pinned_lines(db.session, most=PAGE_SIZE, offset=offset),
        shown=shown,
        tried=tried,
        form_languages=site_languages(),
        language=tried.language if tried and tried.language in site_languages() else reader_language(),
        evidence_words=evidence_words,
        page_address=lambda page: url_for(".best_bets", page=page),
    )


def _refused(error: ProductError, draw: Callable[[], str]) -> AnyResponse:
    mark_failed()
    db.session.rollback()
    return make_response(draw(), error.status)


def _show(text: str) -> Show:
    return Show(text) if text in set(Show) else Show.IN_USE


def _address(words: str, *, show: Show, page: int = 1, done: str = "") -> str:
    shown = page if page > 1 else None
    return url_for("learned.questions", show=show.value, q=words or None, page=shown, done=done or None)


def _seen() -> int:
    """How many decisions there were when the page was drawn; one that says nothing saw none of ours."""
    seen = whole_number(request.form.get("seen", ""))
    return -1 if seen is None else seen


def _editor() -> Account:
    account = signed_in_account()
    assert account is not None  # noqa: S101  # the access above
    return account
