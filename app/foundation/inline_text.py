"""The words of a block before the library reads them: what other systems left behind, and what would take too long."""

from __future__ import annotations

import re

#: Longer paragraphs, in characters, are shown as they were written.
LONGEST_PARAGRAPH = 20_000

_LEFTOVER = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`)[^`].{0,2000}?(?<!`)(?P=ticks)(?!`))"
    r"|\{%.{0,500}?%\}|\{\{.{0,500}?\}\}|\{:[^{}\n]{0,300}\}|(?<=[)\]])\{ ?[.#\w][^{}\n]{0,200}\}",
    re.DOTALL,
)


def without_leftovers(text: str) -> str:
    """The text without what other systems' templates leave behind, except in code."""
    if len(text) > LONGEST_PARAGRAPH:
        return text
    if ":::" in text or "[!" in text:
        text = _VIDEO.sub(r"<\1>", _COLON_IMAGE.sub(_image_mark, text))
    return _LEFTOVER.sub(lambda found: found["code"] or "", text) if "{" in text else text


_COLON_IMAGE = re.compile(r":::[ ]?image((?:\s[\w-]{1,20}=\"[^\"\n]{0,500}\"){1,8})\s?:::")
_COLON_ATTRIBUTE = re.compile(r"\s([\w-]{1,20})=\"([^\"\n]{0,500})\"")
_VIDEO = re.compile(r"\[!video\s(https?://[^\]\s<>]{1,500})\s?\]", re.IGNORECASE)


def _image_mark(found: re.Match[str]) -> str:
    """`:::image source="a.png" alt-text="A":::` as Markdown writes it."""
    attributes = dict(_COLON_ATTRIBUTE.findall(found[1]))
    words = re.sub(r"[\[\]\\]", "", attributes.get("alt-text", ""))
    return f"![{words}](<{re.sub('[<>]', '', attributes.get('source', ''))}>)"


def is_wild(text: str) -> bool:
    """Whether the inline stage would take long over this text: its work grows with the square of what is open."""
    size = len(text)
    if size < 200:
        return False
    if size > LONGEST_PARAGRAPH:
        return True
    if size * max(text.count("*") + text.count("_") + text.count("~"), text.count("`"), text.count("<")) > 4_000_000:
        return True
    open_square = open_round = deepest = 0
    for letter in _BRACKET.findall(text):
        open_square += {"[": 1, "]": -1}.get(letter, 0)
        open_round += {"(": 1, ")": -1}.get(letter, 0)
        open_square, open_round = max(open_square, 0), max(open_round, 0)
        deepest = max(deepest, open_square, open_round)
    return deepest > 12


_BRACKET = re.compile(r"[\[\]()]")
