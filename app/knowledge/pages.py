"""The public pages of the help centre: home, category, article, contact, votes and old addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.signing_in import reader_groups
from app.foundation.database import db
from app.foundation.errors import Gone, InvalidInput, NotFound
from app.knowledge import areas, article_page, feedback, queries
from app.knowledge.models import FixVote, VoteReason
from app.knowledge.redirects import redirected
from app.knowledge.voters import new_voter, remember_voter, voter
from app.web.access import PUBLIC, access
from app.web.languages import reader_language
from app.web.origin import anonymous_form
from app.web.page_cache import kept
from app.web.pagination import page_number

#: Programs for mail cut addresses that are much longer.
_LONGEST_IN_MAIL = 600

pages = Blueprint("knowledge", __name__, template_folder="templates")


@dataclass(frozen=True)
class VoteView:
    """What the vote under an article shows: nothing said yet (`none`), `yes` or `no`, and what was said with a no."""

    state: str
    reason: str
    comment: str
    query: str
    fix_rate: feedback.FixRate | None


@dataclass(frozen=True)
class ContactAbout:
    """What somebody was reading when they turned to a person, and what they said about it here."""

    article_id: int
    article_title: str
    article_url: str
    revision_number: int
    query: str
    is_unfixed: bool = False
    comment: str = ""


@pages.get("/")
@access(PUBLIC)
@kept
def home() -> str:
    """The way in: search first, then areas, then what helped most."""
    featured = queries.featured_articles(db.session, language=reader_language(), readers=reader_groups())
    return render_template("knowledge/home.html", featured=featured, **around_search())


def around_search() -> dict[str, Any]:
    """What helps somebody who has not found anything yet: an example, the areas, and what helped others most."""
    language, readers = reader_language(), reader_groups()
    return {
        "areas": areas.area_cards(db.session, readers=readers),
        "helped_most": queries.articles_that_helped_most(db.session, language=language, readers=readers),
        "example_query": queries.example_query(db.session),
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
        shown = article_page.article_page(db.session, article_id, slug, language=language, readers=readers)
    except Gone:
        replacement = queries.replacement_of(db.session, article_id, language=language, readers=readers)
        return render_template("knowledge/gone.html", replacement=replacement), 410
    if shown.slug != slug:
        return _moved(redirected(db.session, request.path, language=language) or shown.url)
    query = request.args.get("q", "")
    return render_template(
        "knowledge/article.html",
        article=shown,
        related=queries.related_articles(db.session, article_id, language=shown.language, readers=readers),
        vote=_vote_view(shown, query),
        reasons=list(VoteReason),
        contact_url=contact_address(shown, query),
    )


@pages.post("/articles/<int:article_id>/votes")
@access(PUBLIC)
@anonymous_form
def vote(article_id: int) -> AnyResponse:
    """Take the answer to "Did this fix your problem?" and show it in its place."""
    answer = request.form.get("fixed", "")
    if answer not in ("yes", "no"):
        raise InvalidInput(_("Please answer with Yes or No."), field="fixed")
    shown = _voted_on(article_id)
    known = voter()
    voter_id, token = (known, "") if known else new_voter()
    query = request.form.get("query", "")
    feedback.cast_vote(db.session, article_id, shown.language, fixed=answer == "yes", voter=voter_id, query=query)
    response = _back_to_vote(shown, query)
    if token:
        remember_voter(response, token)
    return response


@pages.post("/articles/<int:article_id>/votes/reason")
@access(PUBLIC)
@anonymous_form
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


@pages.get("/contact")
@access(PUBLIC)
def contact() -> Response:
    """Every way to a person, carrying along what was read, searched and said about it."""
    about = _contact_about()
    page = current_app.make_response(render_template("knowledge/contact.html", about=about, mailto=_mailto(about)))
    page.headers["Cache-Control"] = "private, no-cache"
    return page


@pages.get("/<path:path>")
@access(PUBLIC)
def old_address(path: str) -> AnyResponse:
    """An address of the time before this site, or none at all."""
    return _old_address(reader_language())


def contact_address(shown: article_page.ArticlePage, query: str) -> str:
    """The contact page, told which article was read and what was searched."""
    told = {"article": shown.id, "language": shown.language, "revision": shown.revision_number}
    return "/contact?" + urlencode(told | ({"q": query[: feedback.LONGEST_QUERY]} if query else {}))


def _vote_view(shown: article_page.ArticlePage, query: str) -> VoteView:
    said = _said_about(shown)
    return VoteView(
        state="none" if said is None else "yes" if said.fixed else "no",
        reason=said.reason.value if said and said.reason else "",
        comment=said.comment if said else "",
        query=query[: feedback.LONGEST_QUERY],
        fix_rate=feedback.fix_rate(db.session, shown.id, shown.language),
    )


def _said_about(shown: article_page.ArticlePage) -> FixVote | None:
    voter_id = voter()
    return feedback.vote_of(db.session, shown.id, shown.language, voter=voter_id) if voter_id else None


def _voted_on(article_id: int) -> article_page.ArticlePage:
    language = request.form.get("language") or reader_language()
    try:
        return article_page.article_page(db.session, article_id, "", language=language, readers=reader_groups())
    except Gone as error:
        raise NotFound(_("This article was taken down, so there is nothing to vote on.")) from error


def _back_to_vote(shown: article_page.ArticlePage, query: str) -> Response:
    words = "?" + urlencode({"q": query[: feedback.LONGEST_QUERY]}) if query else ""
    return redirect(f"{shown.url}{words}#vote", 303, Response=Response)  # type: ignore[return-value]  # it is that class


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


def _contact_about() -> ContactAbout | None:
    number = request.args.get("article", "")
    query = " ".join(request.args.get("q", "").split())[: feedback.LONGEST_QUERY]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return ContactAbout(0, "", "", 0, query) if query else None
    language = request.args.get("language") or reader_language()
    try:
        shown = article_page.article_page(db.session, int(number), "", language=language, readers=reader_groups())
    except (NotFound, Gone):
        return ContactAbout(0, "", "", 0, query) if query else None
    revision = request.args.get("revision", "")
    read = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 7 else shown.revision_number
    said = _said_about(shown)
    is_unfixed = said is not None and not said.fixed
    comment = said.comment if said is not None else ""
    return ContactAbout(shown.id, shown.title, shown.url, read, query, is_unfixed, comment)


def _mailto(about: ContactAbout | None) -> str:
    settings = current_app.extensions["settings"]
    if not settings.contact_email:
        return ""
    lines = ["", ""]
    if about and about.article_id:
        site = settings.site_url or request.host_url
        lines += [_("I read: %(title)s", title=about.article_title), site.rstrip("/") + about.article_url]
        lines += [_("(article %(id)s, version %(version)s)", id=about.article_id, version=about.revision_number)]
        lines += [_("It did not fix my problem.")] if about.is_unfixed else []
        lines += [_("I wrote there: %(words)s", words=about.comment[:_LONGEST_IN_MAIL])] if about.comment else []
    if about and about.query:
        lines += [_("I searched for: %(query)s", query=about.query)]
    subject = about.query or about.article_title if about else ""
    fields = {"subject": subject, "body": "\r\n".join(lines) if about else ""}
    words = "&".join(f"{name}={quote(value)}" for name, value in fields.items() if value)
    return f"mailto:{settings.contact_email}" + (f"?{words}" if words else "")
