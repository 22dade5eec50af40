"""A passage as one reads it: its lines made into paragraphs and lists again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

LONGEST_SHOWN = 1200
"""Letters of a passage that are shown as an answer; the rest is read in its article."""
_LONGEST_ITEM = 160
_SENTENCE_ENDS = (".", "!", "?", "…", "。")
_COLONS = (":", "\N{FULLWIDTH COLON}")


@dataclass(frozen=True)
class Block:
    """One paragraph, or the items of a list."""

    lines: tuple[str, ...]
    is_list: bool = False


@dataclass(frozen=True)
class ReadPassage:
    """The blocks of a passage in their order; `is_cut` tells that there is more of it."""

    blocks: tuple[Block, ...]
    is_cut: bool = False


def read_passage(text: str, *, longest: int = LONGEST_SHOWN) -> ReadPassage:
    """Make blocks of plain text whose lines are paragraphs, items of lists and rows of tables.

    Two short lines or more after one that ends in a colon are a list, as far as all of them are sentences or none is.
    What would go beyond `longest` letters is left out, line by line, but never the first.
    """
    lines = [line for each in text.splitlines() if (line := each.strip())]
    kept: list[str] = []
    for line in lines:
        if kept and sum(map(len, kept)) + len(line) > longest:
            break
        kept.append(line)
    return ReadPassage(tuple(_blocks(kept)), is_cut=len(kept) < len(lines))


def _blocks(lines: list[str]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        items = _items(lines[at:]) if at and lines[at - 1].endswith(_COLONS) else []
        if len(items) > 1:
            yield Block(tuple(items), is_list=True)
            at += len(items)
        else:
            yield Block((lines[at],))
            at += 1


def _items(lines: list[str]) -> list[str]:
    def is_item(line: str) -> bool:
        is_alike = line.endswith(_SENTENCE_ENDS) == lines[0].endswith(_SENTENCE_ENDS)
        return is_alike and len(line) <= _LONGEST_ITEM and not line.endswith(_COLONS)

    return list(takewhile(is_item, lines))
