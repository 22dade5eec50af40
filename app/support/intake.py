"""Taking requests in: whatever somebody sends is kept, once, and likely spam is kept too, with a mark."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation import activity, clock
from app.foundation.errors import InvalidInput, ProductError
from app.foundation.text import cleaned, one_line
from app.knowledge.following import checked_email
from app.support import letters
from app.support.models import AuthorKind, Channel, Contact, EscalationContext, Message, Ticket
from app.support.references import new_reference

LONGEST_TEXT = 10_000
LONGEST_NAME = 120
LONGEST_SUBJECT = 120
BURST = 5
BURST_WITHIN = timedelta(hours=1)
_PHONE = re.compile(r"\+?[0-9 ()./-]{5,40}")


@dataclass(frozen=True)
class Inquiry:
    """What somebody sends.

    `packet` is what they tried before, as `EscalationContext` keeps it, or None when they do not want it sent along.
    `form_token` is the same for a form that is sent twice. `trap` is a field that only programs fill in, `sender` a
    hash of the day that tells many requests from one place.
    """

    text: str
    email: str = ""
    phone: str = ""
    name: str = ""
    subject: str = ""
    language: str = "en"
    category_id: int | None = None
    packet: dict[str, Any] | None = None
    form_token: str = ""
    trap: str = ""
    sender: str = ""


class InvalidRequest(ProductError):
    """What was sent cannot be kept yet; `problems` are sentences by field: `message`, `email`, `phone`."""

    status = 422

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def send_request(session: Session, inquiry: Inquiry) -> Ticket:
    """Keep a request and have letters about it sent; the same form sent again gives the same ticket.

    Raises:
        InvalidRequest: there is no text, it is too long, or there is no way to answer.
    """
    inquiry = checked(inquiry)
    form_key = _form_key(inquiry)
    known = _ticket_of_form(session, form_key)
    if known is not None:
        return known
    contact = _contact(session, inquiry)
    try:
        with session.begin_nested():
            ticket = _new_ticket(session, inquiry, contact, form_key)
    except IntegrityError:
        # The same form came at the same moment.
        known = _ticket_of_form(session, form_key)
        if known is None:
            raise
        return known
    activity.record(session, "received", "ticket", ticket.id, by_id=None, suspicion=ticket.suspicion)
    if not ticket.suspicion:
        letters.confirm_receipt(session, ticket)
        letters.tell_staff(session, ticket, inquiry.text)
    return ticket


def checked(inquiry: Inquiry) -> Inquiry:
    """The inquiry in the form in which it is kept. Raises InvalidRequest with everything that is wrong."""
    problems: dict[str, str] = {}
    text = cleaned(inquiry.text).strip()
    if not text:
        problems["message"] = _("Write what happened or what you need.")
    elif len(text) > LONGEST_TEXT:
        problems["message"] = _(
            "Your message has %(length)s characters; we can keep %(most)s. Please shorten it.",
            length=len(text),
            most=LONGEST_TEXT,
        )
    email, phone = "", one_line(inquiry.phone)
    if one_line(inquiry.email):
        try:
            email = checked_email(inquiry.email)
        except InvalidInput as error:
            problems["email"] = str(error)
    if phone and (not _PHONE.fullmatch(phone) or sum(sign.isdigit() for sign in phone) < 5):
        problems["phone"] = _("This is not a telephone number. Write it in digits, such as +1 555 0100.")
    if not email and not phone and not problems.keys() & {"email", "phone"}:
        problems["email"] = _("Write your e-mail address or telephone number, so that we can answer.")
    if problems:
        raise InvalidRequest(problems)
    return replace(
        inquiry,
        text=text,
        email=email,
        phone=phone,
        name=one_line(inquiry.name)[:LONGEST_NAME],
        subject=(one_line(inquiry.subject) or one_line(text))[:LONGEST_SUBJECT],
    )


def _form_key(inquiry: Inquiry) -> str | None:
    """Tells a form that was sent twice. A kept page may give one token to many people: their words tell them apart."""
    if not inquiry.form_token:
        return None
    told = "\0".join((inquiry.form_token, inquiry.email, inquiry.phone, inquiry.text))
    return hashlib.sha256(told.encode()).hexdigest()


def _ticket_of_form(session: Session, form_key: str | None) -> Ticket | None:
    return session.scalar(select(Ticket).where(Ticket.form_key == form_key)) if form_key else None


def _new_ticket(session: Session, inquiry: Inquiry, contact: Contact, form_key: str | None) -> Ticket:
    now = clock.now()
    ticket = Ticket(
        reference=_free_reference(session),
        subject=inquiry.subject,
        channel=Channel.WEB_FORM,
        language=inquiry.language,
        contact=contact,
        category_id=inquiry.category_id,
        form_key=form_key,
        sender=inquiry.sender,
        suspicion=_suspicion(session, inquiry),
        created_at=now,
        changed_at=now,
        messages=[Message(author=AuthorKind.CUSTOMER, text=inquiry.text, created_at=now)],
        context=None if inquiry.packet is None else EscalationContext(packet=inquiry.packet),
    )
    session.add(ticket)
    session.flush()
    return ticket


def _suspicion(session: Session, inquiry: Inquiry) -> str:
    if inquiry.trap:
        return "trap"
    if not inquiry.sender:
        return ""
    lately = select(func.count()).where(Ticket.sender == inquiry.sender, Ticket.created_at > clock.now() - BURST_WITHIN)
    return "burst" if (session.scalar(lately) or 0) >= BURST else ""


def _free_reference(session: Session) -> str:
    reference = new_reference()
    while session.scalar(select(Ticket.id).where(Ticket.reference == reference)) is not None:
        reference = new_reference()
    return reference


def _contact(session: Session, inquiry: Inquiry) -> Contact:
    known = _known_contact(session, inquiry)
    if known is None:
        try:
            with session.begin_nested():
                known = Contact(
                    email=inquiry.email or None,
                    phone=inquiry.phone,
                    name=inquiry.name,
                    language=inquiry.language,
                    created_at=clock.now(),
                )
                session.add(known)
        except IntegrityError:
            known = _known_contact(session, inquiry)
            if known is None:
                raise
    # Whoever writes under an address may be somebody else: what is known of a contact is added to, never replaced.
    known.name = known.name or inquiry.name
    known.phone = known.phone or inquiry.phone
    session.flush()
    return known


def _known_contact(session: Session, inquiry: Inquiry) -> Contact | None:
    if inquiry.email:
        return session.scalar(select(Contact).where(Contact.email == inquiry.email))
    same_phone = select(Contact).where(Contact.email.is_(None), Contact.phone == inquiry.phone)
    return session.scalar(same_phone.order_by(Contact.id).limit(1))
