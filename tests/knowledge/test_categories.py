"""The category tree."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput
from app.foundation.worker import run_due_jobs
from app.knowledge.categories import category_at, rename_category
from app.search.models import IndexingRequest
from tests.make import Make


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


def test_articles_of_a_renamed_category_are_found_under_its_new_address(
    app: Flask, session: Session, make: Make
) -> None:
    article, _elsewhere = make.article(category="money/invoices"), make.article("Other", category="other")
    session.commit()
    run_due_jobs(app)
    rename_category(session, category_at(session, "money"), title="Billing", slug="billing")
    assert session.scalars(select(IndexingRequest.key)).all() == [f"{article.id}:en"]
