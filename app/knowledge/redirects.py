"""Old addresses and where they lead now."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.errors import NotFound
from app.foundation.text import one_line
from app.knowledge.areas import has_articles
from app.knowledge.models import EVERYBODY, Article, Audience, Category, Publication, SlugRedirect, Translation

_OWN_PAGES = ("/search", "/contact", "/sign-in", "/sign-out", "/account", "/api", "/static", "/healthz", "/readyz")


def normalised(address: str) -> str:
    """The path of an address as redirects know it: decoded, one leading slash, none at the end, no query.

    Gives an empty text for an address that cannot be redirected: of another site, the home page, or a page of our own.
    """
    try:
        parts = urlsplit(one_line(address).replace("\\", "/"))
    except ValueError:
        return ""
    if parts.scheme or parts.netloc:
        return ""
    path = "/" + one_line(unquote(parts.path)).strip("/")
    own = any(path == page or path.startswith(page + "/") for page in _OWN_PAGES)
    return "" if path == "/" or own or len(path) > 500 else path


def add_redirect(
    session: Session,
    address: str,
    *,
    article: Article | None = None,
    language: str | None = None,
    category: Category | None = None,
) -> bool:
    """Lead an old address to an article (in one language, or the reader's) or to a category.

    Returns:
        Whether the address leads there now; False when it already leads elsewhere or cannot be redirected.
    """
    path = normalised(address)
    if not path:
        return False
    target = (article.id if article else None, language, category.id if category else None)
    existing = session.get(SlugRedirect, path)
    if existing is None:
        session.add(SlugRedirect(path=path, article_id=target[0], language=target[1], category_id=target[2]))
        session.flush()
        return True
    return (existing.article_id, existing.language, existing.category_id) == target


def remove_redirect(session: Session, address: str) -> None:
    """Have an old address lead nowhere again. Raises NotFound when it leads nowhere already."""
    found = session.get(SlugRedirect, normalised(address))
    if found is None:
        raise NotFound(_("The address “%(address)s” leads nowhere already.", address=one_line(address)))
    session.delete(found)
    session.flush()


def redirected(session: Session, path: str, *, language: str, readers: frozenset[str] = EVERYBODY) -> str | None:
    """Where an old address leads now, as a path on this site, or None when nobody knows it.

    Args:
        language: what the reader prefers, for addresses that led to no certain language.
        readers: whose areas may be told; an area with nothing for them is none.
    """
    found = session.get(SlugRedirect, normalised(path))
    if found is None:
        return None
    if found.category_id is not None:
        area = session.get_one(Category, found.category_id).path
        return f"/categories/{area}" if has_articles(session, area, readers=readers) else None
    published = session.execute(
        select(Publication.language, Translation.slug)
        .join(Publication.translation)
        .join(Translation.article)
        .where(Publication.article_id == found.article_id, Article.audience == Audience.PUBLIC)
        .order_by((Publication.language == Article.source_language).desc(), Publication.language)
    ).all()
    slugs = dict(published)
    slug = slugs.get(found.language or language) or next(iter(slugs.values()), None)
    # What not everybody may read is led to by its number alone: the slug would tell its title.
    return f"/articles/{found.article_id}-{slug}" if slug else f"/articles/{found.article_id}"
