"""Carries the ids of jobs from the processes that ask for them to the worker, so that it hears of them at once.

Only the ledger is a promise: what is lost here, the worker finds there.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path
from threading import Lock

from huey import SqliteHuey

logger = logging.getLogger(__name__)


class Carrier:
    """A queue of job ids in a file of the data folder, shared by all processes of an installation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: SqliteHuey | None = None
        self._opening = Lock()

    def carry(self, job_id: int) -> None:
        """Tell the worker of a job. Never raises: a request that has been committed must not fail here."""
        try:
            self._queue().storage.enqueue(str(job_id).encode("ascii"))
        except Exception as error:
            logger.warning("Job %d was not carried to the worker (%s); it will find it in the ledger.", job_id, error)
            self._reopen(is_new=False)

    def arrived(self) -> list[int]:
        """The ids that wait, oldest first, each once; they are taken off the queue. Never raises, as `carry`."""
        try:
            storage = self._queue().storage
            waiting = dict.fromkeys(int(each) for each in iter(storage.dequeue, None))
        except Exception as error:
            logger.warning("The queue of jobs cannot be read (%s); the worker looks into the ledger.", error)
            is_damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
            self._reopen(is_new=is_damaged)
            return []
        return list(waiting)

    def close(self) -> None:
        """Close the file in this thread."""
        if self._opened is not None:
            self._opened.storage.close()

    def _reopen(self, *, is_new: bool) -> None:
        """Begin anew: all that is in the file is in the ledger. Only the worker may take a damaged one away."""
        with self._opening:
            if self._opened is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._opened.storage.close()
                self._opened = None
            for end in ("", "-wal", "-shm") if is_new else ():
                with contextlib.suppress(OSError):
                    self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    def _queue(self) -> SqliteHuey:
        # The file is opened on the first use: most commands never carry a job.
        with self._opening:
            if self._opened is None:
                self._opened = SqliteHuey("jobs", filename=str(self.path), fsync=False, results=False, timeout=1)
            return self._opened
