"""What search forgets of what it learned, and what it never does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.database import transaction
from app.foundation.worker import run_due_jobs
from app.search import deciding, indexing, unlearning
from app.search.deciding import Decision
from app.search.learned import questions_of
from app.search.models import QueryAssociation, QueryEvidence
from app.search.unlearning import MOST_WAITING
from tests.make import Make
from tests.search.saying import say
from tests.search.shelf import Shelf, document

ASKED = "reset my password"


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> Iterator[None]:
    indexing.add_source(app, Shelf(document(1, "Printer"), document(2, "Scanner")))
    with app.app_context():
        yield


def wait(session: Session, count: int, *, since: datetime, group: str = "1", evidence_n: int = 1) -> None:
    """Have many questions wait, one later than the other."""
    first = session.scalar(select(func.count()).select_from(QueryAssociation)) or 0
    session.execute(
        insert(QueryAssociation),
        [
            {
                "kind": "leaflet",
                "group": group,
                "language": "en",
                "text": f"alpha question{first + number}",
                "normal": f"alpha question{first + number}",
                "evidence_n": evidence_n,
                "weight": float(evidence_n),
                "weighed_at": since + timedelta(seconds=number),
                "created_at": since,
                "changed_at": since,
            }
            for number in range(count)
        ],
    )


def texts(session: Session, group: str = "1") -> list[str]:
    found = session.scalars(
        select(QueryAssociation.text).where(QueryAssociation.group == group).order_by(QueryAssociation.id)
    )
    return list(found)


def test_what_is_taken_back_leaves_what_others_said(session: Session) -> None:
    for voice in (1, 2):
        say(session, voice, ASKED)
    unlearning.forget_evidence(session, ["vote 1", "vote 4711"])
    assert questions_of(session, "leaflet", ["1"]) == {}
    assert session.scalars(select(QueryAssociation.evidence_n)).all() == [1]


def test_a_question_that_nobody_else_asked_goes_with_what_is_taken_back(session: Session) -> None:
    say(session, 1, ASKED)
    say(session, 2, "scan a page", is_counted=False)
    say(session, 3, ASKED, is_counted=False)
    unlearning.forget_evidence(session, ["vote 1", "vote 2"])
    assert texts(session) == [ASKED]
    unlearning.forget_evidence(session, ["vote 3"])
    assert texts(session) == []


@pytest.mark.parametrize("decision", [Decision.ACCEPT, Decision.BLOCK, Decision.PIN])
def test_what_an_editor_decided_about_stays_without_evidence(session: Session, make: Make, decision: Decision) -> None:
    say(session, 1, ASKED)
    question = session.scalars(select(QueryAssociation)).one()
    deciding.decide(session, question.id, decision, seen=0, by=make.account(Role.EDITOR))
    unlearning.forget_evidence(session, ["vote 1"])
    assert texts(session) == [ASKED]


def test_of_too_many_that_wait_the_oldest_go_by_themselves(app: Flask, session: Session) -> None:
    old = clock.now() - timedelta(days=900)
    wait(session, 2, since=old, evidence_n=3)
    wait(session, MOST_WAITING, since=old + timedelta(days=1))
    wait(session, 1, since=old, group="2")
    say(session, 1, ASKED)
    session.commit()
    run_due_jobs(app)
    left = texts(session)
    assert len(left) == MOST_WAITING
    assert left[:2] == ["alpha question0", "alpha question1"]
    assert left[2] == "alpha question5"
    assert left[-1] == ASKED
    assert len(texts(session, "2")) == 1


def test_no_flood_takes_what_counts_what_was_decided_or_what_waits_for_a_decision(
    app: Flask, session: Session, make: Make
) -> None:
    for voice in (1, 2):
        say(session, voice, "a question in use")
    say(session, 3, "question blocked")
    blocked = session.scalars(select(QueryAssociation).where(QueryAssociation.text == "question blocked")).one()
    deciding.decide(session, blocked.id, Decision.BLOCK, seen=0, by=make.account(Role.EDITOR))
    say(session, 4, "question set aside", is_counted=False)
    say(session, 5, "question asked again")
    say(session, 6, "question asked again", is_counted=False)
    wait(session, MOST_WAITING + 10, since=clock.now() + timedelta(days=1))
    session.commit()
    with transaction() as own:
        unlearning.let_go_of_waiting(own, kind="leaflet", group="1")
    left = texts(session)
    assert left[:4] == ["a question in use", "question blocked", "question set aside", "question asked again"]
    assert len(left) == MOST_WAITING + 4
    assert session.scalar(select(func.count()).select_from(QueryEvidence)) == 6
