"""Text made into words."""

import pytest

from app.search import words


def test_case_accents_and_endings_fold() -> None:
    assert words.query_tokens("RÉSUMÉS", "en") == words.query_tokens("resume", "en")
    assert words.query_tokens("l'appareil", "fr") == words.query_tokens("appareils", "fr")


def test_stop_words_fall_away_unless_nothing_else_is_left() -> None:
    assert words.query_tokens("how do I reset it", "en") == ("reset",)
    assert words.query_tokens("who are you", "en") == ("who", "are", "you")


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "it", "pt", "nl"])
def test_each_language_has_stop_words(language: str) -> None:
    assert len(words.STOP_WORDS[language]) > 80


def test_letters_without_blanks_come_in_pairs() -> None:
    assert words.query_tokens("請求書", "ja") == ("請求", "求書")
    assert words.query_tokens("書", "ja") == ("書",)
    assert set(words.query_tokens("請求", "ja")) < set(words.index_tokens("請求書", "ja"))


def test_marks_that_make_another_letter_stay() -> None:
    assert words.folded_word("が") == "が"
    assert words.folded_word("мой") == "мой"
    assert words.folded_word("ещё") == "еще"


def test_no_script_is_dropped() -> None:
    for text in ("שלום", "مرحبا", "नमस्ते", "สวัสดี", "გამარჯობა", "🔥", "ⲁⲃⲅ"):
        assert words.query_tokens(text, "en"), text


def test_identifiers_are_written_alike() -> None:
    assert words.identifiers("Error C2065, part LG33 and KB-1234 in v2.7.4") == ("c2065", "lg33", "kb1234", "2.7.4")
    assert words.identifiers("3 steps of 2024 for mp3") == ()
    assert words.query_tokens("c++ and c#", "en") == ("c++", "c#")


def test_enormous_queries_are_cut() -> None:
    assert len(words.query_tokens(" ".join(f"word{n}" for n in range(5000)), "en")) == words.MOST_TOKENS
    assert all(len(token) <= words.LONGEST_WORD for token in words.query_tokens("x" * 10_000, "en"))
