"""The tables of search: what waits to be indexed, and the rules that editors own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
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


class SearchMark(Base):
    """A short text under a name, by which every process notices that something changed, such as the synonyms."""

    __tablename__ = "search_marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SynonymSet(Base):
    """Words and short phrases of one language (base code) that mean the same to whoever searches.

    `version` goes up with every change, so that of two editors who change a set at once the second one is told.
    """

    __tablename__ = "synonym_sets"
    __table_args__ = (UniqueConstraint("id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))

    changed_by: Mapped[Account | None] = relationship()
    phrases: Mapped[list[SynonymPhrase]] = relationship(
        order_by="SynonymPhrase.position", cascade="all, delete-orphan", passive_deletes=True
    )


class SynonymPhrase(Base):
    """One of the words or phrases, as editors write it. By `key`, its stems, it is in one set of its language only."""

    __tablename__ = "synonym_phrases"
    __table_args__ = (
        ForeignKeyConstraint(["set_id", "language"], ["synonym_sets.id", "synonym_sets.language"], ondelete="CASCADE"),
        UniqueConstraint("language", "key"),
    )

    set_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    key: Mapped[str]
    text: Mapped[str]


class SynonymDecision(Base):
    """That editors decided about a proposed pair of words, so that it is never proposed again.

    `key` is made of the stems of both.
    """

    __tablename__ = "synonym_decisions"

    language: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    is_accepted: Mapped[bool]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))


class RelevanceTest(Base):
    """That a question must find one thing among the first `top` results; for readers who have not signed in.

    `kind` and `group` name what must be found, `key` one document of it, by which it is shown. `words` are those of the
    question by which two are the same. Of the last check: when it was, whether it passed, the state of that search, at
    which place (from 1) the thing was found (None: not on the first page), and up to three `instead` of it, each with
    `kind`, `key` and `title`.
    """

    __tablename__ = "relevance_tests"
    __table_args__ = (UniqueConstraint("language", "words", "kind", "group"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    words: Mapped[str]
    language: Mapped[str]
    kind: Mapped[str]
    group: Mapped[str]
    key: Mapped[str]
    top: Mapped[int]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    checked_at: Mapped[datetime | None]
    is_passed: Mapped[bool | None]
    state: Mapped[str] = mapped_column(default="")
    place: Mapped[int | None]
    instead: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
