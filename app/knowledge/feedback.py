"""Votes: "Did this fix your problem?", one a voter and line of revisions, and the fix rate that they add up to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import is_postgresql
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.text import cleaned, one_line
from app.knowledge.models import FixVote, Publication, Revision, VoteReason

LONGEST_COMMENT = 4000
LONGEST_QUERY = 300
_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution: a 95 % interval


_RATES = (
    select(FixVote.article_id, FixVote.language, func.count().filter(FixVote.fixed), func.count())
    .join(Revision, (Revision.article_id == FixVote.article_id) & (Revision.language == FixVote.language))
    .join(Publication, Publication.revision_id == Revision.id)
    .where(FixVote.article_id.in_(bindparam("article_ids", expanding=True)), FixVote.line == Revision.line)
    .group_by(FixVote.article_id, FixVote.language)
)


@dataclass(frozen=True)
class FixRate:
    """How often an article fixed the problem: `fixed` of `votes`, with the Wilson interval at 95 %, each in [0, 1]."""

    fixed: int
    votes: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The share of votes that said yes, in [0, 1]."""
        return self.fixed / self.votes


def cast_vote(session: Session, article_id: int, language: str, *, fixed: bool, voter: str, query: str = "") -> FixVote:
    """Record a voter's answer on the published text; a second answer replaces the first.

    Args:
        voter: a keyed hash that names nobody, the same for the same voter.
        query: the search that led to the article.

    Raises:
        NotFound: the article is not published in this language.
    """
    line, revision_id = _published_line(session, article_id, language)
    now = clock.now()
    values = {
        "article_id": article_id,
        "language": language,
        "line": line,
        "revision_id": revision_id,
        "voter": voter,
        "fixed": fixed,
        "reason": None,
        "comment": "",
        "query": one_line(query)[:LONGEST_QUERY],
        "created_at": now,
        "changed_at": now,
    }
    insert = postgresql.insert(FixVote) if is_postgresql(session) else sqlite.insert(FixVote)
    statement = insert.values(values)
    changed = {"fixed": fixed, "changed_at": now, "revision_id": revision_id}
    # A repeated "no" keeps its reason and comment; a "yes" takes them back.
    changed |= {"reason": None, "comment": ""} if fixed else {}
    vote = session.scalars(
        statement.on_conflict_do_update(
            index_elements=[FixVote.article_id, FixVote.language, FixVote.line, FixVote.voter], set_=changed
        ).returning(FixVote),
        execution_options={"populate_existing": True},
    ).one()
    session.flush()
    return vote


def explain_vote(session: Session, article_id: int, language: str, *, voter: str, reason: str, comment: str) -> FixVote:
    """Add to a "no" what went wrong; both the reason and the comment may be empty.

    Raises:
        NotFound: this voter has not said no to the published text.
        InvalidInput: the reason is unknown or the comment is too long.
    """
    vote = vote_of(session, article_id, language, voter=voter)
    if vote is None or vote.fixed:
        raise NotFound(_("There is no “No” of yours on this article yet: press No first, then say what went wrong."))
    if reason and reason not in set(VoteReason):
        raise InvalidInput(
            _("“%(reason)s” is not one of the reasons: choose one of those listed.", reason=reason), field="reason"
        )
    words = cleaned(comment).strip()
    if len(words) > LONGEST_COMMENT:
        raise InvalidInput(
            _(
                "Your comment has %(length)s characters; we can keep %(most)s. Please shorten it.",
                length=format_decimal(len(words)),
                most=format_decimal(LONGEST_COMMENT),
            ),
            field="comment",
        )
    vote.reason = VoteReason(reason) if reason else None
    vote.comment = words
    vote.changed_at = clock.now()
    session.flush()
    return vote


def vote_of(session: Session, article_id: int, language: str, *, voter: str) -> FixVote | None:
    """What this voter said about the line of revisions that is published now."""
    return session.scalar(
        select(FixVote)
        .join(Revision, (Revision.article_id == FixVote.article_id) & (Revision.language == FixVote.language))
        .join(Publication, Publication.revision_id == Revision.id)
        .where(FixVote.article_id == article_id, FixVote.language == language, FixVote.voter == voter)
        .where(FixVote.line == Revision.line)
    )


def fix_rate(session: Session, article_id: int, language: str) -> FixRate | None:
    """The fix rate of the published text in one language, or None without votes."""
    return fix_rates(session, [article_id]).get((article_id, language))


def fix_rates(session: Session, article_ids: list[int]) -> dict[tuple[int, str], FixRate]:
    """The fix rates of many articles by (article id, language), in one query; those without votes are left out.

    Votes count for the line of revisions that is published: a major revision starts anew.
    """
    rows = session.execute(_RATES, {"article_ids": article_ids})
    return {
        (article_id, language): FixRate(fixed, votes, *wilson_interval(fixed, votes))
        for article_id, language, fixed, votes in rows
    }


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion, each end in [0, 1].

    Raises:
        ValueError: there are no trials, or successes are not between 0 and trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no proportion.")
    share = successes / trials
    scale = 1 + _Z**2 / trials
    middle = (share + _Z**2 / (2 * trials)) / scale
    reach = _Z / scale * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _published_line(session: Session, article_id: int, language: str) -> tuple[int, int]:
    found = session.execute(
        select(Revision.line, Revision.id)
        .join(Publication, Publication.revision_id == Revision.id)
        .where(Publication.article_id == article_id, Publication.language == language)
    ).one_or_none()
    if found is None:
        raise NotFound(_("This article is not published any more, so there is nothing to vote on."))
    return found.line, found.id
