"""Work that takes seconds, done in a thread of its own while searches go on with what there was before."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable

logger = logging.getLogger(__name__)


class Beside:
    """Does one piece of work at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._tried: Hashable = None

    def does(self, work: Callable[[], object], *, of: Hashable) -> bool:
        """Begin the work unless some is being done; whether any is now.

        Args:
            of: what the work is done for. Somebody who asks twice for the same found the first time of no use: then it
                is not begun, and whoever asks has to do it and meet what went wrong.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return True
            is_new, self._tried = self._tried != of, of
            if is_new:
                self._thread = threading.Thread(target=self._do, args=(work,), name=self._name, daemon=True)
                self._thread.start()
            return is_new

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:
            logger.debug("What was done beside (%s) failed: %r", self._name, error)
