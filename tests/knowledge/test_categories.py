"""The category tree."""

import re

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput
from app.foundation.worker import run_due_jobs
from app.knowledge.areas import category_titles
from app.knowledge.categories import (
    Taken,
    category_at,
    describe_category,
    make_category,
    move_category,
    rename_category,
    titles_of,
    translate_category,
)
from app.knowledge.models import SlugRedirect
from app.search.models import IndexingRequest
from tests.make import Make
from tests.visitor import Visitor


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


def test_an_area_is_called_what_it_is_called_in_the_reader_s_language(
    app: Flask, client: Visitor, session: Session, make: Make
) -> None:
    article = make.article(category="billing/invoices")
    category = category_at(session, "billing")
    translate_category(session, category, "de", title="Rechnungen", description="Alles über Geld.")
    make.article("Hallo", "Guten Tag.", language="de", category="other")
    session.commit()
    run_due_jobs(app)
    for address in (
        "/?lang=de",
        f"/articles/{article.id}?lang=de",
        "/categories/billing/invoices",
        "/search?q=password",
    ):
        assert "Rechnungen" in client.get(address, follow_redirects=True).text, address
    page = client.get("/categories/billing").text
    assert "<h1>Rechnungen</h1>" in re.sub("</?bdi>", "", page)
    assert "Alles über Geld." in page
    assert "Rechnungen" not in client.get("/?lang=en").text


def test_titles_in_every_language_take_one_question(session: Session, make: Make) -> None:
    make.article(category="billing/invoices")
    for language in ("de", "fr", "es"):
        translate_category(session, category_at(session, "billing"), language, title=f"Billing in {language}")
    session.flush()
    asked: list[str] = []
    event.listen(session.bind, "before_cursor_execute", lambda _c, _k, statement, *_rest: asked.append(statement))
    titles = category_titles(session, ["billing/invoices"], language="fr")
    assert titles == {"billing": "Billing in fr", "billing/invoices": "Invoices"}
    assert len(asked) == 1


def test_an_area_without_a_title_in_a_language_is_called_as_everywhere(session: Session) -> None:
    category = category_at(session, "billing")
    translate_category(session, category, "de", title="Rechnungen")
    translate_category(session, category, "de", title="")
    assert titles_of(session, category) == {}
    assert category_titles(session, ["billing"], language="de") == {"billing": "Billing"}


def test_a_title_that_is_far_too_long_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInput, match="201"):
        translate_category(session, category_at(session, "billing"), "de", title="x" * 201)


def test_a_category_moves_with_all_below_it_and_its_old_addresses_lead_on(session: Session) -> None:
    invoices = category_at(session, "money/invoices/old")
    home = category_at(session, "home")
    moved = category_at(session, "money/invoices")
    move_category(session, moved, under=home)
    assert (moved.path, moved.parent, invoices.path) == ("home/invoices", home, "home/invoices/old")
    old = session.scalars(select(SlugRedirect.path).order_by(SlugRedirect.path)).all()
    assert old == ["/categories/money/invoices", "/categories/money/invoices/old"]
    move_category(session, moved, under=None)
    assert invoices.path == "invoices/old"


def test_a_category_cannot_stand_below_itself_nor_where_another_stands(session: Session) -> None:
    money, below = category_at(session, "money"), category_at(session, "money/invoices")
    category_at(session, "home/money")
    with pytest.raises(InvalidInput, match="below itself"):
        move_category(session, money, under=below)
    with pytest.raises(InvalidInput, match="below itself"):
        move_category(session, money, under=money)
    with pytest.raises(Taken, match="already a category"):
        move_category(session, money, under=category_at(session, "home"))


def test_a_category_does_not_move_deeper_than_categories_go(session: Session) -> None:
    deep = category_at(session, "/".join("abcdefghijk"))
    tall = category_at(session, "x/y")
    assert tall.parent is not None
    with pytest.raises(InvalidInput, match="too deep"):
        move_category(session, tall.parent, under=deep)


def test_an_empty_category_is_made_and_described(session: Session) -> None:
    made = make_category(session, title="Bills & more", under=category_at(session, "money"))
    describe_category(session, made, description="All  of them.", position=3)
    assert (made.path, made.description, made.position) == ("money/bills-more", "All of them.", 3)
    with pytest.raises(Taken):
        make_category(session, title="Bills, more", under=made.parent)
    with pytest.raises(InvalidInput, match="title"):
        make_category(session, title=" ", under=None)
