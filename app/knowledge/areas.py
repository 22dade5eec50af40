"""The category tree as readers see it: areas with what they may read in them, and the page of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.foundation.errors import NotFound
from app.knowledge.models import Article, Category, CategoryTitle, Publication
from app.knowledge.queries import ARTICLE_LINES, ArticleLine, article_line
from app.web.languages import reader_language
from app.web.pagination import Pages, paged


@dataclass(frozen=True)
class CategoryCard:
    """A category in a list, in the reader's language where it has a title in it.

    `article_count` counts what this reader can see in it and below; `own_title` is what it is called in the site's own
    language.
    """

    title: str
    path: str
    url: str
    description: str
    article_count: int
    own_title: str = ""


@dataclass(frozen=True)
class Branch:
    """An area with all areas below it, in their order."""

    area: CategoryCard
    below: tuple[Branch, ...]


@dataclass(frozen=True)
class CategoryPage:
    """A category with its place, its children and one page of its own articles."""

    category: CategoryCard
    trail: tuple[tuple[str, str], ...]
    children: tuple[CategoryCard, ...]
    articles: tuple[ArticleLine, ...]
    pages: Pages


_IN_LANGUAGE = (CategoryTitle.category_id == Category.id) & (CategoryTitle.language == bindparam("language"))
_TITLE = func.coalesce(CategoryTitle.title, Category.title)
_TITLES = (
    select(Category.path, _TITLE)
    .outerjoin(CategoryTitle, _IN_LANGUAGE)
    .where(Category.path.in_(bindparam("paths", expanding=True)))
)
_SAID = select(Category, CategoryTitle).outerjoin(CategoryTitle, _IN_LANGUAGE).order_by(Category.position, _TITLE)


def category_url(path: str) -> str:
    """The permanent address of a category, as a path on this site."""
    return f"/categories/{path}"


def ancestors(path: str) -> tuple[str, ...]:
    """The paths from the top down to this one, which is the last: `a`, `a/b` for `a/b`; none for an empty path."""
    parts = path.split("/") if path else []
    return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def category_titles(session: Session, paths: Iterable[str], *, language: str | None = None) -> dict[str, str]:
    """The titles of the categories at these paths and of all above them, by path.

    Args:
        language: in which language, where they have a title in it; None is that of the reader at the page.
    """
    wanted = {above for path in paths for above in ancestors(path)}
    asked = {"paths": wanted, "language": language or reader_language()}
    return dict(session.execute(_TITLES, asked).all()) if wanted else {}


def article_counts(session: Session, *, readers: frozenset[str]) -> dict[str, int]:
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
        for above in ancestors(path):
            counts[above] = counts.get(above, 0) + count
    return counts


def area_cards(session: Session, *, readers: frozenset[str]) -> list[CategoryCard]:
    """The categories at the top, in their order; those with nothing in them for these readers are hidden."""
    return _children(session, None, article_counts(session, readers=readers), reader_language())


def area_tree(session: Session, *, readers: frozenset[str]) -> list[Branch]:
    """All areas, each with what is below it; those with nothing in them for these readers are hidden."""
    counts = article_counts(session, readers=readers)
    cards: dict[str, CategoryCard] = {}
    below: dict[str, list[str]] = {}
    for category, said in session.execute(_SAID, {"language": reader_language()}):
        if counts.get(category.path):
            cards[category.path] = _card(category, said, counts)
            below.setdefault(category.path.rpartition("/")[0], []).append(category.path)

    def branches(parent: str) -> tuple[Branch, ...]:
        return tuple(Branch(cards[path], branches(path)) for path in below.get(parent, ()))

    return list(branches(""))


def category_choices(session: Session) -> list[tuple[int, str]]:
    """Every category for a form, as (id, path), in order of path."""
    return list(session.execute(select(Category.id, Category.path).order_by(Category.path)).all())


def category_page(
    session: Session, path: str, *, language: str, readers: frozenset[str], page: int, size: int = 30
) -> CategoryPage:
    """A category's page.

    Raises:
        NotFound: there is no such category, or nothing in it that this reader may see.
    """
    found = session.execute(_SAID.where(Category.path == path), {"language": language}).one_or_none()
    counts = article_counts(session, readers=readers)
    if found is None or not counts.get(path):
        raise NotFound(_("There is no such area. It may have another name now: look for it by its words."))
    category, said = found
    reading = {"language": language, "readers": readers}
    own = ARTICLE_LINES.where(Article.category_id == category.id)
    total = session.scalar(select(func.count()).select_from(own.subquery()), reading) or 0
    pages, before = paged(total, page=page, size=size)
    ordered = own.order_by(Article.position, Publication.title, Article.id).limit(size).offset(before)
    rows = session.execute(ordered, reading)
    return CategoryPage(
        category=_card(category, said, counts),
        trail=trail(session, path, language=language)[:-1],
        children=tuple(_children(session, category.id, counts, language)),
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


def _children(session: Session, parent_id: int | None, counts: Mapping[str, int], language: str) -> list[CategoryCard]:
    below = session.execute(_SAID.where(Category.parent_id == parent_id), {"language": language})
    return [_card(category, said, counts) for category, said in below if counts.get(category.path)]


def _card(category: Category, said: CategoryTitle | None, counts: Mapping[str, int]) -> CategoryCard:
    return CategoryCard(
        said.title if said else category.title,
        category.path,
        category_url(category.path),
        (said.description if said else "") or category.description,
        counts.get(category.path, 0),
        category.title,
    )


def trail(session: Session, path: str, *, language: str | None = None) -> tuple[tuple[str, str], ...]:
    """The way from the top to a category and the category itself, as (words, address)."""
    titles = category_titles(session, [path], language=language)
    return tuple((titles[each], category_url(each)) for each in ancestors(path) if each in titles)
