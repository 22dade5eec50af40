"""What the API keeps for itself: requests that a program may send twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base


class RepeatableRequest(Base):
    """A request to make an article that carried an `Idempotency-Key`, and the article that it made.

    `digest` is the SHA-256 of what was asked for: the same key for something else is a mistake of the program.
    """

    __tablename__ = "repeatable_requests"

    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    made_at: Mapped[datetime] = mapped_column(index=True)
