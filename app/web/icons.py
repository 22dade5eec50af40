"""The icons of the site, inline as SVG: Lucide's, vendored in `templates/icons` with their version and licence."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

FOLDER = Path(__file__).parent / "templates" / "icons"

#: Beginnings of words in the name of an area, and the icon that stands for them; the first that fits wins.
_AREA_ICONS = (
    ("start|begin|welcome|tour|first|onboard", "rocket"),
    ("bill|invoice|receipt|refund", "receipt"),
    ("pay|card|subscri|price|pricing|plan", "credit-card"),
    ("secur|privac|identit|verif|trust|safe", "shield-check"),
    ("sign|log|password|authent|access|permission", "key-round"),
    ("account|profile|person|user|member", "user"),
    ("team|organi|people|group|customer|channel|stream", "users"),
    ("deliver|ship|order|track|return|package", "package"),
    ("device|phone|mobile|app", "smartphone"),
    ("troubl|problem|repair|error|fix|issue", "wrench"),
    ("setting|config|prefer|custom|setup|set-up", "settings"),
    ("admin|server|install|operat|host|deploy|self-host", "server"),
    ("develop|api|code|program|integrat|language|librar|extension", "code"),
    ("report|analy|insight|statist|number", "chart-column"),
    ("agent|support|service", "headphones"),
    ("edit|writ|author|content|article", "pencil"),
    ("read|guide|learn|tutorial|train", "book-open"),
    ("search|find", "search"),
    ("message|mail|contact|chat|conversation|compos", "mail"),
    ("notif|alert|remind", "bell"),
    ("calendar|schedul|appoint|booking", "calendar"),
    ("shop|sale|cart|purchas|commerce", "shopping-cart"),
    ("financ|bank|account|tax|cash|cost", "banknote"),
    ("import|export|download|data|file", "download"),
    ("country|travel|place|location|locali", "map-pin"),
    ("work|business|company|compan|manufact|warehous|employ|job", "building"),
    ("question|faq|help|about|general", "circle-help"),
)


@cache
def icon(name: str) -> Markup:
    """The icon of this name, hidden from screen readers: it always stands beside words.

    Raises:
        FileNotFoundError: the icon is not vendored.
    """
    svg = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    shapes = " ".join(svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")].split())
    return Markup(  # noqa: S704  # our own files
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"'
        f' focusable="false">{shapes}</svg>'
    )


def area_icon(title: str) -> Markup:
    """An icon that suits an area of this name, or a neutral one."""
    for words, name in _AREA_ICONS:
        if re.search(rf"\b(?:{words})", title, re.IGNORECASE):
            return icon(name)
    return icon("file-text")
