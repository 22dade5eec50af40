"""Following by mail: somebody asks, confirms by a letter, and hears of changes until they stop.

Whoever types an address may be somebody else, so nothing is sent to it but one question, until it is confirmed. What
is asked is answered alike whether the address is known or not.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.foundation import clock, mail
from app.foundation.database import Base, choice
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.jobs import request_job
from app.foundation.text import one_line
from app.knowledge.areas import has_articles
from app.knowledge.models import EVERYBODY, Article, Audience, Category, Publication, Revision

CONFIRM_WITHIN = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(minutes=15)
GRACE = timedelta(minutes=10)
"""How long letters about a publication wait: long enough to take a slip back."""
MORNING = 6
"""The hour (UTC) at which letters about new articles leave."""
_EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}@[^@\s<>\"(),:;\[\]\\]+\.[^@\s<>\"(),:;\[\]\\.]{2,}")


class FollowKind(StrEnum):
    """What somebody wants to hear of: major changes of an article, its next mending, or new articles of a category."""

    CHANGES = "changes"
    FIX = "fix"
    NEWS = "news"


class Follow(Base):
    """That somebody follows an article in one language, or a category.

    `seen_number` is, of `changes`, the line of revisions and, of `fix`, the number of the revision that they know.
    `seen_at` is until when they know the news. `asked_at` is when they were last asked to confirm.
    """

    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("email", "kind", "article_id", "language"),
        UniqueConstraint("email", "kind", "category_id"),
        CheckConstraint("(article_id IS NULL) != (category_id IS NULL)", name="one_thing"),
        CheckConstraint("(category_id IS NULL) != (kind = 'news')", name="news_of_a_category"),
        CheckConstraint("email = lower(email)", name="email_in_lower_case"),
        {"sqlite_autoincrement": True},  # the links in letters name the id: it is never given out twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FollowKind] = mapped_column(choice(FollowKind))
    email: Mapped[str]
    language: Mapped[str]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    seen_number: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime]
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    article: Mapped[Article | None] = relationship()
    category: Mapped[Category | None] = relationship()


def checked_email(written: str) -> str:
    """An address in the form in which it is stored.

    Raises:
        InvalidInput: it can be none.
    """
    email = one_line(written).lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise InvalidInput(
            _("“%(text)s” is not an e-mail address. Write one such as name@example.com.", text=one_line(written)[:80]),
            field="email",
        )
    return email


def follow_article(session: Session, article_id: int, language: str, *, email: str, kind: FollowKind) -> Follow | None:
    """Keep that somebody wants to follow an article, to be confirmed.

    Returns:
        What is to be confirmed by a letter, or None when they were asked a moment ago.

    Raises:
        InvalidInput: the address is none.
        NotFound: everybody may not read this article in this language.
    """
    email = checked_email(email)
    found = session.execute(
        select(Revision.line, Revision.number)
        .join(Publication, Publication.revision_id == Revision.id)
        .join(Article, Article.id == Publication.article_id)
        .where(Article.id == article_id, Publication.language == language, Article.audience == Audience.PUBLIC)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such article that could be followed."))
    seen = found.number if kind is FollowKind.FIX else found.line
    same = select(Follow).where(Follow.article_id == article_id, Follow.language == language)
    known = session.scalar(same.where(Follow.email == email, Follow.kind == kind).with_for_update())
    wanted = Follow(kind=kind, email=email, language=language, article_id=article_id, seen_number=seen)
    return _to_ask(session, known, wanted)


def follow_category(session: Session, path: str, *, email: str, language: str) -> Follow | None:
    """Keep that somebody wants to hear of new articles in a category and below it; see `follow_article`.

    A category with nothing in it for everybody is none: letters would tell its name.
    """
    email = checked_email(email)
    category_id = session.scalar(select(Category.id).where(Category.path == path))
    if category_id is None or not has_articles(session, path, readers=EVERYBODY):
        raise NotFound(_("There is no such area that could be followed."))
    known = session.scalar(
        select(Follow).where(Follow.category_id == category_id, Follow.email == email).with_for_update()
    )
    wanted = Follow(kind=FollowKind.NEWS, email=email, language=language, category_id=category_id, seen_number=0)
    return _to_ask(session, known, wanted)


def follow_of(session: Session, follow_id: int) -> Follow:
    """What a link in a letter is about. Raises NotFound when it has ended."""
    follow = session.get(Follow, follow_id)
    if follow is None:
        raise NotFound(_("You do not follow this any more, so there is nothing left to do."))
    return follow


def confirm(session: Session, follow: Follow) -> None:
    """From now on this person gets letters."""
    if follow.confirmed_at is None:
        follow.confirmed_at = clock.now()
        session.flush()
        if follow.article_id is not None:
            # It may have been changed between asking and confirming.
            request_job(session, "tell_followers", article_id=follow.article_id, language=follow.language)


def stop(session: Session, follow_id: int) -> None:
    """End it, for good; nothing is left of the address. Ending it twice is no error."""
    session.execute(delete(Follow).where(Follow.id == follow_id))


def note_published(session: Session, article: Article, language: str) -> None:
    """Have followers hear of what was just published, when it is something that they asked for."""
    if not mail.is_set_up() or article.audience is not Audience.PUBLIC:
        return
    of_article = Follow.article_id == article.id
    if session.scalar(select(Follow.id).where(of_article, Follow.language == language).limit(1)) is not None:
        request_job(
            session,
            "tell_followers",
            unique_key=f"tell_followers:{article.id}:{language}",
            due_at=clock.now() + GRACE,
            article_id=article.id,
            language=language,
        )
    if article.category_id is not None and _has_category_followers(session):
        request_job(session, "tell_category_followers", unique_key="tell_category_followers", due_at=next_morning())


def next_morning() -> datetime:
    """The next moment at which letters about new articles leave, in UTC."""
    now = clock.now()
    today = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)


def forget_unconfirmed(session: Session) -> None:
    """A job: delete what was not confirmed in time, and come again while there is more."""
    session.execute(delete(Follow).where(Follow.confirmed_at.is_(None), Follow.asked_at < clock.now() - CONFIRM_WITHIN))
    oldest = session.scalar(select(func.min(Follow.asked_at)).where(Follow.confirmed_at.is_(None)))
    if oldest is not None:
        _forget_later(session, oldest)


def _to_ask(session: Session, known: Follow | None, wanted: Follow) -> Follow | None:
    now = clock.now()
    if known is None:
        wanted.created_at = wanted.asked_at = wanted.seen_at = now
        try:
            with session.begin_nested():
                session.add(wanted)
        except IntegrityError:
            return None  # the same came at the same moment, and is asked there
        _forget_later(session, now)
        return wanted
    if now - known.asked_at < ASK_AGAIN_AFTER:
        return None
    known.asked_at = now
    session.flush()
    return known


def _forget_later(session: Session, asked_at: datetime) -> None:
    due_at = asked_at + CONFIRM_WITHIN + timedelta(minutes=1)
    request_job(session, "forget_unconfirmed", unique_key="forget_unconfirmed", due_at=due_at)


def _has_category_followers(session: Session) -> bool:
    return session.scalar(select(Follow.id).where(Follow.category_id.is_not(None)).limit(1)) is not None
