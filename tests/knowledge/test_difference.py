"""Differences between two texts, in words."""

from __future__ import annotations

import pytest

from app.knowledge.difference import Kind, difference, pieces


def marked(before: list[str], after: list[str]) -> list[str]:
    """Each paragraph as text: added words in +…+, removed ones in -…-."""
    marks = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.SAME: ""}
    return [
        f"({block.count})"
        if block.kind is Kind.SKIPPED
        else "".join(f"{marks[part.kind]}{part.text}{marks[part.kind]}" for part in block.pieces)
        for block in difference(before, after)
    ]


def test_equal_texts_have_no_difference() -> None:
    assert difference(["a", "b"], ["a", "b"]) == []
    assert difference([], []) == []


def test_changed_words_stand_in_their_paragraph() -> None:
    assert marked(["Press the red button twice."], ["Press the green button twice."]) == [
        "Press the -red-+green+ button twice."
    ]


def test_added_and_removed_paragraphs_stand_as_wholes() -> None:
    assert marked(["One", "Two"], ["One", "Something else entirely", "Two"]) == [
        "One",
        "+Something else entirely+",
        "Two",
    ]
    assert marked(["One", "Two"], ["Two"]) == ["-One-", "Two"]


def test_strange_paragraphs_are_shown_one_after_the_other() -> None:
    assert (
        marked(["Call us by telephone"], ["Nobody needs that any more, open settings"])[0] == "-Call us by telephone-"
    )


def test_long_unchanged_parts_are_folded() -> None:
    lines = [f"Line {number}" for number in range(9)]
    assert marked(lines, [*lines[:4], "New words", *lines[4:]]) == ["(3)", "Line 3", "+New words+", "Line 4", "(4)"]


@pytest.mark.parametrize("before", ["", "a b c", "x " * 2000])
@pytest.mark.parametrize("after", ["", "a c d", "y " * 2000])
def test_nothing_is_lost(before: str, after: str) -> None:
    parts = pieces(before, after)
    assert "".join(part.text for part in parts if part.kind is not Kind.ADDED) == before
    assert "".join(part.text for part in parts if part.kind is not Kind.REMOVED) == after
