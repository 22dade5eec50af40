"""What is shown of what was found: filters that fit on a page, passages that read as they were written."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.search.passages import best_snippet, chunks_of
from app.search.presenting import labelled_facets
from tests.search.shelf import PUBLIC, document

TREE = {"billing": 9, "billing/invoices": 6, "billing/invoices/eu": 2, "billing/cards": 3, "printers": 4}


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        (None, ["billing", "printers"]),
        ("billing", ["billing", "billing/invoices", "billing/cards"]),
        ("billing/invoices", ["billing", "billing/invoices", "billing/invoices/eu"]),
        ("billing/cards", ["billing", "billing/invoices", "billing/cards"]),
        ("printers", ["billing", "printers"]),
        ("gone/away", ["billing", "printers", "gone/away"]),
    ],
)
def test_a_tree_is_narrowed_down_level_by_level(
    app: Flask, session: Session, chosen: str | None, shown: list[str]
) -> None:
    choice = {"category": chosen} if chosen else {}
    facets = labelled_facets(session, {"category": TREE}, choice, readers=PUBLIC)
    assert [each.value for each in facets["category"]] == shown


def test_a_level_with_one_value_alone_is_passed_over(app: Flask, session: Session) -> None:
    only = {value: count for value, count in TREE.items() if value.startswith("billing")}
    facets = labelled_facets(session, {"category": only}, {}, readers=PUBLIC)
    assert [each.value for each in facets["category"]] == ["billing/invoices", "billing/cards"]


def test_lines_without_a_mark_at_their_end_are_kept_apart() -> None:
    found = document(1, "Delete", "Delete it if:\nYou are <b>done</b>\nYou lost your phone\nThen press Delete.\nBye.")
    snippet = best_snippet(chunks_of(found), "en", ["phone"], {})
    assert snippet.plain == "Delete it if: You are <b>done</b> · You lost your phone · Then press Delete. Bye."
    assert "&lt;/b&gt; · You lost your <mark>phone</mark> · Then" in snippet.html
