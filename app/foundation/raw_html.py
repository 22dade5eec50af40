"""Raw HTML inside Markdown: which tags may stay, before the sanitiser decides."""

from __future__ import annotations

import re
from html import escape

ALLOWED_TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary sup table "
    "tbody td tfoot th thead time tr u ul var wbr".split()
)
_HTML_TAGS = frozenset(
    "acronym address applet area article aside audio base basefont bgsound big blink body button canvas center data "
    "datalist dialog dir embed fieldset font footer form frame frameset head header hgroup html iframe image input "
    "isindex keygen label legend link listing main map marquee math menu menuitem meta meter multicol nav nobr noembed "
    "noframes noscript object optgroup option output param picture plaintext portal progress script search section "
    "select slot source spacer strike style svg template textarea title track tt video xmp".split()
)
RAW_TAG = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9-]{0,40})((?:[\s/](?:[^<>\"']|\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}')*+)?)>"
)
_LIQUID = re.compile(r"\{%[^{}]{0,500}%\}|\{\{[^{}]{0,500}\}\}")
_RAW = re.compile(r"<[?!][^<>]{0,2000}>|" + RAW_TAG.pattern + "|<")
_CLOSED_BY_OTHERS = frozenset("p li dt dd tr td th thead tbody tfoot col colgroup br hr img wbr rp rt".split())
_DEEPEST_RAW = 60


class RawHtml:
    """Raw HTML with the tags that are allowed; other HTML tags go, and what is no HTML at all is shown as written.

    One a text: it counts what is open, because the work of any HTML parser grows with the depth.
    """

    def __init__(self) -> None:
        self._depth = 0

    def allowed(self, html: str) -> str:
        for opening, closing in (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>")):
            html = _without_between(html, opening, closing)
        html = _LIQUID.sub("", html) if "{" in html else html
        return _RAW.sub(self._part, html) if "<" in html else html

    def _part(self, found: re.Match[str]) -> str:
        name = (found[2] or "").lower()
        if name in ALLOWED_TAGS:
            return found[0] if name in _CLOSED_BY_OTHERS or self._is_shallow(is_closing=bool(found[1])) else ""
        if name:
            is_component = found[2][0].isupper() and found.string.strip() == found[0]
            return "" if name in _HTML_TAGS or is_component else escape(found[0], quote=False)
        return "&lt;" if found[0] == "<" else ""

    def _is_shallow(self, *, is_closing: bool) -> bool:
        depth = self._depth
        self._depth = max(depth - 1, 0) if is_closing else depth + 1
        return max(depth, self._depth) <= _DEEPEST_RAW


def _without_between(html: str, opening: str, closing: str) -> str:
    """The HTML without comments, or without scripts; an opening that is never closed stays."""
    lower, parts, start = html.lower(), [], 0
    while (at := lower.find(opening, start)) >= 0 and (end := lower.find(closing, at + len(opening))) >= 0:
        parts.append(html[start:at])
        start = end + len(closing)
    return "".join((*parts, html[start:])) if parts else html
