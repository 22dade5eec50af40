"""Asking the worker for what a search lacks, without keeping that search waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from app.foundation.database import transaction

logger = logging.getLogger(__name__)

BETWEEN = 30.0
"""Seconds in which one thing is asked for once."""


class Repairs:
    """What this process asks for: in a thread of its own, as the store may be busy, or at once when not `is_beside`."""

    def __init__(self, app: Flask, *, is_beside: bool = True) -> None:
        self.is_beside = is_beside
        self._app = app
        self._asked_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def ask(self, what: str, request: Callable[[Session], None]) -> None:
        """Have this requested in a transaction of its own, unless it was a moment ago. Never raises."""
        now = time.monotonic()
        with self._lock:
            if now - self._asked_at.get(what, -BETWEEN) < BETWEEN:
                return
            self._asked_at[what] = now
        if self.is_beside:
            threading.Thread(target=self._request, args=(what, request), name="repairs", daemon=True).start()
        else:
            self._request(what, request)

    def _request(self, what: str, request: Callable[[Session], None]) -> None:
        try:
            with self._app.app_context(), transaction() as session:
                request(session)
        except Exception as error:
            logger.warning("A %s could not be asked for: %s", what, error)
