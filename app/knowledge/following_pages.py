"""The pages of following by mail: asking, confirming and stopping. Each has a button: mail programs open links."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.foundation import jobs, mail
from app.foundation.database import db
from app.foundation.errors import InvalidInput, NotFound
from app.knowledge import following, following_letters
from app.knowledge.following import Follow, FollowKind
from app.knowledge.following_letters import PURPOSE, ask_to_confirm, subject_of
from app.web.access import PUBLIC, access
from app.web.languages import reader_language, told_language
from app.web.limits import limited
from app.web.origin import anonymous_form
from app.web.signed_links import number_of
from app.web.transaction import mark_failed

pages = Blueprint("following", __name__, template_folder="templates")


def install(app: Flask) -> None:
    """Connect the pages and jobs of following."""
    app.register_blueprint(pages)
    jobs.add_job_kind(app, "tell_followers", following_letters.tell_followers)
    jobs.add_job_kind(app, "tell_category_followers", following_letters.tell_category_followers)
    jobs.add_job_kind(app, "forget_unconfirmed", following.forget_unconfirmed)


@pages.post("/articles/<int:article_id>/follow")
@access(PUBLIC)
@anonymous_form
@limited("20 per hour", name="follow")
def follow_article(article_id: int) -> Response:
    """Take the wish to hear of an article's changes, or of its next mending."""
    kind = FollowKind.FIX if request.form.get("kind") == "fix" else FollowKind.CHANGES
    language = told_language(request.form.get("language"))

    def keep() -> Follow | None:
        return following.follow_article(
            db.session, article_id, language, email=request.form.get("email", ""), kind=kind
        )

    return _asked(keep)


@pages.post("/categories/<path:path>/follow")
@access(PUBLIC)
@anonymous_form
@limited("20 per hour", name="follow")
def follow_category(path: str) -> Response:
    """Take the wish to hear of new articles in an area."""

    def keep() -> Follow | None:
        return following.follow_category(
            db.session, path, email=request.form.get("email", ""), language=reader_language()
        )

    return _asked(keep)


@pages.get("/following/asked")
@access(PUBLIC)
def asked() -> Response:
    """What to do next: look into the mailbox. The same whether the address was known or not."""
    return _page("knowledge/following/asked.html")


@pages.get("/following/<token>")
@pages.get("/following/<token>/stop")
@access(PUBLIC)
def manage(token: str) -> Response:
    """What is followed, with the button to confirm or to stop."""
    try:
        follow = following.follow_of(db.session, number_of(PURPOSE, token))
    except NotFound:
        return _page("knowledge/following/ended.html")
    title, address = subject_of(db.session, follow)
    return _page(
        "knowledge/following/manage.html",
        token=token,
        title=title,
        address=address,
        kind=follow.kind.value,
        is_confirmed=follow.confirmed_at is not None,
    )


@pages.post("/following/<token>/confirm")
@access(PUBLIC)
@anonymous_form
def confirm(token: str) -> Response:
    """Begin to send letters."""
    following.confirm(db.session, following.follow_of(db.session, number_of(PURPOSE, token)))
    return redirect(url_for(".manage", token=token), 303)


@pages.post("/following/<token>/stop")
@access(PUBLIC)
@anonymous_form
def stop(token: str) -> Response:
    """Send no more letters; mail programs call this by themselves when somebody presses their button (RFC 8058)."""
    following.stop(db.session, number_of(PURPOSE, token))
    return redirect(url_for(".manage", token=token), 303)


def _asked(keep: Callable[[], Follow | None]) -> Response:
    if not mail.is_set_up():
        raise NotFound(_("This site sends no mail, so nothing can be followed by mail."))
    if request.form.get("website"):
        return redirect(url_for(".asked"), 303)
    try:
        follow = keep()
    except InvalidInput as error:
        mark_failed()
        response = _page(
            "knowledge/following/again.html",
            problem=str(error),
            email=request.form.get("email", "")[:254],
            kind=request.form.get("kind", ""),
            language=request.form.get("language", ""),
            article_id=(request.view_args or {}).get("article_id", 0),
            category_path=(request.view_args or {}).get("path", ""),
        )
        response.status_code = 422
        return response
    if follow is not None:
        ask_to_confirm(db.session, follow)
    return redirect(url_for(".asked"), 303)


def _page(template: str, **context: object) -> Response:
    response = make_response(render_template(template, **context))
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
