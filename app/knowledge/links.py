"""Links inside article texts: to other articles by id, to attachments by content, and to the world.

In a stored text a link to an article is `article:12`, `article:12#heading` or `article:12:es`, and a file is
`attachment:<sha256>/<filename>`; so links survive every change of title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation import markdown
from app.knowledge import attachments
from app.knowledge.models import Article, ArticleAttachment, Attachment, Audience, Translation

_ARTICLE = re.compile(r"article:(\d{1,9})(?::([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?(#[^\s)\"'>]*)?")
_ATTACHMENT = re.compile(r"attachment:([0-9a-f]{64})/([^\s)\"'<>]+)")
_LEADS_SOMEWHERE = re.compile(r"(?:https?:|mailto:|tel:|/|#)", re.IGNORECASE)


def rendered(session: Session, body: str, *, language: str) -> markdown.Rendered:
    """A text as readers see it, its links leading to the present addresses of articles and attachments."""
    known = addresses(session, body, language=language)
    return markdown.render(
        body, resolve=resolver(known), image_size=attachments.image_sizes(session, body), language=language
    )


def addresses(session: Session, body: str, *, language: str) -> dict[str, str]:
    """The page address of every article link in a text, by the link as written without its anchor.

    A link without language leads to the text's own language, or else to the language that the article was written in.
    """
    wanted = {(match[1], match[2]) for match in _ARTICLE.finditer(body)}
    if not wanted:
        return {}
    slugs: dict[str, dict[str, str]] = {}
    rows = session.execute(
        select(
            Translation.article_id, Translation.language, Translation.slug, Article.source_language, Article.audience
        )
        .join(Translation.article)
        .where(Translation.article_id.in_({int(number) for number, _ in wanted}))
        .order_by(Translation.article_id, Translation.language)
    )
    for article_id, code, title_slug, source_language, audience in rows:
        # An address with its title would tell everybody what only some may read.
        slug = f"-{title_slug}" if audience is Audience.PUBLIC else ""
        slugs.setdefault(str(article_id), {})[code] = slug
        if code == source_language:
            slugs[str(article_id)][""] = slug
    found = {}
    for number, code in wanted:
        choices = slugs.get(str(int(number)))
        if choices:
            slug = choices.get(code or language) or choices.get("") or next(iter(choices.values()))
            found[f"article:{number}" + (f":{code}" if code else "")] = f"/articles/{int(number)}{slug}"
    return found


def resolver(known: dict[str, str]) -> Callable[[str], str | None]:
    """What `markdown.render` asks where an address leads, given the article addresses of `addresses`."""

    def resolve(address: str) -> str | None:
        article = _ARTICLE.fullmatch(address)
        if article:
            page = known.get(address.partition("#")[0])
            return page + (article[3] or "") if page else None
        file = _ATTACHMENT.fullmatch(address)
        if file:
            return f"/attachments/{file[1]}/{quote(file[2], safe='%')}"
        return address if _LEADS_SOMEWHERE.match(address) else None

    return resolve


def internal_links(written: Iterable[str]) -> list[dict[str, Any]]:
    """The links of a text that should lead to an article: `{"address", "target_id", "anchor"}`, each once.

    Addresses that lead nowhere, such as the name of a file that was never imported, have no target.
    """
    found = []
    for address in dict.fromkeys(written):
        match = _ARTICLE.fullmatch(address)
        if match:
            found.append({"address": address, "target_id": int(match[1]), "anchor": (match[3] or "#")[1:]})
        elif not _LEADS_SOMEWHERE.match(address) and not _ATTACHMENT.fullmatch(address):
            found.append({"address": address[:500], "target_id": None, "anchor": ""})
    return found


def record_attachments(session: Session, article_id: int, body: str) -> None:
    """Note which attachments an article uses, so that they are served to those who may read it."""
    used = {match[1]: match[2] for match in _ATTACHMENT.finditer(body)}
    if not used:
        return
    known = set(session.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(used))))
    session.execute(
        delete(ArticleAttachment).where(ArticleAttachment.article_id == article_id, ArticleAttachment.sha256.in_(known))
    )
    session.add_all(
        ArticleAttachment(article_id=article_id, sha256=sha256, filename=used[sha256]) for sha256 in sorted(known)
    )
    session.flush()
