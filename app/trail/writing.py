"""Writing what was noted: records become sessions, searches, clicks and steps, scrubbed, with typing folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import after_commit, is_postgresql
from app.foundation.scrubbing import scrubbed
from app.foundation.text import one_line
from app.trail.folding import SearchedBefore, is_same_search, normal_words
from app.trail.models import (
    SearchClick,
    SearchEvent,
    SearchToken,
    SelfServiceSession,
    SessionKind,
    SessionStep,
    StepKind,
)
from app.trail.records import Asked, Clicked, Read, Record, Searched, Voted
from app.trail.visitors import day_of, is_program, keep_in_memory, known_salts, salt_of, visitor_of

LONGEST_QUERY = 300
MOST_READS = 300
SESSION_GAP = timedelta(minutes=30)
#: A click may be written by another process than its search, and before it.
WAITS_FOR_ITS_SEARCH = timedelta(seconds=10)
#: Nobody reads a hundred pages in a row in three seconds each.
MASS_READING = (100, timedelta(seconds=3))
_WRITERS = 730115  # the number of the lock that those who write the trail take on PostgreSQL


def write(session: Session, records: Sequence[Record]) -> list[Record]:
    """Write records in the transaction at hand; those written before are passed over.

    Returns:
        The clicks whose search is not known yet, to be tried again.
    """
    if is_postgresql(session):
        # Two processes that meet the same visitor at once would begin two sessions. SQLite has one writer anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITERS})
    return _Book(session, sorted(records, key=lambda each: each.at)).write()


def as_stored(query: str) -> str:
    """What is kept of a query: one line without personal data, `LONGEST_QUERY` characters at most."""
    return scrubbed(one_line(query))[:LONGEST_QUERY]


class _Book:
    """The part of the log that a batch of records touches, read in a few questions for the whole batch."""

    def __init__(self, session: Session, batch: Sequence[Record]) -> None:
        self.session = session
        written = _written_tokens(session, [each.token for each in batch])
        self.batch = [each for each in batch if each.token not in written]
        self.visitors = _visitors(session, self.batch)
        self.sessions: dict[str, list[SelfServiceSession]] = {}
        self.last_searches: dict[SelfServiceSession, SearchEvent] = {}
        self.reads: dict[tuple[SelfServiceSession, str, str], SessionStep] = {}
        self.read_counts: Counter[SelfServiceSession] = Counter()
        self.searches: dict[str, SearchEvent] = {}
        self.clicked: set[tuple[SearchEvent, str, str]] = set()
        if self.batch:
            self._look_up()

    def write(self) -> list[Record]:
        """Write the batch; returns what has to be tried again."""
        again: list[Record] = []
        for record in self.batch:
            match record:
                case Searched():
                    self._search(record)
                case Clicked():
                    if not self._click(record) and clock.now() - record.at < WAITS_FOR_ITS_SEARCH:
                        again.append(record)
                case Read():
                    self._read(record)
                case Voted():
                    self._step(record, StepKind.VOTED, kind=record.kind, key=record.key, fixed=record.fixed)
                case Asked():
                    self._step(record, StepKind.ASKED, reference=one_line(record.reference))
        self.session.flush()
        return again

    def _look_up(self) -> None:
        since = self.batch[0].at - SESSION_GAP
        theirs = select(SelfServiceSession).where(
            SelfServiceSession.visitor.in_(set(self.visitors.values())), SelfServiceSession.last_event_at >= since
        )
        for each in self.session.scalars(theirs.order_by(SelfServiceSession.id)):
            self.sessions.setdefault(each.visitor, []).append(each)
        ids = [each.id for found in self.sessions.values() for each in found]
        wanted = [each.search for each in self.batch if isinstance(each, Clicked)]
        by_token = select(SearchToken.token, SearchEvent).join(SearchEvent, SearchEvent.id == SearchToken.event_id)
        for token, event in self.session.execute(by_token.where(SearchToken.token.in_(wanted))) if wanted else ():
            self.searches[token] = event
        if not ids:
            return
        # The last one of each alone: a place that many people share may have thousands.
        own = select(SearchEvent.id).where(SearchEvent.session_id == SelfServiceSession.id)
        last = own.order_by(SearchEvent.last_at.desc(), SearchEvent.id.desc()).limit(1).scalar_subquery()
        latest = select(SearchEvent).where(SearchEvent.id.in_(select(last).where(SelfServiceSession.id.in_(ids))))
        for event in self.session.scalars(latest.where(SearchEvent.last_at >= since)):
            self.last_searches[event.home] = event
        reads = select(SessionStep).where(SessionStep.session_id.in_(ids), SessionStep.what == StepKind.READ)
        for step in self.session.scalars(reads):
            self.reads[step.home, step.kind, step.key] = step
            self.read_counts[step.home] += 1
        clicks = select(SearchClick).where(SearchClick.event_id.in_({event.id for event in self.searches.values()}))
        for click in self.session.scalars(clicks):
            self.clicked.add((click.event, click.kind, click.key))

    def _session_of(self, record: Record, *, language: str = "", is_counted: bool = True) -> SelfServiceSession:
        visitor = self.visitors[record.token]
        own = self.sessions.setdefault(visitor, [])
        near = (
            each
            for each in reversed(own)
            if each.started_at - SESSION_GAP < record.at < each.last_event_at + SESSION_GAP
        )
        found = next(near, None)
        if found is None:
            found = SelfServiceSession(
                visitor=visitor,
                kind=_kind(record),
                language=language or record.who.language[:20],
                started_at=record.at,
                last_event_at=record.at,
                events=0,
            )
            self.session.add(found)
            own.append(found)
        found.started_at = min(found.started_at, record.at)
        found.last_event_at = max(found.last_event_at, record.at)
        found.events += is_counted
        if found.kind is SessionKind.PERSON and (_kind(record) is not SessionKind.PERSON or _is_mass_reader(found)):
            found.kind = _kind(record) if _kind(record) is not SessionKind.PERSON else SessionKind.BOT
        return found

    def _search(self, record: Searched) -> None:
        home = self._session_of(record, language=record.language[:20], is_counted=not record.is_typed)
        query = as_stored(record.query)
        last = self.last_searches.get(home)
        if last is None or not _goes_on(last, record, query):
            last = SearchEvent(home=home, is_typed=True, clicks=0, created_at=record.at, last_at=record.at)
            self.session.add(last)
            self.last_searches[home] = last
        if not (record.is_typed and not last.is_typed):
            words = normal_words(query)[:LONGEST_QUERY]
            # Whoever turns the page, or asks for all results, has been told before how well they answer.
            if record.judgement is not None or last.fit is None or last.query_norm != words:
                _judge(last, record)
            last.query_raw, last.query_norm = query, words
            last.language, last.results, last.mode = record.language[:20], record.results, record.mode
            last.ms, last.is_typed = min(round(record.ms), 10_000_000), record.is_typed
            last.filters = {name: scrubbed(one_line(value))[:100] for name, value in record.filters.items()}
        last.last_at = max(last.last_at, record.at)
        self.session.add(SearchToken(token=record.token, event=last, given_at=record.at))
        self.searches[record.token] = last

    def _click(self, record: Clicked) -> bool:
        event = self.searches.get(record.search)
        if event is None:
            return False
        # A link that was passed on, or kept until another day, is no choice among these results.
        if event.home.visitor != self.visitors[record.token] or record.at > event.last_at + SESSION_GAP:
            return True
        self._session_of(record)
        if (event, record.kind, record.key) not in self.clicked:
            self.clicked.add((event, record.kind, record.key))
            event.clicks += 1
            click = SearchClick(event=event, position=record.position, kind=record.kind, key=record.key)
            click.at = record.at
            self.session.add(click)
        return True

    def _read(self, record: Read) -> None:
        home = self._session_of(record, is_counted=False)
        known = self.reads.get((home, record.kind, record.key))
        if known is not None:
            known.seconds = max(known.seconds or 0, record.seconds)
            known.at = max(known.at, record.at)
            return
        self.read_counts[home] += 1
        if self.read_counts[home] > MOST_READS:
            return  # beacons can be forged; nobody reads that much in one visit
        step = self._step(record, StepKind.READ, kind=record.kind, key=record.key, seconds=record.seconds)
        self.reads[home, record.kind, record.key] = step

    def _step(
        self,
        record: Record,
        what: StepKind,
        *,
        kind: str = "",
        key: str = "",
        seconds: int | None = None,
        fixed: bool | None = None,
        reference: str = "",
    ) -> SessionStep:
        home = self._session_of(record, is_counted=what is not StepKind.READ)
        step = SessionStep(
            token=record.token, home=home, what=what, kind=kind, key=key, seconds=seconds, fixed=fixed,
            reference=reference, at=record.at,
        )  # fmt: skip
        self.session.add(step)
        return step


def _judge(event: SearchEvent, record: Searched) -> None:
    said = record.judgement
    event.state = record.state
    event.fit, event.confidence, event.best = (said.fit, said.confidence, said.best) if said else (None, None, None)


def _goes_on(last: SearchEvent, record: Searched, query: str) -> bool:
    before = SearchedBefore(last.query_raw, last.last_at, last.is_typed, is_clicked=last.clicks > 0)
    # Half of an address or number is stored as it was typed; the whole one is scrubbed and would not look like it.
    said = {query, one_line(record.query)}
    return any(is_same_search(before, each, at=record.at, is_typed=record.is_typed) for each in said)


def _kind(record: Record) -> SessionKind:
    if record.who.is_staff:
        return SessionKind.STAFF
    return SessionKind.BOT if is_program(record.who.browser) else SessionKind.PERSON


def _is_mass_reader(found: SelfServiceSession) -> bool:
    most, each_takes = MASS_READING
    return found.events >= most and found.last_event_at - found.started_at < found.events * each_takes


def _written_tokens(session: Session, tokens: Iterable[str]) -> set[str]:
    """Of these tokens those that are in the log: a commit that seemed to fail may have gone through."""
    wanted = list(tokens)
    written = set(session.scalars(select(SearchToken.token).where(SearchToken.token.in_(wanted))))
    return written | set(session.scalars(select(SessionStep.token).where(SessionStep.token.in_(wanted))))


def _visitors(session: Session, batch: Sequence[Record]) -> dict[str, str]:
    """The visitor of each record by its token."""
    return {each.token: visitor_of(each.who, _salt(session, each.at)) for each in batch}


def _salt(session: Session, at: datetime) -> str:
    day = day_of(at)
    known = known_salts().get(day) or session.info.get(("salt", day))
    if known is not None:
        return str(known)
    salt = salt_of(session, day)
    session.info["salt", day] = salt
    if day >= day_of(clock.now()):
        after_commit(session, lambda: keep_in_memory(day, salt))
    return salt
