"""The table of what waits to be indexed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.foundation.database import Base


class IndexingRequest(Base):
    """That a document changed and the index has yet to follow. A row goes once the index in force holds the change.

    `written_to` names the generation of the index that the change was written to while the next one was being built;
    when that one has taken over, the change is written again. `problem` tells why a document could not be indexed: its
    row stays, and is tried again with the next generation or goes when a later change of the document is indexed.
    """

    __tablename__ = "indexing_requests"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    requested_at: Mapped[datetime]
    written_to: Mapped[str | None]
    problem: Mapped[str | None] = mapped_column(Text)
