"""Plain-text tools."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.text import cleaned, folded, one_line, slugified, whole_number


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("How do I reset my password?", "how-do-i-reset-my-password"),
        ("Métodos de autenticación", "metodos-de-autenticacion"),
        ("Größe & Maße", "grosse-masse"),
        ("创建账户", "chuangjianzhanghu"),
        ("???", "untitled"),
        ("", "untitled"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_a_title_makes_an_address(title: str, slug: str) -> None:
    assert slugified(title) == slug


def test_a_long_title_is_cut_at_a_word() -> None:
    assert slugified("word " * 40, longest=12) == "word-word"


@given(st.text())
def test_an_address_holds_letters_digits_and_single_hyphens(title: str) -> None:
    slug = slugified(title)
    assert slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert "--" not in slug
    assert len(slug) <= 81


@given(st.text())
def test_cleaned_text_can_be_stored_everywhere(text: str) -> None:
    kept = cleaned(text)
    assert "\x00" not in kept
    assert "\r" not in kept
    kept.encode("utf-8")


def test_texts_that_people_take_for_equal_are_folded_alike() -> None:
    assert folded(" Résumé\n Straße ") == folded("resume STRASSE")
    assert one_line("a\u0000b \r\n c") == "ab c"


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("007", 7), ("0", 0), ("999999999", 999_999_999), ("1000000000", None), ("", None), ("-1", None),
     ("1.5", None), (" 1", None), ("²", None), ("١٢", None)],
)  # fmt: skip
def test_a_whole_number_is_a_few_plain_digits(text: str, number: int | None) -> None:
    assert whole_number(text) == number
