"""What is kept of the way to an answer: sessions without names, searches, clicks and other steps in them.

Nobody is named here: a visitor is a keyed hash that holds for one day, and what was typed is scrubbed before it is
written. Deleting a session deletes all that belongs to it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Base, choice


class SessionKind(StrEnum):
    """Whose session it is. Only those of persons are measured."""

    PERSON = "person"
    STAFF = "staff"
    BOT = "bot"


class SessionOutcome(StrEnum):
    """How a session ended: the ladder of every report. What is inferred is never added to what was confirmed."""

    SOLVED_CONFIRMED = "solved_confirmed"
    ESCALATED = "escalated"
    UNSOLVED = "unsolved"
    SOLVED_INFERRED = "solved_inferred"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"


class StepKind(StrEnum):
    """What somebody did besides searching and pressing on what was found."""

    READ = "read"
    VOTED = "voted"
    ASKED = "asked"


class DailySalt(Base):
    """The random salt that makes the visitors of one day. Deleted when the day is over."""

    __tablename__ = "daily_salts"

    day: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[str]


class SelfServiceSession(Base):
    """What one visitor did with less than 30 minutes between one thing and the next.

    `visitor` is a keyed hash of one day. `events` counts all that came in, folded typing too.
    """

    __tablename__ = "self_service_sessions"
    __table_args__ = (Index(None, "visitor", "last_event_at"), Index(None, "outcome", "last_event_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str]
    kind: Mapped[SessionKind] = mapped_column(choice(SessionKind))
    language: Mapped[str]
    started_at: Mapped[datetime]
    last_event_at: Mapped[datetime] = mapped_column(index=True)
    events: Mapped[int]
    outcome: Mapped[SessionOutcome | None] = mapped_column(choice(SessionOutcome))
    decided_at: Mapped[datetime | None]


class SearchEvent(Base):
    """One search, with the typing that led to it. `query_raw` is scrubbed, `query_norm` its plain words in lower case.

    `is_typed`: only suggestions were asked for so far. `clicks` counts what was opened from it; `ms` are milliseconds.
    `fit` and `confidence` (0 to 1) say how well the first result, `best` (its kind and key: `article 7:en`), was held
    to answer; they are None where nothing judged that.
    """

    __tablename__ = "search_events"
    __table_args__ = (Index(None, "session_id", "last_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey(SelfServiceSession.id, ondelete="CASCADE"))
    query_raw: Mapped[str]
    query_norm: Mapped[str]
    language: Mapped[str]
    results: Mapped[int]
    mode: Mapped[str]
    ms: Mapped[int]
    state: Mapped[str]
    filters: Mapped[dict[str, Any]]
    is_typed: Mapped[bool]
    clicks: Mapped[int] = mapped_column(default=0)
    fit: Mapped[str | None]
    confidence: Mapped[float | None]
    best: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime]
    home: Mapped[SelfServiceSession] = relationship()


class SearchToken(Base):
    """What tells the links of one page of results apart. Kept for a day: later clicks do not count."""

    __tablename__ = "search_tokens"

    token: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(SearchEvent.id, ondelete="CASCADE"), index=True)
    given_at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[SearchEvent] = relationship()


class SearchClick(Base):
    """One result or suggestion that was opened, or voted on where it was found.

    `position` counts from 1, over all pages of results.
    """

    __tablename__ = "search_clicks"
    __table_args__ = (UniqueConstraint("event_id", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(SearchEvent.id, ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]
    event: Mapped[SearchEvent] = relationship()


class SessionStep(Base):
    """Something read (`seconds` in sight), voted on (`fixed`), or asked of a person (`reference`)."""

    __tablename__ = "session_steps"
    __table_args__ = (Index(None, "session_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey(SelfServiceSession.id, ondelete="CASCADE"))
    what: Mapped[StepKind] = mapped_column(choice(StepKind))
    kind: Mapped[str]
    key: Mapped[str]
    seconds: Mapped[int | None]
    fixed: Mapped[bool | None]
    reference: Mapped[str]
    at: Mapped[datetime]
    home: Mapped[SelfServiceSession] = relationship()
