"""Finding the links of published articles that lead nowhere."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.knowledge.models import Article, Audience, Publication, PublishedLink
from app.knowledge.next_steps import NextStep


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

    A link to an article is broken when there is no such article, when none of its languages is published, when fewer
    people may read it than the article with the link, or when it names a heading that the text that readers get does
    not have. Next steps count as links.
    """
    there: dict[int, Audience] = dict(session.execute(select(Article.id, Article.audience)).all())
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
        why = _why(link, there, anchors) or _not_for_all(link.article_id, link.target_id, there)
        if why:
            found.append(BrokenLink(link.article_id, link.language, title, link.address, why))
    return found + _lost_steps(session, there, anchors)


def _lost_steps(
    session: Session, there: dict[int, Audience], anchors: dict[int, dict[str, set[str]]]
) -> list[BrokenLink]:
    """Next steps that readers of an article cannot take."""
    rows = session.execute(
        select(NextStep.article_id, NextStep.next_id, Publication.language, Publication.title)
        .join(Publication, Publication.article_id == NextStep.article_id)
        .join(Article, (Article.id == Publication.article_id) & (Article.source_language == Publication.language))
        .order_by(NextStep.article_id, NextStep.position)
    )
    found = []
    for article_id, next_id, language, title in rows:
        why = "" if anchors.get(next_id) else f"article {next_id} is not published"
        why = why or _not_for_all(article_id, next_id, there)
        if why:
            found.append(BrokenLink(article_id, language, title, f"next: {next_id}", why))
    return found


def _not_for_all(article_id: int, target_id: int | None, there: dict[int, Audience]) -> str:
    """Why not all readers of an article can follow it to another, which is published."""
    wide = list(Audience)
    if target_id is None or wide.index(there[target_id]) <= wide.index(there[article_id]):
        return ""
    return f"article {target_id} is not for everybody who may read this one"


def _why(link: PublishedLink, there: dict[int, Audience], anchors: dict[int, dict[str, set[str]]]) -> str:
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
