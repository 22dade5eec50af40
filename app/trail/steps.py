"""The trail of one visitor today, in the order of the steps: it travels to the person who is asked for help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, has_request_context
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.scrubbing import scrubbed
from app.trail.folding import SearchedBefore, is_same_search
from app.trail.journal import Journal
from app.trail.models import SearchClick, SearchEvent, SearchToken, SelfServiceSession, SessionKind, SessionStep
from app.trail.records import Asked, Clicked, Read, Record, Searched, Voted
from app.trail.visitors import visitor, wants_no_trail, who

MOST_STEPS = 100


@dataclass(frozen=True)
class TrailStep:
    """One step. `what` is `searched`, `opened`, `read`, `voted` or `asked`; the rest is empty where it says nothing.

    `query` is scrubbed and `results` counts what it found; `kind` and `key` name what was opened, read or voted on (it
    may be forged, or taken down since: look it up for this reader before you show it); `seconds` it was in sight;
    `fixed` is the vote; `reference` that of the request.
    """

    at: datetime
    what: str
    query: str = ""
    results: int = 0
    kind: str = ""
    key: str = ""
    seconds: int = 0
    fixed: bool | None = None
    reference: str = ""


def trail_of(session: Session) -> list[TrailStep]:
    """What the visitor of this request did today, newest last, the last 100 steps; with what waits to be written.

    Whoever is not staff is told nothing of a session of staff: it may be that of somebody beside them, with the same
    browser behind the same address, and its words may be of what is not for everybody.
    """
    if not has_request_context() or wants_no_trail():
        return []
    steps = sorted(_stored(session) + _waiting(session), key=lambda step: step.at)
    return _tidied(steps)[-MOST_STEPS:]


def _stored(session: Session) -> list[TrailStep]:
    mine = select(SelfServiceSession.id).where(SelfServiceSession.visitor == visitor())
    if not who().is_staff:
        mine = mine.where(SelfServiceSession.kind != SessionKind.STAFF)
    events = session.execute(
        select(SearchEvent.last_at, SearchEvent.query_raw, SearchEvent.results)
        .where(SearchEvent.session_id.in_(mine))
        .order_by(SearchEvent.last_at.desc())
        .limit(MOST_STEPS)
    )
    clicks = session.execute(
        select(SearchClick.at, SearchClick.kind, SearchClick.key)
        .join(SearchEvent, SearchEvent.id == SearchClick.event_id)
        .where(SearchEvent.session_id.in_(mine))
        .order_by(SearchClick.at.desc())
        .limit(MOST_STEPS)
    )
    others = session.scalars(
        select(SessionStep).where(SessionStep.session_id.in_(mine)).order_by(SessionStep.at.desc()).limit(MOST_STEPS)
    )
    return [
        *(TrailStep(at, "searched", query=query, results=results) for at, query, results in events),
        *(TrailStep(at, "opened", kind=kind, key=key) for at, kind, key in clicks),
        *(
            TrailStep(step.at, step.what.value, kind=step.kind, key=step.key, seconds=step.seconds or 0,
                      fixed=step.fixed, reference=step.reference)
            for step in others
        ),
    ]  # fmt: skip


def _waiting(session: Session) -> list[TrailStep]:
    journal: Journal = current_app.extensions["trail_journal"]
    me = who()
    mine = [
        each
        for each in journal.waiting()
        if (each.who.network, each.who.browser) == (me.network, me.browser) and (me.is_staff or not each.who.is_staff)
    ]
    if not mine:
        return []
    # The thread may have written them since this request began to read: its tokens tell.
    tokens = [each.token for each in mine]
    written = set(session.scalars(select(SearchToken.token).where(SearchToken.token.in_(tokens))))
    written |= set(session.scalars(select(SessionStep.token).where(SessionStep.token.in_(tokens))))
    return [_step(each) for each in mine if each.token not in written]


def _step(record: Record) -> TrailStep:
    match record:
        case Searched(at=at, query=query, results=results):
            return TrailStep(at, "searched", query=scrubbed(query), results=results)
        case Clicked(at=at, kind=kind, key=key):
            return TrailStep(at, "opened", kind=kind, key=key)
        case Read(at=at, kind=kind, key=key, seconds=seconds):
            return TrailStep(at, "read", kind=kind, key=key, seconds=seconds)
        case Voted(at=at, kind=kind, key=key, fixed=fixed):
            return TrailStep(at, "voted", kind=kind, key=key, fixed=fixed)
        case Asked(at=at, reference=reference):
            return TrailStep(at, "asked", reference=reference)
    raise TypeError(f"{record!r} is no step of a trail.")


def _tidied(steps: Sequence[TrailStep]) -> list[TrailStep]:
    """Typing folded into one search, and what was read said once, with its longest time."""
    kept: list[TrailStep] = []
    reads: dict[tuple[str, str], int] = {}
    for step in steps:
        if step.what == "searched":
            before = next((each for each in reversed(kept) if each.what == "searched"), None)
            if before is not None and before is kept[-1] and _goes_on(before, step):
                kept.pop()
        elif step.what in ("opened", "read"):
            place = reads.get((step.kind, step.key))
            if place is not None and place < len(kept):
                earlier = kept[place]
                kept[place] = _joined(earlier, step)
                continue
            reads[step.kind, step.key] = len(kept)
        kept.append(step)
    return kept


def _goes_on(before: TrailStep, step: TrailStep) -> bool:
    searched = SearchedBefore(before.query, before.at, is_typed=True, is_clicked=False)
    return is_same_search(searched, step.query, at=step.at, is_typed=True)


def _joined(earlier: TrailStep, later: TrailStep) -> TrailStep:
    what = "read" if "read" in (earlier.what, later.what) else "opened"
    seconds = max(earlier.seconds, later.seconds)
    return TrailStep(earlier.at, what, kind=earlier.kind, key=earlier.key, seconds=seconds)
