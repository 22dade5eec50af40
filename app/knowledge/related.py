"""Which articles readers of an article may want next: found by the worker, kept in a table, read with the page."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.knowledge.models import Article, Publication, RelatedArticle
from app.knowledge.site_version import raise_site_version
from app.search.service import similar

MOST = 6
_BATCH = 50
_PAUSE = timedelta(seconds=3)


def request_related(session: Session, *, after: int = 0) -> None:
    """Have the worker find related articles anew, for the articles with a higher id than `after`."""
    jobs.request_job(
        session, "find_related", unique_key=f"find_related {after}", due_at=clock.now() + _PAUSE, after=after
    )


def find_related(session: Session, *, after: int = 0) -> None:
    """Find the related articles of the next batch and ask for the batch behind it.

    Raises:
        EngineUnavailable: there is no index to find them in; the job is tried again later.
    """
    ids = list(
        session.scalars(
            select(Article.id)
            .join(Publication, Publication.article_id == Article.id)
            .where(Article.id > after)
            .group_by(Article.id)
            .order_by(Article.id)
            .limit(_BATCH)
        )
    )
    for article_id in ids:
        _find_for(session, article_id)
    if len(ids) == _BATCH:
        request_related(session, after=ids[-1])
    elif ids:
        raise_site_version(session)


def _find_for(session: Session, article_id: int) -> None:
    article = session.get_one(Article, article_id)
    language = session.scalar(
        select(Publication.language)
        .where(Publication.article_id == article_id)
        .order_by((Publication.language == article.source_language).desc(), Publication.language)
        .limit(1)
    )
    found = similar(session, "article", f"{article_id}:{language}", most=MOST)
    ids = dict.fromkeys(int(key.partition(":")[0]) for key in found)
    ids.pop(article_id, None)
    session.execute(delete(RelatedArticle).where(RelatedArticle.article_id == article_id))
    session.add_all(
        RelatedArticle(article_id=article_id, related_id=related_id, position=place)
        for place, related_id in enumerate(ids)
    )
