"""What was published when: every text that readers could see, so that they can be told what changed since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.foundation.database import Base, choice
from app.knowledge.models import Article, Audience, Publication, Revision, Significance


class PublishedRevision(Base):
    """That a revision was shown to readers from a moment on, and to whom at that time."""

    __tablename__ = "published_revisions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["article_id", "language", "revision_id"],
            ["revisions.article_id", "revisions.language", "revisions.id"],
        ),
        Index(None, "article_id", "language", "published_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int]
    language: Mapped[str]
    revision_id: Mapped[int] = mapped_column(index=True)
    published_at: Mapped[datetime]
    audience: Mapped[Audience] = mapped_column(choice(Audience))


_SHOWN = (
    select(PublishedRevision.published_at, PublishedRevision.audience, Revision)
    .join(Revision, Revision.id == PublishedRevision.revision_id)
    .where(PublishedRevision.article_id == bindparam("article_id"), PublishedRevision.language == bindparam("language"))
    .order_by(PublishedRevision.published_at.desc(), PublishedRevision.id.desc())
)


def record_published(session: Session, article: Article, publication: Publication) -> None:
    """Note that readers see a publication's revision from now on; to be called when that is another than before."""
    session.add(
        PublishedRevision(
            article_id=article.id,
            language=publication.language,
            revision_id=publication.revision_id,
            published_at=publication.published_at,
            audience=article.audience,
        )
    )


def shown_revisions(
    session: Session, article_id: int, language: str, *, readers: frozenset[str]
) -> list[tuple[datetime, Revision]]:
    """What these readers could read of an article in one language, as (since when, text), the newest first.

    A text that was published while the article was for others only is left out, unless it is what they read now.
    """
    current = session.scalar(
        select(Publication.revision_id).where(Publication.article_id == article_id, Publication.language == language)
    )
    rows = session.execute(_SHOWN, {"article_id": article_id, "language": language})
    found: dict[int, tuple[datetime, Revision]] = {}
    for published_at, audience, revision in rows:
        if audience in readers or revision.id == current:
            found.setdefault(revision.id, (published_at, revision))
    return list(found.values())


def last_title(session: Session, article_id: int, *, language: str, readers: frozenset[str]) -> str:
    """The last title under which these readers could read an article, in their language where there was one, or ""."""
    rows = session.execute(
        select(PublishedRevision.language, Revision.title)
        .join(Revision, Revision.id == PublishedRevision.revision_id)
        .where(PublishedRevision.article_id == article_id, PublishedRevision.audience.in_(readers))
        .order_by(PublishedRevision.published_at, PublishedRevision.id)
    )
    titles = {row.language: str(row.title) for row in rows}
    return titles.get(language) or next(iter(reversed(titles.values())), "")


def restore_published(
    session: Session, article_id: int, language: str, kept: list[tuple[int, datetime, Audience]]
) -> None:
    """Put back what an export kept, as (revision id, since when, for whom), in place of what is known."""
    session.execute(
        delete(PublishedRevision).where(
            PublishedRevision.article_id == article_id, PublishedRevision.language == language
        )
    )
    session.add_all(
        PublishedRevision(
            article_id=article_id, language=language, revision_id=revision_id, published_at=moment, audience=audience
        )
        for revision_id, moment, audience in kept
    )
    session.flush()


def newer_source(session: Session, article_id: int, *, source_language: str, revision_id: int) -> datetime | None:
    """Since when the source of a translation says more than the translation; None when that is up to date or unknown.

    Minor changes of the source, such as mended spelling, need no new translation.

    Args:
        revision_id: the published revision of the translation.
    """
    translated: Any = (
        select(Revision.number)
        .where(
            Revision.id
            == select(Revision.source_revision_id).where(Revision.id == revision_id).correlate(None).scalar_subquery(),
            Revision.language == source_language,
        )
        .scalar_subquery()
    )
    return session.scalar(
        select(PublishedRevision.published_at)
        .join(Revision, Revision.id == PublishedRevision.revision_id)
        .join(
            Publication,
            (Publication.article_id == PublishedRevision.article_id)
            & (Publication.language == PublishedRevision.language),
        )
        .where(PublishedRevision.article_id == article_id, PublishedRevision.language == source_language)
        .where(Revision.significance != Significance.MINOR, Revision.number > translated)
        .order_by(PublishedRevision.published_at.desc())
        .limit(1)
    )
