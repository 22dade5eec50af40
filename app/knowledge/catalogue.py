"""What there is: published texts in long lists, the whole tree of categories, old addresses, an article's texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.foundation.errors import NotFound
from app.knowledge.areas import article_counts
from app.knowledge.models import (
    Article,
    ArticleTag,
    ArticleType,
    Audience,
    Category,
    Publication,
    Revision,
    SlugRedirect,
    Tag,
    Translation,
)
from app.knowledge.publishing import latest_revision
from app.knowledge.queries import LARGEST_ID, article_url, tags_of


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty fields narrow nothing. `category` is a path and counts what is below it."""

    category: str = ""
    language: str = ""
    type: str = ""
    tag: str = ""
    updated_since: datetime | None = None


@dataclass(frozen=True)
class ListedText:
    """A published text in a long list. `category` is a path, `url` an address on this site."""

    id: int
    language: str
    title: str
    short_answer: str
    url: str
    type: ArticleType
    audience: Audience
    category: str
    tags: tuple[str, ...]
    revision: int
    updated_at: datetime


@dataclass(frozen=True)
class CategoryEntry:
    """A category in the whole tree; `article_count` counts what these readers see in it and below."""

    id: int
    path: str
    parent: str
    title: str
    description: str
    position: int
    article_count: int


def listed_texts(
    session: Session, wanted: Wanted, *, readers: frozenset[str], page: int, size: int
) -> tuple[list[ListedText], int]:
    """One page of the published texts that these readers may see, by article and language, and how many there are."""
    narrowed = (
        select(
            Article.id,
            Publication.language,
            Publication.title,
            Publication.short_answer,
            Publication.published_at,
            Translation.slug,
            Article.type,
            Article.audience,
            Category.path,
            Revision.number,
        )
        .join(Publication, Publication.article_id == Article.id)
        .join(Publication.translation)
        .join(Publication.revision)
        .outerjoin(Category, Category.id == Article.category_id)
        .where(Article.audience.in_(readers), *_conditions(wanted))
    )
    total = session.scalar(select(func.count()).select_from(narrowed.subquery())) or 0
    ordered = narrowed.order_by(Article.id, Publication.language).limit(size).offset((page - 1) * size)
    rows = session.execute(ordered).all()
    tags = tags_of(session, {row.id for row in rows})
    found = [
        ListedText(
            id=row.id,
            language=row.language,
            title=row.title,
            short_answer=row.short_answer,
            url=article_url(row.id, row.slug),
            type=row.type,
            audience=row.audience,
            category=row.path or "",
            tags=tuple(tags.get(row.id, ())),
            revision=row.number,
            updated_at=row.published_at,
        )
        for row in rows
    ]
    return found, total


def category_tree(session: Session, *, readers: frozenset[str], is_whole: bool = False) -> list[CategoryEntry]:
    """The categories, each after the one above it, by position and title; `is_whole` shows the empty ones too."""
    counts = article_counts(session, readers=readers)
    below: dict[int | None, list[Category]] = {}
    for category in session.scalars(select(Category).order_by(Category.position, Category.title, Category.id)):
        below.setdefault(category.parent_id, []).append(category)
    shown: list[CategoryEntry] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        category = waiting.pop()
        if is_whole or counts.get(category.path):
            shown.append(_entry(category, counts.get(category.path, 0)))
            waiting += reversed(below.get(category.id, []))
    return shown


def existing_article(session: Session, article_id: int) -> Article:
    """The article with this number, published or not. Raises NotFound when there is none."""
    article = session.get(Article, article_id) if article_id <= LARGEST_ID else None
    if article is None:
        raise NotFound(f"There is no article {article_id}.")
    return article


def existing_category(session: Session, category_id: int) -> Category:
    """The category with this number. Raises NotFound when there is none."""
    category = session.get(Category, category_id) if category_id <= LARGEST_ID else None
    if category is None:
        raise NotFound(f"There is no category {category_id}.")
    return category


def category_by_path(session: Session, path: str) -> Category:
    """The category at a path. Raises NotFound when there is none."""
    category = session.scalar(select(Category).where(Category.path == path))
    if category is None:
        raise NotFound(f"There is no category at {path!r}.")
    return category


def texts_of(
    session: Session, article_id: int, language: str, *, page: int, size: int
) -> tuple[list[Revision], int | None, int]:
    """One page of an article's texts in a language, newest first, the id of the published one, and how many there are.

    Raises:
        NotFound: nothing was ever written in this language.
    """
    own = select(Revision).where(Revision.article_id == article_id, Revision.language == language)
    total = session.scalar(select(func.count()).select_from(own.subquery())) or 0
    if not total:
        raise NotFound(f"Article {article_id} has no text in {language}.")
    rows = session.scalars(own.order_by(Revision.number.desc()).limit(size).offset((page - 1) * size))
    return list(rows), published_revision(session, article_id, language), total


def text_of(session: Session, article_id: int, language: str, number: int) -> Revision:
    """One text of an article by its number. Raises NotFound when there is none."""
    of_this = (Revision.article_id == article_id, Revision.language == language, Revision.number == number)
    revision = session.scalar(select(Revision).where(*of_this))
    if revision is None:
        raise NotFound(f"Article {article_id} has no text {number} in {language}.")
    return revision


def newest_text(session: Session, article_id: int, language: str) -> Revision:
    """The newest text of an article in a language, published or not. Raises NotFound when there is none."""
    revision = latest_revision(session, article_id, language)
    if revision is None:
        raise NotFound(f"Article {article_id} has no text in {language}.")
    return revision


def published_revision(session: Session, article_id: int, language: str) -> int | None:
    """The id of the text that readers see, or None when they see none."""
    return session.scalar(
        select(Publication.revision_id).where(Publication.article_id == article_id, Publication.language == language)
    )


def published_source(session: Session, article_id: int, language: str) -> tuple[str, str]:
    """A published text as Markdown and as plain text; the caller has checked that it may be read."""
    body, passages = session.execute(
        select(Revision.body, Publication.passages)
        .join(Publication, Publication.revision_id == Revision.id)
        .where(Publication.article_id == article_id, Publication.language == language)
    ).one()
    lines = ("\n".join(filter(None, (each["heading"], each["text"]))) for each in passages)
    return body, "\n\n".join(lines).strip()


def old_addresses(session: Session, *, page: int, size: int) -> tuple[list[SlugRedirect], int]:
    """One page of the old addresses that lead somewhere, in order of address, and how many there are."""
    total = session.scalar(select(func.count()).select_from(SlugRedirect)) or 0
    rows = session.scalars(select(SlugRedirect).order_by(SlugRedirect.path).limit(size).offset((page - 1) * size))
    return list(rows), total


def category_paths(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The paths of these categories, by id."""
    return dict(session.execute(select(Category.id, Category.path).where(Category.id.in_(set(ids)))).all())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.category:
        below = Category.path.startswith(wanted.category + "/", autoescape=True)
        conditions.append((Category.path == wanted.category) | below)
    if wanted.language:
        conditions.append(Publication.language == wanted.language)
    if wanted.type:
        conditions.append(Article.type == ArticleType(wanted.type))
    if wanted.tag:
        carries = select(ArticleTag.article_id).join(Tag, Tag.id == ArticleTag.tag_id).where(Tag.name == wanted.tag)
        conditions.append(Article.id.in_(carries))
    if wanted.updated_since:
        conditions.append(Publication.published_at >= wanted.updated_since)
    return conditions


def _entry(category: Category, article_count: int) -> CategoryEntry:
    return CategoryEntry(
        id=category.id,
        path=category.path,
        parent=category.path.rpartition("/")[0],
        title=category.title,
        description=category.description,
        position=category.position,
        article_count=article_count,
    )
