"""The activity log: what was done, to what, by whom. Rows are added and never changed or deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation import clock
from app.foundation.database import Base


class Activity(Base):
    """One thing that happened."""

    __tablename__ = "activities"
    __table_args__ = (Index(None, "subject_kind", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    verb: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    details: Mapped[dict[str, Any]]


def record(
    session: Session, verb: str, subject_kind: str, subject_id: object, *, by_id: int | None, **details: Any
) -> None:
    """Add one row to the activity log in the transaction at hand.

    Args:
        verb: what was done, in the past tense: `published`, `archived`, `imported`.
        subject_kind: the table-like word for what it was done to: `article`, `category`, `account`.
        by_id: the account that acted; None when the site itself did.
        details: plain values that JSON can hold.
    """
    session.add(
        Activity(
            happened_at=clock.now(),
            by_id=by_id,
            verb=verb,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            details=details,
        )
    )
