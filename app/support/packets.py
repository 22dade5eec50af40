"""The handoff packet: what somebody tried before they asked, as it is listed to them, kept, and shown to staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask_babel import gettext as _

from app.knowledge.feedback import reason_words
from app.web.languages import own_name


@dataclass(frozen=True)
class Step:
    """One step of the trail. `at` is in ISO 8601; `article` is 0 where the step is about none."""

    at: str
    what: str
    query: str = ""
    results: int = 0
    article: int = 0
    title: str = ""
    fixed: bool | None = None


@dataclass(frozen=True)
class Packet:
    """All that goes along; empty texts and 0 where nothing is known. `article_language` is that of the text read."""

    query: str = ""
    article: int = 0
    article_language: str = ""
    article_title: str = ""
    revision: int = 0
    is_unfixed: bool = False
    reason: str = ""
    comment: str = ""
    page: str = ""
    language: str = ""
    device: str = ""
    steps: tuple[Step, ...] = ()

    def about_article(self, article: int, language: str, revision: int, title: str) -> Packet:
        """The same, for somebody who read this article."""
        return replace(self, article=article, article_language=language, revision=revision, article_title=title)

    def saying(self, is_unfixed: bool, reason: str, comment: str) -> Packet:
        """The same, with what they answered to "Did this fix your problem?"."""
        return replace(self, is_unfixed=is_unfixed, reason=reason, comment=comment)

    def kept(self) -> dict[str, Any]:
        """As `EscalationContext` keeps it: plain values."""
        return asdict(self) | {"steps": [asdict(step) for step in self.steps]}


def packet_from(kept: Mapping[str, Any]) -> Packet:
    """The packet that was kept."""
    return Packet(**{**kept, "steps": tuple(Step(**step) for step in kept.get("steps", ()))})


def lines(kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A kept packet as (name, value) in words, in the order in which it helps; steps oldest first."""
    return packet_lines(packet_from(kept))


def packet_lines(packet: Packet) -> list[tuple[str, str]]:
    """A packet as (name, value) in words."""
    version = _("%(title)s (article %(id)s, version %(version)s)", title=packet.article_title, id=packet.article,
                version=packet.revision)  # fmt: skip
    found = [
        (_("Article"), version if packet.article else ""),
        (_("Answer"), _("It did not fix my problem.") if packet.is_unfixed else ""),
        (_("What went wrong"), reason_words().get(packet.reason, "")),
        (_("Comment"), packet.comment),
        (_("Search"), packet.query),
        (_("Page"), packet.page),
        (_("Language"), own_name(packet.language) if packet.language else ""),
        (_("Device"), packet.device),
        *((_("Before"), step_words(step)) for step in packet.steps),
    ]
    return [(name, value) for name, value in found if value]


def step_words(step: Step) -> str:
    """A step in words."""
    if step.what == "searched":
        words = _("Searched for “%(query)s”: %(results)s found", query=step.query, results=step.results)
    elif step.what == "voted" and step.fixed:
        words = _("Said of “%(title)s” that it fixed the problem", title=step.title)
    elif step.what == "voted":
        words = _("Said of “%(title)s” that it did not fix the problem", title=step.title)
    else:
        words = _("Read “%(title)s”", title=step.title)
    return str(words)
