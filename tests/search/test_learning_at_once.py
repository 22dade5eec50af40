"""Votes, the worker and editors at the same moment: nobody is sent away because of another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation.database import transaction
from app.foundation.errors import Conflict, InvalidInput
from app.search import deciding, indexing, learning, likeness
from app.search.deciding import Decision
from app.search.models import QueryAssociation, QueryEvidence
from tests.make import Make
from tests.search.fake_encoder import FakeEncoder, use_fake_encoder
from tests.search.saying import say
from tests.search.shelf import Shelf, document

ROUNDS = 25
RESET, SCAN = "reset my password", "scan a page"

Act = Callable[[Session, int], None]


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> Iterator[None]:
    indexing.add_source(app, Shelf(document(1, "Printer"), document(2, "Scanner")))
    with app.app_context():
        yield


def at_once(app: Flask, *acts: Act, rounds: int = ROUNDS) -> None:
    """Have each of these begin every round together with the others, in a transaction of its own."""
    together = Barrier(len(acts))

    def run(act: Act) -> None:
        with app.app_context(), contextlib.suppress(BrokenBarrierError):
            for number in range(rounds):
                together.wait(30)
                try:
                    with transaction() as session:
                        act(session, number)
                except BaseException:
                    together.abort()
                    raise

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def people(session: Session) -> dict[str, int]:
    """How many people each question rests on."""
    session.expire_all()
    found = {row.text: row.evidence_n for row in session.scalars(select(QueryAssociation))}
    session.rollback()
    return found


def test_votes_that_are_cast_again_in_opposite_orders_all_count(app: Flask, session: Session) -> None:
    for voice in range(4):
        say(session, voice, RESET, SCAN)
    session.commit()
    at_once(
        app,
        lambda own, number: say(own, 0, RESET),
        lambda own, number: say(own, 1, SCAN),
        lambda own, number: say(own, 2, RESET),
        lambda own, number: say(own, 3, SCAN),
    )
    assert people(session) == {RESET: 4, SCAN: 4}


def test_the_same_new_questions_in_opposite_orders_are_made_once(app: Flask, session: Session) -> None:
    def asked(number: int) -> list[str]:
        return [f"{RESET} alpha{number} beta{place}" for place in range(learning.MOST_A_REFERENCE)]

    at_once(
        app,
        lambda own, number: say(own, 2 * number, *asked(number)),
        lambda own, number: say(own, 2 * number + 1, *reversed(asked(number))),
    )
    assert people(session) == {text: 2 for number in range(ROUNDS) for text in asked(number)}


def test_votes_are_set_aside_while_others_vote(app: Flask, session: Session) -> None:
    for voice in range(4):
        say(session, voice, RESET if voice % 2 else SCAN)
        say(session, voice, RESET, SCAN)
    session.commit()

    def judged(voice: int, others: list[str]) -> Act:
        def act(own: Session, number: int) -> None:
            learning.count_evidence(own, others, is_counted=number % 2 == 0)
            say(own, voice, RESET if voice % 2 else SCAN, is_counted=True)

        return act

    at_once(app, judged(0, ["vote 2"]), judged(1, ["vote 3"]), judged(4, ["vote 3", "vote 2"]), rounds=ROUNDS)
    assert people(session) == {RESET: 4, SCAN: 5}


def test_the_worker_joins_questions_while_their_votes_are_set_aside(app: Flask, session: Session) -> None:
    use_fake_encoder(app, FakeEncoder({"restore": "reset"}))
    for number in range(ROUNDS):
        say(session, number, f"{RESET} alpha{number}", f"restore my password alpha{number}")
    session.commit()

    def compare(own: Session, number: int) -> None:
        likeness.find_like_questions(own, kind="leaflet", group="1")

    def judge(own: Session, number: int) -> None:
        references = [f"vote {voice}" for voice in reversed(range(ROUNDS))]
        learning.count_evidence(own, references, is_counted=number % 2 == 0)

    at_once(app, compare, judge, lambda own, number: say(own, number, RESET), rounds=ROUNDS)
    references = session.scalars(select(QueryEvidence.reference).distinct()).all()
    session.rollback()
    assert len(references) == ROUNDS


def test_of_editors_who_decide_at_once_one_wins_and_the_others_are_told(
    app: Flask, session: Session, make: Make
) -> None:
    for voice in (1, 2):
        say(session, voice, *(f"{RESET} alpha{number}" for number in range(8)))
    editors = [make.account(Role.EDITOR) for _act in range(4)]
    session.commit()
    questions = session.scalars(select(QueryAssociation.id).order_by(QueryAssociation.id)).all()
    session.commit()
    won: dict[int, list[int]] = {each: [] for each in questions}
    told: list[str] = []

    def deciding_as(editor: Account, decide: Callable[[Session, int, Account], object]) -> Act:
        def act(own: Session, number: int) -> None:
            try:
                decide(own, questions[number], editor)
            except Conflict as refused:
                told.append(str(refused))
            else:
                own.commit()
                won[questions[number]].append(editor.id)

        return act

    ways: list[Callable[[Session, int, Account], object]] = [
        lambda own, question, by: deciding.decide(own, question, Decision.BLOCK, seen=0, by=by),
        lambda own, question, by: deciding.decide(own, question, Decision.ACCEPT, seen=0, by=by),
        lambda own, question, by: deciding.decide(own, question, Decision.PIN, seen=0, by=by),
        lambda own, question, by: deciding.move(own, question, "2", seen=0, by=by),
    ]
    at_once(app, *map(deciding_as, editors, ways), rounds=len(questions))
    assert [len(each) for each in won.values()] == [1] * len(questions)
    assert len(told) == 3 * len(questions)
    assert all("Somebody else decided about “reset my password alpha" in each for each in told)
    rows = session.scalars(select(QueryAssociation).where(QueryAssociation.id.in_(questions))).all()
    assert {row.id: [row.decided_by_id] for row in rows} == won
    assert {row.decisions for row in rows} == {1}


def test_a_question_that_two_pin_at_once_is_pinned_to_one_thing(app: Flask, session: Session, make: Make) -> None:
    editor = make.account(Role.EDITOR)
    session.commit()
    told: list[str] = []

    def pinning(group: str) -> Act:
        def act(own: Session, number: int) -> None:
            try:
                deciding.pin(own, f"{SCAN} alpha{number}", kind="leaflet", group=group, language="en", by=editor)
            except InvalidInput as refused:
                told.append(str(refused))
                own.rollback()

        return act

    at_once(app, pinning("1"), pinning("2"))
    assert len(told) == ROUNDS
    assert all("take that pin away first" in each for each in told)
    pinned = session.scalars(select(QueryAssociation).where(QueryAssociation.is_pinned)).all()
    assert len({row.normal for row in pinned}) == len(pinned) == ROUNDS
