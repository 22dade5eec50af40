"""Votes: "Did this fix your problem?", one a voter and line of revisions."""

from __future__ import annotations

from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import is_postgresql
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.scrubbing import scrubbed
from app.foundation.text import cleaned, one_line
from app.knowledge import bursts, learned
from app.knowledge.models import FixVote, Publication, Revision, VoteReason, VoteStanding
from app.trail.ways import Way

LONGEST_COMMENT = 4000
LONGEST_QUERY = 300
_UNKNOWN_WAY = Way()


def cast_vote(
    session: Session,
    article_id: int,
    language: str,
    *,
    fixed: bool,
    voter: str,
    query: str = "",
    source: str | None = None,
    is_staff: bool = False,
    way: Way = _UNKNOWN_WAY,
) -> FixVote:
    """Record a voter's answer on the published text; a second answer replaces the first.

    Args:
        voter: a keyed hash that names nobody, the same for the same voter.
        query: the search that is said to have led to the article.
        source: a keyed hash (hexadecimal digits) of the network that the vote comes from, which holds for the day. None
            for whoever is known: they are never part of a burst.
        is_staff: keep the vote, but count it nowhere.
        way: the searches of the voter's visit: search learns from those that led to the article, and from `query` when
            it is one of them.

    Raises:
        NotFound: the article is not published in this language.
    """
    source = None if is_staff else source
    if source is not None:
        bursts.hold(session, source)
    line, revision_id = _published_line(session, article_id, language)
    now = clock.now()
    values: dict[str, Any] = {
        "article_id": article_id,
        "language": language,
        "line": line,
        "revision_id": revision_id,
        "voter": voter,
        "fixed": fixed,
        "reason": None,
        "comment": "",
        # Scrubbed first: half an address would not be known for one.
        "query": scrubbed(one_line(query[: 4 * LONGEST_QUERY]))[:LONGEST_QUERY],
        "source": source,
        "standing": VoteStanding.STAFF if is_staff else VoteStanding.COUNTED,
        "created_at": now,
        "changed_at": now,
    }
    vote = _kept(session, values)
    bursts.judge(session, vote)
    learned.follow_vote(session, vote, query, way)
    if source is not None:
        bursts.request_forgetting(session)
    return vote


def _kept(session: Session, values: dict[str, Any]) -> FixVote:
    """The vote with these columns, in the place of the one that its voter cast on the same line before."""
    insert = postgresql.insert(FixVote) if is_postgresql(session) else sqlite.insert(FixVote)
    statement = insert.values(values)
    changed = {name: values[name] for name in ("fixed", "changed_at", "revision_id")}
    # What belongs to a burst stays in it: else it would count again as soon as it is sent from elsewhere.
    for name, column in (("source", FixVote.source), ("standing", FixVote.standing)):
        changed[name] = case((FixVote.burst_id.is_(None), statement.excluded[name]), else_=column)
    # A repeated "no" keeps its reason and comment; a "yes" takes them back.
    changed |= {"reason": None, "comment": ""} if values["fixed"] else {}
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
    vote.comment = scrubbed(words)
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


def reason_words() -> dict[str, str]:
    """The reasons of a "no", in words."""
    return {
        "did_not_work": _("I followed it and it did not work"),
        "not_my_problem": _("It is about another problem"),
        "incomplete": _("Something is missing"),
        "confusing": _("It is hard to follow"),
        "inaccurate": _("Something in it is wrong"),
        "cannot_do_it": _("I cannot do what it asks"),
        "other": _("Something else"),
    }


def _published_line(session: Session, article_id: int, language: str) -> tuple[int, int]:
    found = session.execute(
        select(Revision.line, Revision.id)
        .join(Publication, Publication.revision_id == Revision.id)
        .where(Publication.article_id == article_id, Publication.language == language)
    ).one_or_none()
    if found is None:
        raise NotFound(_("This article is not published any more, so there is nothing to vote on."))
    return found.line, found.id
