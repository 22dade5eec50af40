"""What the search log tells, of persons alone: staff, crawlers and mere typing are left out of every number.

A search counts when it was sent, or when something was opened from its suggestions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, distinct, func, or_, select
from sqlalchemy.orm import Session

from app.trail.models import SearchEvent, SelfServiceSession, SessionKind, SessionOutcome

NOTHING_FOUND = "no_results"
NO_ANSWER = "no_answer"
_ZERO_RESULT = SearchEvent.state == NOTHING_FOUND
_UNANSWERED = SearchEvent.state.in_([NOTHING_FOUND, NO_ANSWER])
_NO_ANSWER = SearchEvent.state == NO_ANSWER
#: Where the answer stood on the page of results itself there was nothing to open.
_ANSWERED = func.coalesce(SearchEvent.fit, "") == "answer"
_BOUNCED = and_(SearchEvent.results > 0, SearchEvent.clicks == 0, ~_ANSWERED)
_CLICKED = SearchEvent.clicks > 0


class Only(StrEnum):
    """Which queries are wanted."""

    ALL = ""
    NOTHING = "nothing"
    NO_ANSWER = "no_answer"
    NO_CLICK = "no_click"


@dataclass(frozen=True)
class SearchedQuery:
    """One query and what became of it: how often each, and `outcomes` in sessions that searched for it.

    `zero_result` searches found nothing; `no_answer` ones found nothing that answers; of `bounced` ones nothing was
    opened, and no answer stood among the results; `clicked` ones had at least one click.
    """

    words: str
    query: str
    searches: int
    zero_result: int
    no_answer: int
    bounced: int
    clicked: int
    outcomes: Mapping[SessionOutcome, int]


@dataclass(frozen=True)
class UnansweredQuery:
    """A question that nothing answered so many times: nothing was found, or nothing that was found answers it.

    `last_at` is when it was asked so last.
    """

    words: str
    query: str
    unanswered: int
    last_at: datetime


@dataclass(frozen=True)
class SearchTotals:
    """All searches of a time together."""

    searches: int
    zero_result: int
    no_answer: int
    bounced: int
    clicked: int

    @property
    def click_through(self) -> float | None:
        """Searches with one click or more / searches, in [0, 1]; None without searches."""
        return self.clicked / self.searches if self.searches else None

    @property
    def zero_result_share(self) -> float | None:
        """Searches that found nothing / searches, in [0, 1]; None without searches."""
        return self.zero_result / self.searches if self.searches else None

    @property
    def no_answer_share(self) -> float | None:
        """Searches that found nothing that answers / searches, in [0, 1]; None without searches."""
        return self.no_answer / self.searches if self.searches else None


def searched_queries(
    session: Session, *, since: datetime, only: Only = Only.ALL, most: int = 50, offset: int = 0
) -> list[SearchedQuery]:
    """What people searched for, the most searched first (of `only`: the most often so), equal ones by their words."""
    outcomes = [_sessions_that(SelfServiceSession.outcome == outcome) for outcome in SessionOutcome]
    asked = (
        _counted(SearchEvent.query_norm, func.max(SearchEvent.query_raw), *_sums(), *outcomes, since=since)
        .group_by(SearchEvent.query_norm)
        .having(_wanted(only) > 0)
        .order_by(_wanted(only).desc(), SearchEvent.query_norm)
        .limit(most)
        .offset(offset)
    )
    return [_searched_query(*row) for row in session.execute(asked)]


def searched_query_count(session: Session, *, since: datetime, only: Only = Only.ALL) -> int:
    """How many different queries there are."""
    each = _counted(SearchEvent.query_norm, since=since).group_by(SearchEvent.query_norm).having(_wanted(only) > 0)
    return session.scalar(select(func.count()).select_from(each.subquery())) or 0


def unanswered(session: Session, *, since: datetime, most: int = 50) -> list[UnansweredQuery]:
    """The questions that nothing answered, the most frequent first, then the latest, then by their words."""
    last_at = func.max(SearchEvent.last_at)
    asked = (
        _counted(SearchEvent.query_norm, func.max(SearchEvent.query_raw), func.count(), last_at, since=since)
        .where(_UNANSWERED)
        .group_by(SearchEvent.query_norm)
        .order_by(func.count().desc(), last_at.desc(), SearchEvent.query_norm)
        .limit(most)
    )
    return [UnansweredQuery(*row) for row in session.execute(asked)]


def search_totals(session: Session, *, since: datetime) -> SearchTotals:
    """All searches since then together."""
    row = session.execute(_counted(*_sums(), since=since)).one()
    return SearchTotals(*(int(number or 0) for number in row))


def outcome_counts(session: Session, *, since: datetime) -> dict[SessionOutcome | None, int]:
    """How many sessions that began since then ended how; None are those that are not decided yet."""
    counted = select(SelfServiceSession.outcome, func.count()).where(_of_persons(since))
    found: dict[SessionOutcome | None, int] = dict.fromkeys((*SessionOutcome, None), 0)
    for outcome, count in session.execute(counted.group_by(SelfServiceSession.outcome)):
        found[outcome] = count
    return found


def self_service_success(outcomes: Mapping[SessionOutcome | None, int]) -> float | None:
    """solved_confirmed / (solved_confirmed + unsolved + escalated), in [0, 1]; None when there is none of them.

    What was inferred is in neither.
    """
    solved = outcomes.get(SessionOutcome.SOLVED_CONFIRMED, 0)
    told = solved + outcomes.get(SessionOutcome.UNSOLVED, 0) + outcomes.get(SessionOutcome.ESCALATED, 0)
    return solved / told if told else None


def _searched_query(
    words: str, query: str, searches: int, zero_result: int, no_answer: int, bounced: int, clicked: int, *outcomes: int
) -> SearchedQuery:
    ended = dict(zip(SessionOutcome, outcomes, strict=True))
    return SearchedQuery(words, query, searches, int(zero_result), int(no_answer), int(bounced), int(clicked), ended)


def _counted(*columns: Any, since: datetime) -> Select[Any]:
    return (
        select(*columns)
        .join(SelfServiceSession, SelfServiceSession.id == SearchEvent.session_id)
        .where(
            SelfServiceSession.kind == SessionKind.PERSON,
            SearchEvent.created_at >= since,
            or_(SearchEvent.is_typed.is_(False), _CLICKED),
        )
    )


def _of_persons(since: datetime) -> ColumnElement[bool]:
    return and_(SelfServiceSession.kind == SessionKind.PERSON, SelfServiceSession.started_at >= since)


def _sums() -> Sequence[ColumnElement[int]]:
    return func.count(), *map(_how_many, (_ZERO_RESULT, _NO_ANSWER, _BOUNCED, _CLICKED))


def _wanted(only: Only) -> ColumnElement[int]:
    if only is Only.ALL:
        return func.count()
    return _how_many({Only.NOTHING: _ZERO_RESULT, Only.NO_ANSWER: _NO_ANSWER, Only.NO_CLICK: _BOUNCED}[only])


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(cast(case((condition, 1), else_=0), Integer))


def _sessions_that(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(distinct(case((condition, SelfServiceSession.id))))
