"""Reading documents from their sources for the index, such that one that cannot be read keeps no other from it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.foundation.database import reading
from app.search.documents import Document, DocumentSource

logger = logging.getLogger(__name__)

Name = tuple[str, str]


@dataclass
class Gathered:
    """Documents that were read, names under which there are none (any more), and those that could not be read: why."""

    documents: list[Document] = field(default_factory=list)
    gone: list[Name] = field(default_factory=list)
    problems: dict[Name, str] = field(default_factory=dict)

    def set_aside(self, name: Name, error: Exception) -> None:
        """Take a document out that cannot be indexed; what the index holds of it is to be deleted."""
        logger.error("The %s %s cannot be indexed and is left out.", *name, exc_info=error)
        self.documents = [each for each in self.documents if (each.kind, each.key) != name]
        self.gone.append(name)
        self.problems[name] = f"{type(error).__name__}: {error}"[:1000]


def gather(sources: Mapping[str, DocumentSource], names: Iterable[Name]) -> Gathered:
    """Read the documents of these names, each once, in a session of its own.

    Raises:
        SQLAlchemyError: the database does not answer.
    """
    by_kind: dict[str, list[str]] = {}
    for kind, key in dict.fromkeys(names):
        by_kind.setdefault(kind, []).append(key)
    gathered = Gathered()
    with reading() as session:
        for kind, keys in by_kind.items():
            source = sources.get(kind)
            found = _read(session, source, kind, keys, gathered) if source else {}
            gathered.documents += found.values()
            gathered.gone += [(kind, key) for key in keys if key not in found and (kind, key) not in gathered.problems]
    return gathered


def _read(
    session: Session, source: DocumentSource, kind: str, keys: Sequence[str], gathered: Gathered
) -> dict[str, Document]:
    try:
        return {each.key: each for each in source.documents(session, keys)}
    except SQLAlchemyError:
        raise
    except Exception as error:
        if len(keys) == 1:
            gathered.set_aside((kind, keys[0]), error)
            return {}
    found: dict[str, Document] = {}
    for key in keys:
        found |= _read(session, source, kind, [key], gathered)
    return found
