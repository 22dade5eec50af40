"""The page of one article: in which language, with what around it, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import clock
from app.foundation.errors import Gone, NotFound
from app.knowledge.areas import trail
from app.knowledge.models import (
    Article,
    ArticleState,
    ArticleTag,
    ArticleType,
    Audience,
    Category,
    Publication,
    Revision,
    Tag,
    Translation,
)
from app.knowledge.queries import LARGEST_ID, article_url
from app.web.languages import own_name


@dataclass(frozen=True)
class ArticlePage:
    """An article as its page shows it. `trail` holds (words, address), `translations` (language, own name, address)."""

    id: int
    language: str
    slug: str
    title: str
    short_answer: str
    html: Markup
    contents: list[dict[str, Any]]
    url: str
    updated_on: date
    reviewed_on: date | None
    owner: str | None
    is_overdue: bool
    type: ArticleType
    audience: Audience
    category_path: str
    trail: tuple[tuple[str, str], ...]
    translations: tuple[tuple[str, str, str], ...]
    is_fallback: bool
    tags: tuple[str, ...]
    revision_id: int
    revision_number: int


# Statements of the hot path are put together once: building one costs more than running it.
_LANGUAGES = (
    select(Translation.language, Translation.slug, Article.source_language, Article.audience)
    .join(Translation.publication)
    .join(Translation.article)
    .where(Translation.article_id == bindparam("article_id"))
    .order_by(Translation.language)
)
_PAGE = (
    select(
        Publication.title,
        Publication.short_answer,
        Publication.html,
        Publication.contents,
        Publication.published_at,
        Publication.revision_id,
        Revision.number,
        Article.type,
        Article.audience,
        Article.review_due_on,
        Article.verified_at,
        Account.display_name,
        Category.path,
    )
    .join(Publication.revision)
    .join(Article, Article.id == Publication.article_id)
    .outerjoin(Account, Account.id == Article.owner_id)
    .outerjoin(Category, Category.id == Article.category_id)
    .where(Publication.article_id == bindparam("article_id"), Publication.language == bindparam("language"))
)
_TAGS = (
    select(Tag.name)
    .join(ArticleTag, ArticleTag.tag_id == Tag.id)
    .where(ArticleTag.article_id == bindparam("article_id"))
    .order_by(Tag.name)
)


def article_page(
    session: Session, article_id: int, slug: str, *, language: str, readers: frozenset[str]
) -> ArticlePage:
    """The page of an article; the slug chooses its language, an unknown slug the reader's language.

    Raises:
        NotFound: there is no such article, or this reader may not see it: both read alike.
        Gone: it was published and has been archived.
    """
    if article_id > LARGEST_ID:
        raise NotFound(_("There is no article at this address."))
    published = session.execute(_LANGUAGES, {"article_id": article_id}).all()
    if not published or published[0].audience not in readers:
        _refuse(session, article_id, readers)
    by_slug = {row.slug: row.language for row in published}
    languages = {row.language: row.slug for row in published}
    source = published[0].source_language
    shown = by_slug.get(slug) or next((each for each in (language, source) if each in languages), published[0].language)
    row = session.execute(_PAGE, {"article_id": article_id, "language": shown}).one()
    return ArticlePage(
        id=article_id,
        language=shown,
        slug=languages[shown],
        title=row.title,
        short_answer=row.short_answer,
        html=Markup(row.html),  # noqa: S704  # made safe when it was published
        contents=row.contents,
        url=article_url(article_id, languages[shown]),
        updated_on=row.published_at.date(),
        reviewed_on=row.verified_at.date() if row.verified_at else None,
        owner=row.display_name,
        is_overdue=row.review_due_on is not None and row.review_due_on < clock.today(),
        type=row.type,
        audience=row.audience,
        category_path=row.path or "",
        trail=trail(session, row.path or ""),
        translations=tuple((each, own_name(each), article_url(article_id, languages[each])) for each in languages),
        is_fallback=shown != language,
        tags=_tags(session, article_id),
        revision_id=row.revision_id,
        revision_number=row.number,
    )


def _tags(session: Session, article_id: int) -> tuple[str, ...]:
    return tuple(session.scalars(_TAGS, {"article_id": article_id}))


def _refuse(session: Session, article_id: int, readers: frozenset[str]) -> NoReturn:
    article = session.get(Article, article_id)
    if article is not None and article.state is ArticleState.ARCHIVED and article.audience in readers:
        raise Gone(_("This article was taken down."))
    raise NotFound(_("There is no article at this address."))
