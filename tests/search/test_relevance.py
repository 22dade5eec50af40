"""Tests of search that editors own: how they come out, when they are checked, what the command says."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation.activity import Activity
from app.foundation.database import reading
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.jobs import Job
from app.foundation.starting import prepare
from app.foundation.worker import run_due_jobs
from app.search import indexing, rechecking, relevance, synonym_sets
from app.search.models import RelevanceTest
from config import Settings
from tests.conftest import AppWith
from tests.search.shelf import Shelf, document

Add = Callable[..., int]


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    shelf = Shelf(
        document(1, "Pay an invoice", "Open the invoice and press pay."),
        document(1, "Pagar una factura", "Abra la factura.", language="es"),
        document(2, "Replace the toner", "Lift the printer lid."),
        *(document(number, f"Printer number {number}", "A printer.") for number in range(3, 9)),
        document(9, "Margin of each invoice", "For staff.", readers="staff"),
    )
    indexing.add_source(app, shelf)
    with app.app_context():
        indexing.rebuild()
    return shelf


@pytest.fixture
def add(app: Flask, session: Session, shelf: Shelf) -> Add:
    def added(question: str, key: str, **more: object) -> int:
        with app.app_context():
            values = {"language": "en", "kind": "leaflet", "by": None}
            number = relevance.add_test(session, question, key=key, **(values | more)).id  # type: ignore[arg-type]
            session.commit()
            return number

    return added


def results(app: Flask) -> list[relevance.Checked]:
    with app.app_context():
        return relevance.check_all()


def jobs_waiting(session: Session) -> list[str]:
    session.rollback()
    names = list(session.scalars(select(Job.name).order_by(Job.id)))
    session.rollback()
    return names


def checked(session: Session, number: int) -> RelevanceTest:
    session.rollback()
    session.expire_all()
    found = relevance.test_of(session, number)
    session.refresh(found)
    session.rollback()
    return found


def test_a_test_passes_when_the_thing_is_among_the_first(app: Flask, add: Add) -> None:
    add("how to pay invoices", "1:en")
    (found,) = results(app)
    assert (found.is_passed, found.place, found.state) == (True, 1, "results")


def test_any_language_of_the_thing_will_do(app: Flask, add: Add) -> None:
    add("factura", "1:en")
    assert [each.is_passed for each in results(app)] == [True]


def test_a_failing_one_tells_the_place_and_what_came_instead(app: Flask, add: Add) -> None:
    add("printer", "2:en", top=1)
    (found,) = results(app)
    assert not found.is_passed
    assert found.place is None or found.place > 1
    assert len(found.instead) == 3
    assert all(each["title"].startswith("Printer number") for each in found.instead)


def test_what_is_found_nowhere_has_no_place(app: Flask, add: Add) -> None:
    add("qwertzuiop", "1:en")
    (found,) = results(app)
    assert (found.is_passed, found.place, found.state) == (False, None, "no_results")


def test_a_thing_that_was_taken_down_fails(app: Flask, add: Add, shelf: Shelf) -> None:
    add("pay invoices", "1:en")
    del shelf.held["1:en"], shelf.held["1:es"]
    assert [each.is_passed for each in results(app)] == [False]


def test_search_that_does_not_work_fails_no_test(app: Flask, add: Add, settings: Settings, session: Session) -> None:
    number = add("pay invoices", "1:en")
    shutil.rmtree(settings.search_index_dir)
    with app.app_context(), pytest.raises(relevance.CannotCheck):
        relevance.check_all()
    with app.app_context():
        rechecking.request_check(session)
        session.commit()
    run_due_jobs(app)
    assert checked(session, number).is_passed is not False


def test_a_rebuild_has_all_tests_checked(app: Flask, add: Add, session: Session) -> None:
    number = add("pay invoices", "1:en")
    with app.app_context():
        indexing.rebuild()
        indexing.rebuild()
    assert jobs_waiting(session) == [rechecking.CHECK_JOB]
    run_due_jobs(app)
    assert checked(session, number).is_passed is True


def test_nothing_is_checked_where_there_is_no_test(app: Flask, shelf: Shelf, session: Session) -> None:
    with app.app_context():
        indexing.rebuild()
        synonym_sets.write_set(session, "en", ["invoice", "bill"], by=None)
        session.commit()
    assert jobs_waiting(session) == []


def test_a_change_of_synonyms_has_all_tests_checked_by_the_new_ones(app: Flask, add: Add, session: Session) -> None:
    add("pay invoices", "1:en")
    kept = synonym_sets.write_set(session, "en", ["invoice", "bill"], by=None)
    session.commit()
    assert jobs_waiting(session) == [rechecking.CHECK_JOB]
    run_due_jobs(app)
    synonym_sets.remove_set(session, kept, by=None)
    session.commit()
    assert jobs_waiting(session) == [rechecking.CHECK_JOB]


def test_a_changed_document_has_all_tests_checked_within_a_minute(
    app: Flask, add: Add, shelf: Shelf, session: Session
) -> None:
    add("pay invoices", "1:en")
    for number in (20, 21):
        indexing.request_indexing(session, "leaflet", shelf.put(document(number, "Pay invoices")))
        session.commit()
        run_due_jobs(app)
    assert jobs_waiting(session) == [rechecking.CHECK_JOB]


def test_a_start_with_another_encoder_has_all_tests_checked_once(
    app: Flask, app_with: AppWith, add: Add, session: Session
) -> None:
    add("pay invoices", "1:en")
    prepare(app, say=lambda line: None)
    assert rechecking.CHECK_JOB in jobs_waiting(session)
    session.execute(delete(Job))
    session.commit()
    prepare(app, say=lambda line: None)
    assert rechecking.CHECK_JOB not in jobs_waiting(session)
    other = "none" if app.extensions["settings"].encoder != "none" else "minilm"
    prepare(app_with(encoder=other), say=lambda line: None)
    assert jobs_waiting(session).count(rechecking.CHECK_JOB) == 1


def test_a_test_can_be_made_stricter_and_is_not_loosened_by_one_press(add: Add, session: Session) -> None:
    number = add("pay", "1:en")
    assert add("pay", "1:en", top=1) == number
    assert add("pay", "1:en") == number
    assert session.scalars(select(RelevanceTest.top)).one() == 1
    assert [each.details["top"] for each in session.scalars(select(Activity).order_by(Activity.id))] == [3, 1]


def test_the_same_test_is_kept_once(add: Add, session: Session) -> None:
    first = add("Pay invoices!", "1:en")
    assert add("pay  INVOICES", "1:es") == first
    assert add("pay invoices", "1:en", language="en") == first
    assert add("pay invoices", "2:en") != first


@pytest.mark.parametrize(
    ("question", "more", "field"),
    [
        ("", {}, "question"),
        ("?!\x00", {}, "question"),
        ("x" * 301, {}, "question"),
        ("invoice", {"language": "x'x"}, "language"),
        ("invoice", {"top": 0}, "top"),
        ("invoice", {"top": 11}, "top"),
        ("invoice", {"key": "9:en"}, "thing"),
        ("invoice", {"key": "'; --"}, "thing"),
        ("invoice", {"kind": "nothing"}, "thing"),
    ],
)
def test_what_can_be_no_test_is_refused(
    app: Flask, add: Add, session: Session, question: str, more: dict[str, object], field: str
) -> None:
    key = str(more.pop("key", "1:en"))
    with pytest.raises(InvalidInput) as told:
        add(question, key, **more)
    assert told.value.field == field


def test_a_thing_is_named_by_its_number(app: Flask, session: Session, shelf: Shelf) -> None:
    with app.app_context():
        assert relevance.key_of_number(session, "1", language="es") == ("leaflet", "1:es")
        assert relevance.key_of_number(session, "1", language="fr") == ("leaflet", "1:en")
        with pytest.raises(InvalidInput):
            relevance.key_of_number(session, "404", language="en")


@pytest.mark.parametrize("number", [0, -1, 10**20])
def test_a_number_that_can_be_none_is_not_asked_for(app: Flask, session: Session, number: int) -> None:
    with app.app_context(), pytest.raises(NotFound):
        relevance.test_of(session, number)


def test_failing_ones_are_listed_first(app: Flask, add: Add, session: Session) -> None:
    passing, failing, new = add("pay invoices", "1:en"), add("qwertzuiop", "1:en"), 0
    with app.app_context():
        relevance.check_and_keep(session, [relevance.test_of(session, each) for each in (passing, failing)])
        session.commit()
        new = add("toner", "2:en")
        with reading() as own:
            assert [each.id for each in relevance.listed(own)] == [failing, new, passing]
            assert relevance.failing_count(own) == 1


def test_the_command_says_what_fails_and_exits_with_one(app: Flask, add: Add, session: Session) -> None:
    runner = app.test_cli_runner()
    assert "no tests of search yet" in runner.invoke(args=["search", "check"]).output
    add("pay invoices", "1:en")
    good = runner.invoke(args=["search", "check"])
    assert (good.exit_code, good.output) == (0, "All 1 tests hold.\n")
    number = add("printer", "2:en", top=1)
    add("qwertzuiop", "1:en")
    bad = runner.invoke(args=["search", "check"])
    assert bad.exit_code == 1
    assert "“printer” (en) should find leaflet 2 in the top 1: it is at place 7." in bad.output
    assert "    1. Printer number 3 (leaflet 3:en)" in bad.output
    assert "Nothing was found." in bad.output
    assert "2 of 3 tests fail." in bad.output
    assert checked(session, number).is_passed is False


def test_the_command_says_when_search_does_not_work(app: Flask, add: Add, settings: Settings) -> None:
    add("pay invoices", "1:en")
    shutil.rmtree(settings.search_index_dir)
    told = app.test_cli_runner().invoke(args=["search", "check"])
    assert told.exit_code == 1
    assert "cannot be read" in told.output
