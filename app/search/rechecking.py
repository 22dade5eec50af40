"""Asking for the editors' tests of search to be checked, by whatever may have moved results. The check: `relevance`."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import transaction
from app.search import words
from app.search.encoders import ENCODERS, manifest
from app.search.marks import mark, set_mark
from app.search.models import RelevanceTest
from config import Settings

CHECK_JOB = "search_check"
#: The mark that tells by what results were ranked when the site was started last.
MARK = "ranking"
AFTER_CHANGES = timedelta(minutes=1)


def request_check(session: Session, *, soon: bool = False) -> None:
    """Have the worker check all tests of search, if there are any, in the transaction that changes what ranks.

    Args:
        soon: within a minute, together with what else changes until then; else at once.
    """
    if session.scalar(select(RelevanceTest.id).limit(1)) is None:
        return
    due_at = clock.now() + AFTER_CHANGES if soon else None
    jobs.request_job(session, CHECK_JOB, unique_key=CHECK_JOB, due_at=due_at)


def notice_other_settings() -> str:
    """The step of every start: have the tests checked when this start ranks by other settings than the last one."""
    fingerprint = _fingerprint()
    with transaction() as session:
        if mark(session, MARK) != fingerprint:
            set_mark(session, MARK, fingerprint)
            request_check(session)
    return ""


def _fingerprint() -> str:
    """Differs when texts are analysed otherwise, or another encoder takes part or none. Opens no encoder."""
    settings: Settings = current_app.extensions["settings"]
    kind = ENCODERS.get(settings.encoder)
    is_prepared = kind is not None and manifest.stamp(settings.encoders_dir / kind.name) is not None
    ranked_by = [words.ANALYSIS, settings.encoder, is_prepared, settings.default_language]
    return hashlib.sha256(json.dumps(ranked_by).encode()).hexdigest()[:32]
