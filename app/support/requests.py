"""Requests as customers and staff see them: reading, answering, noting, solving, and all of them as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Account
from app.foundation import activity, clock, mail
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.spreadsheets import as_csv
from app.foundation.text import cleaned, folded
from app.support import letters
from app.support.intake import LONGEST_TEXT
from app.support.models import AuthorKind, Contact, Message, Ticket, TicketState
from app.support.references import read_reference
from app.web.pagination import Pages, paged

PAGE_SIZE = 50
SPAM = "spam"
UNSOLVED = "unsolved"
_WHOLE = (selectinload(Ticket.contact), selectinload(Ticket.messages), selectinload(Ticket.context))


@dataclass(frozen=True)
class CustomerMessage:
    """A message as the customer sees it."""

    is_own: bool
    text: str
    created_at: datetime


@dataclass(frozen=True)
class CustomerRequest:
    """A request as the customer sees it: no names, no addresses, no notes."""

    reference: str
    state: str
    created_at: datetime
    messages: tuple[CustomerMessage, ...]
    has_email: bool


def request_for_customer(session: Session, ticket_id: int) -> CustomerRequest:
    """A request for whoever has its link. Raises NotFound when it is no more."""
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFound(_("There is no such request any more."))
    shown = tuple(
        CustomerMessage(each.author is AuthorKind.CUSTOMER, each.text, each.created_at)
        for each in ticket.messages
        if each.author is not AuthorKind.NOTE
    )
    return CustomerRequest(
        ticket.reference, ticket.state.value, ticket.created_at, shown, has_email=bool(ticket.contact.email)
    )


def requests_found(session: Session, *, words: str, state: str, page: int) -> tuple[list[Ticket], Pages]:
    """One page of requests, the newest first.

    Args:
        words: a reference, or a part of an e-mail address, telephone number, name or subject; empty finds all.
        state: one of `TicketState`, `unsolved`, `spam`; anything else is all but likely spam.
    """
    found = select(Ticket).join(Ticket.contact)
    found = found.where(Ticket.suspicion != "" if state == SPAM else Ticket.suspicion == "")
    if state in set(TicketState):
        found = found.where(Ticket.state == TicketState(state))
    elif state == UNSOLVED:
        found = found.where(Ticket.state != TicketState.SOLVED)
    wanted = cleaned(words).strip()[:200]
    if wanted:
        near = [column.icontains(wanted, autoescape=True) for column in (Contact.email, Contact.name, Ticket.subject)]
        near.append(Contact.phone.contains(wanted, autoescape=True))
        found = found.where(or_(Ticket.reference == read_reference(wanted), *near))
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    pages, before = paged(total, page=page, size=PAGE_SIZE)
    rows = found.options(selectinload(Ticket.contact)).order_by(Ticket.created_at.desc(), Ticket.id.desc())
    return list(session.scalars(rows.offset(before).limit(PAGE_SIZE))), pages


def count_of_new(session: Session) -> int:
    """How many requests nobody has answered or sorted yet, without likely spam."""
    is_new = (Ticket.state == TicketState.NEW) & (Ticket.suspicion == "")
    return session.scalar(select(func.count()).select_from(Ticket).where(is_new)) or 0


def ticket_of(session: Session, reference: str) -> Ticket:
    """A request with all that belongs to it. Raises NotFound when there is none of this reference."""
    found = session.scalar(select(Ticket).where(Ticket.reference == read_reference(reference)).options(*_WHOLE))
    if found is None:
        raise NotFound(_("There is no request with this reference."))
    return found


def answer(session: Session, ticket: Ticket, text: str, *, by: Account) -> Message:
    """Send an answer by mail and keep it.

    Raises:
        InvalidInput: there is no text, it is too long, or it cannot be sent.
    """
    if not ticket.contact.email or not mail.is_set_up():
        raise InvalidInput(_("This cannot be answered by mail from here. Keep what you told them as a note."))
    message = _add(session, ticket, text, AuthorKind.AGENT, by)
    letters.send_answer(session, ticket, message)
    ticket.state = TicketState.PENDING
    session.flush()
    return message


def note(session: Session, ticket: Ticket, text: str, *, by: Account) -> Message:
    """Keep a note that only staff sees. Raises InvalidInput as `answer` does."""
    message = _add(session, ticket, text, AuthorKind.NOTE, by)
    if ticket.state is TicketState.NEW:
        ticket.state = TicketState.OPEN
        session.flush()
    return message


def set_state(session: Session, ticket: Ticket, state: str, *, by: Account) -> None:
    """Say how far we are. Raises InvalidInput for a word that is no state."""
    if state not in set(TicketState):
        raise InvalidInput(_("“%(state)s” is no state of a request.", state=state), field="state")
    ticket.state = TicketState(state)
    ticket.changed_at = clock.now()
    session.flush()
    activity.record(session, state, "ticket", ticket.id, by_id=by.id)


def mark_as_no_spam(session: Session, ticket: Ticket, *, by: Account) -> None:
    """Put a request that was taken for spam among the others."""
    ticket.suspicion = ""
    session.flush()
    activity.record(session, "cleared", "ticket", ticket.id, by_id=by.id)


def all_as_json(session: Session) -> str:
    """Every request with its messages and what went along, the oldest first."""
    return json.dumps([_plain(ticket) for ticket in _all(session)], ensure_ascii=False, indent=1)


def all_as_csv(session: Session) -> str:
    """A line for each message of each request, the oldest first, for spreadsheets."""
    head = [
        *("reference", "state", "suspicion", "subject", "language", "name", "email", "phone"),
        *("author", "at", "text"),
    ]
    return as_csv(head, (row for ticket in _all(session) for row in _rows(ticket)))


def _rows(ticket: Ticket) -> Iterator[list[str]]:
    contact = ticket.contact
    about = [ticket.reference, ticket.state.value, ticket.suspicion, ticket.subject, ticket.language]
    who = [contact.name, contact.email or "", contact.phone]
    for message in ticket.messages:
        yield [*about, *who, message.author.value, message.created_at.isoformat(), message.text]


def _all(session: Session) -> Iterable[Ticket]:
    return session.scalars(select(Ticket).options(*_WHOLE).order_by(Ticket.id).execution_options(yield_per=500))


def _plain(ticket: Ticket) -> dict[str, Any]:
    contact = ticket.contact
    return {
        "reference": ticket.reference,
        "state": ticket.state.value,
        "suspicion": ticket.suspicion,
        "subject": ticket.subject,
        "channel": ticket.channel.value,
        "language": ticket.language,
        "created_at": ticket.created_at.isoformat(),
        "contact": {"name": contact.name, "email": contact.email, "phone": contact.phone},
        "messages": [
            {"author": each.author.value, "at": each.created_at.isoformat(), "text": each.text}
            for each in ticket.messages
        ],
        "context": ticket.context.packet if ticket.context else None,
    }


def _add(session: Session, ticket: Ticket, text: str, author: AuthorKind, by: Account) -> Message:
    words = cleaned(text).strip()
    if not folded(words):
        raise InvalidInput(_("Write something first."), field="text")
    if len(words) > LONGEST_TEXT:
        raise InvalidInput(
            _("This has %(length)s characters: use at most %(most)s.", length=len(words), most=LONGEST_TEXT),
            field="text",
        )
    now = clock.now()
    message = Message(ticket=ticket, author=author, account_id=by.id, text=words, created_at=now)
    session.add(message)
    ticket.changed_at = now
    session.flush()
    return message
