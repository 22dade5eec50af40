"""The page of one article: in which language, with what around it, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

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
    Significance,
    Tag,
    Translation,
)
from app.knowledge.published import PublishedRevision, newer_source
from app.knowledge.queries import LARGEST_ID, article_url
from app.web.languages import own_name


class ForSignedIn(NotFound):
    """An article for people who have signed in, met by somebody who has not: they may be told that, and no more."""


@dataclass(frozen=True)
class ArticlePage:
    """An article as its page shows it. `trail` holds (words, address), `translations` (language, own name, address).

    `versions` counts the texts that the reader could see so far, `last_change` is the number of the last one that said
    something else; `source_changed_on` is set when the text is a translation and its source says more by now.
    """

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
    versions: int
    last_change: int
    source_language: str
    source_url: str
    source_changed_on: date | None


_OF_THIS = (
    (PublishedRevision.article_id == Publication.article_id)
    & (PublishedRevision.language == Publication.language)
    & (
        PublishedRevision.audience.in_(bindparam("readers", expanding=True))
        | (PublishedRevision.revision_id == Publication.revision_id)
    )
)
_VERSIONS = (
    select(func.count(PublishedRevision.revision_id.distinct()))
    .where(_OF_THIS)
    .correlate(Publication)
    .scalar_subquery()
)
_SHOWN_REVISION = aliased(Revision)
_LAST_CHANGE = (
    select(func.max(_SHOWN_REVISION.number))
    .join(PublishedRevision, PublishedRevision.revision_id == _SHOWN_REVISION.id)
    .where(_OF_THIS, _SHOWN_REVISION.significance != Significance.MINOR)
    .correlate(Publication)
    .scalar_subquery()
)
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
        _VERSIONS.label("versions"),
        _LAST_CHANGE.label("last_change"),
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
        ForSignedIn: it is published for people who have signed in, and this reader has not.
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
    row = session.execute(_PAGE, {"article_id": article_id, "language": shown, "readers": readers}).one()
    source_changed_at = None
    if shown != source and source in languages:
        source_changed_at = newer_source(session, article_id, source_language=source, revision_id=row.revision_id)
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
        trail=trail(session, row.path or "", language=language),
        translations=tuple((each, own_name(each), article_url(article_id, languages[each])) for each in languages),
        is_fallback=shown != language and language not in languages,
        tags=_tags(session, article_id),
        revision_id=row.revision_id,
        revision_number=row.number,
        versions=row.versions,
        last_change=row.last_change or row.number,
        source_language=source,
        source_url=article_url(article_id, languages[source]) if source in languages else "",
        source_changed_on=source_changed_at.date() if source_changed_at else None,
    )


def _tags(session: Session, article_id: int) -> tuple[str, ...]:
    return tuple(session.scalars(_TAGS, {"article_id": article_id}))


def _refuse(session: Session, article_id: int, readers: frozenset[str]) -> NoReturn:
    article = session.get(Article, article_id)
    published = select(Publication.language).where(Publication.article_id == article_id).limit(1)
    if article is not None and article.audience is Audience.SIGNED_IN and session.scalar(published) is not None:
        raise ForSignedIn(_("There is no article at this address."))
    if article is not None and article.state is ArticleState.ARCHIVED and article.audience in readers:
        raise Gone(_("This article was taken down."))
    raise NotFound(_("There is no article at this address."))
