"""How far documents that have proved themselves move in a search."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.search import indexing, quality
from app.search.service import SearchState, search
from tests.search.shelf import PUBLIC, Shelf, document


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    shelf = Shelf(
        document(1, "Reset the boiler", "Press reset."),
        document(2, "Reset the boiler today", "Press reset."),
        document(3, "Pay an invoice", "A boiler is mentioned here, far from the matter. " * 20),
        document(4, "Replace the toner", "Lift the lid."),
        document(5, "Reset by number", "Type it.", identifiers=("KX-200",)),
    )
    indexing.add_source(app, shelf)
    with app.app_context():
        indexing.rebuild()
    return shelf


def found(app: Flask, session: Session, query: str) -> list[str]:
    app.extensions["search_quality"].forget()
    with app.app_context():
        return [each.key for each in search(session, query, language="en", readers=PUBLIC).results]


def test_what_has_proved_itself_stands_before_what_fits_about_as_well(
    app: Flask, session: Session, shelf: Shelf
) -> None:
    assert found(app, session, "boiler reset")[:2] == ["1:en", "2:en"]
    shelf.factors = {"1:en": 0.8, "2:en": 1.25}
    assert found(app, session, "boiler reset")[:2] == ["2:en", "1:en"]


def test_no_factor_is_believed_beyond_the_bounds(app: Flask, session: Session, shelf: Shelf) -> None:
    before = found(app, session, "boiler reset")
    shelf.factors = {"3:en": 1e9, "4:en": 1e9}
    assert found(app, session, "boiler reset") == before
    shelf.factors = {"1:en": 0.0, "2:en": -5.0}
    assert sorted(found(app, session, "boiler reset")) == sorted(before)


def test_who_asks_for_a_number_gets_what_carries_it_first(app: Flask, session: Session, shelf: Shelf) -> None:
    shelf.factors = {"5:en": 0.8, "1:en": 1.25, "2:en": 1.25}
    assert found(app, session, "reset KX-200")[0] == "5:en"


def test_searching_goes_on_when_the_factors_cannot_be_read(app: Flask, session: Session, shelf: Shelf) -> None:
    def broken(_session: Session) -> dict[str, float]:
        shelf.is_broken = True
        try:
            shelf.present(_session, [], readers=PUBLIC)
        finally:
            shelf.is_broken = False
        return {}

    shelf.quality = broken  # type: ignore[method-assign]
    app.extensions["search_quality"].forget()
    with app.app_context():
        answer = search(session, "boiler reset", language="en", readers=PUBLIC)
    assert answer.state is SearchState.RESULTS


def test_factors_that_are_old_are_read_again_beside_the_searches(
    app: Flask, session: Session, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(app, session, "boiler reset")
    shelf.factors = {"1:en": 0.8, "2:en": 1.25}
    monkeypatch.setattr(quality, "LONGEST_AGE", 0.0)
    deadline = time.monotonic() + 10
    with app.app_context():
        while not app.extensions["search_quality"].factors():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        monkeypatch.undo()
        assert app.extensions["search_quality"].factors() == {("leaflet", "1:en"): 0.8, ("leaflet", "2:en"): 1.25}
