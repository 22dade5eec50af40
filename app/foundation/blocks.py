"""The block structure of a Markdown text as an element tree: CommonMark's rules, with writers' usual additions.

Additions: tables, call-outs (`!!! note`, `> [!NOTE]`, `:::note`), task lists, footnotes, definition lists, nested
lists indented by two blanks. What is inside a line stays as it was written, for the inline stage. `<x-code>` and
`<x-raw>` elements stand for code and raw HTML and hold the number of the entry in `Blocks.code` and `Blocks.raw`.
Every loop takes each line once a level and there are at most `DEEPEST` levels, so the work is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from app.foundation.block_elements import add_callout, add_heading, add_row, cells, mark_task, side, tighten, unescaped
from app.foundation.block_lines import (
    ADMONITION,
    ALERT,
    ATTRIBUTES,
    CALLOUTS,
    COLONS,
    DEFINITION,
    DELIMITERS,
    FENCE,
    FOOTNOTE,
    HEADING,
    HTML_BLOCK,
    HTML_ENDS,
    ITEM,
    LEFTOVER_COLONS,
    LONE_TAG,
    MARKDOWN_INSIDE,
    QUOTE,
    REFERENCE,
    RULE,
    UNDERLINE,
    contained,
    dedented,
    detabbed,
    fence_end,
    interrupts,
    item_lines,
    without_closing,
)

DEEPEST = 14
WIDEST_TABLE = 100


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
        self._parse(self.root, [detabbed(line) for line in text.split("\n")], 0)

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
        found = FENCE.match(lines[at])
        if not found:
            return 0
        end = fence_end(lines, at, found[2])
        body = [dedented(line, len(found[1])) for line in lines[at + 1 : end]]
        self._code(parent, found[3].strip().lstrip("{.").split(" ")[0].rstrip("}"), body)
        return min(end + 1, len(lines))

    def _heading(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = HEADING.match(lines[at])
        if not found:
            return 0
        add_heading(parent, len(found[1]), without_closing((found[2] or "").strip()))
        return at + 1

    def _rule(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        if not RULE.match(lines[at]):
            return 0
        SubElement(parent, "hr")
        return at + 1

    def _leftover(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        return at + 1 if ATTRIBUTES.match(lines[at]) or LEFTOVER_COLONS.match(lines[at].rstrip()) else 0

    def _quote(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        if not QUOTE.match(lines[at]):
            return 0
        inner, end = contained(lines, at, lambda line: line[found.end() :] if (found := QUOTE.match(line)) else None)
        alert = ALERT.match(inner[0])
        if alert and alert[1].lower() in CALLOUTS:
            self._parse(add_callout(parent, alert[1], alert[2]), inner[1:], depth + 1)
        else:
            self._parse(SubElement(parent, "blockquote"), inner, depth + 1)
        return end

    def _admonition(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = ADMONITION.match(lines[at].rstrip())
        if not found:
            return 0
        end = at + 1
        while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
            end += 1
        self._parse(
            add_callout(parent, found[1], found[2] or ""), [line[4:] for line in lines[at + 1 : end]], depth + 1
        )
        return end

    def _colon_callout(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = COLONS.match(lines[at].rstrip())
        if not found or (found[2] or "").lower() not in CALLOUTS:
            return 0
        end, opened = at + 1, 1
        while end < len(lines):
            marker = COLONS.match(lines[end].rstrip())
            opened += 0 if not marker else 1 if marker[2] else -1
            if not opened:
                break
            end += 1
        self._parse(add_callout(parent, found[2], found[3] or found[4] or ""), lines[at + 1 : end], depth + 1)
        return min(end + 1, len(lines))

    def _list(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        first = ITEM.match(lines[at])
        if not first:
            return 0
        is_bullet, mark = first[2] in "-+*", first[2][-1]
        element = SubElement(parent, "ul" if is_bullet else "ol")
        if not is_bullet and int(first[2][:-1]) != 1:
            element.set("start", str(int(first[2][:-1])))
        is_loose, end, after = False, at, at
        while end < len(lines):
            found = ITEM.match(lines[end])
            if not found or found[2][-1] != mark or RULE.match(lines[end]):
                break
            inner, after = item_lines(lines, end, found)
            item = SubElement(element, "li")
            is_loose = self._parse(item, inner, depth + 1) or is_loose
            mark_task(item)
            end = next((n for n in range(after, len(lines)) if lines[n].strip()), len(lines))
            follows = ITEM.match(lines[end]) if end < len(lines) else None
            is_loose = is_loose or bool(follows and follows[2][-1] == mark and end > after)
        if not is_loose:
            tighten(element)
        return after

    def _html_block(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = HTML_BLOCK.match(lines[at])
        if not found and not LONE_TAG.match(lines[at]):
            return 0
        opened = found.lastindex if found else None
        closing = f"</{found[1].lower()}>" if found and found[1] else HTML_ENDS.get(opened or 0, "")
        if closing:
            end = next((n for n in range(at, len(lines)) if closing in lines[n].lower()), len(lines) - 1) + 1
        else:
            end = at + 1
            inside = MARKDOWN_INSIDE.search(lines[at])
            while end < len(lines) and lines[end].strip() and not inside:
                end += 1
        self._html(parent, lines[at:end])
        return end

    def _footnote(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        found = FOOTNOTE.match(lines[at])
        if not found:
            return 0
        end = at + 1
        while end < len(lines) and (
            lines[end].startswith("  ")
            or (not lines[end].strip() and end + 1 < len(lines) and lines[end + 1].startswith("  "))
            or (
                lines[end].strip()
                and lines[end - 1].strip()
                and not interrupts(lines, end)
                and not FOOTNOTE.match(lines[end])
            )
        ):
            end += 1
        element = Element("li")
        self._parse(element, [found[2], *(dedented(line, 4) for line in lines[at + 1 : end])], depth + 1)
        self.footnotes.setdefault(found[1], element)
        return end

    def _table(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        if (
            at + 1 >= len(lines)
            or "|" not in lines[at]
            or "-" not in lines[at + 1]
            or not DELIMITERS.match(lines[at + 1].rstrip())
        ):
            return 0
        heads, sides = cells(lines[at]), [side(cell) for cell in cells(lines[at + 1])]
        is_uneven = len(heads) != len(sides)
        if (is_uneven and min(len(heads), len(sides)) < 2) or len(heads) > WIDEST_TABLE:
            return 0
        sides = (sides + [""] * len(heads))[: len(heads)]
        table = SubElement(parent, "table")
        add_row(SubElement(table, "thead"), "th", heads, sides)
        end, body = at + 2, None
        while end < len(lines) and lines[end].strip() and not interrupts(lines, end):
            body = SubElement(table, "tbody") if body is None else body
            row = cells(lines[end])[: len(heads)]
            add_row(body, "td", row + [""] * (len(heads) - len(row)), sides)
            end += 1
        return end

    def _text(self, parent: Element, lines: Sequence[str], at: int, depth: int) -> int:
        end = at + 1
        while end < len(lines) and lines[end].strip() and not interrupts(lines, end):
            if underline := UNDERLINE.match(lines[end]):
                words = self._without_references(lines[at:end])
                if words:
                    add_heading(parent, 1 if underline[1][0] == "=" else 2, "\n".join(line.strip() for line in words))
                return end + 1 if words else end
            if (
                end + 1 < len(lines)
                and "|" in lines[end]
                and DELIMITERS.match(lines[end + 1].rstrip())
                and "|" in lines[end + 1]
            ):
                break
            end += 1
        definition = end
        while definition < len(lines) and not lines[definition].strip() and definition < end + 1:
            definition += 1
        if definition < len(lines) and DEFINITION.match(lines[definition]):
            return self._definitions(parent, lines[at:end], lines, definition, depth)
        if split := next((n for n in range(at, end) if DEFINITION.match(lines[n]) and n > at), 0):
            return self._definitions(parent, lines[at:split], lines, split, depth)
        self._paragraph(parent, self._without_references(lines[at:end]))
        return end

    def _without_references(self, lines: Sequence[str]) -> Sequence[str]:
        if not lines[0].lstrip().startswith("["):
            return lines
        text, start = "\n".join(lines), 0
        while found := REFERENCE.match(text, start):
            url = found[2] if found[2] is not None else found[3]
            name = " ".join(found[1].lower().split())
            self.references.setdefault(name, (unescaped(url), unescaped((found[4] or "")[1:-1])))
            start = found.end()
        return text[start:].split("\n") if text[start:].strip() else []

    def _definitions(self, parent: Element, terms: Sequence[str], lines: Sequence[str], at: int, depth: int) -> int:
        last = parent[-1] if len(parent) and parent[-1].tag == "dl" else SubElement(parent, "dl")
        for term in terms:
            SubElement(last, "dt").text = term.strip()
        while at < len(lines) and (found := DEFINITION.match(lines[at])):
            end = at + 1
            while end < len(lines) and (
                lines[end].startswith("  ")
                or (not lines[end].strip() and end + 1 < len(lines) and lines[end + 1].startswith("  "))
                or (
                    lines[end].strip()
                    and lines[end - 1].strip()
                    and not DEFINITION.match(lines[end])
                    and not interrupts(lines, end)
                )
            ):
                end += 1
            item = SubElement(last, "dd")
            inner = [lines[at][found.end() :], *(dedented(line, 4) for line in lines[at + 1 : end])]
            if not self._parse(item, inner, depth + 1):
                tighten([item])
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
