"""What readers do after an article: the editors' own list, or else what is related."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Integer, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.models import Account
from app.foundation import activity
from app.foundation.database import Base
from app.foundation.errors import InvalidInput
from app.knowledge.models import Article
from app.knowledge.queries import ARTICLE_LINES, LARGEST_ID, ArticleLine, article_line
from app.knowledge.site_version import raise_site_version

#: Seven things to do next are none.
MOST = 6


class NextStep(Base):
    """That editors lead readers of one article on to another, in the order of `position`."""

    __tablename__ = "next_steps"
    __table_args__ = (CheckConstraint("article_id != next_id", name="not_to_itself"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    next_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True, index=True)
    position: Mapped[int]


_NEXT = (
    ARTICLE_LINES.join(NextStep, NextStep.next_id == Article.id)
    .where(NextStep.article_id == bindparam("article_id"))
    .order_by(NextStep.position)
    .limit(bindparam("most", type_=Integer))
)


def next_steps(session: Session, article_id: int, *, language: str, readers: frozenset[str]) -> list[ArticleLine]:
    """What editors lead readers on to, in their order; what these readers may not see is left out."""
    asked = {"article_id": article_id, "most": MOST, "language": language, "readers": readers}
    return [article_line(row) for row in session.execute(_NEXT, asked)]


def next_ids(session: Session, article_id: int) -> list[int]:
    """The ids of all next steps of an article, in order, whoever may read them."""
    steps = select(NextStep.next_id).where(NextStep.article_id == article_id)
    return list(session.scalars(steps.order_by(NextStep.position)))


def set_next_steps(session: Session, article: Article, ids: Iterable[int], *, by: Account | None) -> None:
    """Lead readers of an article on to exactly these, in this order; a repeated one counts once.

    Raises:
        InvalidInput: one of them does not exist or is the article itself, or they are too many.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise InvalidInput(
            _("That are more next steps than readers take: name at most %(most)s.", most=MOST), field="next"
        )
    if article.id in wanted:
        raise InvalidInput(
            _("Article %(id)s cannot lead on to itself: take it out of the list.", id=article.id), field="next"
        )
    asked = [each for each in wanted if 0 < each <= LARGEST_ID]
    there = set(session.scalars(select(Article.id).where(Article.id.in_(asked))))
    missing = [each for each in wanted if each not in there]
    if missing:
        raise InvalidInput(
            _("There is no article %(id)s: its number stands in its address, behind /articles/.", id=missing[0]),
            field="next",
        )
    if next_ids(session, article.id) == wanted:
        return
    session.execute(delete(NextStep).where(NextStep.article_id == article.id))
    session.add_all(
        NextStep(article_id=article.id, next_id=each, position=place) for place, each in enumerate(wanted, 1)
    )
    session.flush()
    raise_site_version(session)
    activity.record(session, "led on", "article", article.id, by_id=by.id if by else None, next=wanted)
