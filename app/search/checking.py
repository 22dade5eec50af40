"""Whether the index says what the database says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.search.engines.base import digest_of
from app.search.gathering import gather
from app.search.indexing import current_engine, sources
from app.search.models import IndexingRequest

_READ_AT_ONCE = 200


class Problem(StrEnum):
    """How an index can differ from the database."""

    MISSING = "missing"
    STALE = "stale"
    SUPERFLUOUS = "superfluous"


@dataclass(frozen=True)
class Difference:
    """One document that the index holds wrongly, or not."""

    kind: str
    key: str
    problem: Problem


def differences(session: Session) -> list[Difference]:
    """Where the index differs from the database, by kind and key. Documents that wait to be indexed are not compared.

    Raises:
        EngineUnavailable: the index is missing or damaged.
    """
    indexed: dict[tuple[str, str], list[str]] = {}
    for kind, key, digest in current_engine().contents():
        indexed.setdefault((kind, key), []).append(digest)
    found = list(_compared(session, indexed))
    found += [Difference(kind, key, Problem.SUPERFLUOUS) for kind, key in indexed]
    # Asked for last: what changed while we compared waits by now.
    waits = select(IndexingRequest.kind, IndexingRequest.key).where(IndexingRequest.problem.is_(None))
    waiting = {(row.kind, row.key) for row in session.execute(waits)}
    return sorted(
        (each for each in found if (each.kind, each.key) not in waiting), key=lambda each: (each.kind, each.key)
    )


def _compared(session: Session, indexed: dict[tuple[str, str], list[str]]) -> Iterator[Difference]:
    """Compare with every source; what is left in `indexed` afterwards has no document."""
    for kind, source in sources().items():
        keys = list(source.every_key(session))
        for at in range(0, len(keys), _READ_AT_ONCE):
            gathered = gather({kind: source}, [(kind, key) for key in keys[at : at + _READ_AT_ONCE]])
            for key in (key for _kind, key in gathered.problems):
                indexed.pop((kind, key), None)
                yield Difference(kind, key, Problem.MISSING)
            for document in gathered.documents:
                digests = indexed.pop((kind, document.key), [])
                if not digests:
                    yield Difference(kind, document.key, Problem.MISSING)
                elif digests != [digest_of(document)]:
                    yield Difference(kind, document.key, Problem.STALE)
