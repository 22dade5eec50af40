"""The category tree as readers see it: areas with what they may read in them, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.foundation.errors import NotFound
from app.knowledge.models import Article, Category, Publication
from app.knowledge.queries import ARTICLE_LINES, ArticleLine, article_line
from app.web.pagination import Pages, paged


@dataclass(frozen=True)
class CategoryCard:
    """A category in a list; `article_count` counts what this reader can see in it and below."""

    title: str
    path: str
    url: str
    description: str
    article_count: int


@dataclass(frozen=True)
class CategoryPage:
    """A category with its place, its children and one page of its own articles."""

    category: CategoryCard
    trail: tuple[tuple[str, str], ...]
    children: tuple[CategoryCard, ...]
    articles: tuple[ArticleLine, ...]
    pages: Pages


_TITLES = select(Category.path, Category.title).where(Category.path.in_(bindparam("paths", expanding=True)))


def category_url(path: str) -> str:
    """The permanent address of a category, as a path on this site."""
    return f"/categories/{path}"


def area_cards(session: Session, *, readers: frozenset[str], below: str = "") -> list[CategoryCard]:
    """The categories right below a path (the top ones for an empty path) in their order; empty ones are hidden."""
    depth = below.count("/") + 2 if below else 1
    counts = _counts(session, readers)
    here = select(Category).order_by(Category.position, Category.title)
    if below:
        here = here.where(Category.path.startswith(below + "/", autoescape=True))
    else:
        here = here.where(Category.parent_id.is_(None))
    return [
        _card(category, counts)
        for category in session.scalars(here)
        if category.path.count("/") + 1 == depth and counts.get(category.path)
    ]


def category_page(
    session: Session, path: str, *, language: str, readers: frozenset[str], page: int, size: int = 30
) -> CategoryPage:
    """A category's page.

    Raises:
        NotFound: there is no such category, or nothing in it that this reader may see.
    """
    category = session.scalar(select(Category).where(Category.path == path))
    counts = _counts(session, readers)
    if category is None or not counts.get(path):
        raise NotFound("There is no such area. It may have another name now: look for it by its words.")
    reading = {"language": language, "readers": readers}
    own = ARTICLE_LINES.where(Article.category_id == category.id)
    total = session.scalar(select(func.count()).select_from(own.subquery()), reading) or 0
    pages, before = paged(total, page=page, size=size)
    ordered = own.order_by(Article.position, Publication.title, Article.id).limit(size).offset(before)
    rows = session.execute(ordered, reading)
    return CategoryPage(
        category=_card(category, counts),
        trail=trail(session, path)[:-1],
        children=tuple(area_cards(session, readers=readers, below=path)),
        articles=tuple(article_line(row) for row in rows),
        pages=pages,
    )


def has_articles(session: Session, path: str, *, readers: frozenset[str]) -> bool:
    """Whether these readers can see anything in the category at a path, or below it."""
    found = (
        select(Article.id)
        .join(Publication, Publication.article_id == Article.id)
        .join(Category, Category.id == Article.category_id)
        .where((Category.path == path) | Category.path.startswith(path + "/", autoescape=True))
        .where(Article.audience.in_(readers))
    )
    return session.scalar(found.limit(1)) is not None


def _card(category: Category, counts: dict[str, int]) -> CategoryCard:
    return CategoryCard(
        category.title,
        category.path,
        category_url(category.path),
        category.description,
        counts.get(category.path, 0),
    )


def _counts(session: Session, readers: frozenset[str]) -> dict[str, int]:
    """How many articles the readers can see in each category and below it, by path."""
    rows = session.execute(
        select(Category.path, func.count(Article.id.distinct()))
        .join(Article, Article.category_id == Category.id)
        .join(Publication, Publication.article_id == Article.id)
        .where(Article.audience.in_(readers))
        .group_by(Category.path)
    )
    counts: dict[str, int] = {}
    for path, count in rows:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            here = "/".join(parts[:depth])
            counts[here] = counts.get(here, 0) + count
    return counts


def trail(session: Session, path: str) -> tuple[tuple[str, str], ...]:
    """The way from the top to a category and the category itself, as (words, address)."""
    parts = path.split("/") if path else []
    paths = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    if not paths:
        return ()
    titles = dict(session.execute(_TITLES, {"paths": paths}).all())
    return tuple((titles[each], category_url(each)) for each in paths if each in titles)
