"""What can be found: the one shape in which every part of the product hands its texts to search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.foundation.excerpts import Excerpt


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
    `questions` are what people asked that it solved; `pins` are questions for which editors want it to come first.
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
    pins: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Presentation:
    """How a found document is shown, read from the database just now. `area` is its place in words, outermost first.

    `vote_url` is where the form "Did this fix your problem?" is sent; empty where nobody is asked that.
    """

    url: str
    title: str
    area: tuple[str, ...] = ()
    reviewed_on: date | None = None
    fixed: int = 0
    votes: int = 0
    updated_on: date | None = None
    vote_url: str = ""


class DocumentSource(Protocol):
    """Where the documents of one kind come from. The database is the truth; the index only proposes."""

    kind: str

    def every_key(self, session: Session) -> Iterator[str]:
        """The keys of all documents that should be findable, in a stable order."""

    def keys_of(self, session: Session, group: str) -> list[str]:
        """The keys of one thing in all its languages, in a stable order; none when it is not findable."""

    def documents(self, session: Session, keys: Sequence[str]) -> Iterable[Document]:
        """The documents under these keys as they are now; a key that is not findable (any more) gives none."""

    def present(self, session: Session, keys: Sequence[str], *, readers: frozenset[str]) -> dict[str, Presentation]:
        """How to show those of these keys that exist now and may be found by a person in these reader groups.

        At most three queries, however many keys.
        """

    def excerpt(self, session: Session, key: str, *, anchor: str, after: int, longest: int) -> Excerpt | None:
        """The part of a text under a heading as it is published, where it is known how that looks.

        Only of what `present` has just shown; see `app.foundation.excerpts.excerpt`. With None plain text is shown.
        """

    def said(self, session: Session, key: str) -> bool | None:
        """Whether this fixed the problem of whoever makes this request, as they said; None when they have not."""

    def search_plainly(
        self, session: Session, words: Sequence[str], *, language: str | None, readers: frozenset[str], most: int
    ) -> list[Document]:
        """Documents that hold these words, found in the database alone, for when no index can be read; best first."""

    def facet_labels(self, session: Session, facet: str, values: Sequence[str]) -> dict[str, str]:
        """What to call these values of a facet, such as `{"billing/invoices": "Invoices"}`."""

    def knows_facet(self, session: Session, facet: str, value: str, *, readers: frozenset[str]) -> bool:
        """Whether a person in these reader groups can find anything with this value: else its name is secret."""

    def quality(self, session: Session) -> Mapping[str, float]:
        """By what to multiply the scores of documents that have proved themselves better or worse than others.

        By key, 1 where left out; search holds it within its bounds (`app.search.quality`). Asked twice a minute.
        """

    def address_of_number(self, session: Session, number: int, *, language: str, readers: frozenset[str]) -> str | None:
        """Where the thing with this number is read, for a search for the bare number; None when there is none."""
