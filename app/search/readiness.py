"""Whether the site can be searched: told to `/readyz`, and made sure of at every start."""

from __future__ import annotations

from app.foundation.database import reading, transaction
from app.search import indexing
from app.search.engines.base import EngineUnavailable


def index_health() -> tuple[bool, str]:
    """Whether the index can be read, and how far it follows the database."""
    try:
        indexing.current_engine().languages(None)
    except EngineUnavailable:
        return False, "cannot be read: the worker builds it anew, or run 'flask search rebuild'"
    with reading() as session:
        waiting = indexing.waiting(session)
    return True, f"readable, {waiting} changes wait" if waiting else "readable and up to date"


def make_sure_of_index() -> str:
    """The step of every start: have the worker build the index when there is none that can be read."""
    is_readable, _ = index_health()
    if is_readable:
        return ""
    with transaction() as session:
        indexing.request_rebuild(session, only_if_broken=True)
    return "The search index is built now; until then searches find nothing."
