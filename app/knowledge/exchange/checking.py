"""Finding the links of published articles that lead nowhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.knowledge.models import Article, Publication, PublishedLink


@dataclass(frozen=True, order=True)
class BrokenLink:
    """A link in a published text, and why it leads nowhere."""

    article_id: int
    language: str
    title: str
    address: str
    why: str

    def __str__(self) -> str:
        return f"article {self.article_id} ({self.language}) {self.title!r}: {self.address}: {self.why}"


def broken_links(session: Session) -> list[BrokenLink]:
    """Every broken link of what readers see, by article and language.

    A link to an article is broken when there is no such article, when none of its languages is published, or when it
    names a heading that the text that readers get does not have.
    """
    there = set(session.scalars(select(Article.id)))
    anchors: dict[int, dict[str, set[str]]] = defaultdict(dict)
    for article_id, language, contents in session.execute(
        select(Publication.article_id, Publication.language, Publication.contents)
    ):
        anchors[article_id][language] = {str(heading["anchor"]) for heading in contents}
    rows = session.execute(
        select(PublishedLink, Publication.title)
        .join(
            Publication,
            (Publication.article_id == PublishedLink.article_id) & (Publication.language == PublishedLink.language),
        )
        .order_by(PublishedLink.article_id, PublishedLink.language, PublishedLink.id)
    )
    found = []
    for link, title in rows:
        why = _why(link, there, anchors)
        if why:
            found.append(BrokenLink(link.article_id, link.language, title, link.address, why))
    return found


def _why(link: PublishedLink, there: set[int], anchors: dict[int, dict[str, set[str]]]) -> str:
    if link.target_id is None:
        return "leads to no article and no file of this site"
    if link.target_id not in there:
        return f"there is no article {link.target_id}"
    published = anchors.get(link.target_id)
    if not published:
        return f"article {link.target_id} is not published"
    parts = link.address.partition("#")[0].split(":")
    language = parts[2] if len(parts) > 2 else link.language
    seen = published.get(language)
    if link.anchor and seen is not None and link.anchor not in seen:
        return f"article {link.target_id} has no heading #{link.anchor}"
    return ""
