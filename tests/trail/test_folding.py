"""Typing is folded into one search, and words are counted together however they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.trail.folding import SearchedBefore, is_same_search, normal_words

THEN = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "is_typed", "is_clicked", "query", "typed", "seconds", "wanted"),
    [
        ("res", True, False, "reset", True, 2, True),
        ("reset pass", True, False, "reset", True, 2, True),
        ("reset pas", True, False, "reset password", False, 5, True),
        ("reset", False, False, "reset password", False, 29, True),
        ("Reset  ", False, False, "reset password", False, 30, True),
        ("reset", False, False, "reset password", False, 31, False),
        ("reset", False, True, "reset password", False, 5, False),
        ("reset", False, False, "invoice", False, 5, False),
        ("reset", False, False, "reset p", True, 5, False),
        ("reset", False, True, "reset", False, 1500, True),
        ("reset", True, False, "RESET", False, 1500, True),
    ],
)
def test_which_searches_are_one(
    before: str,
    is_typed: bool,
    is_clicked: bool,
    query: str,
    typed: bool,
    seconds: int,
    wanted: bool,
) -> None:
    earlier = SearchedBefore(before, THEN, is_typed, is_clicked)
    assert is_same_search(earlier, query, at=THEN + timedelta(seconds=seconds), is_typed=typed) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("How do I reset my Password?", "how do i reset my password"),
        ("  crème   brûlée! ", "creme brulee"),
        ("C++ / c#", "c++ c#"),
        ("error 0x80070005, v2.1.3", "error 0x80070005 v2.1.3"),
        ("don't e-mail me...", "don't e-mail me"),
        ("[e-mail] does not work", "e-mail does not work"),
        ("如何重置密码？", "如何重置密码"),
        ("كَيفَ أُغَيِّر", "كيف اغير"),
        ("!!!", ""),
    ],
)
def test_words_are_made_alike_for_counting(text: str, wanted: str) -> None:
    assert normal_words(text) == wanted
