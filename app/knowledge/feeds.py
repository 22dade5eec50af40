"""What is new, for feed readers: articles that are new or say something else than before, as Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from feedgenerator import Atom1Feed
from sqlalchemy import case
from sqlalchemy.orm import Session, aliased

from app.foundation import clock, markdown
from app.knowledge.models import EVERYBODY, Article, Category, Publication, Revision
from app.knowledge.published import shown_revisions
from app.knowledge.queries import ARTICLE_LINES, article_url

LONGEST_FEED = 30
_LONGEST_SUMMARY = 300
#: How much of a text is read for a summary, in characters.
_LONGEST_START = 2000

_first_of_line = aliased(Revision)
#: When the text began to say what it says: minor and moderate changes are no news.
_CHANGED_AT = case((Revision.number == Revision.line, Publication.published_at), else_=_first_of_line.created_at).label(
    "changed_at"
)


@dataclass(frozen=True)
class FeedEntry:
    """One piece of news. `number` is that of the revision that made it, so that a reader is told each once."""

    article_id: int
    language: str
    number: int
    title: str
    url: str
    summary: str
    first_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Feed:
    """A list of news and where it belongs; addresses are paths on the site, entries stand newest first."""

    title: str
    url: str
    page_url: str
    language: str
    entries: Sequence[FeedEntry]


def _with_news(lines: Any) -> Any:
    return (
        lines.join(Publication.revision)
        .join(
            _first_of_line,
            (_first_of_line.article_id == Publication.article_id)
            & (_first_of_line.language == Publication.language)
            & (_first_of_line.number == Revision.line),
        )
        .add_columns(Revision.line, Article.created_at, Publication.passages, _CHANGED_AT)
    )


def newest_articles(session: Session, *, language: str, area: str = "") -> list[FeedEntry]:
    """What is new for everybody, each article once in the best language for a reader of `language`.

    Args:
        area: the path of a category; then only what is in it or below.
    """
    news = _with_news(ARTICLE_LINES)
    if area:
        inside = (Category.path == area) | Category.path.startswith(area + "/", autoescape=True)
        news = news.join(Category, Category.id == Article.category_id).where(inside)
    newest = news.order_by(_CHANGED_AT.desc(), Article.id.desc()).limit(LONGEST_FEED)
    return [_entry(row) for row in session.execute(newest, {"language": language, "readers": EVERYBODY})]


def article_news(session: Session, article_id: int, language: str, *, url: str, first_at: datetime) -> list[FeedEntry]:
    """Every text of an article that everybody could read, minor changes too, newest first.

    Args:
        url: the path of its page.
        first_at: when the article was begun.
    """
    shown = shown_revisions(session, article_id, language, readers=EVERYBODY)
    return [
        FeedEntry(
            article_id,
            language,
            revision.number,
            revision.title,
            url,
            revision.short_answer or shortened(markdown.plain(revision.body[:_LONGEST_START]), _LONGEST_SUMMARY),
            first_at,
            since,
        )
        for since, revision in shown[:LONGEST_FEED]
    ]


def atom(feed: Feed, *, base: str, author: str) -> str:
    """The feed as Atom.

    Args:
        base: the address of the site, without a slash at its end.
        author: who answers for the texts: the name of the site.
    """
    document = Atom1Feed(
        title=feed.title,
        link=base + feed.page_url,
        description=None,
        language=feed.language,
        author_name=author,
        feed_url=base + feed.url,
        feed_guid=base + feed.url,
    )
    for entry in feed.entries:
        document.add_item(
            title=entry.title,
            link=base + entry.url,
            description=escape(entry.summary, quote=False),
            unique_id=_tag(base, entry),
            pubdate=min(entry.first_at, entry.changed_at),
            updateddate=entry.changed_at,
        )
    if not feed.entries:
        document.latest_post_date = clock.now
    return str(document.writeString("utf-8"))


def _tag(base: str, entry: FeedEntry) -> str:
    """A name that stays (RFC 4151): it holds no title, and no host but the one that made it."""
    place = f"articles/{entry.article_id}/{entry.language}/{entry.number}"
    return f"tag:{urlsplit(base).hostname},{entry.first_at:%Y-%m-%d}:{place}"


def _entry(row: Any) -> FeedEntry:
    first = next((str(passage["text"]) for passage in row.passages if passage["text"].strip()), "")
    summary = row.short_answer or shortened(first, _LONGEST_SUMMARY)
    url = article_url(row.id, row.slug)
    changed_at = row.changed_at
    return FeedEntry(row.id, row.language, row.line, row.title, url, summary, row.created_at, changed_at)


def shortened(text: str, longest: int) -> str:
    """The beginning of a text, on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return (line[: longest - 1].rpartition(" ")[0] or line[: longest - 1]).rstrip(" ,;:") + "…"
