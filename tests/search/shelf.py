"""A source of documents that stand on a shelf in memory, for tests that are about finding and not about articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.foundation.excerpts import Excerpt
from app.search.documents import Document, Passage, Presentation

PUBLIC = frozenset({"public"})
STAFF = frozenset({"public", "signed_in", "staff"})


def document(number: int, title: str, body: str = "", *, language: str = "en", **fields: Any) -> Document:
    """A public document `<number>:<language>` with one passage under the heading Steps."""
    values = {
        "kind": "leaflet",
        "key": f"{number}:{language}",
        "group": str(number),
        "language": language,
        "readers": "public",
        "title": title,
        "passages": (Passage("steps", "Steps", body),) if body else (),
    }
    return Document(**(values | fields))


class Shelf:
    """Gives the documents that were put on it."""

    kind = "leaflet"

    def __init__(self, *documents: Document) -> None:
        self.held: dict[str, Document] = {}
        self.is_broken = False
        self.factors: dict[str, float] = {}
        self.put(*documents)

    def put(self, *documents: Document) -> list[str]:
        """Put documents in place of what their keys held; returns the keys."""
        self.held |= {each.key: each for each in documents}
        return [each.key for each in documents]

    def quality(self, session: Session) -> Mapping[str, float]:
        """See DocumentSource."""
        self._fail_when_broken()
        return self.factors

    def every_key(self, session: Session) -> Iterator[str]:
        """See DocumentSource."""
        yield from sorted(self.held)

    def keys_of(self, session: Session, group: str) -> list[str]:
        """See DocumentSource."""
        return sorted(key for key, each in self.held.items() if each.group == group)

    def documents(self, session: Session, keys: Sequence[str]) -> Iterable[Document]:
        """See DocumentSource."""
        return [self.held[key] for key in keys if key in self.held]

    def present(self, session: Session, keys: Sequence[str], *, readers: frozenset[str]) -> dict[str, Presentation]:
        """See DocumentSource."""
        self._fail_when_broken()
        return {
            key: Presentation(url=f"/leaflets/{key.replace(':', '-')}", title=self.held[key].title, area=("Leaflets",))
            for key in keys
            if key in self.held and self.held[key].readers in readers
        }

    def excerpt(self, session: Session, key: str, *, anchor: str, after: int, longest: int) -> Excerpt | None:
        """See DocumentSource; leaflets are plain text."""
        return None

    def said(self, session: Session, key: str) -> bool | None:
        """See DocumentSource; nobody votes here."""
        return None

    def search_plainly(
        self, session: Session, words: Sequence[str], *, language: str | None, readers: frozenset[str], most: int
    ) -> list[Document]:
        """See DocumentSource."""
        self._fail_when_broken()
        return [
            each
            for each in self.held.values()
            if each.readers in readers
            and language in (None, each.language)
            and any(word.casefold() in each.title.casefold() for word in words)
        ][:most]

    def knows_facet(self, session: Session, facet: str, value: str, *, readers: frozenset[str]) -> bool:
        """See DocumentSource."""
        return any(value in each.facets.get(facet, ()) for each in self.held.values() if each.readers in readers)

    def facet_labels(self, session: Session, facet: str, values: Sequence[str]) -> dict[str, str]:
        """See DocumentSource."""
        return {value: value.title() for value in values}

    def address_of_number(self, session: Session, number: int, *, language: str, readers: frozenset[str]) -> str | None:
        """See DocumentSource."""
        key = f"{number}:{language}"
        return f"/leaflets/{number}-{language}" if key in self.present(session, [key], readers=readers) else None

    def _fail_when_broken(self) -> None:
        if self.is_broken:
            raise OperationalError("SELECT", {}, Exception("the database is away"))
