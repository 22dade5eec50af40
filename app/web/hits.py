"""Where requests are counted: a small SQLite file that all web processes of one data folder share.

It holds keyed hashes and numbers, nothing that is worth keeping: it may be deleted at any time, and a damaged one is
thrown away. A file that cannot be written stops nobody; the log says once that nothing is limited meanwhile.
"""

from __future__ import annotations

import fcntl
import logging
import math
import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from limits.storage.base import Storage

_log = logging.getLogger(__name__)

SWEEP_EVERY = 60.0
"""Seconds between two times that a process removes what has run out."""
LONGEST_WAIT = 0.5
"""Seconds that a request waits for other processes before it goes on uncounted."""
PAUSE = 1.0
"""Seconds without counting after that failed, so that not every request waits."""

_TABLE = """
CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, count INTEGER NOT NULL, ends_at REAL NOT NULL) WITHOUT ROWID
"""
# A window that ends far later than a new one would was begun before the clock was set back.
_HIT = """
INSERT INTO hits (key, count, ends_at) VALUES (:key, :amount, :ends_at)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN hits.ends_at <= :now OR hits.ends_at > :ends_at + 60 THEN :amount ELSE hits.count + :amount END,
    ends_at = CASE WHEN hits.ends_at <= :now OR hits.ends_at > :ends_at + 60 THEN :ends_at ELSE hits.ends_at END
RETURNING count
"""


class HitFile(Storage):
    """The counters of the `limits` library in one file; for threads, processes and processes that are killed.

    One connection a process, and a lock around it: SQLite itself lets threads wait far longer for each other.
    """

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._owner = 0
        self._swept_at = 0.0
        self._failed_at = -math.inf
        self._has_complained = False

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What the file may raise."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count a hit and return how many there are in its window, which begins with the first hit.

        Returns 0 when it could not be counted.
        """
        now = time.time()
        given = {"key": key, "amount": amount, "now": now, "ends_at": now + expiry}
        row = self._ask(_HIT, given)
        if now - self._swept_at > SWEEP_EVERY:
            self._swept_at = now
            self._ask("DELETE FROM hits WHERE ends_at <= :now", {"now": now})
        return int(row[0]) if row else 0

    def get(self, key: str) -> int:
        """How many hits the present window of a key has."""
        row = self._ask("SELECT count FROM hits WHERE key = :key AND ends_at > :now", {"key": key, "now": time.time()})
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """When the present window of a key ends, in seconds since 1970; now when there is none."""
        now = time.time()
        row = self._ask("SELECT ends_at FROM hits WHERE key = :key AND ends_at > :now", {"key": key, "now": now})
        return float(row[0]) if row else now

    def check(self) -> bool:
        """Whether hits can be counted."""
        self._ask("DELETE FROM hits WHERE ends_at <= :now", {"now": time.time()})
        return not self._has_complained

    def reset(self) -> int | None:
        """Forget all hits."""
        self._ask("DELETE FROM hits", {})
        return None

    def clear(self, key: str) -> None:
        """Forget the hits of a key."""
        self._ask("DELETE FROM hits WHERE key = :key", {"key": key})

    def close(self) -> None:
        """Let go of the file; the next hit opens it again."""
        with self._lock:
            self._close()

    def _ask(self, statement: str, given: dict[str, Any]) -> tuple[Any, ...] | None:
        with self._lock:
            if time.monotonic() - self._failed_at < PAUSE:
                return None
            try:
                row = self._asked(statement, given)
            except (sqlite3.Error, OSError) as error:
                self._close()
                self._failed_at = time.monotonic()
                if not self._has_complained:
                    self._has_complained = True
                    _log.error("Requests cannot be counted in %s, so none are limited: %s", self._path, error)
                return None
            self._has_complained = False
            return row

    def _asked(self, statement: str, given: dict[str, Any]) -> tuple[Any, ...] | None:
        try:
            return self._opened().execute(statement, given).fetchone()  # type: ignore[no-any-return]  # sqlite3's rows
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # Damaged: opening it again puts a new file in its place, if another process has not done so already.
            self._close()
            return self._opened().execute(statement, given).fetchone()  # type: ignore[no-any-return]  # sqlite3's rows

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None or self._owner != os.getpid():
            # A connection must not cross a fork: the parent's is left to the parent.
            self._owner = os.getpid()
            self._connection = _open(self._path)
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and self._owner == os.getpid():
            with suppress(sqlite3.Error):
                connection.close()


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, made anew if there is none or it is damaged."""
    # One process at a time: SQLite bears badly with several that make a file and change its mode at once.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        try:
            return _connected(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            for each in ("", "-wal", "-shm"):
                Path(f"{path}{each}").unlink(missing_ok=True)
            return _connected(path)
    finally:
        os.close(folder)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LONGEST_WAIT, isolation_level=None, check_same_thread=False)
    try:
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", _TABLE, "SELECT sum(count) FROM hits"):
            connection.execute(line).fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
