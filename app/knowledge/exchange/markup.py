"""Finding the link addresses in Markdown and replacing them, without touching code, comments or escapes.

Not a Markdown parser: it finds inline links and images, reference definitions, and `href`/`src` of HTML. Every step
moves forward and every search that finds nothing is remembered, so hostile text costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Replace = Callable[[str], str]

_START = re.compile(
    r"(?P<fence>^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t]){0,40}(?P<mark>`{3,}|~{3,})[^`\n]*$)"
    r"|(?P<ticks>`+)|(?P<comment><!--)|(?P<escape>\\.)|(?P<inline>\]\()"
    r"|(?P<definition>^[ \t>]{0,20}\[(?!\^)[^\]\n]{1,999}\]:[ \t]*)|(?P<html>\b(?:href|src)[ \t]*=[ \t]*)",
    re.MULTILINE | re.IGNORECASE,
)
_INLINE = re.compile(
    r"\s{0,20}(?:<(?P<pointed>[^<>\n]{0,2000})>|(?P<bare>(?:[^\s()\\<]|\\.|\([^\s()]{0,500}\)){0,2000}))"
    r"(?P<rest>(?:\s{1,20}(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\)))?\s{0,20}\))"
)
_SPACED = re.compile(
    r"[ \t]{0,5}(?P<bare>[^()<>\n\"]{1,300}?\.[A-Za-z0-9]{1,8}(?:#[^()\s]{0,200})?)(?P<rest>[ \t]{0,5}\))"
)
_DEFINED = re.compile(r"(?:<(?P<pointed>[^<>\n]{1,2000})>|(?P<bare>[^\s<>]{1,2000}))")
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<bare>[^\"'<>\n]{0,2000})(?P=quote)")


def replace_addresses(text: str, replace: Replace) -> str:
    """The text with every link address put through `replace`, which gets it as written and gives what to write."""
    parts: list[str] = []
    done = 0
    position = 0
    unclosed: set[str] = set()
    while found := _START.search(text, position):
        kind = found.lastgroup if found.lastgroup != "mark" else "fence"
        if kind in ("fence", "ticks", "comment"):
            position = _skip_code(text, found, unclosed)
            continue
        position = found.end()
        address = _address_at(text, found) if kind != "escape" else None
        if address is None:
            continue
        start, end = address.span("pointed" if address["bare"] is None else "bare")
        if start == end:
            continue
        new = replace(text[start:end])
        if new != text[start:end]:
            parts += [text[done:start], new]
            done = end
        position = max(position, address.end())
    return "".join([*parts, text[done:]])


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` made to every stretch of it that is neither fenced nor inline code."""
    parts: list[str] = []
    done = position = 0
    unclosed: set[str] = set()
    while found := _START.search(text, position):
        kind = found.lastgroup if found.lastgroup != "mark" else "fence"
        if kind not in ("fence", "ticks"):
            position = found.end()
            continue
        end = _skip_code(text, found, unclosed)
        if end > found.end() or kind == "fence":
            parts += [change(text[done : found.start()]), text[found.start() : end]]
            done = end
        position = end
    return "".join([*parts, change(text[done:])])


def _address_at(text: str, found: re.Match[str]) -> re.Match[str] | None:
    if found["inline"]:
        return _INLINE.match(text, found.end()) or _SPACED.match(text, found.end())
    if found["definition"]:
        return _DEFINED.match(text, found.end())
    return _QUOTED.match(text, found.end())


def _skip_code(text: str, found: re.Match[str], unclosed: set[str]) -> int:
    """Where the code or comment that starts here ends; just behind its mark when it never does."""
    if found["comment"]:
        if "-->" in unclosed:
            return found.end()
        end = text.find("-->", found.end())
        if end < 0:
            unclosed.add("-->")
            return found.end()
        return end + 3
    if found["fence"]:
        mark = found["mark"]
        closing = re.compile(rf"^[ \t>]{{0,40}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
        closed = closing.search(text, found.end())
        return closed.end() if closed else len(text)
    ticks = found["ticks"]
    limit = min(len(text), found.end() + 4000)
    paragraph = text.find("\n\n", found.end(), limit)
    limit = limit if paragraph < 0 else paragraph
    position = found.end()
    while (position := text.find(ticks, position, limit)) >= 0:
        end = position + len(ticks)
        while end < limit and text[end] == "`":
            end += 1
        if end - position == len(ticks):
            return end
        position = end
    return found.end()
