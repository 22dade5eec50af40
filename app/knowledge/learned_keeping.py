"""How long search keeps what votes taught that were left out: a decision can be revised without loss for a while.

Votes that still wait for a decision keep what they taught, however long they wait.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, current_app
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import transaction
from app.foundation.starting import add_start_step
from app.knowledge.learned import reference_of, references
from app.knowledge.models import FixVote, VoteBurst, VoteStanding
from app.search.models import QueryEvidence
from app.search.unlearning import forget_evidence
from config import Settings

FORGET_JOB = "forget_left_out"
EVERY = timedelta(days=1)
REVISED_WITHIN = timedelta(days=30)
"""How long a decision can be revised without loss, however soon the search log is deleted."""
_BATCH = 500


def install(app: Flask) -> None:
    """Have the worker forget from every start on."""
    jobs.add_job_kind(app, FORGET_JOB, forget_left_out)
    add_start_step(app, "learned questions", begin_to_forget)


def forget_left_out(session: Session) -> None:
    """The job: forget a batch of what was taught by votes that were left out as long ago as the search log goes back.

    The votes stay. The next batch is asked for at once while there may be more.
    """
    now = clock.now()
    settings: Settings = current_app.extensions["settings"]
    before = now - max(timedelta(days=settings.search_log_days), REVISED_WITHIN)
    taught = exists().where(
        QueryEvidence.reference == references(), ~QueryEvidence.is_counted, QueryEvidence.at < before
    )
    # Whoever revises the decision at this moment waits for the end of this, or this for theirs.
    left_out = (
        select(FixVote.id)
        .join(VoteBurst, VoteBurst.id == FixVote.burst_id)
        .where(VoteBurst.decision == VoteStanding.LEFT_OUT, VoteBurst.decided_at < before, taught)
        .order_by(FixVote.id)
        .limit(_BATCH)
        .with_for_update(read=True, of=VoteBurst)
    )
    ids = session.scalars(left_out).all()
    forget_evidence(session, list(map(reference_of, ids)))
    jobs.request_job(session, FORGET_JOB, unique_key=FORGET_JOB, due_at=now if len(ids) == _BATCH else now + EVERY)


def begin_to_forget() -> str:
    """The step of every start: have the worker forget what is old from now on."""
    with transaction() as session:
        jobs.request_job(session, FORGET_JOB, unique_key=FORGET_JOB)
    return ""
