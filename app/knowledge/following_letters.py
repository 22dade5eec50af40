"""The letters that followers get: one question, then one for each major change, mending, or day with new articles."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext, lazy_ngettext
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.jobs import request_job
from app.knowledge import queries
from app.knowledge.areas import category_url
from app.knowledge.following import Follow, FollowKind
from app.knowledge.models import (
    EVERYBODY,
    Article,
    Audience,
    Category,
    Publication,
    Revision,
    Significance,
    Translation,
)
from app.knowledge.published import PublishedRevision
from app.web.addresses import absolute
from app.web.letters import send_later
from app.web.signed_links import signed

PURPOSE = "follow"
BATCH = 50
"""How many letters are written in one transaction: others want to write, too."""
MOST_NEWS = 20


def ask_to_confirm(session: Session, follow: Follow) -> None:
    """Send the question whether it was this person who wants to follow."""
    title, _ = subject_of(session, follow)
    send_later(
        session,
        to=follow.email,
        subject=lazy_gettext("Please confirm: letters about “%(title)s”", title=title),
        template="knowledge/mail/confirm.html",
        language=follow.language,
        title=title,
        kind=follow.kind.value,
        address=_manage_address(follow),
    )


def tell_followers(session: Session, *, article_id: int, language: str) -> None:
    """A job: tell those who follow an article of its latest publication, each at most once."""
    found = session.execute(
        select(Revision, Translation.slug)
        .join(Publication, Publication.revision_id == Revision.id)
        .join(Article, Article.id == Publication.article_id)
        .join(Publication.translation)
        .where(Article.id == article_id, Publication.language == language, Article.audience == Audience.PUBLIC)
    ).one_or_none()
    if found is None:
        return
    revision, address = found.Revision, absolute(queries.article_url(article_id, found.slug))
    following = select(Follow).where(
        Follow.article_id == article_id, Follow.language == language, Follow.confirmed_at.is_not(None)
    )
    untold = or_(
        and_(Follow.kind == FollowKind.CHANGES, Follow.seen_number < revision.line),
        and_(Follow.kind == FollowKind.FIX, Follow.seen_number < revision.number),
    )
    batch = session.scalars(following.where(untold).order_by(Follow.id).limit(BATCH).with_for_update()).all()
    for follow in batch:
        if follow.kind is FollowKind.CHANGES:
            follow.seen_number = revision.line
            _tell(session, follow, revision, address, "changed")
        elif _is_mended_since(session, revision, follow.seen_number):
            _tell(session, follow, revision, f"{address}#vote", "mended")
            session.delete(follow)
        else:
            follow.seen_number = revision.number
    session.flush()
    if len(batch) == BATCH:
        request_job(session, "tell_followers", article_id=article_id, language=language)


def tell_category_followers(session: Session, until: str = "") -> None:
    """A job: tell those who follow categories of the articles that are new in them since they last heard.

    Args:
        until: when the first of these letters were written (ISO 8601), where this job goes on with the rest.
    """
    now = clock.now()
    begun_at = datetime.fromisoformat(until) if until else now
    following = select(Follow).where(
        Follow.kind == FollowKind.NEWS, Follow.confirmed_at.is_not(None), Follow.seen_at < begun_at
    )
    batch = session.scalars(following.order_by(Follow.id).limit(BATCH).with_for_update()).all()
    for follow in batch:
        article_ids = _new_articles(session, follow)
        lines = queries.article_lines(session, article_ids, language=follow.language, readers=EVERYBODY)
        follow.seen_at = now
        if lines:
            _tell_news(session, follow, lines)
    session.flush()
    if len(batch) == BATCH:
        request_job(session, "tell_category_followers", until=begun_at.isoformat())


def subject_of(session: Session, follow: Follow) -> tuple[str, str]:
    """What is followed, as (title, path of its page)."""
    if follow.category_id is not None:
        category = session.get_one(Category, follow.category_id)
        return category.title, category_url(category.path)
    article_id = follow.article_id or 0
    lines = queries.article_lines(session, [article_id], language=follow.language, readers=EVERYBODY)
    return (lines[0].title, lines[0].url) if lines else ("", f"/articles/{article_id}")


def _tell(session: Session, follow: Follow, revision: Revision, address: str, template: str) -> None:
    is_mended = template == "mended"
    subject = (
        lazy_gettext("We changed “%(title)s”. Does it work now?", title=revision.title)
        if is_mended
        else lazy_gettext("“%(title)s” was changed", title=revision.title)
    )
    send_later(
        session,
        to=follow.email,
        subject=subject,
        template=f"knowledge/mail/{template}.html",
        language=follow.language,
        headers={} if is_mended else _list_headers(follow),
        title=revision.title,
        short_answer=revision.short_answer,
        address=address,
        manage_address=_manage_address(follow),
    )


def _tell_news(session: Session, follow: Follow, lines: list[queries.ArticleLine]) -> None:
    title, path = subject_of(session, follow)
    count = len(lines)
    send_later(
        session,
        to=follow.email,
        subject=lazy_ngettext(
            "%(num)s new article in “%(title)s”", "%(num)s new articles in “%(title)s”", count, title=title
        ),
        template="knowledge/mail/news.html",
        language=follow.language,
        headers=_list_headers(follow),
        title=title,
        address=absolute(path),
        rows=[(line.title, absolute(line.url)) for line in lines],
        manage_address=_manage_address(follow),
    )


def _is_mended_since(session: Session, revision: Revision, number: int) -> bool:
    """Whether more than slips was changed after the text with this number, up to this one."""
    later = select(Revision.id).where(
        Revision.article_id == revision.article_id,
        Revision.language == revision.language,
        Revision.number > number,
        Revision.number <= revision.number,
        Revision.significance != Significance.MINOR,
    )
    return session.scalar(later.limit(1)) is not None


def _new_articles(session: Session, follow: Follow) -> list[int]:
    """What was published for the first time since the follower last heard, in the category and below, oldest first."""
    path = session.get_one(Category, follow.category_id).path
    first = (
        select(PublishedRevision.article_id, func.min(PublishedRevision.published_at).label("at"))
        .group_by(PublishedRevision.article_id)
        .subquery()
    )
    found = (
        select(Article.id)
        .join(first, first.c.article_id == Article.id)
        .join(Category, Category.id == Article.category_id)
        .where((Category.path == path) | Category.path.startswith(path + "/", autoescape=True))
        .where(first.c.at > follow.seen_at, Article.audience == Audience.PUBLIC)
        .order_by(first.c.at, Article.id)
        .limit(MOST_NEWS)
    )
    return list(session.scalars(found))


def _list_headers(follow: Follow) -> dict[str, str]:
    """What mail programs make their own button "unsubscribe" of. Source: RFC 8058."""
    return {
        "List-Unsubscribe": f"<{_manage_address(follow)}/stop>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _manage_address(follow: Follow) -> str:
    return absolute(f"/following/{signed(PURPOSE, follow.id)}")
