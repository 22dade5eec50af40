"""Background jobs that are never lost: a ledger row, written in the same transaction as the change that asks for it.

`request_job` adds the row; once the transaction is committed the row's id is carried to the worker. A row stays until
its job has run to the end: a worker that dies leaves a lease behind, and the row runs again when the lease ends. So a
job may run twice and must be written to bear that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Text, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation import clock
from app.foundation.database import Base, after_commit, is_postgresql

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
LONGEST_WAIT = timedelta(minutes=10)
#: How long a job that raised waits before its next attempt, unless its kind says otherwise.
PAUSES = tuple(min(timedelta(seconds=2**attempt), LONGEST_WAIT) for attempt in range(1, MOST_ATTEMPTS))


class Job(Base):
    """A job that has not ended well yet. Done jobs are deleted; a job out of attempts keeps its last error."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    unique_key: Mapped[str | None] = mapped_column(unique=True)
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True)
class JobKind:
    """A kind of job: `run(session, **arguments)` is called in a transaction that ends the job when it commits.

    The transaction begins with the first use of `session`, and SQLite lets nobody else write from then on: a job that
    works for long reads what it needs in a session of its own, and uses this one at its end or not at all.
    """

    name: str
    run: Callable[..., None]
    pauses: tuple[timedelta, ...] = PAUSES


def add_job_kind(app: Flask, name: str, run: Callable[..., None], *, pauses: tuple[timedelta, ...] = PAUSES) -> None:
    """Make a kind of job known to the application; called when a part of the product is installed.

    Args:
        pauses: how long to wait after each failure; after as many failures and one more the job is given up.
    """
    app.extensions.setdefault("job_kinds", {})[name] = JobKind(name, run, pauses)


def request_job(
    session: Session, name: str, *, unique_key: str | None = None, due_at: datetime | None = None, **arguments: Any
) -> None:
    """Ask for a job in the transaction at hand.

    Args:
        name: a kind of job that was made known with `add_job_kind`.
        unique_key: when a job with this key waits and has not been started, no second one is added; it runs at the
            earlier of the two moments, with the arguments that it has.
        due_at: not before this moment; None is at once.
        arguments: plain values that JSON can hold, given to the job.
    """
    now = clock.now()
    values = {
        "name": name,
        "arguments": arguments,
        "unique_key": unique_key,
        "queued_at": now,
        "due_at": due_at or now,
        "attempts": 0,
        "last_error": "",
    }
    insert = postgresql.insert(Job) if is_postgresql(session) else sqlite.insert(Job)
    # Touching the waiting row holds it until we commit, so a worker cannot start it before our change can be seen.
    statement = insert.values(values)
    due = case((Job.due_at > statement.excluded.due_at, statement.excluded.due_at), else_=Job.due_at)
    changed = {"queued_at": now, "due_at": due}
    asked = statement.on_conflict_do_update(index_elements=[Job.unique_key], set_=changed)
    job_id = session.execute(asked.returning(Job.id)).scalar_one()
    carry = current_app.extensions.get("carry_job")
    if carry is not None and due_at is None:
        after_commit(session, lambda: carry(job_id))


def take_lease(session: Session, job_id: int, *, worker: str) -> Job | None:
    """Take a due job for `worker`, or None when it is done, not due, out of attempts or in other hands.

    The unique key is given up, so that a change made from now on asks for a new run.
    """
    now = clock.now()
    taken = (
        update(Job)
        .where(Job.id == job_id, Job.due_at <= now, Job.failed_at.is_(None))
        .where(or_(Job.leased_until.is_(None), Job.leased_until < now))
        .values(leased_until=now + LEASE, leased_by=worker, attempts=Job.attempts + 1, unique_key=None)
        .returning(Job)
    )
    return session.execute(taken).scalar_one_or_none()


def due_job_ids(session: Session) -> list[int]:
    """The jobs that may run now, oldest first."""
    now = clock.now()
    due = (
        select(Job.id)
        .where(Job.due_at <= now, Job.failed_at.is_(None))
        .where(or_(Job.leased_until.is_(None), Job.leased_until < now))
        .order_by(Job.due_at, Job.id)
    )
    return list(session.scalars(due))


def finish(session: Session, job_id: int) -> None:
    """Strike a job from the ledger, in the transaction of the job itself."""
    session.execute(delete(Job).where(Job.id == job_id))


def extend_lease(session: Session, job_id: int, *, worker: str) -> None:
    """Keep a running job in the hands of its worker for another `LEASE`."""
    held = update(Job).where(Job.id == job_id, Job.leased_by == worker)
    session.execute(held.values(leased_until=clock.now() + LEASE))


def free_leases(session: Session, *, worker: str) -> list[int]:
    """Let go of what a worker of this name held when it died, and return those ids. Only for a worker that starts.

    A job that has been cut short as often as it may be tried is given up: it may be what kills the worker.
    """
    held = update(Job).where(Job.leased_by == worker).values(leased_until=None, leased_by=None)
    freed = list(session.scalars(held.returning(Job.id)))
    given_up = update(Job).where(Job.id.in_(freed), Job.attempts >= MOST_ATTEMPTS)
    session.execute(given_up.values(failed_at=clock.now(), last_error="The worker died while it ran this job."))
    return sorted(freed)


def record_failure(session: Session, job_id: int, error: str, *, pauses: tuple[timedelta, ...] = PAUSES) -> Job | None:
    """Note that a job raised: it is tried again after each of `pauses`, and given up when there is none left.

    Returns:
        The job, or None when it is no longer in the ledger. `failed_at` tells whether it was given up.
    """
    job = session.get(Job, job_id)
    if job is None:
        return None
    now = clock.now()
    job.last_error = error
    job.leased_until = job.leased_by = None
    is_given_up = job.attempts > len(pauses)
    job.due_at = now if is_given_up else now + pauses[max(job.attempts, 1) - 1]
    job.failed_at = now if is_given_up else None
    session.flush()
    return job


def retry(session: Session, job_id: int) -> Job | None:
    """Have a job run as soon as possible, with all its attempts again; None when there is no such job."""
    job = session.get(Job, job_id)
    if job is None:
        return None
    job.due_at, job.attempts, job.failed_at, job.last_error = clock.now(), 0, None, ""
    session.flush()
    return job


def unfinished_jobs(session: Session) -> list[Job]:
    """All that is in the ledger: the failed ones first, then in the order in which they will run."""
    return list(session.scalars(select(Job).order_by(Job.failed_at.is_(None), Job.due_at, Job.id)))


def failed_count(session: Session) -> int:
    """How many jobs have been given up and wait for somebody to look."""
    return session.scalar(select(func.count()).where(Job.failed_at.is_not(None))) or 0
