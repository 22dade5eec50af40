"""Synonyms that the search log proposes: nothing found, said otherwise, solved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.foundation.database import reading
from app.foundation.errors import Conflict, InvalidInput
from app.search import synonym_proposals, synonym_sets
from app.search.synonym_proposals import difference
from app.trail import recording
from tests.trail.somebody import Somebody

Visit = Callable[..., None]


@pytest.fixture
def visit(app: Flask) -> Visit:
    """Somebody of this number searches in vain, then otherwise, and votes."""

    def visited(number: int, before: str, after: str, *, fixed: bool | None = True, state: str = "no_results") -> None:
        somebody = Somebody(app, address=f"192.0.2.{number}")
        somebody.searches(before, results=0 if state == "no_results" else 4, state=state)
        token = somebody.searches(after)
        somebody.clicks(token)
        if fixed is not None:
            somebody.votes(fixed=fixed)
        recording.flush(app)

    return visited


def proposed(app: Flask, session: Session) -> list[tuple[str, str, int]]:
    session.commit()
    with app.app_context(), reading() as own:
        return [(each.vain, each.found, each.visitors) for each in synonym_proposals.proposals(own)]


def test_a_pair_that_two_visitors_agree_on_is_proposed(app: Flask, session: Session, visit: Visit) -> None:
    visit(1, "print my Bill", "print the invoice")
    assert proposed(app, session) == []
    visit(2, "bills", "Invoices of May", state="no_answer")
    assert proposed(app, session) == []  # May is a word too many, so this is another pair
    visit(3, "where are bills?", "where are invoices?", state="no_answer")
    assert proposed(app, session) == [("bills", "invoices", 2)]
    (proposal,) = synonym_proposals.proposals(session)
    assert [(each.before, each.after) for each in proposal.evidence] == [
        ("where are bills?", "where are invoices?"),
        ("print my Bill", "print the invoice"),
    ]


def test_one_visitor_who_repeats_themselves_proposes_nothing(app: Flask, session: Session, visit: Visit) -> None:
    for _ in range(3):
        visit(1, "bill", "invoice")
    assert proposed(app, session) == []


@pytest.mark.parametrize("fixed", [None, False])
def test_only_what_was_solved_counts(app: Flask, session: Session, visit: Visit, fixed: bool | None) -> None:
    visit(1, "bill", "invoice")
    visit(2, "bill", "invoice", fixed=fixed)
    assert proposed(app, session) == []


def test_a_yes_that_was_taken_back_is_none(app: Flask, session: Session, visit: Visit) -> None:
    visit(1, "bill", "invoice")
    visit(2, "bill", "invoice")
    Somebody(app, address="192.0.2.2").votes(fixed=False)
    recording.flush(app)
    assert proposed(app, session) == []


def test_a_yes_before_the_second_search_is_about_something_else(app: Flask, session: Session, visit: Visit) -> None:
    visit(1, "bill", "invoice")
    other = Somebody(app, address="192.0.2.2")
    other.votes(fixed=True)
    other.searches("bill", results=0)
    other.searches("invoice")
    recording.flush(app)
    assert proposed(app, session) == []


def test_what_staff_does_proposes_nothing(app: Flask, session: Session, visit: Visit) -> None:
    visit(1, "bill", "invoice")
    program = Somebody(app, address="192.0.2.9", browser="curl/8")
    program.searches("bill", results=0)
    program.searches("invoice")
    program.votes(fixed=True)
    recording.flush(app)
    assert proposed(app, session) == []


@pytest.mark.parametrize(
    ("before", "after", "pair"),
    [
        ("reset my passcode", "reset my password", ("passcode", "password")),
        ("sign out of account", "log out of account", ("sign", "log")),
        ("demand for payment", "invoice", ("demand for payment", "invoice")),
        ("paymnet", "payment", None),
        ("log in", "login", None),
        ("e mail", "e-mail", None),
        ("invoices", "invoice", None),
        ("how is it", "invoice", None),
        ("invoice", "invoice please pay now", None),
        ("red lamp broken switch", "lamp", None),
        ("red lamp broken", "lamp dead", None),
        ("error 0x8007", "error crash", None),
        ("letter to [e-mail]", "letter lost", None),
        ("发票", "账单", ("发票", "账单")),
    ],
)
def test_the_difference_of_two_searches(before: str, after: str, pair: tuple[str, str] | None) -> None:
    assert difference(before, after, "zh" if "发" in before else "en") == pair


def test_an_accepted_pair_becomes_a_set_or_joins_one(app: Flask, session: Session, visit: Visit) -> None:
    for number in (1, 2):
        visit(number, "bill", "invoice")
        visit(number + 2, "slip", "invoice")
    with app.app_context():
        synonym_proposals.accept(session, "en", "bill", "invoice", by=None)
        assert proposed(app, session) == [("slip", "invoice", 2)]
        synonym_proposals.accept(session, "en", "slip", "invoice", by=None)
    (kept,) = synonym_sets.sets(session)
    assert [each.text for each in kept.phrases] == ["bill", "invoice", "slip"]
    assert proposed(app, session) == []


def test_what_is_in_a_set_already_is_not_proposed(app: Flask, session: Session, visit: Visit) -> None:
    for number in (1, 2):
        visit(number, "bill", "invoice")
    synonym_sets.write_set(session, "en", ["Invoices", "receipt", "bills"], by=None)
    assert proposed(app, session) == []


def test_a_dismissed_pair_never_comes_back_in_either_direction(app: Flask, session: Session, visit: Visit) -> None:
    for number in (1, 2):
        visit(number, "bill", "invoice")
    with app.app_context():
        synonym_proposals.dismiss(session, "en", "Bills", "invoices", by=None)
        session.commit()
    for number in (3, 4):
        visit(number, "invoices", "bills")
    assert proposed(app, session) == []


def test_of_two_editors_who_decide_the_second_is_told(app: Flask, session: Session) -> None:
    with app.app_context():
        synonym_proposals.dismiss(session, "en", "bill", "invoice", by=None)
        with pytest.raises(Conflict):
            synonym_proposals.accept(session, "en", "invoice", "bill", by=None)
        session.rollback()
        assert synonym_sets.sets(session) == []


@pytest.mark.parametrize(("vain", "found"), [("", "x1"), ("of", "invoice"), ("a" * 5000, "b1"), ("bill", "bills")])
def test_nonsense_is_not_decided_about(app: Flask, session: Session, vain: str, found: str) -> None:
    with app.app_context():
        for decide in (synonym_proposals.accept, synonym_proposals.dismiss):
            with pytest.raises(InvalidInput):
                decide(session, "en", vain, found, by=None)
