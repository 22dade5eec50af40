"""The vote under an article, what went wrong after a "no", and the desk page of votes that were set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.roles import Permission
from app.accounts.signing_in import reader_groups, signed_in_account
from app.foundation import jobs
from app.foundation.database import db
from app.foundation.errors import Gone, InvalidInput, NotFound
from app.knowledge import article_page, bursts, feedback
from app.knowledge.fix_rates import FixRate, fix_rate
from app.knowledge.models import FixVote, VoteStanding
from app.knowledge.voters import is_staff, new_voter, remember_voter, source, voter
from app.trail.recording import record_arrival, record_vote
from app.trail.ways import way_to
from app.web.access import PUBLIC, access
from app.web.desk import add_desk_page
from app.web.handing_back import hands_back
from app.web.languages import told_language
from app.web.limits import limited
from app.web.origin import anonymous_form

pages = Blueprint("votes", __name__, template_folder="templates")


@dataclass(frozen=True)
class VoteView:
    """What the vote under an article shows: nothing said yet (`none`), `yes` or `no`, when, and what went with a no.

    `is_of_staff` tells that the vote said is kept and not counted. `fix_rate` is None when too few have voted.
    """

    state: str
    said_on: date | None
    reason: str
    comment: str
    query: str
    is_of_staff: bool
    fix_rate: FixRate | None


def install(app: Flask) -> None:
    """Connect the vote and its desk page."""
    app.register_blueprint(pages)
    jobs.add_job_kind(app, bursts.FORGET_JOB, bursts.forget_sources)
    add_desk_page(
        app,
        "votes.desk",
        lambda: _("Votes set aside"),
        icon="shield-check",
        permission=Permission.PUBLISH_ARTICLES,
        position=30,
        about=lambda: _("Many votes from one network, until somebody decides whether they count."),
        waiting=_waiting,
    )


@pages.post("/articles/<int:article_id>/votes")
@access(PUBLIC)
@anonymous_form
@limited("{limit_votes} per hour", name="vote")
def vote(article_id: int) -> AnyResponse:
    """Take the answer to "Did this fix your problem?" and show it in its place."""
    answer = request.form.get("fixed", "")
    if answer not in ("yes", "no"):
        raise InvalidInput(_("Please answer with Yes or No."), field="fixed")
    shown = _voted_on(article_id)
    # Whoever answers right where it was found has read it there.
    record_arrival(request.form.get("from", ""), "article", f"{shown.id}:{shown.language}")
    token = cast_by_request(shown, fixed=answer == "yes", query=request.form.get("query", ""))
    response = _back_to_vote(shown, request.form.get("query", ""))
    if token:
        remember_voter(response, token)
    return response


@pages.post("/articles/<int:article_id>/votes/reason")
@access(PUBLIC)
@anonymous_form
@hands_back("comment")
@limited("{limit_votes} per hour", name="vote reason")
def vote_reason(article_id: int) -> AnyResponse:
    """Take what went wrong after a "no"."""
    shown = _voted_on(article_id)
    feedback.explain_vote(
        db.session,
        article_id,
        shown.language,
        voter=voter() or "",
        reason=request.form.get("reason", ""),
        comment=request.form.get("comment", ""),
    )
    return _back_to_vote(shown, request.form.get("query", ""))


@pages.get("/desk/votes")
@access(Permission.PUBLISH_ARTICLES)
def desk() -> str:
    """The bursts of votes that await a decision, and those decided."""
    return render_template(
        "knowledge/desk_votes.html",
        waiting=bursts.bursts(db.session, is_decided=False),
        decided=bursts.bursts(db.session, is_decided=True),
        counted=VoteStanding.COUNTED,
        rules=bursts,
    )


@pages.post("/desk/votes/<int:burst_id>")
@access(Permission.PUBLISH_ARTICLES)
def decide(burst_id: int) -> AnyResponse:
    """Count the votes of a burst after all, or leave them out for good."""
    decision = request.form.get("decision", "")
    if decision not in ("count", "leave out"):
        raise InvalidInput(_("Say whether the votes count."), field="decision")
    account = signed_in_account()
    if account is None:
        raise NotFound(_("There is no such burst of votes."))
    bursts.decide(db.session, burst_id, is_counted=decision == "count", by=account)
    return redirect(url_for("votes.desk", done="decided"), 303)


def _waiting() -> str:
    count = bursts.count_of_undecided(db.session)
    return ngettext("%(num)s to decide", "%(num)s to decide", count) if count else ""


def cast_by_request(shown: article_page.ArticlePage, *, fixed: bool, query: str) -> str:
    """Cast the vote of whoever made this request; returns the token that a browser has to keep, or nothing.

    Raises:
        NotFound: the article is not published.
    """
    known = voter()
    voter_id, token = (known, "") if known else new_voter()
    feedback.cast_vote(
        db.session,
        shown.id,
        shown.language,
        fixed=fixed,
        voter=voter_id,
        query=query,
        source=source(),
        is_staff=is_staff(),
        way=way_to(db.session, "article", f"{shown.id}:{shown.language}"),
    )
    record_vote("article", f"{shown.id}:{shown.language}", fixed=fixed)
    return token


def vote_view(shown: article_page.ArticlePage, query: str) -> VoteView:
    """The vote under this article, for whoever made this request."""
    said = said_about(shown)
    rate = fix_rate(db.session, shown.id, shown.language)
    return VoteView(
        state="none" if said is None else "yes" if said.fixed else "no",
        said_on=said.changed_at.date() if said else None,
        reason=said.reason.value if said and said.reason else "",
        comment=said.comment if said else "",
        query=query[: feedback.LONGEST_QUERY],
        is_of_staff=said is not None and said.standing is VoteStanding.STAFF,
        fix_rate=rate if rate and rate.is_shown else None,
    )


def said_about(shown: article_page.ArticlePage) -> FixVote | None:
    """What whoever made this request said about this article."""
    voter_id = voter()
    return feedback.vote_of(db.session, shown.id, shown.language, voter=voter_id) if voter_id else None


def _voted_on(article_id: int) -> article_page.ArticlePage:
    language = told_language(request.form.get("language"))
    try:
        return article_page.article_page(db.session, article_id, "", language=language, readers=reader_groups())
    except Gone as error:
        raise NotFound(_("This article was taken down, so there is nothing to vote on.")) from error


def _back_to_vote(shown: article_page.ArticlePage, query: str) -> Response:
    words = "?" + urlencode({"q": query[: feedback.LONGEST_QUERY]}) if query else ""
    return redirect(f"{shown.url}{words}#vote", 303, Response=Response)  # type: ignore[return-value]  # it is that class
