"""The list of all public pages for search engines, in every language, cut into files of a size that they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.knowledge.areas import ancestors, category_url
from app.knowledge.language_versions import article_versions, page_versions
from app.knowledge.models import Article, Audience, Category, Publication, Translation
from app.knowledge.queries import article_url

#: Source: sitemaps.org, "Sitemap file format"; a little less in bytes, for the head of the file.
MOST_PAGES = 50_000
MOST_BYTES = 50 * 2**20 - 1000

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
_INDEX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
)
_PUBLISHED = (
    select(
        Publication.article_id,
        Publication.language,
        Translation.slug,
        Publication.published_at,
        Category.path,
    )
    .join(Publication.translation)
    .join(Article, Article.id == Publication.article_id)
    .outerjoin(Category, Category.id == Article.category_id)
    .where(Article.audience == Audience.PUBLIC)
    .order_by(Publication.article_id, Publication.language)
)


@dataclass(frozen=True)
class SitePage:
    """A public page: its path, when it was changed, and its language versions as (language, path)."""

    path: str
    changed_at: datetime | None
    versions: tuple[tuple[str, str], ...]


def public_pages(session: Session, *, languages: Sequence[str]) -> Iterator[SitePage]:
    """Every page that everybody may read, once for each language: home, areas by path, articles by id.

    Args:
        languages: those in which home and areas are offered, the site's own first.
    """
    rows = session.execute(_PUBLISHED).all()
    default = languages[0]
    areas: dict[str, datetime] = {}
    for row in rows:
        for path in ancestors(row.path or ""):
            areas[path] = max(areas.get(path, row.published_at), row.published_at)
    newest = max((row.published_at for row in rows), default=None)
    home = [("/", newest)]
    for path, changed_at in [*home, *((category_url(path), areas[path]) for path in sorted(areas))]:
        versions = page_versions(path, languages, default=default)
        for address in dict.fromkeys([address for _, address in versions] or [path]):
            yield SitePage(address, changed_at, versions)
    for _, each in groupby(rows, key=lambda row: row.article_id):
        published = [(row.language, article_url(row.article_id, row.slug), row.published_at) for row in each]
        versions = article_versions([(language, url) for language, url, _ in published], default=default)
        for _, url, changed_at in published:
            yield SitePage(url, changed_at, versions)


def sitemap_files(pages: Iterable[SitePage], *, base: str, most_pages: int = MOST_PAGES) -> list[str]:
    """The files of the sitemap, at least one, each within the bounds of the protocol.

    Args:
        base: the address of the site, without a slash at its end.
        most_pages: how many pages one file holds.
    """
    files: list[str] = []
    written: list[str] = []
    size = 0
    for page in pages:
        entry = _entry(page, base)
        entry_size = len(entry.encode())
        if written and (len(written) >= most_pages or size + entry_size > MOST_BYTES):
            files.append(_file(written))
            written, size = [], 0
        written.append(entry)
        size += entry_size
    return [*files, _file(written)]


def sitemap_index(count: int, *, base: str) -> str:
    """The file that names so many files of a sitemap, which are numbered from 1."""
    places = (f"<sitemap><loc>{escape(base)}/sitemap-{number}.xml</loc></sitemap>\n" for number in range(1, count + 1))
    return f"{_INDEX_HEAD}{''.join(places)}</sitemapindex>\n"


def _file(entries: list[str]) -> str:
    return f"{_HEAD}{''.join(entries)}</urlset>\n"


def _entry(page: SitePage, base: str) -> str:
    changed = f"<lastmod>{page.changed_at.isoformat(timespec='seconds')}</lastmod>" if page.changed_at else ""
    versions = "".join(
        f'<xhtml:link rel="alternate" hreflang={quoteattr(language)} href={quoteattr(base + path)}/>'
        for language, path in page.versions
    )
    return f"<url><loc>{escape(base + page.path)}</loc>{changed}{versions}</url>\n"
