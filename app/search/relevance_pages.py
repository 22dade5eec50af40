"""The desk pages of the tests of search, and of the search log from which they are added."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.roles import Permission
from app.accounts.signing_in import has_permission, reader_groups, signed_in_account
from app.foundation.database import db
from app.foundation.errors import InvalidInput
from app.foundation.text import one_line, whole_number
from app.search import relevance
from app.search.desk import add_search_page
from app.search.encoding import current_encoder
from app.search.rechecking import request_check
from app.search.relevance import CannotCheck
from app.trail.models import SessionOutcome
from app.trail.recent import recent_search_count, recent_searches
from app.web.access import access
from app.web.languages import reader_language, site_languages
from app.web.pagination import page_number, paged
from app.web.transaction import mark_failed

PAGE_SIZE = 50
#: So many tests are checked while an editor waits; more of them by the worker.
MOST_AT_ONCE = 50
TOPS = (1, 3, 5, 10)
UNANSWERED = "unanswered"

pages = Blueprint("relevance", __name__, template_folder="templates")


@dataclass(frozen=True)
class Typed:
    """What was typed, so that a refused form loses nothing. `number` is that of an article."""

    question: str = ""
    language: str = ""
    number: str = ""
    top: int = relevance.TOP


def install(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(pages)
    add_search_page(app, "relevance.overview", lambda: _("Tests"), position=50)
    add_search_page(app, "relevance.log", lambda: _("Search log"), position=60, permission=Permission.READ_STAFF)


@pages.get("/desk/search/tests")
@access(Permission.PUBLISH_ARTICLES)
def overview() -> str:
    """All tests, the failing ones first with what came instead, and the form to add one."""
    return _overview(Typed(language=reader_language()))


@pages.post("/desk/search/tests")
@access(Permission.PUBLISH_ARTICLES)
def add() -> AnyResponse:
    """Add a test, of a search in the log or of what was typed, and check it at once."""
    given = request.form
    form = Typed(
        question=given.get("question", "")[: 2 * relevance.LONGEST_QUESTION],
        language=given.get("language", "")[:20],
        number=one_line(given.get("number", ""))[:20].removeprefix("#"),
        top=whole_number(given.get("top", str(relevance.TOP)), digits=2) or 0,
    )
    try:
        relevance.checked_question(form.question, form.language)
        kind, key = given.get("kind", ""), given.get("key", "")
        if not key:
            kind, key = relevance.key_of_number(db.session, form.number, language=form.language)
        test = relevance.add_test(
            db.session,
            form.question,
            language=form.language,
            kind=kind,
            key=key,
            top=form.top if "top" in given else None,
            by=signed_in_account(),
        )
    except InvalidInput as error:
        mark_failed()
        db.session.rollback()
        return make_response(_overview(form, error=error), error.status)
    try:
        relevance.check_and_keep(db.session, [test])
    except CannotCheck:
        request_check(db.session, soon=True)
    if given.get("from") == "log":
        page = page_number(given.get("page"))
        return redirect(_log_address(given.get("only", ""), page, done="saved"), 303)
    return redirect(url_for(".overview", done="saved"), 303)


@pages.post("/desk/search/tests/check")
@access(Permission.PUBLISH_ARTICLES)
def check() -> AnyResponse:
    """Check all tests now, or have the worker do it when there are many."""
    if relevance.test_count(db.session) > MOST_AT_ONCE:
        request_check(db.session)
        return redirect(url_for(".overview", done="asked"), 303)
    try:
        relevance.check_and_keep(db.session, relevance.listed(db.session, most=MOST_AT_ONCE))
    except CannotCheck as error:
        mark_failed()
        db.session.rollback()
        return make_response(_overview(Typed(language=reader_language()), problem=str(error)), 503)
    return redirect(url_for(".overview", done="checked"), 303)


@pages.post("/desk/search/tests/<int:number>/remove")
@access(Permission.PUBLISH_ARTICLES)
def remove(number: int) -> AnyResponse:
    """Test this no more."""
    relevance.remove_test(db.session, relevance.test_of(db.session, number), by=signed_in_account())
    return redirect(url_for(".overview", done="removed"), 303)


@pages.get("/desk/search/log")
@access(Permission.READ_STAFF)
def log() -> str:
    """The latest searches one by one, with a button that makes a test of one that led somewhere."""
    only = UNANSWERED if request.args.get("only") == UNANSWERED else ""
    total = recent_search_count(db.session, only_unanswered=bool(only))
    shown, offset = paged(total, page=page_number(request.args.get("page")), size=PAGE_SIZE)
    searches = recent_searches(db.session, only_unanswered=bool(only), most=PAGE_SIZE, offset=offset)
    things = [thing for search in searches for thing in (*search.opened, *search.solved_by)]
    may_test = has_permission(Permission.PUBLISH_ARTICLES)
    for_all = relevance.shown(db.session, things, readers=relevance.EVERYBODY) if may_test else {}
    tested = relevance.tested(db.session, [search.words for search in searches])
    return render_template(
        "search/log.html",
        searches=searches,
        only=only,
        unanswered=UNANSWERED,
        shown=shown,
        things=relevance.shown(db.session, things, readers=reader_groups()),
        for_all=for_all,
        is_tested=lambda search: (search.language, search.words, *search.found) in tested,
        has_languages=len(site_languages()) > 1,
        page_address=partial(_log_address, only),
        Outcome=SessionOutcome,
    )


def _overview(form: Typed, *, error: InvalidInput | None = None, problem: str = "") -> str:
    total = relevance.test_count(db.session)
    shown, offset = paged(total, page=page_number(request.args.get("page")), size=PAGE_SIZE)
    tests = relevance.listed(db.session, most=PAGE_SIZE, offset=offset)
    names = [(each["kind"], each["key"]) for test in tests for each in test.instead]
    return render_template(
        "search/tests.html",
        form=form,
        error=error,
        problem=problem,
        failing=[test for test in tests if test.is_passed is False],
        unchecked=[test for test in tests if test.is_passed is None],
        passing=[test for test in tests if test.is_passed],
        total=total,
        has_encoder=current_encoder() is not None,
        failing_count=relevance.failing_count(db.session),
        shown=shown,
        page_address=_page_address,
        things=relevance.shown(
            db.session, [*names, *((test.kind, test.key) for test in tests)], readers=reader_groups()
        ),
        form_languages=list(dict.fromkeys((reader_language(), *site_languages()))),
        tops=TOPS,
    )


def _page_address(page: int) -> str:
    return url_for(".overview", page=page if page > 1 else None)


def _log_address(only: str, page: int = 1, *, done: str = "") -> str:
    chosen = UNANSWERED if only == UNANSWERED else None
    return url_for(".log", only=chosen, page=page if page > 1 else None, done=done or None)
