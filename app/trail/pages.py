"""The beacon that articles send while they are read, and the page of the desk that tells what people search for."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from app.accounts.roles import Permission
from app.foundation import clock
from app.foundation.database import db, only_reads
from app.foundation.spreadsheets import as_csv
from app.foundation.text import whole_number
from app.trail import queries
from app.trail.models import SessionOutcome
from app.trail.queries import Only
from app.trail.recording import record_read
from app.web.access import PUBLIC, access
from app.web.desk import add_desk_page
from app.web.downloads import download
from app.web.origin import anonymous_form
from app.web.pagination import page_number, paged

PAGE_SIZE = 50
MOST_EXPORTED = 20_000
LARGEST_BEACON = 500  # bytes
DAYS = (7, 28)

pages = Blueprint("trail", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Connect the pages."""
    app.register_blueprint(pages)
    add_desk_page(
        app,
        "trail.searches",
        lambda: _("What people search for"),
        icon="search",
        permission=Permission.READ_STAFF,
        position=20,
        about=lambda: _("The words that customers type, what found nothing, and how their visits ended."),
    )


@pages.post("/beacon")
@access(PUBLIC)
@anonymous_form
def beacon() -> tuple[str, int]:
    """Take note of what was read and for how long. Always answers 204: nobody waits for it, and nothing may fail."""
    request.max_content_length = LARGEST_BEACON
    only_reads.set(True)  # what is noted is written by a thread: this request waits for no lock
    try:
        kind, _blank, key = request.form.get("read", "").partition(" ")
        seconds = whole_number(request.form.get("seconds", ""), digits=5)
    except HTTPException:
        return "", 204
    if seconds is not None:
        record_read(kind, key, seconds=seconds)
    return "", 204


@pages.get("/desk/searches")
@access(Permission.READ_STAFF)
def searches() -> str:
    """What people searched for, what came of it, and how each number is made."""
    days, only, since = _chosen()
    total = queries.searched_query_count(db.session, since=since, only=only)
    shown, offset = paged(total, page=page_number(request.args.get("page")), size=PAGE_SIZE)
    outcomes = queries.outcome_counts(db.session, since=since)
    return render_template(
        "trail/searches.html",
        days=days,
        only=only.value,
        choices=DAYS,
        shown=shown,
        lines=queries.searched_queries(db.session, since=since, only=only, most=PAGE_SIZE, offset=offset),
        totals=queries.search_totals(db.session, since=since),
        outcomes=outcomes,
        success=queries.self_service_success(outcomes),
        Outcome=SessionOutcome,
        searches_url=partial(_address, days=days, only=only.value),
    )


@pages.get("/desk/searches.csv")
@access(Permission.READ_STAFF)
def searches_as_csv() -> Response:
    """The same list as a table for other programs, the 20,000 most searched at most."""
    days, only, since = _chosen()
    head = [
        "query",
        "searches",
        "zero_result",
        "no_answer",
        "bounced",
        "clicked",
        *(each.value for each in SessionOutcome),
    ]
    rows = (
        [
            line.query,
            line.searches,
            line.zero_result,
            line.no_answer,
            line.bounced,
            line.clicked,
            *line.outcomes.values(),
        ]
        for line in queries.searched_queries(db.session, since=since, only=only, most=MOST_EXPORTED)
    )
    return download(as_csv(head, rows), "text/csv", f"searches-{days}-days.csv")


def _chosen() -> tuple[int, Only, datetime]:
    """How many days back, which queries, and the moment that this is since."""
    days = next((each for each in DAYS if request.args.get("days") == str(each)), DAYS[0])
    only = next((each for each in Only if request.args.get("only") == each.value), Only.ALL)
    return days, only, clock.now() - timedelta(days=days)


def _address(endpoint: str = "trail.searches", *, days: int, only: str, page: int = 1) -> str:
    return url_for(endpoint, days=days, only=only or None, page=page if page > 1 else None)
