"""A stretch of a rendered text for another page: the part under one heading, as much of it as has room there.

Works on HTML that `markdown.render` has written. What comes out is that same HTML without identifiers; its links to
places in the text lead to the page with the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import groupby
from xml.etree.ElementTree import Element, TreeBuilder, tostring

from markupsafe import Markup

_HEADING = re.compile(r"<h([2-6]) id=\"([^\"]*)\">.*?</h\1>", re.DOTALL)
_EMPTY = frozenset(("area", "br", "col", "hr", "img", "input", "wbr"))
_NO_LETTER = re.compile(r"[\W_]+")
#: Letters by which a place in a text is found again.
_KNOWN_BY = 60


@dataclass(frozen=True)
class Excerpt:
    """A part of a text as HTML, and whether there is more of that part."""

    html: Markup
    is_cut: bool = False


@dataclass(frozen=True)
class _Piece:
    """What is not cut any further: a block, or an item of a list (`inside`) with its number from 1."""

    element: Element
    inside: Element | None = None
    number: int = 0

    @property
    def letters(self) -> str:
        return _letters(" ".join(_words(self.element)))


def excerpt(html: str, anchor: str, *, url: str, begins: str = "", longest: int) -> Excerpt | None:
    """The part of a rendered text under one heading, without the heading.

    Args:
        html: what `markdown.render` made.
        anchor: of the heading; empty for what stands before the first one.
        url: of the page with the whole text.
        begins: some words in the part. When not all of it has room, it starts with the block or item that holds where
            they begin.
        longest: letters and digits that have room. The first block or item is shown however long it is.

    Returns:
        None when there is no such heading, or nothing under it.
    """
    part = _part(html, anchor)
    pieces = list(_pieces(_tree(part))) if part is not None else []
    if not pieces:
        return None
    letters = [piece.letters for piece in pieces]
    first, last = 0, len(pieces)
    if sum(map(len, letters)) > longest:
        first = _place(letters, begins)
        last, room = first + 1, longest - len(letters[first])
        while last < len(pieces) and len(letters[last]) <= room:
            room -= len(letters[last])
            last += 1
    return Excerpt(Markup("").join(_joined(pieces[first:last], url)), is_cut=last < len(pieces))


def _part(html: str, anchor: str) -> str | None:
    headings = list(_HEADING.finditer(html))
    if not anchor:
        return html[: headings[0].start()] if headings else html
    for number, heading in enumerate(headings):
        if heading[2] == anchor:
            return html[heading.end() : headings[number + 1].start() if number + 1 < len(headings) else len(html)]
    return None


class _Reader(HTMLParser):
    """Makes a tree of a part. Tags that end before it or after it are left out or closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = TreeBuilder()
        self.builder.start("div", {})
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _EMPTY:
            self.builder.end(tag)
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open:
                last = self._open.pop()
                self.builder.end(last)
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        self.builder.data(data)

    def finished(self) -> Element:
        self.close()
        for tag in reversed(self._open):
            self.builder.end(tag)
        self.builder.end("div")
        return self.builder.close()


def _tree(part: str) -> Element:
    reader = _Reader()
    reader.feed(part)
    return reader.finished()


def _pieces(root: Element) -> Iterator[_Piece]:
    if (root.text or "").strip():
        paragraph = Element("p")
        paragraph.text = root.text
        yield _Piece(paragraph)
    for block in root:
        if block.tag in ("ol", "ul"):
            first = int(block.get("start", "1"))
            yield from (_Piece(item, block, number) for number, item in enumerate(block, first))
        elif block.get("class") != "footnotes":
            yield _Piece(block)


def _words(element: Element) -> Iterator[str]:
    """What can be read of an element, as a plain text has it: pictures by their text, no marks of footnotes."""
    if element.get("class", "").startswith("footnote-") or "aria-hidden" in element.attrib:
        return
    yield element.get("alt", "")
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _place(letters: Sequence[str], begins: str) -> int:
    """The number of the piece in which these words begin; 0 when none does."""
    at = "".join(letters).find(_letters(begins)[:_KNOWN_BY])
    for number, each in enumerate(letters):
        at -= len(each)
        if at < 0:
            return number
    return 0


def _joined(pieces: Sequence[_Piece], url: str) -> Iterator[Markup]:
    for inside, group in groupby(pieces, key=lambda piece: piece.inside):
        items = list(group)
        if inside is None:
            yield from (_written(piece.element, url) for piece in items)
            continue
        shown = Element(inside.tag, inside.attrib)
        if inside.tag == "ol" and items[0].number != 1:
            shown.set("start", str(items[0].number))
        shown.extend(piece.element for piece in items)
        yield _written(shown, url)


def _written(element: Element, url: str) -> Markup:
    for each in element.iter():
        each.attrib.pop("id", None)
        if each.get("href", "").startswith("#"):
            each.set("href", url + each.attrib["href"])
    element.tail = None
    return Markup(tostring(element, encoding="unicode", method="html"))  # noqa: S704  # what was sanitised before
