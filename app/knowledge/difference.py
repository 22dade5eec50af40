"""The difference between two texts as people read it: paragraph by paragraph, and within them word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
#: Below this share of common words two paragraphs are strangers: they are shown one after the other.
_ALIKE = 0.4
_MOST_WORDS = 1200
#: Unchanged paragraphs shown before and after a change.
_AROUND = 1


class Kind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Piece:
    """Some words of a paragraph: the same, added or removed."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph with its pieces; a skipped one stands for `count` unchanged paragraphs and has no pieces."""

    kind: Kind
    pieces: tuple[Piece, ...] = ()
    count: int = 1


def difference(before: Sequence[str], after: Sequence[str]) -> list[Block]:
    """Compare two texts.

    Args:
        before: the paragraphs of the earlier text, in order.
        after: those of the later one.

    Returns:
        The paragraphs in reading order, long unchanged parts folded into one skipped block; nothing for equal texts.
    """
    blocks: list[Block] = []
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) + len(after) > 4000)
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        if operation == "equal":
            blocks += [Block(Kind.SAME, (Piece(Kind.SAME, line),)) for line in before[start:end]]
        else:
            blocks += _replaced(before[start:end], after[new_start:new_end])
    return [] if all(block.kind is Kind.SAME for block in blocks) else list(_folded(blocks))


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two paragraphs word by word; such as are very long or have little in common are told apart as wholes."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        return (Piece(Kind.REMOVED, before), Piece(Kind.ADDED, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (Piece(Kind.REMOVED, before), Piece(Kind.ADDED, after))
    found: list[Piece] = []
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        if operation == "equal":
            found.append(Piece(Kind.SAME, "".join(old[start:end])))
            continue
        if end > start:
            found.append(Piece(Kind.REMOVED, "".join(old[start:end])))
        if new_end > new_start:
            found.append(Piece(Kind.ADDED, "".join(new[new_start:new_end])))
    return tuple(found)


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Block]:
    for before, after in zip(old, new, strict=False):
        parts = pieces(before, after)
        if any(part.kind is Kind.SAME for part in parts):
            yield Block(Kind.CHANGED, parts)
        else:
            yield Block(Kind.REMOVED, (Piece(Kind.REMOVED, before),))
            yield Block(Kind.ADDED, (Piece(Kind.ADDED, after),))
    for before in old[len(new) :]:
        yield Block(Kind.REMOVED, (Piece(Kind.REMOVED, before),))
    for after in new[len(old) :]:
        yield Block(Kind.ADDED, (Piece(Kind.ADDED, after),))


def _folded(blocks: Sequence[Block]) -> Iterator[Block]:
    changed = [place for place, block in enumerate(blocks) if block.kind is not Kind.SAME]
    near = {place + step for place in changed for step in range(-_AROUND, _AROUND + 1)}
    skipped = 0
    for place, block in enumerate(blocks):
        if place not in near:
            skipped += 1
            continue
        if skipped:
            yield Block(Kind.SKIPPED, count=skipped)
            skipped = 0
        yield block
    if skipped:
        yield Block(Kind.SKIPPED, count=skipped)
