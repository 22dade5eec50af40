"""Next steps and what was published when, between the front matter of files and the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput
from app.knowledge.exchange.plan import PlannedText
from app.knowledge.exchange.report import Report
from app.knowledge.models import Article, Audience, Revision
from app.knowledge.next_steps import MOST, set_next_steps
from app.knowledge.published import restore_published


def lead_on(
    session: Session,
    article: Article,
    text: PlannedText,
    *,
    groups: Mapping[str, str],
    articles: Mapping[str, int],
    report: Report,
) -> None:
    """Give an article the next steps that its file names; a file that says nothing of them leaves them as they are.

    Args:
        groups: the group of every file by its path.
        articles: the article id of every group.
    """
    if text.next is None:
        return
    wanted = [articles.get(groups[each]) if isinstance(each, str) else each for each in text.next]
    ids = [each for each in wanted if each is not None]
    if len(ids) > MOST:
        report.problem(text.path, f"names {len(ids)} next steps: only the first {MOST} were taken")
    try:
        set_next_steps(session, article, ids[:MOST], by=None)
    except InvalidInput as error:
        report.problem(text.path, f"next steps were left as they are: {error}")


def restore_history(session: Session, article: Article, text: PlannedText, report: Report) -> None:
    """Put back what an export kept of when which text was published to whom."""
    if not text.published:
        return
    rows = session.execute(
        select(Revision.number, Revision.id).where(
            Revision.article_id == article.id, Revision.language == text.language
        )
    )
    ids: dict[int, int] = dict(rows.all())
    kept = [(ids[number], moment, audience) for number, moment, audience in text.published if number in ids]
    if len(kept) < len(text.published):
        report.problem(text.path, "names published revisions that are not there; they were left out")
    restore_published(session, article.id, text.language, kept)


def written_history(
    rows: list[tuple[int, datetime, Audience]], published_at: datetime | None, revision: int, audience: Audience
) -> list[dict[str, Any]]:
    """What was published when as front matter; nothing when the rest of the front matter tells it already.

    Args:
        rows: (number of the revision, since when, for whom), the earliest first.
        published_at: since when the text is published now; None when it is not.
        revision: the number of the text in the file.
        audience: who may read the article now.
    """
    if rows == [(revision, published_at, audience)]:
        return []
    return [{"revision": number, "at": moment, "audience": each.value} for number, moment, each in rows]
