"""The room of the desk about search: its menu, in which parts put their pages, and the page that tells how it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Flask, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.roles import Permission
from app.foundation import clock
from app.foundation.database import db
from app.search import indexing, measuring, relevance, service
from app.search.answers import Fit
from app.search.confidence import ANSWER_FROM, MAY_HELP_FROM
from app.search.encoders.base import Encoder, understands
from app.search.encoding import current_encoder, encoder_state
from app.search.engines.base import EngineUnavailable
from app.search.meaning import current_meanings
from app.search.measuring import Share
from app.search.words import base_language, query_tokens
from app.trail import queries
from app.trail.becoming import judged_searches
from app.web.access import access
from app.web.desk import add_desk_page
from app.web.templating import reader

DAYS = (7, 28, 90)
MOST_GAPS = 25
#: From which confidence on a page says what.
THRESHOLDS = {Fit.ANSWER: ANSWER_FROM, Fit.MAY_HELP: MAY_HELP_FROM}

pages = Blueprint("search_desk", __name__, template_folder="templates")


@dataclass(frozen=True)
class SearchPage:
    """A page of the room about search. `title` gives words in the reader's language."""

    endpoint: str
    title: Callable[[], str]
    position: int
    permission: str

    @property
    def url(self) -> str:
        """Its address."""
        return url_for(self.endpoint)


def install(app: Flask) -> None:
    """Connect the room, with one line in the menu of the desk, and give templates `search_menu()`."""
    app.extensions["search_desk_pages"] = []
    app.jinja_env.globals["search_menu"] = search_menu
    app.register_blueprint(pages)
    add_desk_page(
        app,
        "search_desk.overview",
        lambda: _("Search"),
        icon="sliders-horizontal",
        permission=Permission.PUBLISH_ARTICLES,
        position=22,
        about=lambda: _("How well search answers, what it could not answer, and what you can teach it."),
        waiting=_waiting,
    )
    add_search_page(app, "search_desk.overview", lambda: _("How search does"), position=10)


def add_search_page(
    app: Flask,
    endpoint: str,
    title: Callable[[], str],
    *,
    position: int = 50,
    permission: str = Permission.PUBLISH_ARTICLES,
) -> None:
    """Put a page beside the others about search; lower positions stand first.

    Its address begins with `/desk/search/`, and its template extends `search/desk.html`.
    """
    known: list[SearchPage] = app.extensions["search_desk_pages"]
    known.append(SearchPage(endpoint, title, position, permission))
    known.sort(key=lambda page: page.position)


def search_menu() -> list[SearchPage]:
    """The pages about search that the reader may open."""
    known: list[SearchPage] = current_app.extensions["search_desk_pages"]
    at_page = reader()
    return [page for page in known if at_page.may(page.permission)]


@pages.get("/desk/search")
@access(Permission.PUBLISH_ARTICLES)
def overview() -> str:
    """What search runs on, how often it was right, and what it could not answer."""
    days = next((each for each in DAYS if request.args.get("days") == str(each)), DAYS[-1])
    since = clock.now() - timedelta(days=days)
    judged = judged_searches(db.session, since=since, alike=_are_alike)
    encoder = current_encoder()
    return render_template(
        "search/overview.html",
        encoder=encoder,
        vectors=_vectors(encoder) if encoder else None,
        least_known=service.LEAST_KNOWN,
        encoder_state=encoder_state(),
        days=days,
        choices=DAYS,
        judged=len(judged),
        fits=measuring.measured_fits(judged),
        bins=measuring.measured_bins(judged),
        fewest=measuring.FEWEST,
        thresholds=THRESHOLDS,
        gaps=queries.unanswered(db.session, since=since, most=MOST_GAPS),
    )


def _are_alike(one: str, other: str, language: str) -> bool:
    base = base_language(language)
    return not set(query_tokens(one, base)).isdisjoint(query_tokens(other, base))


def _waiting() -> str:
    is_right, _state = encoder_state()
    failing = relevance.failing_count(db.session)
    told = [] if is_right else [_("By words alone")]
    told += [ngettext("%(num)s test fails", "%(num)s tests fail", failing)] if failing else []
    return " · ".join(told)


def _vectors(encoder: Encoder) -> Share | None:
    """How many of the documents that the encoder is for have vectors; None while the index cannot be read."""
    try:
        counts = indexing.current_engine().languages(None)
    except EngineUnavailable:
        return None
    wanted = sum(count for language, count in counts.items() if understands(encoder, [base_language(language)]))
    known = current_meanings().known(encoder.name, encoder.dimension)
    return Share(min(known.documents, wanted) if known else 0, wanted)
