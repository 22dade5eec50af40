"""What somebody did before they turned to a person: what they read, searched and said, as far as they may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.signing_in import own_path, reader_groups
from app.foundation import clock
from app.foundation.errors import Gone, NotFound
from app.foundation.text import one_line, whole_number
from app.knowledge import article_page, feedback, queries
from app.knowledge.models import Category
from app.knowledge.voters import voter
from app.support.devices import device_of
from app.support.packets import Packet, Step
from app.trail.recording import trail_of
from app.web.addresses import absolute
from app.web.languages import reader_language, told_language

#: Programs for mail cut addresses that are much longer.
_LONGEST_IN_MAIL = 600
_LONGEST_PAGE = 300
#: The page itself, and pages whose address opens something to whoever knows it.
_NOT_TOLD = ("/contact", "/requests/", "/following/")
#: Two people behind one address with the same browser look like one: what is older is likelier somebody else's.
_LOOKED_BACK = timedelta(hours=3)
_MOST_STEPS = 20


@dataclass(frozen=True)
class ReadArticle:
    """The article that somebody read, as the form has to know it."""

    id: int
    revision_number: int


@dataclass(frozen=True)
class About:
    """What a request is about, and the packet that goes along when the customer lets it."""

    packet: Packet
    article_url: str = ""
    category_id: int | None = None

    @property
    def article(self) -> ReadArticle | None:
        """The article that was read."""
        return ReadArticle(self.packet.article, self.packet.revision) if self.packet.article else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known but page, language and device."""
        return not (self.packet.article or self.packet.query or self.packet.steps)


def about(session: Session, told: Mapping[str, str]) -> About:
    """What a request is about, from the address of the contact page or from its form; whatever it holds, no error.

    Args:
        told: `article`, `language`, `revision`, `q` or `query`, and `page`; each may be missing or forged.
    """
    query = one_line(told.get("q", "") or told.get("query", ""))[: feedback.LONGEST_QUERY]
    shown = _article(session, told)
    packet = Packet(
        query=query,
        page=_page(told.get("page", "")),
        language=reader_language(),
        device=device_of(request.headers.get("User-Agent", "")),
        steps=_steps(session),
    )
    if shown is None:
        return About(packet)
    said_no, reason, comment = _said(session, shown)
    read = whole_number(told.get("revision", "")) or shown.revision_number
    packet = packet.about_article(shown.id, shown.language, read, shown.title).saying(said_no, reason, comment)
    category_id = session.scalar(select(Category.id).where(Category.path == shown.category_path))
    return About(packet, shown.url, category_id)


def mailto(asked: About) -> str:
    """The address of a letter that the customer's own program writes, with what they read and searched; or ""."""
    email: str = current_app.extensions["settings"].contact_email
    if not email:
        return ""
    packet = asked.packet
    lines: list[str] = []
    if packet.article:
        lines += [_("I read: %(title)s", title=packet.article_title), absolute(asked.article_url)]
        lines += [_("(article %(id)s, version %(version)s)", id=packet.article, version=packet.revision)]
        lines += [_("It did not fix my problem.")] if packet.is_unfixed else []
        lines += [_("I wrote there: %(words)s", words=packet.comment[:_LONGEST_IN_MAIL])] if packet.comment else []
    if packet.query:
        lines += [_("I searched for: %(query)s", query=packet.query)]
    fields = {"subject": packet.query or packet.article_title}
    fields["body"] = "\r\n".join(["", "", *lines]) if lines else ""
    words = "&".join(f"{name}={quote(value)}" for name, value in fields.items() if value)
    return f"mailto:{email}" + (f"?{words}" if words else "")


def came_from() -> str:
    """The page of this site that led here, as a path; "" when there is none."""
    return _page(request.referrer or "")


def _article(session: Session, told: Mapping[str, str]) -> article_page.ArticlePage | None:
    number = whole_number(told.get("article", ""))
    if not number:
        return None
    language = told_language(told.get("language"))
    try:
        return article_page.article_page(session, number, "", language=language, readers=reader_groups())
    except (NotFound, Gone):
        return None


def _said(session: Session, shown: article_page.ArticlePage) -> tuple[bool, str, str]:
    known = voter()
    vote = feedback.vote_of(session, shown.id, shown.language, voter=known) if known else None
    if vote is None or vote.fixed:
        return False, "", ""
    return True, vote.reason.value if vote.reason else "", vote.comment


def _steps(session: Session) -> tuple[Step, ...]:
    """The trail of the last hours, with the titles that this reader may see."""
    since = clock.now() - _LOOKED_BACK
    told = ("searched", "opened", "read", "voted")
    trail = [step for step in trail_of(session) if step.what in told and step.at > since][-_MOST_STEPS:]
    numbers = {step.key: whole_number(step.key.partition(":")[0]) or 0 for step in trail if step.kind == "article"}
    wanted = sorted(set(numbers.values()))
    lines = queries.article_lines(session, wanted, language=reader_language(), readers=reader_groups())
    titles = {line.id: line.title for line in lines}
    steps = []
    for each in trail:
        article = numbers.get(each.key, 0)
        if each.what == "searched" or article in titles:
            steps.append(
                Step(
                    at=each.at.isoformat(timespec="seconds"),
                    what=each.what,
                    query=each.query,
                    results=each.results,
                    article=article,
                    title=titles.get(article, ""),
                    fixed=each.fixed,
                )
            )
    return tuple(steps)


def _page(address: str) -> str:
    parts = urlsplit(address) if len(address) <= _LONGEST_PAGE * 2 else urlsplit("")
    if parts.netloc and parts.netloc != request.host:
        return ""
    path = own_path(parts.path + (f"?{parts.query}" if parts.query else ""))
    return path[:_LONGEST_PAGE] if path and not path.startswith(_NOT_TOLD) else ""
