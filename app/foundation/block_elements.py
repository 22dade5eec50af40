"""Elements that blocks of Markdown become: headings, call-outs, table rows, tasks, and items without paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape
from xml.etree.ElementTree import Element, SubElement

from app.foundation.block_lines import CALLOUTS

_TASK = re.compile(r"\[([ xX])\][ ]+(?=\S)")
_CELLS = re.compile(r"(?<!\\)\|")
_HEADING_ID = re.compile(r"\{:? *#([A-Za-z][\w.-]{0,80})[^{}]{0,200}\}$")


def unescaped(text: str) -> str:
    return unescape(_ESCAPED.sub(r"\1", text))


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def add_heading(parent: Element, level: int, text: str) -> None:
    heading = SubElement(parent, f"h{level}")
    if found := _HEADING_ID.search(text):
        heading.set("id", found[1])
        text = text[: found.start()].rstrip()
    heading.text = text


def add_callout(parent: Element, word: str, title: str) -> Element:
    callout = SubElement(parent, "div", {"class": f"callout callout-{CALLOUTS.get(word.lower(), 'note')}"})
    SubElement(callout, "p", {"class": "callout-title"}).text = title.strip()
    return callout


def cells(line: str) -> list[str]:
    text = line.strip()
    text = text[1:] if text.startswith("|") else text
    text = text[:-1] if text.endswith("|") and not text.endswith("\\|") else text
    return [cell.strip().replace("\\|", "|") for cell in _CELLS.split(text)]


def side(cell: str) -> str:
    return "center" if cell.startswith(":") and cell.endswith(":") else "right" if cell.endswith(":") else ""


def add_row(parent: Element, tag: str, cells: Sequence[str], sides: Sequence[str]) -> None:
    row = SubElement(parent, "tr")
    for cell, side in zip(cells, sides, strict=True):
        SubElement(row, tag, {"class": f"align-{side}"} if side else {}).text = cell


def mark_task(item: Element) -> None:
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


def tighten(items: Iterable[Element]) -> None:
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
