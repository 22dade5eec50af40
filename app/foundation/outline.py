"""The finish of a rendered text: heading anchors, resolved addresses, captions, scroll frames, and its plain text.

Works on HTML that the sanitiser has written, so every tag is well formed, every attribute stands in double quotes
and no text holds a bare `<`. What comes out goes through the sanitiser again, which decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from app.foundation.text import slugified

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [^\s=\"]+=\"[^\"]*\")*)>|([^<]+|<)")
_ATTRIBUTE = re.compile(r" ([^\s=\"]+)=\"([^\"]*)\"")
_ONLY_IMAGE = re.compile(r"<p>\s*((?:<a [^>]*>)?(<img [^>]*>)(?:</a>)?)\s*</p>")
_BLOCKS = frozenset(
    "p div li tr table thead tbody ul ol dl dt dd blockquote figure figcaption pre hr summary details".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SAFE_ID = re.compile(r"[A-Za-z][\w.-]{0,100}")
_SPACES = re.compile(r"[ \t]+")
_LINES = re.compile(r"\s*\n\s*")
_NOT_WORD = re.compile(r"[^\w\s-]")
#: The share of a section's letters that stand in links, above which it only points on.
_POINTS_ON = 0.8

#: Identifiers of the page around an article, which a heading must not take.
_TAKEN = frozenset(
    (
        "main vote vote-title vote-comment vote-comment-hint related contents-title contact-title ask ask-title "
        "ask-message ask-message-hint ask-email ask-email-hint ask-phone ask-phone-hint ask-name ask-along-list"
    ).split()
)

#: From this width in pixels on a picture is shown smaller than it is, beside the widest text column.
WIDE = 700

Resolve = Callable[[str], "str | None"]
ImageSize = Callable[[str], "tuple[int, int] | None"]


@dataclass(frozen=True)
class Heading:
    """A heading of the page: its level from 2 to 6, the anchor to link to, and its words."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Section:
    """The plain text under one heading; anchor and heading are empty before the first.

    `only_points_on`: almost all of it is links to other places, so it answers nothing itself.
    """

    anchor: str
    heading: str
    text: str
    only_points_on: bool = False


def anchor(heading: str) -> str:
    """The anchor of a heading with these words, before it is made unique: a-z, 0-9 and hyphens.

    An anchor as other systems make it (`what-s-new`, `a--b`, `%C3%BC`) gives the same when it is passed through again.
    """
    slug = slugified(_NOT_WORD.sub("", heading))
    return "section" if slug == "untitled" else slug


@dataclass
class Outline:
    """Reads clean HTML once and gathers what a publication keeps of it."""

    resolve: Resolve
    image_size: ImageSize | None = None
    contents: list[Heading] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    links: dict[str, None] = field(default_factory=dict)
    _out: list[str] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _ids: set[str] = field(default_factory=lambda: set(_TAKEN))
    _last_numbers: dict[str, int] = field(default_factory=dict)
    _here: tuple[str, str] = ("", "")
    _heading: tuple[int, int, str] | None = None
    _link_ends: list[str] = field(default_factory=list)
    _linked: list[int] = field(default_factory=list)
    _shift: int = 0
    _silent: str = ""
    _is_code: bool = False
    _table: tuple[int, int] | None = None

    def finish(self, html: str) -> str:
        """The HTML with everything in place. To be called once."""
        self._shift = 1 if "<h1" in html else 0
        self._ids.update(name for name in re.findall(r" id=\"(fn[^\"]*)\"", html))
        html = _ONLY_IMAGE.sub(self._figure, html)
        for found in _TOKEN.finditer(html):
            closing, tag, attributes, text = found.groups()
            if text is not None:
                self._out.append(text)
                if not self._silent:
                    self._words.append(text if self._is_code else text.replace("\n", " "))
                    if self._link_ends:
                        self._linked.append(_letters(text))
            elif closing:
                self._close(tag)
            else:
                self._open(tag, {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)})
        self._end_section()
        return _linked_inside("".join(self._out), self._ids)

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _HEADINGS:
            self._open_heading(tag, attributes)
            return
        if tag in _BLOCKS:
            self._words.append("\n")
        self._keep_id(attributes)
        if attributes.get("class") in ("footnote-ref", "footnote-back") or "aria-hidden" in attributes:
            self._silent = tag
        if tag == "a":
            tag, attributes = self._link(attributes)
        elif tag == "img":
            image = self._image(attributes)
            if image is None:
                return
            attributes = image
        elif tag == "table":
            self._table = (len(self._out), len(self._words))
        elif tag == "br":
            self._words.append("\n")
        elif tag in ("td", "th"):
            self._words.append(" · ")
            attributes |= {"scope": "col"} if tag == "th" and "scope" not in attributes else {}
        elif tag == "pre":
            self._is_code = True
            attributes["tabindex"] = "0"
        elif attributes.get("class", "").startswith("callout "):
            attributes["role"] = "note"
        self._out.append(_start(tag, attributes))

    def _close(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._close_heading()
            return
        if tag in _BLOCKS:
            self._words.append("\n")
        self._silent = "" if tag == self._silent else self._silent
        self._is_code = self._is_code and tag != "pre"
        if tag == "a" and self._link_ends:
            tag = self._link_ends.pop()
        if tag == "tr" and self._table is not None:
            (place, start), self._table = self._table, None
            label = _plain("".join(self._words[start:])).replace("\n", " ") or self._here[1] or "…"
            self._out[place] = (
                f'<div class="table-scroll" tabindex="0" role="region" aria-label="{escape(label)}">{self._out[place]}'
            )
        self._out.append(f"</{tag}></div>" if tag == "table" else f"</{tag}>")

    def _open_heading(self, tag: str, attributes: dict[str, str]) -> None:
        self._end_section()
        before = self.contents[-1].level if self.contents else 1
        level = min(int(tag[1]) + self._shift, before + 1, 6)
        self._out.append("")
        self._heading = (level, len(self._out) - 1, attributes.get("id", ""))

    def _close_heading(self) -> None:
        if self._heading is None:
            return
        (level, place, wanted), self._heading = self._heading, None
        words = _plain("".join(self._words)).replace("\n", " ")
        self._words.clear()
        name = self._unique(wanted if _SAFE_ID.fullmatch(wanted) else anchor(words))
        self._out[place] = f'<h{level} id="{name}">'
        self._out.append(f"</h{level}>")
        self.contents.append(Heading(level, name, words))
        self._here = (name, words)

    def _end_section(self) -> None:
        words = "".join(self._words)
        text = _plain(words)
        points_on = len(self._linked) > 1 and sum(self._linked) > _POINTS_ON * _letters(words)
        self._words.clear()
        self._linked.clear()
        if text or self._here != ("", ""):
            self.sections.append(Section(*self._here, text, points_on))
        self._here = ("", "")

    def _unique(self, wanted: str) -> str:
        name, number = wanted, self._last_numbers.get(wanted, 1)
        while name in self._ids:
            number += 1
            name = f"{wanted}-{number}"
        self._last_numbers[wanted] = number
        self._ids.add(name)
        return name

    def _keep_id(self, attributes: dict[str, str]) -> None:
        name = attributes.pop("name", "") or attributes.get("id", "")
        attributes.pop("id", None)
        if not name:
            return
        if name.startswith(("fn-", "fnref-")):
            attributes["id"] = name
        elif _SAFE_ID.fullmatch(name) and name not in self._ids:
            self._ids.add(name)
            attributes["id"] = name

    def _link(self, attributes: dict[str, str]) -> tuple[str, dict[str, str]]:
        address = attributes.get("href")
        if address is None and "id" not in attributes:
            self._link_ends.append("span")
            return "span", {"class": "broken-link"}
        if address is None or address.startswith("#"):
            self._link_ends.append("a")
            return "a", attributes
        self.links.setdefault(address)
        target = self.resolve(address)
        if target is None:
            self._link_ends.append("span")
            return "span", {"class": "broken-link"}
        self._link_ends.append("a")
        attributes["href"] = target
        if re.match(r"(?:https?:)?//", target, re.IGNORECASE):
            attributes["rel"] = "noopener"
        return "a", attributes

    def _figure(self, found: re.Match[str]) -> str:
        """A picture alone in its paragraph: with its title as caption, and a link to itself when it is too wide."""
        picture = found[1]
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[2])}
        title = attributes.get("title", "")
        if title:
            picture = picture.replace(f' title="{escape(title)}"', "")
        size = self.image_size(attributes.get("src", "")) if self.image_size is not None else None
        is_wide = size is not None and size[0] > WIDE
        # A link needs a name: that of a picture is its alternative text.
        if is_wide and attributes.get("alt") and picture.startswith("<img"):
            picture = f'<a class="image-link" href="{escape(attributes["src"])}">{picture}</a>'
        if not title:
            return f"<p>{picture}</p>"
        return f"<figure>{picture}<figcaption>{escape(title, quote=False)}</figcaption></figure>"

    def _image(self, attributes: dict[str, str]) -> dict[str, str] | None:
        address = attributes.get("src", "")
        self.links.setdefault(address)
        target = self.resolve(address) if address else None
        alt = attributes.setdefault("alt", "")
        self._words.append(f" {escape(alt)} " if alt else "")
        if target is None:
            self._out.append(f'<span class="missing-image">{escape(alt)}</span>' if alt else "")
            return None
        size = self.image_size(address) if self.image_size is not None else None
        if size is not None:
            attributes |= {"width": str(size[0]), "height": str(size[1])}
        return attributes | {"src": target, "loading": "lazy", "decoding": "async"}


def _start(tag: str, attributes: Mapping[str, str]) -> str:
    return f"<{tag}" + "".join(f' {name}="{escape(value)}"' for name, value in attributes.items()) + ">"


def _letters(words: str) -> int:
    return len("".join(words.split()))


def _plain(words: str) -> str:
    lines = _LINES.split(_SPACES.sub(" ", unescape(words)).strip())
    return "\n".join(line.removeprefix("· ") for line in lines)


def _linked_inside(html: str, names: set[str]) -> str:
    """Links to a heading in another system's spelling, such as `#a--b`, lead to the heading of this page."""

    def mended(found: re.Match[str]) -> str:
        name = unescape(found[1])
        if name in names or not name:
            return found[0]
        ours = anchor(name)
        return f' href="#{ours}"' if ours in names else found[0]

    return re.sub(r' href="#([^"]*)"', mended, html)
