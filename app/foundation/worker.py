"""The worker: runs the jobs of the ledger, one at a time, each in a transaction of its own that also strikes it off.

One worker runs in an installation, held by a lock in the data folder. It hears of new jobs through the carrier, and
looks into the ledger itself every few seconds, so that nothing waits for ever. While a job runs its lease is extended;
when a worker has died the next one frees what it held. A job that never ends would keep all others waiting: the worker
ends with it, and whoever watches the worker starts it again.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import secrets
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.foundation import jobs
from app.foundation.carrier import Carrier
from app.foundation.database import reading, transaction
from app.foundation.file_lock import FileLock
from config import Settings

logger = logging.getLogger(__name__)

POLL = 0.1
SWEEP = 2.0
HEARTBEAT = 2.0
SILENCE = 20.0
LONGEST_ERROR = 4000
LONGEST_RUN = 3600.0
STUCK = 4  # the status that a worker ends with whose job did not end


def install(app: Flask, settings: Settings) -> None:
    """Have the ids of new jobs carried to the worker."""
    carrier = Carrier(settings.data_dir / "jobs.sqlite")
    app.extensions["carrier"] = carrier
    app.extensions["carry_job"] = carrier.carry


def run_job(app: Flask, job_id: int, *, worker: str, longest: float = math.inf) -> bool:
    """Run one job to its end, in a transaction that strikes it off the ledger.

    Args:
        longest: seconds after which this process ends, when the job does not.

    Returns:
        Whether it ran and ended well. False: it raised, which the ledger keeps, or it was not to be run now.
    """
    with app.app_context():
        with transaction() as session:
            job = jobs.take_lease(session, job_id, worker=worker)
            taken = None if job is None else _Taken(job.id, job.name, dict(job.arguments))
        if taken is None:
            return False
        try:
            with _kept_lease(app, job_id, worker=worker, longest=longest), transaction() as session:
                _kind(app, taken.name).run(session, **taken.arguments)
                jobs.finish(session, job_id)
        except Exception as error:
            _note_failure(app, taken, error)
            return False
        return True


def run_due_jobs(app: Flask, *, worker: str = "inline") -> int:
    """Run everything that is due, and what it asks for in turn, in this process; returns how many jobs ended well."""
    ended = 0
    while job_ids := _due(app):
        ended += sum(run_job(app, job_id, worker=worker) for job_id in job_ids)
    return ended


class Worker:
    """Runs jobs until it is stopped; `run` returns when the job at hand has ended."""

    def __init__(self, app: Flask, *, longest_run: float = LONGEST_RUN) -> None:
        settings: Settings = app.extensions["settings"]
        self.app = app
        self.carrier: Carrier = app.extensions["carrier"]
        self.lock = FileLock(settings.data_dir / "worker.lock")
        self.longest_run = longest_run
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Have `run` return soon."""
        self._stopping.set()

    def run(self) -> None:
        """Work until `stop` is called.

        Raises:
            AlreadyHeld: another worker runs in this installation.
        """
        with self.lock:
            # The name outlives the process: whoever holds the lock may free what the last holder left behind.
            name = self.lock.read() or f"worker-{secrets.token_hex(4)}"
            self.lock.write(name)
            self._free_leases(name)
            logger.info("The worker is ready.")
            beating = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
            beating.start()
            try:
                self._work(name)
            finally:
                self._stopping.set()
                beating.join()
                self.carrier.close()
            logger.info("The worker has stopped.")

    def _free_leases(self, name: str) -> None:
        with self.app.app_context(), transaction() as session:
            freed = jobs.free_leases(session, worker=name)
        if freed:
            logger.warning("The last worker died during job %s; it runs again.", ", ".join(map(str, freed)))

    def _work(self, name: str) -> None:
        next_sweep = 0.0
        while not self._stopping.is_set():
            is_sweep = time.monotonic() >= next_sweep
            if is_sweep:
                next_sweep = time.monotonic() + SWEEP
            try:
                job_ids = self.carrier.arrived() + (_due(self.app) if is_sweep else [])
                for job_id in dict.fromkeys(job_ids):
                    if self._stopping.is_set():
                        return
                    run_job(self.app, job_id, worker=name, longest=self.longest_run)
            except Exception as error:
                # The database or the queue cannot be used just now. Whatever was taken off the queue is in the ledger.
                logger.error("The worker cannot work (%s); it tries again in %d s.", _first_line(error), SWEEP)
                self._stopping.wait(SWEEP)
            else:
                self._stopping.wait(POLL)

    def _beat(self) -> None:
        while not self._stopping.wait(HEARTBEAT):
            self.lock.touch()


@dataclass(frozen=True)
class _Taken:
    id: int
    name: str
    arguments: dict[str, Any]


def _kind(app: Flask, name: str) -> jobs.JobKind:
    kinds: dict[str, jobs.JobKind] = app.extensions.get("job_kinds", {})
    if name not in kinds:
        raise LookupError(f"No part of the site knows jobs of the kind {name!r}.")
    return kinds[name]


def _due(app: Flask) -> list[int]:
    with app.app_context(), reading() as session:
        return jobs.due_job_ids(session)


@contextlib.contextmanager
def _kept_lease(app: Flask, job_id: int, *, worker: str, longest: float) -> Iterator[None]:
    """Extend the lease of a job while it runs, and end this process when it runs for too long."""
    ended = threading.Event()
    begun_at = time.monotonic()

    def extend() -> None:
        while not ended.wait(min(jobs.LEASE.total_seconds() / 3, longest)):
            if time.monotonic() - begun_at > longest:
                logger.error("Job %d does not end: the worker ends with it, and the next one tries it again.", job_id)
                os._exit(STUCK)
            try:
                with app.app_context(), transaction() as session:
                    jobs.extend_lease(session, job_id, worker=worker)
            except Exception as error:
                # On SQLite the job itself may hold the write lock; then nobody else can take its lease either.
                logger.debug("The lease of job %d was not extended: %s", job_id, _first_line(error))

    keeper = threading.Thread(target=extend, name=f"lease of job {job_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _note_failure(app: Flask, taken: _Taken, error: Exception) -> None:
    told = "".join(traceback.format_exception(error))[-LONGEST_ERROR:]
    kinds: dict[str, jobs.JobKind] = app.extensions.get("job_kinds", {})
    pauses = kinds[taken.name].pauses if taken.name in kinds else jobs.PAUSES
    with transaction() as session:
        job = jobs.record_failure(session, taken.id, told, pauses=pauses)
        is_given_up = job is not None and job.failed_at is not None
    if is_given_up:
        logger.error("Job %d (%s) failed for good: see 'flask jobs list'.", taken.id, taken.name, exc_info=error)
    else:
        logger.warning("Job %d (%s) failed and is tried again: %s", taken.id, taken.name, _first_line(error))


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
