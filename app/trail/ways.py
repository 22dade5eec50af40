"""Which searches of the present visit led to what somebody reads. What a form says of them is believed only then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.trail.folding import normal_words
from app.trail.models import SearchClick, SearchEvent, SelfServiceSession, SessionKind
from app.trail.visitors import is_program, visitor, wants_no_trail, who
from app.trail.writing import SESSION_GAP, as_stored

REPHRASED_WITHIN = timedelta(minutes=5)
"""How long before a search that led somewhere one that led nowhere counts as the same question in other words."""
MOST_SEARCHES = 300
"""How many searches of a visit are looked at, the latest: many people behind one address may make a single visit."""


@dataclass(frozen=True)
class Way:
    """The searches behind something read, scrubbed, each list in the order in which they were made.

    `opened_from` are those that it was opened from; `rephrased` those that somebody made shortly before without opening
    anything: their question in words that did not lead there. `made` holds the plain words of all searches of the
    visit. `is_person`: neither the browser nor the visit is one of a program. A browser that asks not to be followed
    has no searches.
    """

    opened_from: tuple[str, ...] = ()
    rephrased: tuple[str, ...] = ()
    made: frozenset[str] = frozenset()
    is_person: bool = True

    def has(self, query: str) -> bool:
        """Whether the visit made this search, as a form or a program says of it: that alone is no more than a word."""
        return normal_words(as_stored(query)) in self.made


def way_to(session: Session, kind: str, key: str) -> Way:
    """How the visitor of this request came to something, in their visit of the last half hour."""
    is_person = not is_program(who().browser)
    if wants_no_trail():
        return Way(is_person=is_person)
    mine = (
        select(SelfServiceSession.id)
        .where(SelfServiceSession.visitor == visitor(), SelfServiceSession.last_event_at >= clock.now() - SESSION_GAP)
        .order_by(SelfServiceSession.last_event_at.desc())
    )
    visit = session.execute(mine.add_columns(SelfServiceSession.kind).limit(1)).one_or_none()
    if visit is None or not is_person:
        return Way(is_person=is_person)
    if visit.kind is not SessionKind.PERSON:
        return Way(is_person=visit.kind is not SessionKind.BOT)
    return _way(session, visit.id, kind, key)


def _way(session: Session, visit_id: int, kind: str, key: str) -> Way:
    latest = (
        select(SearchEvent.query_raw, SearchEvent.query_norm, SearchEvent.last_at, SearchEvent.clicks, SearchClick.id)
        .outerjoin(
            SearchClick,
            (SearchClick.event_id == SearchEvent.id) & (SearchClick.kind == kind) & (SearchClick.key == key),
        )
        .where(SearchEvent.session_id == visit_id, SearchEvent.is_typed.is_(False))
        .order_by(SearchEvent.created_at.desc(), SearchEvent.id.desc())
        .limit(MOST_SEARCHES)
    )
    searches = session.execute(latest).all()
    opened: list[str] = []
    rephrased: list[str] = []
    vain: list[tuple[str, datetime]] = []
    for query, _words, at, clicks, click in reversed(searches):
        if click is not None:
            opened.append(query)
            rephrased += [words for words, then in vain if at - then <= REPHRASED_WITHIN]
        # What was opened instead may have been what they asked for: from there on it is another question.
        vain = [] if clicks else [*vain, (query, at)]
    made = frozenset(words for _query, words, *_rest in searches if words)
    return Way(tuple(dict.fromkeys(opened)), tuple(dict.fromkeys(rephrased)), made)
