"""The buffer between answering and writing: pages put records in, a thread of the process writes them soon after.

Pages neither wait for the database nor fail with it. The thread starts with the first record, so after the server has
forked; each process has its own. When the database fails the records are kept for the next try.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from flask import Flask
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.foundation.database import transaction
from app.trail.records import Record

logger = logging.getLogger(__name__)

MOST_WAITING = 10_000
MOST_AT_ONCE = 500
#: What the thread writes in one go: while it is at it, pages of the same process wait.
MOST_IN_A_ROW = 25
PAUSE = 0.4
BREATH = 0.02
PAUSE_AFTER_FAILURE = 5.0

#: Writes records in a transaction, and returns those that are to be tried again.
Write = Callable[[Session, Sequence[Record]], list[Record]]


class Journal:
    """What waits to be written in this process, by a thread, or by calls of `flush` when it is not `is_automatic`."""

    def __init__(self, app: Flask, write: Write, *, is_automatic: bool = True) -> None:
        self.is_automatic = is_automatic
        self._app = app
        self._write = write
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._waiting: deque[Record] = deque()
        self._lost = 0
        self._flushing = threading.Lock()
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, record: Record) -> None:
        """Take a record. When too many wait, because nothing can be written, it is dropped and counted."""
        if self._process != os.getpid():
            self._begin()  # a fork: what waited there is the parent's to write, and its locks may be held
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            return
        self._waiting.append(record)
        if self.is_automatic and not self._wake.is_set():
            self._wake.set()
            self._make_sure_of_thread()

    def waiting(self) -> list[Record]:
        """What has not been written yet, in the order in which it came."""
        return list(self._waiting) if self._process == os.getpid() else []

    def flush(self, *, breath: float = 0.0) -> bool:
        """Write what waits; False when the database refused, and the records wait for the next try.

        Args:
            breath: seconds to let pages go on between small batches; 0 writes large ones in a row.
        """
        if self._process != os.getpid():
            self._begin()
        with self._flushing:
            again: list[Record] = []
            while self._waiting:
                batch = list(islice(self._waiting, MOST_IN_A_ROW if breath else MOST_AT_ONCE))
                try:
                    again += self._written(batch)
                except SQLAlchemyError as error:
                    first_line = f"{type(error).__name__}: {error}".splitlines()[0]
                    logger.error("%d records of the trail wait: they cannot be written (%s).", len(batch), first_line)
                    return False
                for _ in batch:
                    self._waiting.popleft()
                self._stopping.wait(breath)
            self._waiting.extend(again)
            if self._lost:
                logger.error("%d records of the trail were lost: too many waited to be written.", self._lost)
                self._lost = 0
        return True

    def close(self) -> None:
        """Stop the thread and write what is left."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join(timeout=5)
        self.flush()

    def _written(self, batch: Sequence[Record]) -> list[Record]:
        try:
            return self._write_together(batch)
        except OperationalError:
            raise  # the database is away, locked or full: nothing is wrong with the records
        except Exception:
            if len(batch) == 1:
                logger.exception("A record of the trail cannot be written and is dropped.")
                return []
            return [left for each in batch for left in self._written([each])]

    def _write_together(self, batch: Sequence[Record]) -> list[Record]:
        with self._app.app_context(), transaction() as session:
            return self._write(session, batch)

    def _make_sure_of_thread(self) -> None:
        with self._starting:
            if self._stopping.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="trail", daemon=True)
            self._thread.start()
            atexit.register(self.close)  # gunicorn's processes end without it, and call `close` themselves

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._stopping.wait(PAUSE)
            self._wake.clear()
            try:
                is_written = self.flush(breath=BREATH)
            except Exception:
                logger.exception("The trail could not be written.")
                is_written = False
            if not is_written:
                self._stopping.wait(PAUSE_AFTER_FAILURE)
            if self._waiting:
                self._wake.set()
