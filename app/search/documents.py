"""What can be found: the one shape in which every part of the product hands its texts to search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Passage:
    """The text under one heading. `anchor` is the heading's id on the page; empty for the text before the first."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class Document:
    """One findable thing in one language.

    `kind` and `key` name it for good: `("article", "12:en")`. `group` is the same for all languages of one thing.
    `facets` are the values that results can be narrowed by: `{"category": ("billing", "billing/invoices")}`, where a
    tree gives every ancestor's path. `readers` says who may find it; a search names all the groups it may see.
    """

    kind: str
    key: str
    group: str
    language: str
    readers: str
    title: str
    short_answer: str = ""
    passages: tuple[Passage, ...] = ()
    aliases: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed_at: datetime | None = None


class DocumentSource(Protocol):
    """Where the documents of one kind come from. The database is the truth; the index only proposes."""

    kind: str

    def every_key(self, session: Session) -> Iterator[str]:
        """The keys of all documents that should be findable, in a stable order."""

    def documents(self, session: Session, keys: Sequence[str]) -> Iterable[Document]:
        """The documents under these keys as they are now; a key that is not findable (any more) gives none."""

    def visible_keys(self, session: Session, keys: Sequence[str], *, readers: frozenset[str]) -> set[str]:
        """Which of these keys exist now and may be found by a person in these reader groups."""
