"""The block structure of a Markdown text as an element tree: CommonMark's rules, with writers' usual additions.

Additions: tables, call-outs (`!!! note`, `> [!NOTE]`, `:::note`), task lists, footnotes, definition lists, nested
lists indented by two blanks. What is inside a line stays as it was written, for the inline stage. `<x-code>` and
`<x-raw>` elements stand for code and raw HTML and hold the number of the entry in `Blocks.code` and `Blocks.raw`.
Every loop takes each line once a level and there are at most `DEEPEST` levels, so the work is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import unescape
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

DEEPEST = 14
WIDEST_TABLE = 100

#: Words that open a call-out, and the kind of call-out that they make.
CALLOUTS = {
    **dict.fromkeys(("note", "info", "abstract", "summary", "example", "question", "quote", "todo", "seealso"), "note"),
    **dict.fromkeys(("tip", "hint", "success", "check", "keyboard_tip"), "tip"),
    "important": "important",
    **dict.fromkeys(("warning", "warn", "attention"), "warning"),
    **dict.fromkeys(("caution", "danger", "error", "failure", "bug"), "caution"),
}

_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ ]*(.*)")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t](.*))?$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ ]*){3,}|(?:-[ ]*){3,}|(?:_[ ]*){3,})$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+) *$")
_QUOTE = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r"( {0,3})([-+*]|\d{1,9}[.)])( +|$)(.*)")
_TASK = re.compile(r"\[([ xX])\][ ]+(?=\S)")
_ADMONITION = re.compile(r'(?:!!!|\?\?\?\+?)[ ]+([\w-]+)[\w -]*(?:"(.*)")?$')
_ALERT = re.compile(r"\[!(\w+)\][ ]*(.*)")
_COLONS = re.compile(r"(:{3,})[ ]*(?:([\w-]+)(?:\[(.*)\]|[ ]+(.*))?)?$")
_LEFTOVER_COLONS = re.compile(r":::[ ]*(?!image)[\w-][^:]*:::$|:::[ ]*(?:zone|moniker|row|column)[\w-]*(?: .*)?$")
_FOOTNOTE = re.compile(r" {0,3}\[\^([^\]\s]{1,100})\]:[ ]*(.*)")
_REFERENCE = re.compile(
    r" {0,3}\[((?:[^\[\]\\]|\\.){1,999})\]:\s*(?:<([^<>\n]*)>|(\S+))"
    r"(?:\s+(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?[ \t]*(?:\n|$)"
)
_DELIMITERS = re.compile(r" {0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?$")
_CELLS = re.compile(r"(?<!\\)\|")
_DEFINITION = re.compile(r" {0,3}:[ ]{1,4}(?=\S)")
_HTML_BLOCK = re.compile(
    r" {0,3}<(?:(script|pre|style|textarea)(?=[\s>]|$)|(!--)|(\?)|(![A-Za-z])|(!\[CDATA\[)|"
    r"(/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|"
    r"footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|"
    r"optgroup|option|p|param|picture|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul|video)(?=[\s/>]|$)))",
    re.IGNORECASE,
)
_HTML_ENDS = {2: "-->", 3: "?>", 4: ">", 5: "]]>"}
_LONE_TAG = re.compile(r" {0,3}</?[A-Za-z][A-Za-z0-9-]*+(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)?/?>[ ]*$")
_MARKDOWN_INSIDE = re.compile(r"\smarkdown(?:=|[\s>])")
_ATTRIBUTES = re.compile(r"^[ ]{0,3}\{[:#.][^{}]*\}[ ]*$")
_HEADING_ID = re.compile(r"\{:? *#([A-Za-z][\w.-]{0,80})[^{}]{0,200}\}$")


class Code(NamedTuple):
    """A block of code; `language` is the word after the fence, or empty."""

    language: str
    text: str


class Blocks:
    """A text taken apart. `root` is a `div` with the blocks; the lists are what its placeholders stand for."""

    def __init__(self, text: str) -> None:
        self.root = Element("div")
        self.code: list[Code] = []
        self.raw: list[str] = []
        self.references: dict[str, tuple[str, str]] = {}
        self.footnotes: dict[str, Element] = {}
        self._parse(self.root, [_detabbed(line) for line in text.split("\n")], 0)

    def _parse(self, parent: Element, lines: Sequence[str], depth: int) -> bool:
        """Append the blocks of these lines to `parent`; tells whether blank lines lie between two of them."""
        at, blank, is_loose = 0, False, False
        if depth > DEEPEST:
            self._paragraph(parent, [line for line in lines if line.strip()])
            return False
        while at < len(lines):
            if not lines[at].strip():
                blank, at = True, at + 1
                continue
            is_loose = is_loose or (blank and len(parent) > 0)
            blank = False
            after = at + 1
            for step in _STEPS:
                after = step(self, parent, lines, at, depth)
                if after:
                    break
            at = after
        return is_loose

    def _code(self, parent: Element, language: str, lines: Sequence[str]) -> None:
        SubElement(parent, "x-code").text = str(len(self.code))
        self.code.append(Code(language, "\n".join(lines)))

    def _html(self, parent: Element, lines: Sequence[str]) -> None:
        SubElement(parent, "x-raw").text = str(len(self.raw))
        self.raw.append("\n".join(lines))

    def _paragraph(self, parent: Element, lines: Sequence[str]) -> None:
        if lines:
            SubElement(parent, "p").text = "\n".join(line.lstrip() for line in lines).rstrip()

    def _indented_code(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        if not lines[at].startswith("    "):
            return 0
        end = at
        while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
            end += 1
        while not lines[end - 1].strip():
            end -= 1
        self._code(parent, "", [line[4:] for line in lines[at:end]])
        return end

    def _fence(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = _FENCE.match(lines[at])
        if not found:
            return 0
        end = _fence_end(lines, at, found[2])
        body = [_dedented(line, len(found[1])) for line in lines[at + 1 : end]]
        self._code(parent, found[3].strip().lstrip("{.").split(" ")[0].rstrip("}"), body)
        return min(end + 1, len(lines))

    def _heading(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = _HEADING.match(lines[at])
        if not found:
            return 0
        _add_heading(parent, len(found[1]), _without_closing((found[2] or "").strip()))
        return at + 1

    def _rule(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        if not _RULE.match(lines[at]):
            return 0
        SubElement(parent, "hr")
        return at + 1

    def _leftover(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        return at + 1 if _ATTRIBUTES.match(lines[at]) or _LEFTOVER_COLONS.match(lines[at].rstrip()) else 0

    def _quote(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        if not _QUOTE.match(lines[at]):
            return 0
        inner, end = _contained(lines, at, lambda line: line[found.end() :] if (found := _QUOTE.match(line)) else None)
        alert = _ALERT.match(inner[0])
        if alert and alert[1].lower() in CALLOUTS:
            self._parse(_add_callout(parent, alert[1], alert[2]), inner[1:], depth + 1)
        else:
            self._parse(SubElement(parent, "blockquote"), inner, depth + 1)
        return end

    def _admonition(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = _ADMONITION.match(lines[at].rstrip())
        if not found:
            return 0
        end = at + 1
        while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
            end += 1
        self._parse(
            _add_callout(parent, found[1], found[2] or ""), [line[4:] for line in lines[at + 1 : end]], depth + 1
        )
        return end

    def _colon_callout(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = _COLONS.match(lines[at].rstrip())
        if not found or (found[2] or "").lower() not in CALLOUTS:
            return 0
        end, opened = at + 1, 1
        while end < len(lines):
            marker = _COLONS.match(lines[end].rstrip())
            opened += 0 if not marker else 1 if marker[2] else -1
            if not opened:
                break
            end += 1
        self._parse(_add_callout(parent, found[2], found[3] or found[4] or ""), lines[at + 1 : end], depth + 1)
        return min(end + 1, len(lines))

    def _list(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        first = _ITEM.match(lines[at])
        if not first:
            return 0
        is_bullet, mark = first[2] in "-+*", first[2][-1]
        element = SubElement(parent, "ul" if is_bullet else "ol")
        if not is_bullet and int(first[2][:-1]) != 1:
            element.set("start", str(int(first[2][:-1])))
        is_loose, end, after = False, at, at
        while end < len(lines):
            found = _ITEM.match(lines[end])
            if not found or found[2][-1] != mark or _RULE.match(lines[end]):
                break
            inner, after = _item_lines(lines, end, found)
            item = SubElement(element, "li")
            is_loose = self._parse(item, inner, depth + 1) or is_loose
            _mark_task(item)
            end = next((n for n in range(after, len(lines)) if lines[n].strip()), len(lines))
            follows = _ITEM.match(lines[end]) if end < len(lines) else None
            is_loose = is_loose or bool(follows and follows[2][-1] == mark and end > after)
        if not is_loose:
            _tighten(element)
        return after

    def _html_block(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = _HTML_BLOCK.match(lines[at])
        if not found and not _LONE_TAG.match(lines[at]):
            return 0
        opened = found.lastindex if found else None
        closing = f"</{found[1].lower()}>" if found and found[1] else _HTML_ENDS.get(opened or 0, "")
        if closing:
            end = next((n for n in range(at, len(lines)) if closing in lines[n].lower()), len(lines) - 1) + 1
        else:
            end = at + 1
            inside = _MARKDOWN_INSIDE.search(lines[at])
            while end < len(lines) and lines[end].strip() and not inside:
                end += 1
        self._html(parent, lines[at:end])
        return end

    def _footnote(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = _FOOTNOTE.match(lines[at])
        if not found:
            return 0
        end = at + 1
        while end < len(lines) and (
            lines[end].startswith("  ")
            or (not lines[end].strip() and end + 1 < len(lines) and lines[end + 1].startswith("  "))
            or (
                lines[end].strip()
                and lines[end - 1].strip()
                and not _interrupts(lines, end)
                and not _FOOTNOTE.match(lines[end])
            )
        ):
            end += 1
        element = Element("li")
        self._parse(element, [found[2], *(_dedented(line, 4) for line in lines[at + 1 : end])], depth + 1)
        self.footnotes.setdefault(found[1], element)
        return end

    def _table(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        if (
            at + 1 >= len(lines)
            or "|" not in lines[at]
            or "-" not in lines[at + 1]
            or not _DELIMITERS.match(lines[at + 1].rstrip())
        ):
            return 0
        heads, sides = _cells(lines[at]), [_side(cell) for cell in _cells(lines[at + 1])]
        is_uneven = len(heads) != len(sides)
        if (is_uneven and min(len(heads), len(sides)) < 2) or len(heads) > WIDEST_TABLE:
            return 0
        sides = (sides + [""] * len(heads))[: len(heads)]
        table = SubElement(parent, "table")
        _add_row(SubElement(table, "thead"), "th", heads, sides)
        end, body = at + 2, None
        while end < len(lines) and lines[end].strip() and not _interrupts(lines, end):
            body = SubElement(table, "tbody") if body is None else body
            cells = _cells(lines[end])[: len(heads)]
            _add_row(body, "td", cells + [""] * (len(heads) - len(cells)), sides)
            end += 1
        return end

    def _text(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        end = at + 1
        while end < len(lines) and lines[end].strip() and not _interrupts(lines, end):
            if underline := _UNDERLINE.match(lines[end]):
                words = self._without_references(lines[at:end])
                if words:
                    _add_heading(parent, 1 if underline[1][0] == "=" else 2, "\n".join(line.strip() for line in words))
                return end + 1 if words else end
            if (
                end + 1 < len(lines)
                and "|" in lines[end]
                and _DELIMITERS.match(lines[end + 1].rstrip())
                and "|" in lines[end + 1]
            ):
                break
            end += 1
        definition = end
        while definition < len(lines) and not lines[definition].strip() and definition < end + 1:
            definition += 1
        if definition < len(lines) and _DEFINITION.match(lines[definition]):
            return self._definitions(parent, lines[at:end], lines, definition, depth)
        if split := next((n for n in range(at, end) if _DEFINITION.match(lines[n]) and n > at), 0):
            return self._definitions(parent, lines[at:split], lines, split, depth)
        self._paragraph(parent, self._without_references(lines[at:end]))
        return end

    def _without_references(self, lines: Sequence[str]) -> Sequence[str]:
        if not lines[0].lstrip().startswith("["):
            return lines
        text, start = "\n".join(lines), 0
        while found := _REFERENCE.match(text, start):
            url = found[2] if found[2] is not None else found[3]
            name = " ".join(found[1].lower().split())
            self.references.setdefault(name, (_unescaped(url), _unescaped((found[4] or "")[1:-1])))
            start = found.end()
        return text[start:].split("\n") if text[start:].strip() else []

    def _definitions(self, parent: Element, terms: Sequence[str], lines: Sequence[str], at: int, depth: int) -> int:
        last = parent[-1] if len(parent) and parent[-1].tag == "dl" else SubElement(parent, "dl")
        for term in terms:
            SubElement(last, "dt").text = term.strip()
        while at < len(lines) and (found := _DEFINITION.match(lines[at])):
            end = at + 1
            while end < len(lines) and (
                lines[end].startswith("  ")
                or (not lines[end].strip() and end + 1 < len(lines) and lines[end + 1].startswith("  "))
                or (
                    lines[end].strip()
                    and lines[end - 1].strip()
                    and not _DEFINITION.match(lines[end])
                    and not _interrupts(lines, end)
                )
            ):
                end += 1
            item = SubElement(last, "dd")
            inner = [lines[at][found.end() :], *(_dedented(line, 4) for line in lines[at + 1 : end])]
            if not self._parse(item, inner, depth + 1):
                _tighten([item])
            at = end
        return at


_STEPS = (
    Blocks._indented_code,
    Blocks._fence,
    Blocks._heading,
    Blocks._quote,
    Blocks._rule,
    Blocks._list,
    Blocks._admonition,
    Blocks._colon_callout,
    Blocks._leftover,
    Blocks._html_block,
    Blocks._footnote,
    Blocks._table,
    Blocks._text,
)


def _interrupts(lines: Sequence[str], at: int) -> bool:
    """Whether a line ends the paragraph before it by starting a block of its own."""
    line = lines[at]
    text = line.lstrip(" ")
    if len(line) - len(text) > 3 or not text or text[0] not in "#>`~*-+_0123456789<!:{?[":
        return False
    if text[0] in "#>`~":
        return bool(_HEADING.match(line) or _QUOTE.match(line) or _FENCE.match(line))
    if text[0] == "<":
        return bool(_HTML_BLOCK.match(line))
    if text[0] in "!?:{":
        found = _COLONS.match(text.rstrip())
        return bool(
            (found and (found[2] or "").lower() in CALLOUTS)
            or _ADMONITION.match(text.rstrip())
            or _LEFTOVER_COLONS.match(text.rstrip())
            or _ATTRIBUTES.match(line)
        )
    if text[0] == "[":
        return bool(_FOOTNOTE.match(line))
    if _RULE.match(line):
        return not (text[0] == "-" and _UNDERLINE.match(line))
    item = _ITEM.match(line)
    return bool(item and item[4] and (item[2] in "-+*" or item[2][:-1] == "1"))


def _contained(lines: Sequence[str], at: int, strip: Callable[[str], str | None]) -> tuple[list[str], int]:
    """The lines of a quote without their marks, with the lines that lazily carry on a paragraph, and where they end."""
    inner: list[str] = []
    fence, end = "", at
    while end < len(lines):
        content = strip(lines[end])
        if content is None:
            if fence or not _is_open(inner) or not lines[end].strip() or _starts_block(lines, end):
                break
            content = ("\\" if _UNDERLINE.match(lines[end]) else "") + lines[end].lstrip()
        else:
            fence = _fence_after(fence, content)
        inner.append(content)
        end += 1
    return inner, end


def _item_lines(lines: Sequence[str], at: int, found: re.Match[str]) -> tuple[list[str], int]:
    """The lines of the list item that starts at `at`, without its indentation, and where it ends."""
    start = len(found[1]) + len(found[2])
    wide = not found[4] or len(found[3]) > 4
    width = start + 1 if wide else start + len(found[3])
    needed = width if found[2] in "-+*" else min(width, len(found[1]) + 2)
    inner = [" " * (len(found[3]) - 1) + found[4] if wide and found[4] else found[4]]
    fence, end = _fence_after("", inner[0]), at + 1
    if not found[4] and end < len(lines) and not lines[end].strip():
        return inner, end
    while end < len(lines):
        line = lines[end]
        lead = len(line) - len(line.lstrip(" "))
        if not line.strip():
            inner.append("")
        elif lead >= width or (lead >= needed and not re.match(r" *\d+[.)] ", line)):
            inner.append(line[min(lead, width) :])
            fence = _fence_after(fence, inner[-1])
        elif not fence and _is_open(inner) and not _starts_block(lines, end):
            inner.append(line.lstrip())
        else:
            break
        end += 1
    while not inner[-1].strip() and end > at + 1:
        inner.pop()
        end -= 1
    return inner, end


def _starts_block(lines: Sequence[str], at: int) -> bool:
    return _interrupts(lines, at) or bool(_ITEM.match(lines[at]) or _RULE.match(lines[at]))


def _is_open(inner: Sequence[str]) -> bool:
    """Whether the last line is text of a paragraph, which the next line may carry on without any mark."""
    text = _MARKS.sub("", inner[-1], count=1) if inner else ""
    return bool(text.strip()) and not (
        text.startswith("    ") or text.startswith(("#", "```", "~~~")) or _RULE.match(text)
    )


_MARKS = re.compile(r"^(?: {0,3}(?:>|[-+*] |\d{1,9}[.)] ) ?)+")


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after this line, or an empty text; `fence` is the one that was open before it."""
    found = _FENCE.match(line)
    if fence:
        return "" if found and found[2].startswith(fence) and not found[3] else fence
    return found[2] if found else ""


def _fence_end(lines: Sequence[str], at: int, fence: str) -> int:
    closing = re.compile(r" {0,3}" + re.escape(fence[0]) + f"{{{len(fence)},}} *$")
    return next((n for n in range(at + 1, len(lines)) if closing.match(lines[n])), len(lines))


def _detabbed(line: str) -> str:
    if "\t" not in line:
        return line
    return _PREFIX.sub(lambda prefix: prefix[0].expandtabs(4), line, count=1)


_PREFIX = re.compile(r"^[ \t]*(?:(?:[-+*>]|\d{1,9}[.)])[ \t]+)*")


def _dedented(line: str, most: int) -> str:
    return line[min(most, len(line) - len(line.lstrip(" "))) :]


def _without_closing(text: str) -> str:
    bare = text.rstrip("#")
    return bare.rstrip() if bare != text and (not bare or bare[-1] in " \t") else text


def _unescaped(text: str) -> str:
    return unescape(_ESCAPED.sub(r"\1", text))


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def _add_heading(parent: Element, level: int, text: str) -> None:
    heading = SubElement(parent, f"h{level}")
    if found := _HEADING_ID.search(text):
        heading.set("id", found[1])
        text = text[: found.start()].rstrip()
    heading.text = text


def _add_callout(parent: Element, word: str, title: str) -> Element:
    callout = SubElement(parent, "div", {"class": f"callout callout-{CALLOUTS.get(word.lower(), 'note')}"})
    SubElement(callout, "p", {"class": "callout-title"}).text = title.strip()
    return callout


def _cells(line: str) -> list[str]:
    text = line.strip()
    text = text[1:] if text.startswith("|") else text
    text = text[:-1] if text.endswith("|") and not text.endswith("\\|") else text
    return [cell.strip().replace("\\|", "|") for cell in _CELLS.split(text)]


def _side(cell: str) -> str:
    return "center" if cell.startswith(":") and cell.endswith(":") else "right" if cell.endswith(":") else ""


def _add_row(parent: Element, tag: str, cells: Sequence[str], sides: Sequence[str]) -> None:
    row = SubElement(parent, "tr")
    for cell, side in zip(cells, sides, strict=True):
        SubElement(row, tag, {"class": f"align-{side}"} if side else {}).text = cell


def _mark_task(item: Element) -> None:
    first = item[0] if len(item) else None
    found = _TASK.match(first.text or "") if first is not None and first.tag == "p" else None
    if first is None or not found:
        return
    item.set("class", "task")
    label = SubElement(first, "label")
    box = SubElement(
        label, "input", {"type": "checkbox", "disabled": ""} | ({} if found[1] == " " else {"checked": ""})
    )
    box.tail = " " + (first.text or "")[found.end() :]
    first.text = None


def _tighten(items: Iterable[Element]) -> None:
    """Take the text of each item out of its paragraphs."""
    for item in items:
        children, last = list(item), None
        for child in children:
            if child.tag != "p":
                last = child
                continue
            position = list(item).index(child)
            item.remove(child)
            for offset, inner in enumerate(child):
                item.insert(position + offset, inner)
            if last is None:
                item.text = (item.text or "") + (child.text or "")
            else:
                last.tail = (last.tail or "") + (child.text or "")
            last = item[position + len(child) - 1] if len(child) else last
