"""The letters about requests: that it arrived, to the customer; what it says, to the staff; and our answers."""

from __future__ import annotations

from flask import current_app
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.foundation import mail
from app.support import packets
from app.support.models import Message, Ticket
from app.web.addresses import absolute
from app.web.letters import send_later
from app.web.signed_links import signed
from config import Settings

PURPOSE = "request"


def follow_path(ticket: Ticket) -> str:
    """The page on which the customer follows their request, as a path on this site."""
    return f"/requests/{signed(PURPOSE, ticket.id)}"


def confirm_receipt(session: Session, ticket: Ticket) -> None:
    """Tell the customer that their request arrived.

    The letter holds none of their words: anybody can type anybody's address, and would send their words through us.
    """
    if not ticket.contact.email or not mail.is_set_up():
        return
    send_later(
        session,
        to=ticket.contact.email,
        subject=lazy_gettext("We have your request %(reference)s", reference=ticket.reference),
        template="support/mail/received.html",
        language=ticket.language,
        reply_to=_settings().contact_email,
        message_id=_thread_id(ticket),
        reference=ticket.reference,
        address=absolute(follow_path(ticket)),
        hours=_settings().contact_hours,
    )


def tell_staff(session: Session, ticket: Ticket, text: str) -> None:
    """Send a new request to the address that customers write to, so that it can be answered from there."""
    settings = _settings()
    if not settings.contact_email or not mail.is_set_up():
        return
    contact = ticket.contact
    reachable = ", ".join(filter(None, (contact.name, contact.email, contact.phone)))
    send_later(
        session,
        to=settings.contact_email,
        subject=f"[{ticket.reference}] {ticket.subject}",
        template="support/mail/new_request.html",
        language=settings.default_language,
        reply_to=contact.email or "",
        reference=ticket.reference,
        text=text,
        contact=reachable,
        rows=packets.lines(ticket.context.packet) if ticket.context else [],
        address=absolute(f"/desk/requests/{ticket.reference}"),
    )


def send_answer(session: Session, ticket: Ticket, message: Message) -> None:
    """Send what staff wrote to the customer, as an answer to the letter that told them of the receipt."""
    assert ticket.contact.email  # noqa: S101  # who calls has looked
    message.mail_id = mail.new_message_id(f"request-{ticket.reference}-{message.id}")
    session.flush()
    send_later(
        session,
        to=ticket.contact.email,
        subject=f"Re: [{ticket.reference}] {ticket.subject}",
        template="support/mail/answer.html",
        language=ticket.language,
        reply_to=_settings().contact_email,
        message_id=message.mail_id,
        headers={"In-Reply-To": _thread_id(ticket), "References": _thread_id(ticket), "Auto-Submitted": "no"},
        text=message.text,
        reference=ticket.reference,
        address=absolute(follow_path(ticket)),
    )


def _thread_id(ticket: Ticket) -> str:
    return mail.new_message_id(f"request-{ticket.reference}")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
