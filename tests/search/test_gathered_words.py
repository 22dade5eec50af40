"""Words are given back in the order in which an index is written."""

from __future__ import annotations

from app.search.gathered_words import GatheredWords


def test_postings_come_in_order_of_field_word_and_document() -> None:
    gathered = GatheredWords()
    given = [("title", b"b", 0, 2.0, b""), ("body", b"z", 0, 1.0, b""), ("title", b"a", 1, 1.0, b"")]
    given += [("title", b"b", 3, 40_000.0, b""), ("body", "é".encode(), 70_000, 1.0, b"")]
    for posting in given:
        gathered.add(posting)
    assert list(gathered.iter_postings()) == sorted(given)
    assert list(gathered.iter_postings()) == []


def test_what_is_let_go_of_is_not_written() -> None:
    gathered = GatheredWords()
    gathered.add(("title", b"b", 0, 2.0, b""))
    gathered.cleanup()
    assert list(gathered.iter_postings()) == []
