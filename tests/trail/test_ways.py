"""Which searches of a visit led to what somebody reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.database import db
from app.trail import recording, ways
from app.trail.models import SearchEvent, SelfServiceSession
from app.trail.ways import Way, way_to
from tests.trail.somebody import Somebody

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def way(someone: Somebody, key: str = "7:en") -> Way:
    """The way without all the other searches of the visit."""
    return replace(whole_way(someone, key), made=frozenset())


def whole_way(someone: Somebody, key: str = "7:en") -> Way:
    recording.flush(someone.app)
    return someone.does(lambda: way_to(db.session, "article", key))


def a_while_later(someone: Somebody, session: Session, span: timedelta) -> None:
    """Have all that was done so far been done that much earlier."""
    recording.flush(someone.app)
    for search in session.scalars(select(SearchEvent)):
        search.created_at, search.last_at = search.created_at - span, search.last_at - span
    for visit in session.scalars(select(SelfServiceSession)):
        visit.started_at, visit.last_event_at = visit.started_at - span, visit.last_event_at - span
    session.commit()


def test_the_search_that_it_was_opened_from_and_the_words_tried_before(somebody: Somebody) -> None:
    somebody.searches("my letters come out grey", results=0)
    somebody.clicks(somebody.searches("printer toner"))
    assert way(somebody) == Way(("printer toner",), ("my letters come out grey",))


def test_what_was_opened_elsewhere_begins_another_question(somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("scanner lamp"), key="9:en")
    somebody.clicks(somebody.searches("printer toner"))
    assert way(somebody) == Way(("printer toner",))
    assert way(somebody, "9:en") == Way(("scanner lamp",))


def test_words_tried_long_before_or_after_are_another_question(somebody: Somebody, session: Session) -> None:
    somebody.searches("lost key")
    a_while_later(somebody, session, timedelta(minutes=6))
    somebody.clicks(somebody.searches("printer toner"))
    a_while_later(somebody, session, timedelta(minutes=1))
    somebody.searches("fax machine")
    assert way(somebody) == Way(("printer toner",))
    a_while_later(somebody, session, timedelta(minutes=31))
    assert way(somebody) == Way()


def test_a_visit_knows_its_searches_however_they_are_written(somebody: Somebody) -> None:
    somebody.searches("Printer  toner, mine is sam@example.com!")
    somebody.searches("scan", typed=True)
    found = whole_way(somebody)
    assert found.has("printer toner mine is sam@example.com")
    assert not any(map(found.has, ("printer", "scan", "", "?")))
    assert not whole_way(replace(somebody, address="192.0.2.9")).has("printer toner mine is sam@example.com")


def test_of_a_visit_without_end_the_latest_searches_are_known(
    somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "MOST_SEARCHES", 2)
    for query in ("printer toner", "fax machine", "scanner lamp"):
        somebody.clicks(somebody.searches(query))
    assert whole_way(somebody).opened_from == ("fax machine", "scanner lamp")


def test_mere_typing_is_no_question(somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("printer ton", typed=True))
    assert way(somebody) == Way()


def test_personal_data_is_taken_out(somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("mail to eve@example.com bounces"))
    assert way(somebody).opened_from == ("mail to [e-mail] bounces",)


def test_the_searches_of_others_are_not_told(somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("printer toner"))
    assert way(replace(somebody, address="192.0.2.9")) == Way()


def test_a_browser_that_asks_not_to_be_followed_has_none(somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("printer toner"))
    assert way(replace(somebody, headers={"DNT": "1"})) == Way()


def test_programs_are_no_persons(app: Flask) -> None:
    bot = Somebody(app, browser=GOOGLEBOT)
    bot.clicks(bot.searches("printer toner"))
    assert way(bot) == Way(is_person=False)


def test_who_reads_faster_than_anybody_can_is_no_person(somebody: Somebody) -> None:
    for number in range(120):
        somebody.searches(f"question {number}")
    assert way(somebody) == Way(is_person=False)
