"""What changed in an article between the text that somebody read and the one that is there now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from app.foundation import markdown
from app.knowledge.difference import Block, difference
from app.knowledge.models import Significance
from app.knowledge.published import shown_revisions


@dataclass(frozen=True)
class Version:
    """A text that readers saw. `is_read` marks the one that the difference starts from, `is_current` today's."""

    number: int
    published_at: datetime
    significance: Significance
    comment: str
    is_current: bool
    is_read: bool


@dataclass(frozen=True)
class Changes:
    """The published versions of an article, newest first, and the difference from the one read; None without one."""

    versions: tuple[Version, ...]
    since: Version | None
    blocks: tuple[Block, ...]


def changes(session: Session, article_id: int, language: str, *, since: int | None, readers: frozenset[str]) -> Changes:
    """What was published of an article in one language, and how today's text differs from an earlier one.

    Args:
        since: the number of the revision that was read. Of one that these readers never saw, or without one, the
            text before today's takes the place.
    """
    shown = shown_revisions(session, article_id, language, readers=readers)
    current = shown[0][1] if shown else None
    earlier = [revision for _, revision in shown[1:]]
    read = next((each for each in earlier if each.number == since), earlier[0] if earlier else None)
    if since is not None and current is not None and since == current.number:
        read = current
    versions = tuple(
        Version(
            revision.number,
            published_at,
            revision.significance,
            "" if _is_of_an_import(revision.comment) else revision.comment,
            revision is current,
            revision is read,
        )
        for published_at, revision in shown
    )
    if current is None or read is None:
        return Changes(versions, None, ())
    blocks = _compared((read.title, read.short_answer, read.body), (current.title, current.short_answer, current.body))
    return Changes(versions, next(each for each in versions if each.is_read), blocks)


@lru_cache(maxsize=32)
def _compared(before: tuple[str, str, str], after: tuple[str, str, str]) -> tuple[Block, ...]:
    """Texts as (title, short answer, body). Revisions never change, so neither does their difference."""
    return tuple(difference(_paragraphs(*before), _paragraphs(*after)))


def _paragraphs(title: str, short_answer: str, body: str) -> list[str]:
    words = markdown.plain(body).split("\n")
    return [line for line in (title, short_answer, *words) if line.strip()]


def _is_of_an_import(comment: str) -> bool:
    return comment.startswith("Imported from ")
