"""The pages for customers: every way to a person, the form that loses nothing, and the page to follow a request."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.foundation.database import db, rollback
from app.foundation.errors import InvalidInput, NotFound, ProductError
from app.foundation.text import cleaned
from app.knowledge import following
from app.knowledge.following import FollowKind
from app.knowledge.following_letters import ask_to_confirm
from app.support import about, requests
from app.support.about import About
from app.support.forms import ContactForm, form_from
from app.support.intake import LONGEST_TEXT, Inquiry, InvalidRequest, send_request
from app.support.letters import PURPOSE, follow_path
from app.support.packets import Packet, packet_lines
from app.trail.recording import record_request, source_of_request
from app.web.access import PUBLIC, access
from app.web.handing_back import hands_back
from app.web.languages import reader_language
from app.web.limits import limited
from app.web.origin import anonymous_form
from app.web.signed_links import number_of
from app.web.templating import plain_context
from app.web.transaction import mark_failed
from config import Settings

_log = logging.getLogger(__name__)

pages = Blueprint("support", __name__, template_folder="templates")
contact_pages = Blueprint("contact", __name__, template_folder="templates")
"""Apart, since whatever goes wrong there is answered with the form and all that was written in it."""


@contact_pages.get("/contact")
@access(PUBLIC)
def contact() -> Response:
    """Every way to a person, carrying along what was read, searched and said about it."""
    asked = about.about(db.session, {**request.args.to_dict(), "page": about.came_from()})
    return _form_page(asked, ContactForm(message=_asked_for()))


@contact_pages.post("/contact")
@access(PUBLIC)
@anonymous_form
@hands_back("message")
@limited("{limit_messages} per hour", name="message")
def send() -> AnyResponse:
    """Keep what somebody wrote, and show under which reference."""
    if not _settings().contact_form:
        raise NotFound(_("This site takes no messages here. Please use one of the other ways."))
    form = form_from(request.form)
    asked = about.about(db.session, request.form)
    ticket = send_request(
        db.session,
        Inquiry(
            text=form.message,
            email=form.email,
            phone=form.phone,
            name=form.name,
            subject=form.subject or (asked.packet.query if form.with_trail else ""),
            language=reader_language(),
            category_id=asked.category_id if form.with_trail else None,
            packet=asked.packet.kept() if form.with_trail else None,
            form_token=form.token,
            trap=form.website,
            sender=source_of_request(),
        ),
    )
    if form.tell_when_fixed and form.email and asked.packet.article and not ticket.suspicion:
        _tell_when_fixed(asked, form.email)
    record_request(ticket.reference)
    return redirect(f"{follow_path(ticket)}?sent=1", 303)


@pages.get("/requests/<token>")
@access(PUBLIC)
def follow(token: str) -> Response:
    """One's own request: its state and messages. Whoever has the link may read it; it names nobody."""
    shown = requests.request_for_customer(db.session, number_of(PURPOSE, token))
    page = make_response(
        render_template("support/request.html", request_shown=shown, is_sent=request.args.get("sent") == "1")
    )
    page.headers.update({"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"})
    return page


def _asked_for() -> str:
    """What was searched for, whole: it becomes the message, and nothing that somebody wrote is cut."""
    return cleaned(request.args.get("q", ""))[:LONGEST_TEXT].strip()


@contact_pages.errorhandler(Exception)
def give_back(error: Exception) -> Response:
    """Whatever went wrong: the ways to a person, and the form with all that was written in it."""
    mark_failed()
    error = getattr(error, "original_exception", None) or error
    problems, status = _problems(error)
    if status >= 500:
        _log.error("A request was not kept, and given back: %s %s", request.method, request.path, exc_info=error)
    try:
        form = form_from(request.form, problems)
        if request.method != "POST":
            form = ContactForm(message=_asked_for())
    except HTTPException:
        # What was sent cannot be read, most likely because it is far too large.
        form = ContactForm(problems=problems)
    response = _given_back(form)
    response.status_code = status
    wait = getattr(error, "retry_after", None)
    if isinstance(wait, int):
        response.headers["Retry-After"] = str(wait)
    return response


def _problems(error: Exception) -> tuple[dict[str, str], int]:
    """What to say, by field, and the status to say it with; "" stands for the whole form."""
    if isinstance(error, InvalidRequest):
        return error.problems, error.status
    if isinstance(error, ProductError):
        return {"": str(error)}, error.status
    if isinstance(error, HTTPException) and error.code == 429:
        return {"": _("Many messages came from your network in a short time. Send it once more a little later.")}, 429
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        return {"": _("The message could not be read. It may be too large.")}, error.code
    status = 503 if isinstance(error, SQLAlchemyError) else 500
    return {"": _("We could not keep your message just now: the fault is ours. Nothing you wrote is lost. "
                  "Send it once more in a moment, or choose another way.")}, status  # fmt: skip


def _given_back(form: ContactForm) -> Response:
    try:
        rollback(db.session)
        return _form_page(about.about(db.session, request.values), form)
    except Exception as error:
        # What was read cannot be told, most likely because the database does not answer: draw the page for anybody.
        _log.warning("The contact page was drawn without its reader", exc_info=not isinstance(error, SQLAlchemyError))
        template = current_app.jinja_env.get_template("support/contact.html")
        return _private(make_response(template.render(**plain_context(), **_context(About(Packet()), form))))


def _form_page(asked: About, form: ContactForm) -> Response:
    return _private(make_response(render_template("support/contact.html", **_context(asked, form))))


def _context(asked: About, form: ContactForm) -> dict[str, Any]:
    return {
        "asked": asked,
        "form": form,
        "sent_along": packet_lines(asked.packet) if not asked.is_empty else [],
        "mailto": about.mailto(asked),
    }


def _private(page: Response) -> Response:
    page.headers["Cache-Control"] = "private, no-cache"
    return page


def _tell_when_fixed(asked: About, email: str) -> None:
    packet = asked.packet
    try:
        follow = following.follow_article(
            db.session, packet.article, packet.article_language, email=email, kind=FollowKind.FIX
        )
    except (InvalidInput, NotFound):
        return
    if follow is not None:
        ask_to_confirm(db.session, follow)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
