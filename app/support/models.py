"""What customers send: who they are, what it is about, each message, and what they tried before they asked."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.foundation.database import Base, choice
from app.knowledge.models import Category


class TicketState(StrEnum):
    """How far we are. `pending` waits for the customer."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    SOLVED = "solved"


class Channel(StrEnum):
    """The way that a ticket came."""

    WEB_FORM = "web_form"


class AuthorKind(StrEnum):
    """Who wrote a message. A `note` is of staff, for staff."""

    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"


class Contact(Base):
    """Somebody who asked. `email` is stored in lower case; who gave only a telephone number has none."""

    __tablename__ = "contacts"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_in_lower_case"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(default="", index=True)
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    created_at: Mapped[datetime]


class Ticket(Base):
    """One request for help. `reference` is what people say on the telephone, such as K7Q-4M2P.

    `sender` is a keyed hash of the day that tells many requests from one place; `form_key` tells a form that was sent
    twice; `suspicion` says in a word why a ticket is likely spam, and is empty for all others.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(None, "state", "created_at"),
        Index(None, "sender", "created_at"),
        CheckConstraint("subject != ''", name="subject_not_empty"),
        {"sqlite_autoincrement": True},  # the links in letters name the id: it is never given out twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    state: Mapped[TicketState] = mapped_column(choice(TicketState), default=TicketState.NEW)
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    language: Mapped[str]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="SET NULL"), index=True)
    form_key: Mapped[str | None] = mapped_column(unique=True)
    sender: Mapped[str] = mapped_column(default="")
    suspicion: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime]

    contact: Mapped[Contact] = relationship()
    category: Mapped[Category | None] = relationship()
    messages: Mapped[list[Message]] = relationship(back_populates="ticket", order_by="Message.id")
    context: Mapped[EscalationContext | None] = relationship(back_populates="ticket")


class Message(Base):
    """One text of a ticket. `mail_id` is the Message-ID under which it left by mail."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    author: Mapped[AuthorKind] = mapped_column(choice(AuthorKind))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(Text)
    mail_id: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="messages")
    account: Mapped[Account | None] = relationship()


class EscalationContext(Base):
    """What somebody tried before they asked, as they let us send it along; what they unticked is not here.

    `packet` holds `query`, `article` ({"id", "language", "revision", "title"}), `vote` ({"fixed", "reason",
    "comment"}), `page`, `language`, `device` and `steps`, each a dictionary as `app.trail` tells them, oldest first.
    """

    __tablename__ = "escalation_contexts"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    packet: Mapped[dict[str, Any]]

    ticket: Mapped[Ticket] = relationship(back_populates="context")
