"""The beacon that articles send, and the page of the desk that tells what people search for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.trail import recording
from app.trail.models import SessionStep
from tests.make import Make
from tests.trail.somebody import FIREFOX, Somebody
from tests.visitor import PASSWORD, Visitor


@pytest.fixture
def agent(make: Make, session: Session) -> str:
    """The address of somebody who may open the desk."""
    account = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    return account.email


def send(client: Visitor, **fields: str) -> int:
    return client.post("/beacon", data=fields, headers={"User-Agent": FIREFOX}).status_code


def reads(app: Flask, session: Session) -> list[tuple[str, int | None]]:
    assert recording.flush(app)
    session.rollback()
    return [(step.key, step.seconds) for step in session.scalars(select(SessionStep))]


def test_the_beacon_of_an_article_is_kept_with_its_longest_time(app: Flask, session: Session, client: Visitor) -> None:
    assert send(client, read="article 7:en", seconds="20") == 204
    assert send(client, read="article 7:en", seconds="64") == 204
    assert send(client, read="article 7:en", seconds="12") == 204
    assert reads(app, session) == [("7:en", 64)]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"read": "article 7:en"},
        {"read": "article 7:en", "seconds": "-5"},
        {"read": "article 7:en", "seconds": "1e9"},
        {"read": "article 7:en", "seconds": "0"},
        {"read": "article 7:en", "seconds": "٢٥"},
        {"read": "<script> x", "seconds": "25"},
        {"read": "article ../../etc/passwd", "seconds": "25"},
        {"read": "article 7:en\0", "seconds": "25"},
        {"read": "article " + "7" * 81, "seconds": "25"},
        {"read": "x" * 100_000, "seconds": "25"},
    ],
)
def test_a_beacon_of_nonsense_is_answered_and_forgotten(
    app: Flask, session: Session, client: Visitor, fields: dict[str, str]
) -> None:
    assert send(client, **fields) == 204
    assert reads(app, session) == []


def test_a_beacon_writes_nothing_before_it_answers(app: Flask, session: Session, client: Visitor) -> None:
    send(client, read="article 7:en", seconds="20")
    assert session.scalars(select(SessionStep)).all() == []


def test_the_desk_tells_what_people_searched_for(app: Flask, client: Visitor, somebody: Somebody, agent: str) -> None:
    somebody.clicks(somebody.searches("reset password"))
    replace(somebody, address="192.0.2.2").searches("Reset password?")
    replace(somebody, address="192.0.2.3").searches("fax machine", results=0)
    recording.flush(app)
    client.sign_in(agent)
    page = client.get("/desk/searches").get_data(as_text=True)
    assert page.index("eset password") < page.index("fax machine")
    assert "1 of 3" in page
    nothing = client.get("/desk/searches?only=nothing").get_data(as_text=True)
    assert "fax machine" in nothing
    assert "eset password" not in nothing
    unopened = client.get("/desk/searches?only=no_click&days=28").get_data(as_text=True)
    assert "eset password" in unopened
    assert "fax machine" not in unopened


def test_the_list_comes_as_a_table_without_formulas(
    app: Flask, client: Visitor, somebody: Somebody, agent: str
) -> None:
    somebody.searches('=HYPERLINK("x")')
    recording.flush(app)
    client.sign_in(agent)
    answer = client.get("/desk/searches.csv")
    assert answer.mimetype == "text/csv"
    lines = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("query,searches,zero_result,no_answer,bounced,clicked,solved_confirmed")
    assert lines[1].startswith("\"'=HYPERLINK(")


def test_customers_do_not_see_what_others_searched_for(client: Visitor, make: Make, session: Session) -> None:
    reader = make.account(Role.READER, password=PASSWORD)
    session.commit()
    assert client.get("/desk/searches").status_code == 302
    client.sign_in(reader.email)
    assert client.get("/desk/searches").status_code == 403
    assert client.get("/desk/searches.csv").status_code == 403


def test_a_page_that_does_not_exist_shows_the_nearest(app: Flask, client: Visitor, agent: str) -> None:
    client.sign_in(agent)
    assert client.get("/desk/searches?days=x&only=x&page=9999").status_code == 200
