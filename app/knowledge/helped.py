"""What helped most lately, by confirmed solutions, and what to show instead while nobody has said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.proportions import wilson_interval
from app.knowledge.models import Article, ArticleType, FixVote, Publication, PublishedLink, VoteStanding
from app.knowledge.queries import ARTICLE_LINES, ArticleLine, article_line, article_lines, featured_articles

DAYS = 30
#: As many answers as an article needs before the home page says that it helped.
FEWEST = 2
_CANDIDATES = 200


@dataclass(frozen=True)
class Useful:
    """Articles worth a look and the true reason: `helped`, `featured`, `linked` or `new`; empty has no articles."""

    kind: str
    articles: tuple[ArticleLine, ...]


def useful_articles(session: Session, *, language: str, readers: frozenset[str], most: int = 6) -> Useful:
    """What helped most; else what editors chose; else what other articles lead to most; else the newest."""
    helped = helped_most(session, language=language, readers=readers, most=most)
    if helped:
        return Useful("helped", tuple(helped))
    featured = featured_articles(session, language=language, readers=readers, most=most)
    if featured:
        return Useful("featured", tuple(featured))
    linked = _linked_most(session, language=language, readers=readers, most=most)
    if linked:
        return Useful("linked", tuple(linked))
    return Useful("new", tuple(_newest(session, language=language, readers=readers, most=most)))


def helped_most(
    session: Session, *, language: str, readers: frozenset[str], days: int = DAYS, most: int = 6
) -> list[ArticleLine]:
    """The articles that surely fixed most problems in the last `days`, best first, ties by id.

    Ranked by confirmed solutions that can be relied on: votes times the lower end of the Wilson interval of the share
    that said yes. Many solved cases count for much, and a "no" takes more away than a missing "yes". Left out is what
    has fewer than two answers, or more that said no than yes.
    """
    rows = session.execute(
        select(FixVote.article_id, func.count().filter(FixVote.fixed), func.count())
        .where(FixVote.changed_at > clock.now() - timedelta(days=days), FixVote.standing == VoteStanding.COUNTED)
        .group_by(FixVote.article_id)
        .order_by(func.count().filter(FixVote.fixed).desc(), FixVote.article_id)
        .limit(_CANDIDATES)
    )
    scores = {
        article_id: votes * wilson_interval(fixed, votes)[0]
        for article_id, fixed, votes in rows
        if fixed >= FEWEST and 2 * fixed > votes
    }
    ranked = sorted(scores, key=lambda article_id: (-scores[article_id], article_id))
    return article_lines(session, ranked, language=language, readers=readers)[:most]


def _linked_most(session: Session, *, language: str, readers: frozenset[str], most: int) -> list[ArticleLine]:
    times = func.count(PublishedLink.article_id.distinct()).label("times")
    linked = (
        select(PublishedLink.target_id, times)
        .where(PublishedLink.target_id.is_not(None), PublishedLink.target_id != PublishedLink.article_id)
        .group_by(PublishedLink.target_id)
        .having(times >= 2)
        .subquery()
    )
    lines = ARTICLE_LINES.join(linked, linked.c.target_id == Article.id)
    ranked = lines.order_by(linked.c.times.desc(), Article.id).limit(most)
    return [article_line(row) for row in session.execute(ranked, {"language": language, "readers": readers})]


def _newest(session: Session, *, language: str, readers: frozenset[str], most: int) -> list[ArticleLine]:
    """Articles about problems first: who comes to a help centre has one."""
    newest = ARTICLE_LINES.order_by(
        (Article.type == ArticleType.PROBLEM).desc(), Publication.published_at.desc(), Article.id
    )
    return [
        article_line(row) for row in session.execute(newest.limit(most), {"language": language, "readers": readers})
    ]
