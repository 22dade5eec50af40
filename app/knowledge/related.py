"""Which articles readers of an article may want next: found by the worker, kept in a table, read with the page."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import reading
from app.knowledge.models import Article, Publication, RelatedArticle
from app.knowledge.site_version import raise_site_version
from app.search import indexing, service

MOST = 6
_BATCH = 50
_LONGEST = 0.5
_PAUSE = timedelta(seconds=3)


@dataclass(frozen=True)
class _Waiting:
    """An article that waits for its related ones, as it is published."""

    article_id: int
    language: str
    revision_id: int


def request_related(session: Session) -> None:
    """Have the worker find related articles for all whose `related_found_at` is empty, once the index has caught up."""
    jobs.request_job(session, "find_related", unique_key="find_related", due_at=clock.now() + _PAUSE)


def find_related(session: Session) -> None:
    """Find the related articles of a batch of articles, and ask for the next batch while any are left.

    Raises:
        EngineUnavailable: there is no index to find them in; the job is tried again later.
    """
    # The session of the job is used at the end only: on SQLite nobody else can write from its first use on.
    found: dict[_Waiting, list[int]] = {}
    with reading() as before:
        if is_early := indexing.is_behind(before):
            waiting: Sequence[_Waiting] = ()
        else:
            waiting = _next(before)
        ends = time.monotonic() + _LONGEST
        for each in waiting:
            if found and time.monotonic() > ends:
                break
            found[each] = _similar_to(before, each)
    if is_early:
        request_related(session)
        return
    if found:
        _keep(session, found)
        raise_site_version(session)
    if len(found) < len(waiting) or len(found) == _BATCH:
        jobs.request_job(session, "find_related", unique_key="find_related")


def _next(session: Session) -> list[_Waiting]:
    batch = (
        select(Article.id)
        .where(Article.related_found_at.is_(None))
        .where(select(Publication).where(Publication.article_id == Article.id).exists())
        .order_by(Article.id)
        .limit(_BATCH)
    )
    rows = session.execute(
        select(Publication.article_id, Publication.language, Publication.revision_id)
        .join(Article, Article.id == Publication.article_id)
        .where(Article.id.in_(batch))
        .order_by(Article.id, (Publication.language == Article.source_language).desc(), Publication.language)
    )
    first: dict[int, _Waiting] = {}
    for row in rows:
        first.setdefault(row.article_id, _Waiting(row.article_id, row.language, row.revision_id))
    return list(first.values())


def _similar_to(session: Session, article: _Waiting) -> list[int]:
    keys = service.similar(session, "article", f"{article.article_id}:{article.language}", most=MOST)
    ids = dict.fromkeys(int(key.partition(":")[0]) for key in keys)
    ids.pop(article.article_id, None)
    return list(ids)


def _keep(session: Session, found: Mapping[_Waiting, Sequence[int]]) -> None:
    """Write what was found, but of articles that were published anew meanwhile: their turn comes again."""
    ids = [each.article_id for each in found]
    rows = session.execute(
        select(Publication.article_id, Publication.language, Publication.revision_id).where(
            Publication.article_id.in_(ids)
        )
    )
    published = {_Waiting(row.article_id, row.language, row.revision_id) for row in rows}
    current = {each.article_id: related for each, related in found.items() if each in published}
    session.execute(delete(RelatedArticle).where(RelatedArticle.article_id.in_(current)))
    places = [
        {"article_id": article_id, "related_id": related_id, "position": place}
        for article_id, related in current.items()
        for place, related_id in enumerate(related)
    ]
    if places:
        session.execute(insert(RelatedArticle), places)
    session.execute(update(Article).where(Article.id.in_(current)).values(related_found_at=clock.now()))
