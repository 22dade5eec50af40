"""What somebody does is noted, and written soon after."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.database import db
from app.trail import recording
from app.trail.models import SearchClick, SearchEvent, SelfServiceSession, SessionKind, SessionStep
from tests.make import Make
from tests.trail.somebody import FIREFOX, Somebody
from tests.visitor import PASSWORD, Visitor


def trail_of(somebody: Somebody) -> list[recording.TrailStep]:
    return somebody.does(lambda: recording.trail_of(db.session))


def test_a_search_is_written_with_what_it_found(app: Flask, session: Session, somebody: Somebody) -> None:
    assert len(somebody.searches("How do I reset my Password?")) == 16
    assert recording.flush(app)
    event = session.scalars(select(SearchEvent)).one()
    assert (event.query_raw, event.query_norm) == ("How do I reset my Password?", "how do i reset my password")
    assert (event.results, event.mode, event.state, event.language, event.clicks) == (3, "keyword", "results", "en", 0)
    assert session.scalars(select(SelfServiceSession)).one().kind is SessionKind.PERSON


def test_searching_clicking_reading_voting_and_asking_are_one_session(
    app: Flask, session: Session, somebody: Somebody
) -> None:
    somebody.clicks(somebody.searches("reset password"), 2)
    somebody.reads()
    somebody.votes(fixed=False)
    somebody.asks()
    recording.flush(app)
    assert session.scalar(select(func.count(SelfServiceSession.id))) == 1
    assert session.scalars(select(SearchClick)).one().position == 2
    assert session.scalars(select(SearchEvent)).one().clicks == 1
    assert list(session.scalars(select(SessionStep.what).order_by(SessionStep.id))) == ["read", "voted", "asked"]


def test_the_trail_tells_the_steps_in_their_order(app: Flask, somebody: Somebody) -> None:
    somebody.clicks(somebody.searches("reset password"))
    somebody.reads()
    recording.flush(app)
    somebody.votes(fixed=False)
    assert [(step.what, step.query, step.key, step.fixed) for step in trail_of(somebody)] == [
        ("searched", "reset password", "", None),
        ("read", "", "7:en", None),
        ("voted", "", "7:en", False),
    ]


def test_the_trail_is_the_same_before_and_after_it_is_written(app: Flask, somebody: Somebody) -> None:
    for typed in ("res", "reset", "reset pass"):
        somebody.searches(typed, typed=True)
    somebody.clicks(somebody.searches("reset password"))
    somebody.reads()
    before = trail_of(somebody)
    recording.flush(app)
    assert [step.what for step in before] == ["searched", "read"]
    assert trail_of(somebody) == before


def test_somebody_else_has_a_trail_of_their_own(app: Flask, somebody: Somebody) -> None:
    somebody.searches("reset password")
    recording.flush(app)
    assert trail_of(somebody)
    assert trail_of(replace(somebody, address="192.0.2.2")) == []
    assert trail_of(replace(somebody, browser=FIREFOX.replace("128", "130"))) == []


@pytest.mark.parametrize("is_written", [False, True])
def test_what_staff_did_is_not_told_to_a_customer_at_the_same_address(
    app: Flask, client: Visitor, make: Make, session: Session, *, is_written: bool
) -> None:
    agent = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(agent.email)
    client.get("/search?q=project+walnut")
    if is_written:
        recording.flush(app)
    assert b"project walnut" in client.get("/contact").data
    assert b"project walnut" not in app.test_client().get("/contact").data


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_asks_not_to_be_followed_leaves_no_trail(
    app: Flask, session: Session, somebody: Somebody, header: str
) -> None:
    shy = replace(somebody, headers={header: "1"})
    assert shy.searches("reset password") == ""
    shy.reads()
    assert trail_of(shy) == []
    recording.flush(app)
    assert session.scalar(select(func.count(SelfServiceSession.id))) == 0


def test_outside_of_a_request_nothing_is_noted(app: Flask) -> None:
    with app.app_context():
        recording.record_request("R-1001")
        assert recording.trail_of(db.session) == []
    assert app.extensions["trail_journal"].waiting() == []
