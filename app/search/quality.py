"""How well documents have proved themselves, as their sources know it, and how far that may move them in a ranking.

A factor multiplies a document's score for words and meaning, between 0.8 and 1.25: of two that fit about equally well
the one that helps more comes first, and none that fits badly overtakes one that fits well. A document that neither has
the words nor means what was asked is not found, so nothing lifts it. Documents that carry an identifier that was asked
for stay above all others.

Factors are read from the database at most twice a minute in each process, never for a search, and need no indexing.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Mapping

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.database import reading
from app.search.indexing import sources

logger = logging.getLogger(__name__)

LOWEST, HIGHEST = 0.8, 1.25
"""The least and the most that a score is multiplied by."""
LONGEST_AGE = 30.0
"""Seconds that factors are used before they are read again."""

Factors = Mapping[tuple[str, str], float]


class Quality:
    """The factors that this process knows, by kind and key; 1 where there is none."""

    def __init__(self) -> None:
        self._factors: Factors = {}
        self._read_at = -math.inf
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def factors(self) -> Factors:
        """The factors as they were about half a minute ago at most; the same object until one has changed.

        The first call reads them; later ones have them read beside, so that no search waits for that.
        """
        if time.monotonic() - self._read_at > LONGEST_AGE and self._lock.acquire(blocking=False):
            if self._read_at == -math.inf:
                self._read()
            else:
                app = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's documented way
                self._thread = threading.Thread(target=self._read_beside, args=(app,), name="quality", daemon=True)
                self._thread.start()
        return self._factors

    def _read_beside(self, app: Flask) -> None:
        with app.app_context():
            self._read()

    def _read(self) -> None:
        """Read the factors; whoever calls holds the lock, which is let go of."""
        try:
            found = _read()
            if found != self._factors:
                self._factors = found
        except SQLAlchemyError as error:
            logger.warning("How well articles helped could not be read, so search goes by what it knew: %s", error)
        finally:
            self._read_at = time.monotonic()
            self._lock.release()

    def close(self) -> None:
        """Wait for what is being read beside, so that its connection does not outlive the database."""
        if self._thread is not None:
            self._thread.join()

    def forget(self) -> None:
        """Have the factors read again at the next search."""
        self._read_at = -math.inf


def install(app: Flask) -> None:
    """Give the process its factors."""
    app.extensions["search_quality"] = Quality()


def factors() -> Factors:
    """The factors of this site, for a search."""
    quality: Quality = current_app.extensions["search_quality"]
    return quality.factors()


def _read() -> Factors:
    with reading() as session:
        return {
            (source.kind, key): min(HIGHEST, max(LOWEST, factor))
            for source in sources().values()
            for key, factor in source.quality(session).items()
            if factor != 1
        }
