"""What a page is called, and what customers may call it: from its front matter, its headings, its file name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from app.foundation.text import folded, one_line, slugified
from app.knowledge.exchange import ownformat

LONGEST_TITLE = 300
MOST_ALIASES = 50
LONGEST_ALIAS = 120
_KEYWORDS = ("ms.search.keywords", "keywords", "helpviewer_keywords", "f1_keywords")
_FIRST = re.compile(
    r"\A\s{0,200}(?:<!--[^>]{0,2000}-->\s{0,200})?"
    r"(?:(?P<marks>#{1,6})[ \t]+(?P<title>[^\n]{1,1000}?)[ \t#]*(?:\{[#:.][^}\n]{0,200}\})?[ \t]*"
    r"|(?P<under>[^\n#>*|`-][^\n]{0,300})\n=+[ \t]*)(?:\n|\Z)"
)
_LATER = re.compile(r"^#{1,6}[ \t]+(?P<title>[^\n]{1,1000}?)[ \t#]*(?:\{[#:.][^}\n]{0,200}\})?[ \t]*$", re.M)
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)")
_MARKS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|`|<[^>\n]{1,200}>|\\(?=[^\w\s])")
_ORDER = re.compile(r"^\d{1,4}[-_. ]+(?=\D)")
#: `Pay an invoice | Help of Example`: what browsers shall show, not what the page is called.
_SITE_NAME = re.compile(r"(?<=\S\S)\s?\|\s?[^|]{1,60}$")
_NO_ANSWER = re.compile(r"\s*(?:learn|read|find out) more(?: about)?\b", re.IGNORECASE)


def titled(header: Mapping[str, Any], body: str, path: str) -> tuple[str, str, str]:
    """The title of a page, its body without the heading that gives it, and that heading where it differs."""
    given = header.get("title")
    title = one_line(str(given)) if isinstance(given, (str, int, float)) else ""
    first = _FIRST.match(body)
    heading = _plain(first["title"] or first["under"] or "") if first else ""
    is_top = bool(first) and (bool(first["under"]) or len(first["marks"] or "") == 1) if first else False
    if is_top:
        title = _SITE_NAME.sub("", title) or title
    if title:
        if first and heading and (is_top or folded(heading) == folded(title)):
            return (
                title[:LONGEST_TITLE],
                body[first.end() :].lstrip("\n"),
                "" if folded(heading) == folded(title) else heading,
            )
        return title[:LONGEST_TITLE], body, ""
    if first and heading:
        return heading[:LONGEST_TITLE], body[first.end() :].lstrip("\n"), ""
    later = _LATER.search(body)
    if later and _plain(later["title"]):
        return _plain(later["title"])[:LONGEST_TITLE], body, ""
    return in_words(_name(path)) or "Untitled", body, ""


def short_answer(header: Mapping[str, Any]) -> str:
    """The short answer that the front matter gives, if it is one: at most 300 characters and not just an invitation."""
    given = ownformat.short(header.get("short_answer"), 1000)
    if not given:
        given = ownformat.short(header.get("description") or header.get("summary"), 1000)
        if _NO_ANSWER.match(given):
            return ""
    words = one_line(given)
    return words if len(words) <= 300 else ""


def aliases(header: Mapping[str, Any], title: str, other_heading: str) -> tuple[str, ...]:
    """Other wordings: our `aliases`, keywords of other formats, and a heading that differs from the title."""
    wordings = [each for each in ownformat.words(header.get("aliases")) if not each.startswith("/")]
    wordings += [other_heading] if other_heading else []
    for key in _KEYWORDS:
        wordings += ownformat.words(header.get(key), split=",")
    found: dict[str, str] = {}
    for wording in wordings:
        if 1 < len(wording) <= LONGEST_ALIAS and folded(wording) != folded(title):
            found.setdefault(folded(wording), wording)
    return tuple(found.values())[:MOST_ALIASES]


def slug(header: Mapping[str, Any], path: str) -> str:
    """The last part of the page's address: as the front matter has it, else as the file is called."""
    for key in ("slug", "permalink"):
        given = ownformat.short(header.get(key)).strip("/").rpartition("/")[2].partition(".")[0]
        if given:
            return slugified(given)
    return slugified(_name(path))


def in_words(name: str) -> str:
    """A file or folder name as a title: `_02-set-up` is `Set up`."""
    words = " ".join(re.split(r"[-_\s]+", _ORDER.sub("", name.lstrip("_")))).strip()
    return words[:1].upper() + words[1:]


def _name(path: str) -> str:
    stem = posixpath.splitext(path)[0]
    name = posixpath.basename(stem)
    if name.lower() in ("index", "readme", "_index") and "/" in stem:
        name = posixpath.basename(posixpath.dirname(stem))
    return _ORDER.sub("", name.lstrip("_"))


def _plain(heading: str) -> str:
    return one_line(_MARKS.sub("", _LINK.sub(r"\1", heading)))
