"""Which articles readers of an article may want next: found by the worker, kept in a table, read with the page."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.knowledge.models import Article, Publication, RelatedArticle
from app.knowledge.site_version import raise_site_version
from app.search import indexing, service

MOST = 6
_BATCH = 20
_PAUSE = timedelta(seconds=3)


def request_related(session: Session) -> None:
    """Have the worker find related articles for all whose `related_found_at` is empty, once the index has caught up."""
    jobs.request_job(session, "find_related", unique_key="find_related", due_at=clock.now() + _PAUSE)


def find_related(session: Session) -> None:
    """Find the related articles of a batch of articles, and ask for the next batch while any are left.

    Raises:
        EngineUnavailable: there is no index to find them in; the job is tried again later.
    """
    if indexing.is_behind(session):
        request_related(session)
        return
    articles = session.scalars(
        select(Article)
        .where(Article.related_found_at.is_(None))
        .where(select(Publication).where(Publication.article_id == Article.id).exists())
        .order_by(Article.id)
        .limit(_BATCH)
    ).all()
    for article in articles:
        _find_for(session, article)
    if len(articles) == _BATCH:
        jobs.request_job(session, "find_related", unique_key="find_related")
    if articles:
        raise_site_version(session)


def _find_for(session: Session, article: Article) -> None:
    language = session.scalar(
        select(Publication.language)
        .where(Publication.article_id == article.id)
        .order_by((Publication.language == article.source_language).desc(), Publication.language)
        .limit(1)
    )
    found = service.similar(session, "article", f"{article.id}:{language}", most=MOST)
    ids = dict.fromkeys(int(key.partition(":")[0]) for key in found)
    ids.pop(article.id, None)
    session.execute(delete(RelatedArticle).where(RelatedArticle.article_id == article.id))
    session.add_all(
        RelatedArticle(article_id=article.id, related_id=related_id, position=place)
        for place, related_id in enumerate(ids)
    )
    article.related_found_at = clock.now()
