"""What the public pages show, read in as few queries as the page allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.foundation import clock
from app.knowledge.models import (
    Article,
    ArticleTag,
    Audience,
    FixVote,
    Publication,
    RelatedArticle,
    Tag,
    Translation,
    VoteStanding,
)
from app.search import words


@dataclass(frozen=True)
class ArticleLine:
    """An article in a list, in the reader's language where there is one."""

    id: int
    language: str
    title: str
    url: str
    short_answer: str


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
LARGEST_ID = 2**31 - 1

# Statements of the hot paths are put together once: building one costs more than running it.
ARTICLE_LINES = _lines_statement()
_RELATED = (
    ARTICLE_LINES.join(RelatedArticle, RelatedArticle.related_id == Article.id)
    .where(RelatedArticle.article_id == bindparam("article_id"))
    .order_by(RelatedArticle.position)
    .limit(bindparam("most", type_=Integer))
)


def article_url(article_id: int, slug: str) -> str:
    """The permanent address of an article in one language, as a path on this site."""
    return f"/articles/{article_id}-{slug}"


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
    return [article_line(row) for row in session.execute(_RELATED, asked)]


def article_lines(
    session: Session, article_ids: Sequence[int], *, language: str, readers: frozenset[str]
) -> list[ArticleLine]:
    """These articles as lines, in the order given; those that this reader may not see left out."""
    if not article_ids:
        return []
    reading = {"language": language, "readers": readers}
    rows = session.execute(ARTICLE_LINES.where(Article.id.in_(article_ids)), reading)
    found = {row.id: article_line(row) for row in rows}
    return [found[article_id] for article_id in article_ids if article_id in found]


def featured_articles(session: Session, *, language: str, readers: frozenset[str], most: int = 6) -> list[ArticleLine]:
    """What editors put on the home page, in their order."""
    featured = ARTICLE_LINES.where(Article.is_featured).order_by(Article.position, Article.id).limit(most)
    return [article_line(row) for row in session.execute(featured, {"language": language, "readers": readers})]


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
        .where(FixVote.fixed, FixVote.standing == VoteStanding.COUNTED)
        .where(FixVote.query != "", func.length(FixVote.query) <= 60)
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


def published_languages(session: Session) -> dict[str, frozenset[str]]:
    """The languages in which something is published, by code, and for whom (words of `Audience`)."""
    rows = session.execute(
        select(Publication.language, Article.audience).join(Article, Article.id == Publication.article_id).distinct()
    )
    found: dict[str, set[str]] = {}
    for language, audience in rows:
        found.setdefault(language, set()).add(audience.value)
    return {language: frozenset(found[language]) for language in sorted(found)}


def article_line(row: Any) -> ArticleLine:
    """A row of `ARTICLE_LINES` as the line that it stands for."""
    return ArticleLine(row.id, row.language, row.title, article_url(row.id, row.slug), row.short_answer)


def tags_of(session: Session, article_ids: set[int]) -> dict[int, list[str]]:
    """The tags of many articles by article id, each article's in order of name; those without any are left out."""
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(ArticleTag.article_id, Tag.name)
        .join(Tag, Tag.id == ArticleTag.tag_id)
        .where(ArticleTag.article_id.in_(article_ids))
        .order_by(Tag.name)
    )
    for article_id, name in rows:
        found.setdefault(article_id, []).append(name)
    return found
