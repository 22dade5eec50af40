"""The tables of search: what waits to be indexed, the rules that editors own, and what was learned from questions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.foundation.database import Base, choice


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


class AssociationState(StrEnum):
    """Where a learned question stands: by its evidence alone, or as an editor decided."""

    LEARNED = "learned"
    ACCEPTED = "accepted"
    BLOCKED = "blocked"


class EvidenceKind(StrEnum):
    """What somebody said of a question and what it led to."""

    CUSTOMER_YES = "customer_yes"
    CUSTOMER_NO = "customer_no"
    AGENT = "agent"


class QueryAssociation(Base):
    """That a question led to something: to the documents with this `kind` and `group`, in one language.

    `text` is scrubbed and in the words of whoever asked first; `normal` are its content words, by which the same
    question is known again. `weight` is what its evidence added up to at `weighed_at`, and `evidence_n` how many people
    that was; `is_active`: it counts, so it is a question of the document. `vector` holds the meaning as `encoder` sees
    it (float16, little-endian). `decisions` counts what editors decided, so that a form can say which state it saw.
    """

    __tablename__ = "query_associations"
    __table_args__ = (
        UniqueConstraint("kind", "group", "language", "normal"),
        CheckConstraint("NOT is_pinned OR state != 'blocked'", name="pinned_is_not_blocked"),
        CheckConstraint("NOT is_pinned OR is_active", name="pinned_is_active"),
        CheckConstraint("(vector IS NULL) = (encoder IS NULL)", name="vectors_name_their_encoder"),
        Index(None, "state", "is_active", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    group: Mapped[str]
    language: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    normal: Mapped[str] = mapped_column(Text)
    state: Mapped[AssociationState] = mapped_column(choice(AssociationState), default=AssociationState.LEARNED)
    is_pinned: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=False)
    weight: Mapped[float] = mapped_column(default=0.0)
    weighed_at: Mapped[datetime]
    evidence_n: Mapped[int] = mapped_column(default=0)
    vector: Mapped[bytes | None] = mapped_column(deferred=True)
    encoder: Mapped[str | None]
    decisions: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class QueryEvidence(Base):
    """What somebody said of a question, in their own words (`text`, scrubbed); the latest word of each voice counts.

    `voice` is a mark that names nobody and is the same for the same person. `reference` names what it follows, such as
    `vote 12`: that one can change its mind, be set aside (not `is_counted`) and be restored.
    """

    __tablename__ = "query_evidence"
    __table_args__ = (UniqueConstraint("association_id", "reference"), Index(None, "association_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey(QueryAssociation.id, ondelete="CASCADE"))
    what: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind))
    voice: Mapped[str]
    reference: Mapped[str] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    is_counted: Mapped[bool]
    at: Mapped[datetime]
