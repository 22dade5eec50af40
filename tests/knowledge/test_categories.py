"""The category tree."""

import pytest
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput
from app.knowledge.categories import category_at, rename_category


def test_a_path_makes_what_is_missing_once(session: Session) -> None:
    invoices = category_at(session, "Money matters/Invoices", titles={"money-matters/invoices": "Invoices & receipts"})
    assert (invoices.path, invoices.title) == ("money-matters/invoices", "Invoices & receipts")
    assert invoices.parent is not None
    assert invoices.parent.title == "Money matters"
    assert category_at(session, "money-matters/invoices") is invoices


@pytest.mark.parametrize("path", ["", " / ", "/".join("abcdefghijklmnop")])
def test_a_path_that_is_no_place_is_refused(session: Session, path: str) -> None:
    with pytest.raises(InvalidInput):
        category_at(session, path)


def test_a_name_that_is_taken_is_refused(session: Session) -> None:
    category_at(session, "one")
    two = category_at(session, "two")
    with pytest.raises(InvalidInput, match="already a category"):
        rename_category(session, two, title="One", slug="one")
