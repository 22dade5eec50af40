"""The store as other programs list it: what is new in it by place, and an overview of all that everybody may read."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.errors import NotFound
from app.knowledge import areas, feeds
from app.knowledge.article_page import ArticlePage
from app.knowledge.models import EVERYBODY, Article, Category, Publication
from app.knowledge.page_heads import feed_url
from app.knowledge.queries import ARTICLE_LINES, article_line
from app.knowledge.renditions import marked_off, rendition_url
from app.web.translating import locale_for


def feed_of_site(session: Session, language: str, *, site_name: str) -> feeds.Feed:
    """What is new on the whole site."""
    entries = feeds.newest_articles(session, language=language)
    return feeds.Feed(site_name, feed_url("/feed", language), "/", language, entries)


def feed_of_area(session: Session, path: str, language: str) -> feeds.Feed:
    """What is new in an area and below it.

    Raises:
        NotFound: there is no such area, or nothing in it that everybody may see.
    """
    if not areas.has_articles(session, path, readers=EVERYBODY):
        raise NotFound(_("There is no such area. It may have another name now: look for it by its words."))
    title = areas.category_titles(session, [path], language=language)[path]
    url = areas.category_url(path)
    entries = feeds.newest_articles(session, language=language, area=path)
    return feeds.Feed(title, feed_url(f"{url}/feed", language), url, language, entries)


def feed_of_article(session: Session, shown: ArticlePage) -> feeds.Feed:
    """What happened to an article, in the language of the page shown."""
    first_at = session.get_one(Article, shown.id).created_at
    entries = feeds.article_news(session, shown.id, shown.language, url=shown.url, first_at=first_at)
    return feeds.Feed(shown.title, f"{shown.url}.atom", shown.url, shown.language, entries)


def overview(session: Session, *, language: str, base: str, name: str, description: str) -> str:
    """Every article that everybody may read, by area, as Markdown in the form of llmstxt.org.

    Args:
        base: the address of the site, without a slash at its end.
    """
    lines = ARTICLE_LINES.outerjoin(Category, Category.id == Article.category_id).add_columns(Category.path)
    ordered = lines.order_by(Article.position, Publication.title, Article.id)
    by_area: dict[str, list[str]] = {}
    for row in session.execute(ordered, {"language": language, "readers": EVERYBODY}):
        each = article_line(row)
        answer = f": {marked_off(each.short_answer)}" if each.short_answer else ""
        entry = f"- [{marked_off(each.title)}]({base}{rendition_url(each.url, 'md')}){answer}"
        by_area.setdefault((row.path or "").partition("/")[0], []).append(entry)
    with force_locale(str(locale_for(language))):
        others = _("Other articles")
    titles = dict(
        session.execute(
            select(Category.path, Category.title)
            .where(Category.parent_id.is_(None))
            .order_by(Category.position, Category.title)
        ).all()
    )
    ordered_areas = [*(path for path in titles if path in by_area), *([""] if "" in by_area else [])]
    parts = [f"# {marked_off(name)}", *([f"> {marked_off(description)}"] if description else [])]
    parts += [f"## {marked_off(titles.get(path, others))}\n\n" + "\n".join(by_area[path]) for path in ordered_areas]
    return "\n\n".join(parts) + "\n"
