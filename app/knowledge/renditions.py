"""One published article for other readers than browsers: as Markdown and as plain text, with whole addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.knowledge import links
from app.knowledge.exchange.markup import replace_addresses
from app.knowledge.models import Article, Audience, Publication, Revision, Translation
from app.knowledge.queries import article_url

_MARKS = re.compile(r"([\\`*_\[\]<>])")
_LINKED = re.compile(r"\][(:]|\b(?:href|src)\b", re.IGNORECASE)
_CHUNK = 100


@dataclass(frozen=True)
class PublishedText:
    """What an article says in one language, as it was written.

    `passages` are those of `Publication`; only `published_text` reads them.
    """

    article_id: int
    language: str
    title: str
    short_answer: str
    body: str
    passages: tuple[Mapping[str, Any], ...]
    url: str
    changed_at: datetime


_TEXTS = (
    select(
        Publication.article_id,
        Publication.language,
        Publication.title,
        Publication.short_answer,
        Publication.published_at,
        Revision.body,
        Translation.slug,
    )
    .join(Publication.revision)
    .join(Publication.translation)
)


def published_text(session: Session, article_id: int, language: str) -> PublishedText:
    """The published text of an article. The caller has checked that it is published and who may read it."""
    which = (Publication.article_id == article_id, Publication.language == language)
    row = session.execute(_TEXTS.add_columns(Publication.passages).where(*which)).one()
    return _text(row, tuple(row.passages))


def public_texts(session: Session, language: str, *, after: int = 0) -> list[PublishedText]:
    """The next hundred texts in a language that everybody may read, of articles with greater ids, by id."""
    statement = (
        _TEXTS.join(Article, Article.id == Publication.article_id)
        .where(Article.audience == Audience.PUBLIC, Publication.language == language, Article.id > after)
        .order_by(Article.id)
        .limit(_CHUNK)
    )
    return [_text(row) for row in session.execute(statement)]


def as_markdown(session: Session, texts: list[PublishedText], *, base: str) -> Iterator[str]:
    """Each text as Markdown that stands alone, its links leading to whole addresses.

    Args:
        texts: of one language.
        base: the address of the site, without a slash at its end.
    """
    together = "\n".join(text.body for text in texts)
    known = links.addresses(session, together, language=texts[0].language) if texts else {}
    resolve = links.resolver(known)
    for text in texts:
        here = base + text.url

        def whole(address: str, here: str = here) -> str:
            found = resolve(address) or address
            if found.startswith("#"):
                return here + found
            return base + found if found.startswith("/") and not found.startswith("//") else found

        answer = f"> {marked_off(text.short_answer)}\n\n" if text.short_answer else ""
        # Most texts of a large site have no links: looking for them with care takes ten times as long.
        linked = replace_addresses(text.body, whole) if _LINKED.search(text.body) else text.body
        body = linked.strip("\n")
        yield f"# {marked_off(text.title)}\n\n{answer}{body}\n\n---\n\n{_source(text, base)}\n"


def as_plain_text(text: PublishedText, *, base: str) -> str:
    """A text without any marks: title, short answer, and each heading with what stands under it."""
    parts = [text.title, text.short_answer]
    for passage in text.passages:
        parts += [str(passage["heading"]), str(passage["text"])]
    return "\n\n".join([*(part.strip() for part in parts if part.strip()), _source(text, base)]) + "\n"


def marked_off(words: str) -> str:
    """Words as they are inside Markdown, whatever marks they hold."""
    return _MARKS.sub(r"\\\1", words)


def rendition_url(url: str, form: str) -> str:
    """The path of another form of an article: `md`, `txt` or `atom`, from the path of its page."""
    return f"{quote(url, safe='/-')}.{form}"


def _source(text: PublishedText, base: str) -> str:
    return f"{base}{text.url} · {text.language} · {text.changed_at:%Y-%m-%d}"


def _text(row: Any, passages: tuple[Mapping[str, Any], ...] = ()) -> PublishedText:
    url = article_url(row.article_id, row.slug)
    return PublishedText(
        row.article_id, row.language, row.title, row.short_answer, row.body, passages, url, row.published_at
    )
