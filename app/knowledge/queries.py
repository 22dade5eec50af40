"""What the public pages show, read in as few queries as the page allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Account
from app.foundation import clock
from app.foundation.errors import Gone, NotFound
from app.knowledge.models import (
    Article,
    ArticleState,
    ArticleTag,
    Audience,
    Category,
    FixVote,
    Publication,
    RelatedArticle,
    Revision,
    Tag,
    Translation,
)
from app.search import words
from app.web.languages import own_name
from app.web.pagination import Pages, paged


@dataclass(frozen=True)
class ArticleLine:
    """An article in a list, in the reader's language where there is one."""

    id: int
    language: str
    title: str
    url: str
    short_answer: str


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
    audience: Audience
    category_path: str
    trail: tuple[tuple[str, str], ...]
    translations: tuple[tuple[str, str, str], ...]
    is_fallback: bool
    tags: tuple[str, ...]
    revision_id: int
    revision_number: int


def _lines_statement() -> Select[int, str, str, str, str]:
    """Every article that `readers` may see, once, in the best published language for a reader of `language`."""
    other = aliased(Publication)
    of_this = other.article_id == Article.id
    # SQLite resolves no outer column in the ORDER BY of a subquery, hence three of them.
    best = func.coalesce(
        select(other.language)
        .where(of_this, other.language == bindparam("language"))
        .correlate(Article)
        .scalar_subquery(),
        select(other.language)
        .where(of_this, other.language == Article.source_language)
        .correlate(Article)
        .scalar_subquery(),
        select(func.min(other.language)).where(of_this).correlate(Article).scalar_subquery(),
    )
    return (
        select(Article.id, Publication.language, Publication.title, Publication.short_answer, Translation.slug)
        .select_from(Article)
        .join(Publication, Publication.article_id == Article.id)
        .join(Publication.translation)
        .where(Article.audience.in_(bindparam("readers", expanding=True)), Publication.language == best)
    )


#: What an integer column of PostgreSQL holds; SQLite's driver refuses numbers that are far larger, too.
_LARGEST_ID = 2**31 - 1

# Statements of the hot paths are put together once: building one costs more than running it.
_LINES = _lines_statement()
_RELATED = (
    _LINES.join(RelatedArticle, RelatedArticle.related_id == Article.id)
    .where(RelatedArticle.article_id == bindparam("article_id"))
    .order_by(RelatedArticle.position)
    .limit(bindparam("most", type_=Integer))
)
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
_TITLES = select(Category.path, Category.title).where(Category.path.in_(bindparam("paths", expanding=True)))
_TAGS = (
    select(Tag.name)
    .join(ArticleTag, ArticleTag.tag_id == Tag.id)
    .where(ArticleTag.article_id == bindparam("article_id"))
    .order_by(Tag.name)
)


def article_url(article_id: int, slug: str) -> str:
    """The permanent address of an article in one language, as a path on this site."""
    return f"/articles/{article_id}-{slug}"


def category_url(path: str) -> str:
    """The permanent address of a category, as a path on this site."""
    return f"/categories/{path}"


def article_page(
    session: Session, article_id: int, slug: str, *, language: str, readers: frozenset[str]
) -> ArticlePage:
    """The page of an article; the slug chooses its language, an unknown slug the reader's language.

    Raises:
        NotFound: there is no such article, or this reader may not see it: both read alike.
        Gone: it was published and has been archived.
    """
    if article_id > _LARGEST_ID:
        raise NotFound("There is no article at this address.")
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
        audience=row.audience,
        category_path=row.path or "",
        trail=_trail(session, row.path or ""),
        translations=tuple(
            (each, own_name(each), article_url(article_id, languages[each])) for each in sorted(languages)
        ),
        is_fallback=shown != language,
        tags=_tags(session, article_id),
        revision_id=row.revision_id,
        revision_number=row.number,
    )


def replacement_of(session: Session, article_id: int, *, language: str, readers: frozenset[str]) -> ArticleLine | None:
    """What stands in the place of an archived article, when this reader may see it."""
    replaced_by = session.scalar(select(Article.replaced_by_id).where(Article.id == article_id))
    found = article_lines(session, [replaced_by] if replaced_by else [], language=language, readers=readers)
    return found[0] if found else None


def related_articles(
    session: Session, article_id: int, *, language: str, readers: frozenset[str], most: int = 5
) -> list[ArticleLine]:
    """The articles that readers of this one may want next, best first; those that this reader may not see left out."""
    asked = {"article_id": article_id, "most": most, "language": language, "readers": readers}
    return [_line(row) for row in session.execute(_RELATED, asked)]


def article_lines(
    session: Session, article_ids: Sequence[int], *, language: str, readers: frozenset[str]
) -> list[ArticleLine]:
    """These articles as lines, in the order given; those that this reader may not see left out."""
    if not article_ids:
        return []
    reading = {"language": language, "readers": readers}
    rows = session.execute(_LINES.where(Article.id.in_(article_ids)), reading)
    found = {row.id: _line(row) for row in rows}
    return [found[article_id] for article_id in article_ids if article_id in found]


def featured_articles(session: Session, *, language: str, readers: frozenset[str], most: int = 6) -> list[ArticleLine]:
    """What editors put on the home page, in their order."""
    featured = _LINES.where(Article.is_featured).order_by(Article.position, Article.id).limit(most)
    return [_line(row) for row in session.execute(featured, {"language": language, "readers": readers})]


def articles_that_helped_most(
    session: Session, *, language: str, readers: frozenset[str], days: int = 30, most: int = 5
) -> list[ArticleLine]:
    """The articles that fixed most problems lately, by "yes" votes of the last `days`, most first."""
    helped = (
        select(FixVote.article_id, func.count().label("times"))
        .where(FixVote.fixed, FixVote.changed_at > clock.now() - timedelta(days=days))
        .group_by(FixVote.article_id)
        .subquery()
    )
    lines = _LINES.join(helped, helped.c.article_id == Article.id)
    ranked = lines.order_by(helped.c.times.desc(), Article.id).limit(most)
    return [_line(row) for row in session.execute(ranked, {"language": language, "readers": readers})]


def example_query(session: Session) -> str:
    """A search that ended in "yes, it fixed my problem", the most frequent of the last 90 days, or an empty text.

    Whoever votes could write anything, and it would stand on the home page: so only searches all of whose words are in
    the title of the article are shown, and none of articles that are not for everybody.
    """
    times = func.count().label("times")
    searches = (
        select(FixVote.query, FixVote.language, Publication.title, times)
        .join(Publication, (Publication.article_id == FixVote.article_id) & (Publication.language == FixVote.language))
        .join(Article, Article.id == FixVote.article_id)
        .where(FixVote.fixed, FixVote.query != "", func.length(FixVote.query) <= 60)
        .where(FixVote.changed_at > clock.now() - timedelta(days=90), Article.audience == Audience.PUBLIC)
        .group_by(FixVote.query, FixVote.language, Publication.title)
        .having(func.count() >= 2)
        .order_by(times.desc(), FixVote.query)
        .limit(50)
    )
    for query, language, title, _ in session.execute(searches):
        base = words.base_language(language)
        asked = words.query_tokens(query, base)
        if asked and set(asked) <= set(words.index_tokens(title, base)):
            return str(query)
    return ""


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
    own = _LINES.where(Article.category_id == category.id)
    total = session.scalar(select(func.count()).select_from(own.subquery()), reading) or 0
    pages, before = paged(total, page=page, size=size)
    ordered = own.order_by(Article.position, Publication.title, Article.id).limit(size).offset(before)
    rows = session.execute(ordered, reading)
    return CategoryPage(
        category=_card(category, counts),
        trail=_trail(session, path)[:-1],
        children=tuple(area_cards(session, readers=readers, below=path)),
        articles=tuple(_line(row) for row in rows),
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


def published_languages(session: Session) -> dict[str, frozenset[str]]:
    """The languages in which something is published, by code, and for whom (words of `Audience`)."""
    rows = session.execute(
        select(Publication.language, Article.audience).join(Article, Article.id == Publication.article_id).distinct()
    )
    found: dict[str, set[str]] = {}
    for language, audience in rows:
        found.setdefault(language, set()).add(audience.value)
    return {language: frozenset(found[language]) for language in sorted(found)}


def _line(row: Any) -> ArticleLine:
    return ArticleLine(row.id, row.language, row.title, article_url(row.id, row.slug), row.short_answer)


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


def _trail(session: Session, path: str) -> tuple[tuple[str, str], ...]:
    parts = path.split("/") if path else []
    paths = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    if not paths:
        return ()
    titles = dict(session.execute(_TITLES, {"paths": paths}).all())
    return tuple((titles[each], category_url(each)) for each in paths if each in titles)


def _tags(session: Session, article_id: int) -> tuple[str, ...]:
    return tuple(session.scalars(_TAGS, {"article_id": article_id}))


def _refuse(session: Session, article_id: int, readers: frozenset[str]) -> None:
    article = session.get(Article, article_id)
    if article is not None and article.state is ArticleState.ARCHIVED and article.audience in readers:
        raise Gone("This article was taken down.")
    raise NotFound("There is no article at this address.")
