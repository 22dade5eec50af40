"""Markdown to HTML that is safe whatever it is given: the only place that knows Markdown, Pygments and the sanitiser.

Four steps: the block structure (`blocks`), what is inside the lines (the Markdown library's inline stage), the
finish (`outline`), and before and after it the sanitiser, which is the last and deciding step.
"""

from __future__ import annotations

import re
import string
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from time import thread_time
from xml.etree.ElementTree import Element, ElementTree, SubElement

import markdown
import nh3
from markdown import inlinepatterns, util
from markdown.blockparser import BlockParser
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from app.foundation.blocks import Blocks, Code
from app.foundation.inline_text import is_wild, without_leftovers
from app.foundation.markdown_words import CALLOUT_TITLES, HIGHLIGHTED, language_of
from app.foundation.outline import Heading, ImageSize, Outline, Resolve, Section
from app.foundation.raw_html import ALLOWED_TAGS, RAW_TAG, RawHtml
from app.foundation.text import cleaned

#: Stored with each publication; raise it when the same text would give other HTML.
RENDERER = "3"

#: Longer texts, in characters, are shown as they were written.
LONGEST_TEXT = 600_000
_LONGEST_HIGHLIGHTED = 6_000
_HIGHLIGHT_SECONDS = 1.5
_MOST_INLINE = 30_000
_MOST_ELEMENTS = 60_000

_MADE_TAGS = ALLOWED_TAGS | {"input", "label"}
_CLASSES = frozenset(
    "callout callout-title callout-note callout-tip callout-important callout-warning callout-caution table-scroll "
    "code align-center align-right task footnotes footnote-ref footnote-back broken-link "
    "missing-image image-link".split()
)
_TOKEN_CLASSES = frozenset(STANDARD_TYPES.values()) - {""}
_ATTRIBUTES = {
    "*": {"class", "id", "lang", "dir", "title"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed"},
    "details": {"open"},
    "div": {"data-language"},
    "time": {"datetime"},
}
_FINISHED_ATTRIBUTES = _ATTRIBUTES | {
    "a": {"href", "rel"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "div": {"data-language", "tabindex", "role", "aria-label"},
    "pre": {"tabindex"},
    "figcaption": {"aria-hidden"},
}
_CHECKBOX = {"input": {"type": {"checkbox"}, "disabled": {""}, "checked": {""}}}
_SCHEMES = {"http", "https", "mailto", "tel"}


@dataclass(frozen=True)
class Rendered:
    """A text made into a page. `links` are the addresses of its links and images as written, each once, in order."""

    html: str
    contents: tuple[Heading, ...]
    sections: tuple[Section, ...]
    links: tuple[str, ...]


def keep(address: str) -> str | None:
    """The address as it was written."""
    return address


def render(
    text: str, *, resolve: Resolve = keep, image_size: ImageSize | None = None, language: str = "en"
) -> Rendered:
    """Render Markdown to safe HTML. Never fails; a text beyond the bounds is shown as it was written.

    Args:
        text: Markdown of any length and content.
        resolve: from an address as written to the address to put on the page; None makes it a broken link.
        image_size: from an image's address as written to its width and height in pixels, where they are known.
        language: which language call-outs without a title are named in.
    """
    text = cleaned(text)
    titles = CALLOUT_TITLES.get(language.split("-")[0], CALLOUT_TITLES["en"])
    try:
        unsafe = _stage().html(text, titles)
    except _TooMuch:
        html = f'<pre tabindex="0">{escape(text, quote=False)}</pre>'
        return Rendered(html, (), (Section("", "", text.strip()),), ())
    outline = Outline(resolve, image_size)
    html = _FINISHER.clean(outline.finish(_CLEANER.clean(unsafe)))
    return Rendered(html, tuple(outline.contents), tuple(outline.sections), tuple(outline.links))


def plain(text: str) -> str:
    """The words of a Markdown text without any marks, a line each for headings, paragraphs and rows."""
    sections = render(text).sections
    return "\n".join(part for section in sections for part in (section.heading, section.text) if part)


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    """What becomes of an allowed attribute: classes only of our own, addresses without tricks."""
    if attribute == "class":
        known = _TOKEN_CLASSES if tag == "span" else frozenset[str]()
        kept = [
            name
            for name in value.split()
            if name in _CLASSES or name in known or (tag == "code" and _LANGUAGE_CLASS.fullmatch(name))
        ]
        return " ".join(kept) or None
    if attribute in ("width", "height", "colspan", "rowspan", "start"):
        return value if re.fullmatch(r"\d{1,5}", value) and (attribute == "start" or int(value) <= 10_000) else None
    if attribute in ("href", "src") and _IS_TRICKY.search(value):
        return None
    return value


_LANGUAGE_CLASS = re.compile(r"language-[\w#+.-]{1,30}")
_IS_TRICKY = re.compile(r"[\x00-\x1f]|^\s*[/\\]?\\|^\s*//[^/]*@|^[^/?#:]*\s[^/?#:]*:|^https?:/{0,2}[^/?#]*\\")

_CLEANER = nh3.Cleaner(
    tags=set(_MADE_TAGS),
    attributes=_ATTRIBUTES,
    tag_attribute_values=_CHECKBOX,
    attribute_filter=_filtered,
    url_schemes=_SCHEMES | {"article", "attachment"},
    link_rel=None,
    clean_content_tags={"script", "style"},
)
_FINISHER = nh3.Cleaner(
    tags=set(_MADE_TAGS),
    attributes=_FINISHED_ATTRIBUTES,
    tag_attribute_values=_CHECKBOX,
    attribute_filter=_filtered,
    url_schemes=_SCHEMES,
    link_rel=None,
    clean_content_tags={"script", "style"},
)


def _code_html(code: Code, *, highlighted: bool) -> str:
    language = language_of(code.language)
    highlighted = highlighted and language in HIGHLIGHTED and len(code.text) <= _LONGEST_HIGHLIGHTED
    lexer = _lexer(language) if highlighted else None
    inside = highlight(code.text, lexer, _FORMATTER) if lexer else escape(code.text, quote=False)
    name = f' data-language="{escape(language)}"' if re.fullmatch(r"[\w#+.-]{1,30}", language) else ""
    return f'<div class="code"{name}><pre><code>{inside}</code></pre></div>'


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


class _TooMuch(Exception):
    """The text is too long or has too many parts to be rendered."""


class _Stage(markdown.Markdown):
    """The Markdown library with our block structure before its inline stage. One a thread."""

    blocks: Blocks
    raw_html: RawHtml
    highlighting: float
    titles: dict[str, str]
    numbers: dict[str, int]

    def build_parser(self) -> _Stage:
        super().build_parser()
        self.parser = _DocumentParser(self)
        for registry, names in (
            (self.preprocessors, ("normalize_whitespace", "html_block")),
            (self.treeprocessors, ("prettify",)),
            (self.postprocessors, ("raw_html",)),
            (self.inlinePatterns, ("automail", "linebreak")),
        ):
            for name in names:
                registry.deregister(name)
        self.ESCAPED_CHARS = list(string.punctuation)
        delimiters = inlinepatterns.DelimiterProcessor("*", "strong,em", self)
        delimiters.add("_", "strong,em", smart=True)
        delimiters.add("~", "del", double=True)
        patterns = self.inlinePatterns
        patterns.register(delimiters, "em_strong", 60)
        self._forget_emphasis = delimiters.reset
        patterns.register(inlinepatterns.SubstituteTagInlineProcessor(r"(?: {2,}|\\)\n", "br"), "linebreak", 185)
        patterns.register(_EscapedAmpersand(r"\\&", self), "ampersand", 181)
        patterns.register(_Reference(inlinepatterns.REFERENCE_RE, self), "reference", 170)
        patterns.register(_FootnoteMark(r"\[\^([^\]\s]{1,100})\]", self), "footnote", 175)
        patterns.register(_MailAddress(r"<([^\s<>@]{1,64}@[^\s<>@]{1,255})>", self), "automail", 110)
        patterns.register(_RawTag(_RAW_INLINE, self), "html", 90)
        patterns.register(_BareAddress(_BARE_ADDRESS, self), "bare_address", 85)
        patterns.register(_Entity(inlinepatterns.ENTITY_RE, self), "entity", 80)
        return self

    def html(self, text: str, titles: dict[str, str]) -> str:
        """HTML of this text, not yet safe. Raises _TooMuch when it is beyond the bounds."""
        if len(text) > LONGEST_TEXT:
            raise _TooMuch
        self.titles = titles
        self.raw_html = RawHtml()
        self.highlighting = 0.0
        self.reset()
        self._forget_emphasis()
        html = self.convert(text)
        return _PLACEHOLDER.sub(self._in_place, html) if text.strip() else ""

    def _in_place(self, found: re.Match[str]) -> str:
        number = int(found[2])
        if found[1] == "raw":
            return self.raw_html.allowed(self.blocks.raw[number])
        start = thread_time()
        html = _code_html(self.blocks.code[number], highlighted=self.highlighting < _HIGHLIGHT_SECONDS)
        self.highlighting += thread_time() - start
        return html

    def stashed(self, html: str) -> Element:
        """An element that stands for raw HTML."""
        self.blocks.raw.append(html)
        element = Element("x-raw")
        element.text = util.AtomicString(str(len(self.blocks.raw) - 1))
        return element


_PLACEHOLDER = re.compile(r"<x-(code|raw)>(\d+)</x-\1>")
_RAW_INLINE = r"<!--.{0,20000}?-->|<[?!][^<>]{0,2000}>|" + RAW_TAG.pattern
_BARE_ADDRESS = (
    r"(?<![\w/\"'=@.+:-])(?:(?:https?://|www\.)[^\s<>\"'`\x02\x03*]{1,2000}"
    r"|[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?![\w@-]))"
)
_HERE = threading.local()


def _stage() -> _Stage:
    if not hasattr(_HERE, "stage"):
        _HERE.stage = _Stage(output_format="html", tab_length=4)
    stage: _Stage = _HERE.stage
    return stage


class _DocumentParser(BlockParser):
    """Gives the library the block structure of `Blocks` in place of its own."""

    md: _Stage

    def parseDocument(self, lines: Iterable[str]) -> ElementTree[Element | None]:  # noqa: N802  # the library's name
        text = "\n".join(lines)
        blocks = self.md.blocks = Blocks(text)
        self.md.references = blocks.references
        self.md.numbers = {}
        if blocks.footnotes:
            self._add_footnotes(text)
        elements, left = list(blocks.root.iter()), _MOST_INLINE
        if len(elements) > _MOST_ELEMENTS:
            raise _TooMuch
        for element in elements:
            if element.tag not in ("x-code", "x-raw"):
                left -= 1
                self._prepare(element, is_late=left < 0)
        return ElementTree(blocks.root)

    def _prepare(self, element: Element, *, is_late: bool) -> None:
        """Make the texts of an element ready for the inline stage, or keep them out of it."""
        if element.get("class", "").startswith("callout ") and not element[0].text:
            element[0].text = self.md.titles[element.get("class", "").rpartition("-")[2]]
        if element.text:
            text = without_leftovers(element.text)
            element.text = text if _MARKED.search(text) else util.AtomicString(text)
            if is_late or is_wild(text):
                element.text = None
                element.insert(0, self.md.stashed(escape(text, quote=False)))
        if element.tail and (is_late or is_wild(element.tail)):
            element.tail = util.AtomicString(element.tail)

    def _add_footnotes(self, text: str) -> None:
        notes = self.md.blocks.footnotes
        order = dict.fromkeys(name for name in _NOTE_MARK.findall(text) if name in notes)
        for name in notes:
            order.setdefault(name)
        self.md.numbers = {name: number for number, name in enumerate(order, 1)}
        section = SubElement(self.md.blocks.root, "div", {"class": "footnotes"})
        listing = SubElement(section, "ol")
        for name, number in self.md.numbers.items():
            note = notes[name]
            note.set("id", f"fn-{number}")
            listing.append(note)
            home = note[-1] if len(note) and note[-1].tag == "p" else SubElement(note, "p")
            back = SubElement(home, "a", {"class": "footnote-back", "href": f"#fnref-{number}"})
            back.text = util.AtomicString("↩")


_NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,100})\](?!:)")
_MARKED = re.compile(r"[\\`*_\[<&~@]|://|www\.|  \n")


class _Reference(inlinepatterns.ReferenceInlineProcessor):
    """`[words][name]`, with nothing between the brackets."""

    RE_LINK = re.compile(r"\[([^\]]*)\]")


class _FootnoteMark(inlinepatterns.InlineProcessor):
    """`[^1]`: a number that leads to the note."""

    md: _Stage

    def handleMatch(  # type: ignore[override]  # noqa: N802  # the library's name; it allows None
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        number = self.md.numbers.get(m[1])
        if number is None:
            return None, None, None
        mark = Element("sup", {"class": "footnote-ref", "id": f"fnref-{number}"})
        link = SubElement(mark, "a", {"href": f"#fn-{number}"})
        link.text = util.AtomicString(str(number))
        return mark, m.start(), m.end()


class _MailAddress(inlinepatterns.InlineProcessor):
    """`<name@example.com>`."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802
        address = self.unescape(m[1]).removeprefix("mailto:")
        return _address_link(f"mailto:{address}", address), m.start(), m.end()


class _BareAddress(inlinepatterns.InlineProcessor):
    """`https://example.com`, `www.example.com` and `name@example.com` without any mark."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # noqa: N802  # the library's name; it allows None
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        words = m[0].rstrip("?!.,:*_~;'\"")
        while words.endswith(")") and words.count(")") > words.count("("):
            words = words[:-1].rstrip("?!.,:*_~;'\"")
        if words in ("http://", "https://", "www"):
            return None, None, None
        is_web = words.startswith(("http", "www.")) and "@" not in words.partition("/")[0]
        target = f"mailto:{words}" if not is_web else words if words.startswith("http") else f"http://{words}"
        return _address_link(target, words), m.start(), m.start() + len(words)


class _RawTag(inlinepatterns.InlineProcessor):
    """An HTML tag inside a line."""

    md: _Stage

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802
        return self.md.stashed(self.unescape(m[0])), m.start(), m.end()


class _EscapedAmpersand(inlinepatterns.InlineProcessor):
    """`\\&`."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override]  # noqa: N802
        return f"{util.AMP_SUBSTITUTE}amp;", m.start(), m.end()


class _Entity(inlinepatterns.InlineProcessor):
    """`&auml;` and `&#228;`."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override]  # noqa: N802
        letters = cleaned(unescape(m[1])).replace("&", f"{util.AMP_SUBSTITUTE}amp;")
        return letters, m.start(), m.end()


def _address_link(target: str, words: str) -> Element:
    link = Element("a", {"href": target})
    link.text = util.AtomicString(words)
    return link
