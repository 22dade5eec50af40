"""The search page and the suggestions under its field."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.signing_in import reader_groups
from app.foundation.database import db, rollback
from app.foundation.text import whole_number
from app.search import noting, service
from app.search.answers import Fit
from app.search.indexing import sources
from app.web.access import PUBLIC, access
from app.web.languages import reader_language
from app.web.limits import limited
from app.web.pagination import page_number
from app.web.templating import plain_context

_log = logging.getLogger(__name__)

pages = Blueprint("search", __name__, template_folder="templates")

FILTERS = ("category", "language", "type", "tag")
#: Far above what fast typing asks for.
SUGGESTIONS_LIMIT = "1500 per minute"
_KEPT = ("q", *FILTERS, "exact", "all", "page")
Surroundings = Callable[[], Mapping[str, Any]]


def set_surroundings(app: Flask, surroundings: Surroundings) -> None:
    """Have the search page show what only other parts know: `example_query`, `areas` and `useful`."""
    app.extensions["search_surroundings"] = surroundings


@pages.get("/search")
@access(PUBLIC)
@limited("{limit_searches} per minute", name="search")
def results() -> BaseResponse | tuple[str, int]:
    """The page of one search; the number of an article leads straight to it."""
    try:
        return _results(request.args.get("q", ""))
    except SQLAlchemyError:
        # Not even who is reading can be told, so the page is drawn for anybody.
        _log.exception("Nothing can search.")
        rollback(db.session)
        answer = service.SearchAnswer(query=request.args.get("q", "")[:300], state=service.SearchState.DOWN)
        template = current_app.jinja_env.get_template("search/results.html")
        return template.render(**plain_context(), **_shown(answer), **_surroundings(answer)), 503


def _results(query: str) -> BaseResponse | tuple[str, int]:
    begun = time.perf_counter()
    address = _address_of_number(query)
    if address:
        noting.note_number(query, language=reader_language(), begun=begun)
        return redirect(address)
    filters = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    answer = service.search(
        db.session,
        query,
        language=reader_language(),
        readers=reader_groups(),
        page=page_number(request.args.get("page")),
        filters=filters,
        exact=request.args.get("exact") == "1",
        everything=request.args.get("all") == "1",
    )
    token = noting.note_search(answer, language=reader_language(), filters=filters, begun=begun)
    status = 503 if answer.state is service.SearchState.DOWN else 200
    return render_template("search/results.html", **_shown(answer, token), **_surroundings(answer)), status


def _shown(answer: service.SearchAnswer, token: str = "") -> dict[str, Any]:
    mark = partial(noting.mark, token, page=answer.page)
    return {"answer": answer, "query_url": query_url, "mark": mark, "said": _said(answer)}


def _said(answer: service.SearchAnswer) -> bool | None:
    """What whoever asks said of the answer before: it is not asked anew."""
    if answer.fit is not Fit.ANSWER or answer.page > 1:
        return None
    best = answer.results[0]
    return sources()[best.kind].said(db.session, best.key)


@pages.get("/search/suggest")
@access(PUBLIC)
@limited(SUGGESTIONS_LIMIT, name="suggest")
def suggestions() -> Response:
    """Titles for what has been typed so far, as JSON."""
    typed, begun = request.args.get("q", ""), time.perf_counter()
    found = service.suggest(typed, language=reader_language(), readers=reader_groups())
    token = noting.note_suggestions(typed, language=reader_language(), results=len(found), begun=begun)
    lines = [
        {"title": each.title, "url": noting.suggestion_address(each, typed[:400], token, place), "area": each.area}
        for place, each in enumerate(found, start=1)
    ]
    response = jsonify({"query": typed[:400], "suggestions": lines})
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


def query_url(**changes: object) -> str:
    """The address of this search with changed parameters, on page 1 unless that is what changes; None removes one."""
    kept = {name: request.args[name] for name in _KEPT if request.args.get(name)}
    if "page" not in changes:
        kept.pop("page", None)
    wanted = {**kept, **{name: str(value) for name, value in changes.items() if value is not None}}
    wanted = {name: value for name, value in wanted.items() if not (name in changes and changes[name] is None)}
    if wanted.get("page") == "1":
        del wanted["page"]
    return f"/search?{urlencode(wanted)}" if wanted else "/search"


def _address_of_number(query: str) -> str | None:
    """Where a search for `#404` leads; one for `404` too, unless a title speaks of it: it may be an error code."""
    words = query.strip()
    number = whole_number(words.removeprefix("#"))
    if number is None or request.args.get("exact") == "1":
        return None
    if not words.startswith("#") and service.suggest(
        words, language=reader_language(), readers=reader_groups(), most=1
    ):
        return None
    found = (
        source.address_of_number(db.session, number, language=reader_language(), readers=reader_groups())
        for source in sources().values()
    )
    return next((address for address in found if address), None)


def _surroundings(answer: service.SearchAnswer) -> dict[str, Any]:
    empty: dict[str, Any] = {"example_query": "", "areas": [], "useful": None}
    if answer.state not in (service.SearchState.HINT, service.SearchState.DOWN, service.SearchState.NO_RESULTS):
        return empty
    surroundings: Surroundings = current_app.extensions.get("search_surroundings", dict)
    try:
        return empty | dict(surroundings())
    except Exception:
        if answer.state is service.SearchState.DOWN:
            return empty
        raise
