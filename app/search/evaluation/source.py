"""The entries of a collection as documents that can be found, kept in a file of the throw-away site.

They stay on disk, so that a large collection takes no more memory than a small one.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from app.foundation.excerpts import Excerpt
from app.search.documents import Document, Passage, Presentation
from app.search.evaluation.collection import Entry
from app.search.learned import NOTHING_LEARNED, questions_of

KIND = "evaluated"
READERS = "public"
_AT_ONCE = 500


class EvaluatedSource:
    """See `app.search.documents.DocumentSource`: every entry is a public document in one language."""

    kind = KIND

    def __init__(self, path: Path, language: str) -> None:
        """`path` is where the entries are to be kept."""
        self._language = language
        self._lock = threading.Lock()
        self._kept = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._kept.execute("create table entries (id text primary key, title text, text text)")

    def keep(self, entries: Iterable[Entry]) -> int:
        """Take the entries in; returns how many."""
        rows = ((each.id, each.title, each.text) for each in entries)
        with self._lock:
            self._kept.execute("begin")
            count = self._kept.executemany("insert into entries values (?, ?, ?)", rows).rowcount
            self._kept.execute("commit")
        return max(count, 0)

    def holds(self, key: str) -> bool:
        """Whether there is an entry under this key."""
        return bool(self._rows([key]))

    def close(self) -> None:
        """Close the file."""
        self._kept.close()

    def every_key(self, session: Session) -> Iterator[str]:
        """See DocumentSource."""
        with self._lock:
            keys = [key for (key,) in self._kept.execute("select id from entries order by rowid")]
        yield from keys

    def keys_of(self, session: Session, group: str) -> list[str]:
        """See DocumentSource."""
        return [group] if self.holds(group) else []

    def documents(self, session: Session, keys: Sequence[str]) -> Iterable[Document]:
        """See DocumentSource."""
        learned = questions_of(session, KIND, keys)
        return [
            self._document(entry, learned.get((entry.id, self._language), NOTHING_LEARNED).questions)
            for entry in self._rows(keys)
        ]

    def present(self, session: Session, keys: Sequence[str], *, readers: frozenset[str]) -> dict[str, Presentation]:
        """See DocumentSource."""
        if READERS not in readers:
            return {}
        return {entry.id: Presentation(url=f"/{entry.id}", title=entry.title) for entry in self._rows(keys)}

    def excerpt(self, session: Session, key: str, *, anchor: str, after: int, longest: int) -> Excerpt | None:
        """See DocumentSource; entries are plain text."""
        return None

    def said(self, session: Session, key: str) -> bool | None:
        """See DocumentSource; nobody has voted."""
        return None

    def search_plainly(
        self, session: Session, words: Sequence[str], *, language: str | None, readers: frozenset[str], most: int
    ) -> list[Document]:
        """See DocumentSource; nothing, so that a broken index is told and not measured."""
        return []

    def facet_labels(self, session: Session, facet: str, values: Sequence[str]) -> dict[str, str]:
        """See DocumentSource; there are no facets."""
        return {}

    def knows_facet(self, session: Session, facet: str, value: str, *, readers: frozenset[str]) -> bool:
        """See DocumentSource; there are no facets."""
        return False

    def quality(self, session: Session) -> Mapping[str, float]:
        """See DocumentSource; nobody has voted."""
        return {}

    def address_of_number(self, session: Session, number: int, *, language: str, readers: frozenset[str]) -> str | None:
        """See DocumentSource; entries have no numbers."""
        return None

    def _rows(self, keys: Sequence[str]) -> list[Entry]:
        found: list[Entry] = []
        with self._lock:
            for at in range(0, len(keys), _AT_ONCE):
                wanted = keys[at : at + _AT_ONCE]
                marks = ",".join("?" * len(wanted))
                rows = self._kept.execute(f"select id, title, text from entries where id in ({marks})", wanted)  # noqa: S608
                found += (Entry(*row) for row in rows)
        return found

    def _document(self, entry: Entry, questions: tuple[str, ...]) -> Document:
        title = entry.title.strip() or entry.text.strip().splitlines()[0]
        passages = (Passage("", "", entry.text),) if entry.text.strip() else ()
        return Document(
            KIND, entry.id, entry.id, self._language, READERS, title, passages=passages, questions=questions
        )
