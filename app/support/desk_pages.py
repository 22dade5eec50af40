"""The desk's pages of requests: the list, one request with its trail, answering, noting, solving, and the export."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.models import Account
from app.accounts.roles import Permission
from app.accounts.signing_in import signed_in_account
from app.foundation import mail
from app.foundation.database import db
from app.foundation.errors import InvalidInput
from app.support import packets, requests
from app.support.models import Ticket
from app.web.access import access
from app.web.downloads import download
from app.web.pagination import page_number
from app.web.transaction import mark_failed

pages = Blueprint("requests", __name__, template_folder="templates")


@pages.get("/desk/requests")
@access(Permission.READ_STAFF)
def overview() -> Response:
    """All requests, the newest first."""
    words, state = request.args.get("q", ""), request.args.get("state", requests.UNSOLVED)
    found, shown = requests.requests_found(
        db.session, words=words, state=state, page=page_number(request.args.get("page"))
    )

    def address(number: int) -> str:
        return f"{request.path}?{urlencode({'q': words, 'state': state, 'page': number})}"

    return _page("support/desk/requests.html", tickets=found, pages=shown, words=words, state=state, address=address)


@pages.get("/desk/requests/<reference>")
@access(Permission.READ_STAFF)
def one(reference: str) -> Response:
    """One request: what was said, and what was done before."""
    return _shown(requests.ticket_of(db.session, reference))


@pages.post("/desk/requests/<reference>/messages")
@access(Permission.READ_STAFF)
def write(reference: str) -> AnyResponse:
    """Answer by mail, or keep a note; with the second button the request is solved as well."""
    ticket = requests.ticket_of(db.session, reference)
    text, by = request.form.get("text", ""), _account()
    is_answer = request.form.get("kind") == "answer"
    write_down = requests.answer if is_answer else requests.note
    try:
        write_down(db.session, ticket, text, by=by)
    except InvalidInput as error:
        mark_failed()
        response = _shown(ticket, draft=text, problem=str(error))
        response.status_code = error.status
        return response
    if request.form.get("then") == "solved":
        requests.set_state(db.session, ticket, "solved", by=by)
    return redirect(url_for(".one", reference=ticket.reference, done="sent" if is_answer else "noted"), 303)


@pages.post("/desk/requests/<reference>/state")
@access(Permission.READ_STAFF)
def set_state(reference: str) -> AnyResponse:
    """Say how far we are, or that it is no spam."""
    ticket = requests.ticket_of(db.session, reference)
    if request.form.get("state") == "no_spam":
        requests.mark_as_no_spam(db.session, ticket, by=_account())
    else:
        requests.set_state(db.session, ticket, request.form.get("state", ""), by=_account())
    return redirect(url_for(".one", reference=ticket.reference, done="changed"), 303)


@pages.get("/desk/requests.json")
@access(Permission.READ_STAFF)
def export_json() -> Response:
    """Every request with all that belongs to it."""
    return download(requests.all_as_json(db.session), "application/json", "requests.json")


@pages.get("/desk/requests.csv")
@access(Permission.READ_STAFF)
def export_csv() -> Response:
    """Every message of every request, for spreadsheets."""
    return download(requests.all_as_csv(db.session), "text/csv", "requests.csv")


def _shown(ticket: Ticket, *, draft: str = "", problem: str = "") -> Response:
    contact = ticket.contact
    subject = quote(f"Re: [{ticket.reference}] {ticket.subject}")
    return _page(
        "support/desk/request.html",
        ticket=ticket,
        packet=packets.packet_from(ticket.context.packet) if ticket.context else None,
        lines=packets.lines(ticket.context.packet) if ticket.context else [],
        can_answer=bool(contact.email and mail.is_set_up()),
        mailto=f"mailto:{quote(contact.email, safe='@+')}?subject={subject}" if contact.email else "",
        draft=draft,
        problem=problem,
    )


def _page(template: str, **context: object) -> Response:
    page = make_response(render_template(template, **context))
    page.headers["Cache-Control"] = "no-store"
    return page


def _account() -> Account:
    account = signed_in_account()
    assert account is not None  # noqa: S101  # the access above
    return account
