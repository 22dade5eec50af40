"""A stretch of a rendered text for another page: the part under one heading, as much of it as has room there.

Works on HTML that `markdown.render` has written. What comes out is that same HTML without identifiers; its links to
places in the text lead to the page with the whole text. No word is left out in the middle: what cannot be cut in good
order is not cut at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import groupby
from xml.etree.ElementTree import Element, TreeBuilder, tostring

from markupsafe import Markup

LONGEST_PART = 100_000
"""Letters of the HTML of a part; a longer one takes too long to read while somebody waits."""
#: A piece that cannot be cut may be so many times as long as there is room.
_MOST_TIMES = 3
_HEADING = re.compile(r"<h([2-6]) id=\"([^\"]*)\">.*?</h\1>", re.DOTALL)
_EMPTY = frozenset(("area", "br", "col", "hr", "img", "input", "wbr"))
_BLOCKS = frozenset("p div section ul ol dl table blockquote figure pre hr details h1 h2 h3 h4 h5 h6".split())
#: What makes sense within its list or table alone.
_PARTS = frozenset("li dt dd tr td th thead tbody tfoot caption col colgroup summary figcaption".split())
_NO_LETTER = re.compile(r"[\W_]+")


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
    def length(self) -> int:
        return letters("".join(_words(self.element)))


def letters(text: str) -> int:
    """How many letters and digits a text has."""
    return len(_NO_LETTER.sub("", text))


def excerpt(html: str, anchor: str, *, url: str, after: int = 0, longest: int) -> Excerpt | None:
    """The part of a rendered text under one heading, without the heading.

    Args:
        html: what `markdown.render` made.
        anchor: of the heading; empty for what stands before the first one.
        url: of the page with the whole text.
        after: so many letters and digits of the part stand before what is wanted. When not all of the part has room, it
            starts with the block or item of a list that holds the next one.
        longest: letters and digits that have room. The first block or item is shown even when it is somewhat longer.

    Returns:
        None when there is no such heading, nothing under it, or nothing that can be cut out in good order.
    """
    part = _part(html, anchor)
    if part is None or len(part) > LONGEST_PART:
        return None
    root = _tree(part)
    whole = letters("".join(_words(root)))
    pieces = list(_pieces(root))
    lengths = [piece.length for piece in pieces]
    is_whole = sum(lengths) == whole
    if not pieces or not is_whole or any(piece.element.tag in _PARTS for piece in pieces if piece.inside is None):
        return None
    first, last = 0, len(pieces)
    if sum(lengths) > longest:
        first = _place(lengths, after)
        last, room = first + 1, longest - lengths[first]
        while last < len(pieces) and lengths[last] <= room:
            room -= lengths[last]
            last += 1
    if lengths[first] > _MOST_TIMES * longest:
        return None
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
    for block in _blocks(root):
        if block.tag in ("ol", "ul"):
            first = int(block.get("start", "1"))
            yield from (_Piece(item, block, number) for number, item in enumerate(block, first))
        elif not _is_beside(block):
            yield _Piece(block)


def _blocks(root: Element) -> Iterator[Element]:
    """The blocks of a part; what stands between them becomes paragraphs."""
    line = Element("p")
    line.text = root.text
    for child in root:
        if child.tag in _BLOCKS or child.tag in _PARTS:
            yield from _told(line)
            yield child
            line = Element("p")
            line.text, child.tail = child.tail, None
        else:
            line.append(child)
    yield from _told(line)


def _told(line: Element) -> Iterator[Element]:
    if letters("".join(_words(line))) or line.find(".//img") is not None:
        yield line


def _words(element: Element) -> Iterator[str]:
    """What can be read of an element, as a plain text has it: pictures by their text, no marks of footnotes."""
    if _is_beside(element):
        return
    yield element.get("alt", "")
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


def _is_beside(element: Element) -> bool:
    """Whether it belongs to the page of the text and not to a part: footnotes and their marks."""
    return element.get("class", "").startswith("footnote") or "aria-hidden" in element.attrib


def _place(lengths: Sequence[int], after: int) -> int:
    """The number of the piece that goes on after so many letters; 0 when there are not as many."""
    for number, length in enumerate(lengths):
        after -= length
        if after < 0:
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
