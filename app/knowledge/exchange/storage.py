"""Plain words for a full disk and for a database that does not answer."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, OperationalError

from app.foundation.errors import Unavailable

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def clear_about_space(state: str) -> Iterator[None]:
    """Raise Unavailable with a clear message for these two; `state` says what holds now and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        raise Unavailable(f"The disk is full: make room and run the same command again. {state}") from error
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        if _is_full(error):
            raise Unavailable(f"The disk is full: make room and run the same command again. {state}") from error
        raise Unavailable(f"The database does not answer ({reason}): run the same command again. {state}") from error


def _is_full(error: BaseException) -> bool:
    """Whether this or what led to it is a full disk: SQLite then rolls back by itself, and undoing it fails in turn."""
    step: BaseException | None = error
    while step is not None:
        words = str(step.orig) if isinstance(step, DBAPIError) else ""
        if "disk is full" in words or "No space left" in words or getattr(step, "errno", None) in _NO_SPACE:
            return True
        step = step.__context__
    return False
