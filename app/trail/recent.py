"""The latest searches of persons one by one: what each found, what was opened from it, and what solved it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from app.trail.models import (
    SearchClick,
    SearchEvent,
    SelfServiceSession,
    SessionKind,
    SessionOutcome,
    SessionStep,
    StepKind,
)
from app.trail.queries import NO_ANSWER, NOTHING_FOUND

MOST_SEARCHES = 1000

Thing = tuple[str, str]
"""Kind and key of what was opened or voted on; it may be forged or taken down since."""


@dataclass(frozen=True)
class RecentSearch:
    """One search. `words` is its normal form; `results` counts what it found, in this `state`.

    `opened` is what was opened from it, in that order; `solved_by` what got a yes after it and before the next search.
    `outcome` is that of the whole visit, None while it is not decided.
    """

    at: datetime
    query: str
    words: str
    language: str
    results: int
    state: str
    opened: tuple[Thing, ...]
    solved_by: tuple[Thing, ...]
    outcome: SessionOutcome | None

    @property
    def is_unanswered(self) -> bool:
        """Whether nothing was found, or nothing that answers."""
        return self.state in (NOTHING_FOUND, NO_ANSWER)

    @property
    def found(self) -> Thing | None:
        """What this search should find: what solved it, else what was opened last."""
        return next(iter((*self.solved_by, *reversed(self.opened))), None)


def recent_searches(
    session: Session, *, only_unanswered: bool = False, most: int = 50, offset: int = 0
) -> list[RecentSearch]:
    """The latest searches that were sent, or from whose suggestions something was opened; newest first.

    In four queries, however many.
    """
    asked = _asked(only_unanswered).options(contains_eager(SearchEvent.home))
    asked = asked.order_by(SearchEvent.created_at.desc(), SearchEvent.id.desc())
    events = session.scalars(asked.limit(most).offset(offset)).all()
    opened = _opened(session, [event.id for event in events])
    solved = _solved(session, {event.session_id for event in events})
    return [
        RecentSearch(
            at=event.created_at,
            query=event.query_raw,
            words=event.query_norm,
            language=event.language,
            results=event.results,
            state=event.state,
            opened=tuple(opened.get(event.id, ())),
            solved_by=tuple(solved.get(event.id, ())),
            outcome=event.home.outcome,
        )
        for event in events
    ]


def recent_search_count(session: Session, *, only_unanswered: bool = False) -> int:
    """How many there are, 1,000 at most: nobody turns more pages."""
    asked = _asked(only_unanswered).with_only_columns(SearchEvent.id).limit(MOST_SEARCHES)
    return session.scalar(select(func.count()).select_from(asked.subquery())) or 0


def _asked(only_unanswered: bool) -> Select[SearchEvent]:
    asked = select(SearchEvent).join(SearchEvent.home)
    asked = asked.where(
        SelfServiceSession.kind == SessionKind.PERSON,
        or_(SearchEvent.is_typed.is_(False), SearchEvent.clicks > 0),
    )
    return asked.where(SearchEvent.state.in_((NOTHING_FOUND, NO_ANSWER))) if only_unanswered else asked


def _opened(session: Session, event_ids: Sequence[int]) -> Mapping[int, list[Thing]]:
    clicks = select(SearchClick).where(SearchClick.event_id.in_(event_ids)).order_by(SearchClick.at, SearchClick.id)
    found: dict[int, list[Thing]] = defaultdict(list)
    for click in session.scalars(clicks):
        found[click.event_id].append((click.kind, click.key))
    return found


def _solved(session: Session, session_ids: Iterable[int]) -> Mapping[int, list[Thing]]:
    """What got a yes that was not taken back, by the search that came last before it."""
    ids = list(session_ids)
    begun = select(SearchEvent.session_id, SearchEvent.id, SearchEvent.created_at).where(
        SearchEvent.session_id.in_(ids)
    )
    searches: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for session_id, event_id, at in session.execute(begun):
        searches[session_id].append((at, event_id))
    votes = select(SessionStep).where(SessionStep.session_id.in_(ids), SessionStep.what == StepKind.VOTED)
    last: dict[tuple[int, Thing], SessionStep] = {}
    for step in session.scalars(votes.order_by(SessionStep.at, SessionStep.id)):
        last[step.session_id, (step.kind, step.key)] = step
    found: dict[int, list[Thing]] = defaultdict(list)
    for (session_id, thing), step in last.items():
        before = [each for each in searches[session_id] if each[0] <= step.at]
        if step.fixed and before:
            found[max(before)[1]].append(thing)
    return found
