"""What votes teach search: the questions of those who said whether an article fixed their problem."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, String, cast, literal, select
from sqlalchemy.orm import Session

from app.knowledge.models import FixVote, VoteStanding
from app.search.learning import count_evidence, record_evidence
from app.search.models import EvidenceKind
from app.trail.ways import Way

KIND = "article"
_VOTE = "vote "


def follow_vote(session: Session, vote: FixVote, query: str, way: Way) -> None:
    """Note what a vote just cast says of the questions that led to the article; after `bursts.judge`.

    A yes speaks for the search that led there and for the words that somebody tried before it in vain; a no speaks
    against the search that led there alone. `query`, which came with the vote, is believed when the visit made that
    search: anybody can send anything. Votes of staff and of programs teach nothing; those set aside wait with their
    burst.
    """
    if vote.standing is VoteStanding.STAFF or not way.is_person:
        return
    told = (query,) if way.has(query) else ()
    record_evidence(
        session,
        [*(way.rephrased if vote.fixed else ()), *way.opened_from, *told],
        kind=KIND,
        group=str(vote.article_id),
        language=vote.language,
        what=EvidenceKind.CUSTOMER_YES if vote.fixed else EvidenceKind.CUSTOMER_NO,
        voice=_voice(session, vote),
        reference=reference_of(vote.id),
        is_counted=vote.standing is VoteStanding.COUNTED,
    )


def follow_standing(session: Session, vote_ids: Sequence[int], standing: VoteStanding) -> None:
    """Have what votes taught count as the votes themselves do."""
    count_evidence(session, [reference_of(each) for each in vote_ids], is_counted=standing is VoteStanding.COUNTED)


def _voice(session: Session, vote: FixVote) -> str:
    """Who speaks: all who vote on an article from one network within a day are one, for one person can be all of them.

    Whoever is signed in is known, and speaks for themselves.
    """
    if vote.source is None:
        return vote.voter
    first = (
        select(FixVote.voter)
        .where(FixVote.source == vote.source, FixVote.article_id == vote.article_id)
        .order_by(FixVote.id)
        .limit(1)
    )
    return session.scalar(first) or vote.voter


def reference_of(vote_id: int) -> str:
    """What evidence names a vote by that it follows."""
    return f"{_VOTE}{vote_id}"


def references() -> ColumnElement[str]:
    """The same of each vote of a query."""
    return literal(_VOTE) + cast(FixVote.id, String)
