"""Bursts: more votes from one source than people behind one network address cast. They are set aside, not thrown away.

The rule, which decision 16 and the help for editors publish: the votes of one source in a day (UTC) are set aside,
those cast already and those that follow, when there are

- more than `MOST_ON_ONE_TEXT_IN_AN_HOUR` on one text within an hour, or more than `MOST_ON_ONE_TEXT_IN_A_DAY` within a
  day: then those on this text. That is fewer than search looks at, so one address alone never moves an article;
- more than `MOST_ON_ALL_TEXTS_IN_AN_HOUR` on all texts together within an hour: then all of the source.

A source is an address of IPv4 or a /64 of IPv6. Readers who are signed in are known one by one and have no source, so
an office whose people sign in meets no rule. Whoever publishes decides: count them after all, or leave them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import clock
from app.foundation.activity import record
from app.foundation.database import is_postgresql
from app.foundation.errors import Conflict, NotFound
from app.foundation.jobs import request_job
from app.knowledge import learned
from app.knowledge.models import BurstRule, FixVote, Publication, Translation, VoteBurst, VoteStanding
from app.knowledge.queries import LARGEST_ID, article_url

MOST_ON_ONE_TEXT_IN_AN_HOUR = 5
MOST_ON_ONE_TEXT_IN_A_DAY = 9
MOST_ON_ALL_TEXTS_IN_AN_HOUR = 40
FORGET_AFTER = timedelta(days=3)
FORGET_JOB = "forget_vote_sources"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class BurstArticle:
    """A text that a burst voted on: `fixed` of `votes` said yes. `url` is empty when it is not published any more."""

    title: str
    language: str
    url: str
    fixed: int
    votes: int


@dataclass(frozen=True)
class Burst:
    """A burst as the desk shows it, with the times of its first and last vote; `decided_by` is a name or empty."""

    id: int
    rule: BurstRule
    began_at: datetime
    ended_at: datetime
    fixed: int
    votes: int
    articles: tuple[BurstArticle, ...]
    decision: VoteStanding | None
    decided_at: datetime | None
    decided_by: str


def hold(session: Session, source: str) -> None:
    """Have votes of one source come one after the other, until the end of the transaction.

    To be called before a vote is written: on SQLite whoever writes is alone anyway.
    """
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(int(source[:15], 16))))


def judge(session: Session, vote: FixVote) -> None:
    """Set a vote just cast aside, with the others of its source, when they are too many; in the same transaction.

    A vote that belongs to a burst already stays in it, from wherever it is changed.
    """
    if vote.standing is VoteStanding.STAFF or vote.burst_id is not None or vote.source is None:
        return
    burst = _known_burst(session, vote)
    if burst is not None:
        vote.burst_id, vote.standing = burst.id, burst.decision or VoteStanding.SET_ASIDE
        session.flush()
        return
    rule = _broken_rule(session, vote)
    if rule is None:
        return
    burst = _new_burst(session, vote, rule)
    joining = update(FixVote).where(_of_source(vote), _in_scope(burst), FixVote.burst_id.is_(None))
    joined = session.scalars(
        joining.values(burst_id=burst.id, standing=VoteStanding.SET_ASIDE).returning(FixVote.id),
        execution_options={"synchronize_session": False},
    ).all()
    learned.follow_standing(session, joined, VoteStanding.SET_ASIDE)
    session.refresh(vote)


def decide(session: Session, burst_id: int, *, is_counted: bool, by: Account) -> None:
    """Count the votes of a burst after all, or leave them out for good; votes that join it later follow.

    A decision can be changed.

    Raises:
        NotFound: there is no such burst.
        Conflict: it has been decided so already.
    """
    burst = session.get(VoteBurst, burst_id, with_for_update=True) if burst_id <= LARGEST_ID else None
    if burst is None:
        raise NotFound(_("There is no such burst of votes."))
    decision = VoteStanding.COUNTED if is_counted else VoteStanding.LEFT_OUT
    if burst.decision is decision:
        raise Conflict(_("This was decided in the same way already."))
    burst.decision, burst.decided_at, burst.decided_by_id = decision, clock.now(), by.id
    votes = session.scalars(
        update(FixVote)
        .where(FixVote.burst_id == burst_id)
        .values(standing=decision)
        .returning(FixVote.id)
        .execution_options(synchronize_session=False)
    ).all()
    learned.follow_standing(session, votes, decision)
    verb = "votes counted" if is_counted else "votes left out"
    record(session, verb, "vote_burst", burst_id, by_id=by.id, votes=len(votes), article_id=burst.article_id)
    session.flush()


def bursts(session: Session, *, is_decided: bool, most: int = 50) -> list[Burst]:
    """The bursts that await a decision, or those decided; the latest first."""
    found = session.execute(
        select(VoteBurst, Account.display_name)
        .outerjoin(Account, Account.id == VoteBurst.decided_by_id)
        .where(VoteBurst.decision.is_not(None) if is_decided else VoteBurst.decision.is_(None))
        .order_by(VoteBurst.found_at.desc(), VoteBurst.id.desc())
        .limit(most)
    ).all()
    by_burst: dict[int, list[Row[int, int, str, int, int, datetime, datetime, str | None, str]]] = {}
    for row in _articles_of(session, [burst.id for burst, _by in found]):
        by_burst.setdefault(row[0], []).append(row)
    return [_shown(burst, name or "", by_burst[burst.id]) for burst, name in found if burst.id in by_burst]


def count_of_undecided(session: Session) -> int:
    """How many bursts wait for somebody to decide."""
    return session.scalar(select(func.count()).select_from(VoteBurst).where(VoteBurst.decision.is_(None))) or 0


def request_forgetting(session: Session) -> None:
    """Have the sources of votes forgotten when their time is over."""
    request_job(session, FORGET_JOB, unique_key=FORGET_JOB, due_at=clock.now() + FORGET_AFTER)


def forget_sources(session: Session) -> None:
    """The job: forget where votes came from that are older than a few days. Bursts stay together."""
    has_source = FixVote.source.is_not(None)
    old = update(FixVote).where(has_source, FixVote.changed_at <= clock.now() - FORGET_AFTER)
    session.execute(old.values(source=None), execution_options={"synchronize_session": False})
    if session.scalar(select(FixVote.id).where(has_source).limit(1)) is not None:
        request_job(session, FORGET_JOB, unique_key=FORGET_JOB, due_at=clock.now() + timedelta(hours=6))


def _known_burst(session: Session, vote: FixVote) -> VoteBurst | None:
    about_this = and_(
        VoteBurst.article_id == vote.article_id, VoteBurst.language == vote.language, VoteBurst.line == vote.line
    )
    return session.scalars(
        select(VoteBurst)
        .where(or_(VoteBurst.article_id.is_(None), about_this), VoteBurst.found_at > vote.changed_at - FORGET_AFTER)
        .where(exists().where(_of_source(vote), FixVote.burst_id == VoteBurst.id))
        .order_by(VoteBurst.id)
        .limit(1)
    ).one_or_none()


def _broken_rule(session: Session, vote: FixVote) -> BurstRule | None:
    is_recent = FixVote.changed_at > vote.changed_at - _HOUR
    here = _on_text(vote)
    on_text_recently, on_text, recently = session.execute(
        select(func.count().filter(is_recent, here), func.count().filter(here), func.count().filter(is_recent)).where(
            _of_source(vote), FixVote.burst_id.is_(None)
        )
    ).one()
    if recently > MOST_ON_ALL_TEXTS_IN_AN_HOUR:
        return BurstRule.ALL_TEXTS_IN_AN_HOUR
    if on_text_recently > MOST_ON_ONE_TEXT_IN_AN_HOUR:
        return BurstRule.ONE_TEXT_IN_AN_HOUR
    return BurstRule.ONE_TEXT_IN_A_DAY if on_text > MOST_ON_ONE_TEXT_IN_A_DAY else None


def _new_burst(session: Session, vote: FixVote, rule: BurstRule) -> VoteBurst:
    burst = VoteBurst(rule=rule, found_at=clock.now())
    if rule is not BurstRule.ALL_TEXTS_IN_AN_HOUR:
        burst.article_id, burst.language, burst.line = vote.article_id, vote.language, vote.line
    session.add(burst)
    session.flush()
    return burst


def _of_source(vote: FixVote) -> ColumnElement[bool]:
    return FixVote.source == vote.source


def _on_text(vote: FixVote | VoteBurst) -> ColumnElement[bool]:
    return and_(FixVote.article_id == vote.article_id, FixVote.language == vote.language, FixVote.line == vote.line)


def _in_scope(burst: VoteBurst) -> ColumnElement[bool]:
    return true() if burst.article_id is None else _on_text(burst)


def _articles_of(
    session: Session, burst_ids: Sequence[int]
) -> Sequence[Row[int, int, str, int, int, datetime, datetime, str | None, str]]:
    if not burst_ids:
        return []
    votes = func.count()
    return session.execute(
        select(
            FixVote.burst_id,
            FixVote.article_id,
            FixVote.language,
            func.count().filter(FixVote.fixed),
            votes,
            func.min(FixVote.created_at),
            func.max(FixVote.changed_at),
            Publication.title,
            Translation.slug,
        )
        .join(Translation, and_(Translation.article_id == FixVote.article_id, Translation.language == FixVote.language))
        .outerjoin(
            Publication, and_(Publication.article_id == FixVote.article_id, Publication.language == FixVote.language)
        )
        .where(FixVote.burst_id.in_(burst_ids))
        .group_by(FixVote.burst_id, FixVote.article_id, FixVote.language, Publication.title, Translation.slug)
        .order_by(votes.desc(), FixVote.article_id, FixVote.language)
    ).all()  # type: ignore[return-value]  # burst_id is given, since it was asked for


def _shown(
    burst: VoteBurst, name: str, rows: Sequence[Row[int, int, str, int, int, datetime, datetime, str | None, str]]
) -> Burst:
    articles = tuple(
        BurstArticle(title or slug, language, article_url(article_id, slug) if title else "", fixed, votes)
        for _of, article_id, language, fixed, votes, _first, _last, title, slug in rows
    )
    return Burst(
        id=burst.id,
        rule=burst.rule,
        began_at=min(row[5] for row in rows),
        ended_at=max(row[6] for row in rows),
        fixed=sum(each.fixed for each in articles),
        votes=sum(each.votes for each in articles),
        articles=articles,
        decision=burst.decision,
        decided_at=burst.decided_at,
        decided_by=name,
    )
