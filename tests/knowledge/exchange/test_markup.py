"""Link addresses are found where Markdown has them, and nowhere else."""

from __future__ import annotations

import time

import pytest

from app.knowledge.exchange.markup import replace_addresses


def _marked(text: str) -> str:
    return replace_addresses(text, lambda address: f"<<{address}>>")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[a](b.md)", "b.md"),
        ("![a](b.png 'title')", "b.png"),
        ("[a](<b c.md>)", "b c.md"),
        ("[a](b c.png)", "b c.png"),
        ("[a](b_(c).md#d)", "b_(c).md#d"),
        ("[![a](x:y)](b.md)", "b.md"),
        ("[a]: b.md", "b.md"),
        ('<img alt="x" src="b.png">', "b.png"),
        ("<a href='b.md'>", "b.md"),
        ("- [a](b.md)", "b.md"),
    ],
)
def test_an_address_is_found(text: str, address: str) -> None:
    assert f"<<{address}>>" in _marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "`[a](b.md)`",
        "``x ` [a](b.md) ``",
        "```\n[a](b.md)\n```",
        "> ~~~text\n> [a](b.md)\n> ~~~",
        "1. ```\n   [a](b.md)\n   ```",
        "<!-- [a](b.md) -->",
        r"\[a\](b.md)",
        "```\n[a](b.md) never closed",
    ],
)
def test_code_and_comments_are_left_alone(text: str) -> None:
    assert _marked(text) == text


@pytest.mark.parametrize(
    "piece", ["`", "[", "[a](", "<!--", "![", "](", "a `", "](<", '](a "', "[a]:", "```\n", "src=", "(\\"]
)
def test_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    start = time.perf_counter()

    _marked(piece * 50_000)
    _marked(" ".join("`" * n for n in range(1, 600)))

    assert time.perf_counter() - start < 5
