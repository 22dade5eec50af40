"""The language versions of a page, as search engines want them told.

An article has an address in each of its languages. The home page and the areas have one address that follows the
reader, which is the version in the site's own language for a search engine; the others are named by `?lang=`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from app.knowledge import queries
from app.knowledge.models import Audience

ANY = "x-default"


def version_url(path: str, language: str, *, default: str, page: int = 1) -> str:
    """The address of a page in one language, as a path on this site; `page` of a long list counts from 1."""
    asked = [f"lang={language}"] if language != default else []
    asked += [f"page={page}"] if page > 1 else []
    return f"{path}?{'&'.join(asked)}" if asked else path


def page_versions(path: str, languages: Sequence[str], *, default: str, page: int = 1) -> tuple[tuple[str, str], ...]:
    """The versions of a page that follows the reader, as (language, path); none when there is one language only."""
    if len(languages) < 2:
        return ()
    versions = [(language, version_url(path, language, default=default, page=page)) for language in languages]
    return (*versions, (ANY, version_url(path, default, default=default, page=page)))


def article_versions(versions: Iterable[tuple[str, str]], *, default: str) -> tuple[tuple[str, str], ...]:
    """The languages of an article, as (language, path), and which of them is for readers of any other.

    That is the one in the site's language, or else the first. None when there is one language only.
    """
    known = tuple(versions)
    if len(known) < 2:
        return ()
    return (*known, (ANY, dict(known).get(default, known[0][1])))


def public_languages(session: Session, *, offered: Iterable[str]) -> list[str]:
    """The languages that the settings offer, the site's own first, and those in which everybody can read something."""
    found = queries.published_languages(session)
    public = (each for each, audiences in found.items() if Audience.PUBLIC.value in audiences)
    return list(dict.fromkeys((*offered, *public)))
