"""How long the trail is kept: the worker deletes what is too old by the setting `search_log_days`."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import transaction
from app.trail.models import SearchToken, SelfServiceSession
from app.trail.outcomes import DECIDE_JOB
from app.trail.visitors import day_of, forget_salts
from config import Settings

TIDY_JOB = "tidy_trail"
EVERY = timedelta(hours=6)
TOKENS_LAST = timedelta(days=1)
#: What waits in the buffers of web servers when a day ends is written under the salt of that day.
SALTS_OUTLAST_THE_DAY = timedelta(hours=1)
_BATCH = 2000


def tidy_trail(session: Session) -> None:
    """Delete a batch of what is too old, and ask for the next: at once while there may be more."""
    now = clock.now()
    settings: Settings = current_app.extensions["settings"]
    forget_salts(session, before=day_of(now - SALTS_OUTLAST_THE_DAY))
    session.execute(delete(SearchToken).where(SearchToken.given_at < now - TOKENS_LAST))
    old = select(SelfServiceSession.id).where(
        SelfServiceSession.last_event_at < now - timedelta(days=settings.search_log_days)
    )
    ids = list(session.scalars(old.order_by(SelfServiceSession.last_event_at).limit(_BATCH)))
    session.execute(delete(SelfServiceSession).where(SelfServiceSession.id.in_(ids)))
    _ask_again(session, now if len(ids) == _BATCH else now + EVERY)


def begin_to_keep() -> str:
    """The step of every start: have the worker decide outcomes and delete what is old from now on."""
    with transaction() as session:
        jobs.request_job(session, DECIDE_JOB, unique_key=DECIDE_JOB)
        jobs.request_job(session, TIDY_JOB, unique_key=TIDY_JOB)
    return ""


def _ask_again(session: Session, at: datetime) -> None:
    jobs.request_job(session, TIDY_JOB, unique_key=TIDY_JOB, due_at=at)
