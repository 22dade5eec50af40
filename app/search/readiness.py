"""Whether the site can be searched: told to `/readyz`, and made sure of at every start."""

from __future__ import annotations

from app.foundation.database import reading, transaction
from app.search import encoding, indexing
from app.search.engines.base import EngineUnavailable


def index_health() -> tuple[bool, str]:
    """Whether the index can be read, and how far it follows the database."""
    if not _is_readable():
        return False, "cannot be read: the worker builds it anew, or run 'flask search rebuild'"
    with reading() as session:
        waiting, left_out = indexing.waiting(session), len(indexing.problems(session))
    if left_out:
        return False, f"readable, but {left_out} documents cannot be indexed: see 'flask search status'"
    return True, f"readable, {waiting} changes wait" if waiting else "readable and up to date"


def encoder_health() -> tuple[bool, str]:
    """Whether search runs on meaning too, or does not because the settings say so."""
    return encoding.encoder_state()


def make_sure_of_index() -> str:
    """The step of every start: have the worker build the index when there is none that can be read."""
    with transaction() as session:
        indexing.request_vectors(session)
        if _is_readable():
            return ""
        indexing.request_rebuild(session, only_if_broken=True)
    return "The search index is built now; until then searches find nothing."


def _is_readable() -> bool:
    try:
        indexing.current_engine().languages(None)
    except EngineUnavailable:
        return False
    return True
