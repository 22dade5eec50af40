"""Synonyms: what a search can be said as instead, and how fast every process knows."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from app.foundation.database import reading, transaction
from app.foundation.errors import Conflict, InvalidInput, NotFound
from app.search import indexing, synonym_sets, synonyms
from app.search.service import search
from app.search.synonym_sets import Taken
from tests.conftest import AppWith
from tests.counting import statements_of
from tests.search.shelf import PUBLIC, Shelf, document

Write = Callable[..., synonym_sets.SynonymSet]


@pytest.fixture
def write(app: Flask, session: Session) -> Write:
    def written(*phrases: str, language: str = "en", **more: object) -> synonym_sets.SynonymSet:
        kept = synonym_sets.write_set(session, language, phrases, by=None, **more)  # type: ignore[arg-type]
        session.commit()
        app.extensions["search_synonyms"].forget()
        return kept

    return written


def extra(app: Flask, text: str, language: str = "en") -> tuple[str, ...]:
    with app.app_context():
        return synonyms.extra_tokens(text, language)


def reworded(app: Flask, text: str, language: str = "en") -> tuple[str, ...]:
    with app.app_context():
        return synonyms.reworded(text, language)


def phrases(session: Session) -> list[list[str]]:
    session.expire_all()
    return [[each.text for each in one.phrases] for one in synonym_sets.sets(session)]


def test_nothing_is_added_while_there_are_no_sets(app: Flask) -> None:
    assert (extra(app, "pay the invoice"), reworded(app, "pay the invoice")) == ((), ())


def test_a_phrase_of_a_set_brings_the_tokens_of_the_others(app: Flask, write: Write) -> None:
    write("invoice", "bill", "demand for payment")
    assert extra(app, "Where are my Invoices?") == ("bill", "demand", "payment")
    assert reworded(app, "Where are my Invoices?") == ("Where are my bill?", "Where are my demand for payment?")
    assert extra(app, "where is the demand for payment") == ("invoic", "bill")
    assert extra(app, "payment on demand") == ()


def test_a_phrase_is_met_as_whole_consecutive_words(app: Flask, write: Write) -> None:
    write("out of stock", "sold out")
    assert extra(app, "stock photo sold") == ()
    assert reworded(app, "is it out of stock?") == ("is it sold out?",)


def test_the_longest_phrase_at_a_place_counts(app: Flask, write: Write) -> None:
    write("credit note", "refund slip")
    write("credit", "balance")
    assert reworded(app, "my credit note") == ("my refund slip",)
    assert reworded(app, "my credit") == ("my balance",)


def test_several_phrases_are_first_replaced_together(app: Flask, write: Write) -> None:
    write("invoice", "bill")
    write("download", "fetch")
    assert reworded(app, "download invoice") == ("fetch bill", "fetch invoice", "download bill")


@pytest.mark.parametrize("typed", ["e-mail", "E-Mail", "email", "emails"])
def test_hyphens_and_endings_make_no_difference(app: Flask, write: Write, typed: str) -> None:
    write("e-mail", "letter")
    assert extra(app, f"my {typed} address") == ("letter",)


def test_a_part_of_a_hyphened_word_is_not_the_word(app: Flask, write: Write) -> None:
    write("mail", "letter")
    assert extra(app, "node.mail e-mail") == ("letter",)
    assert reworded(app, "my e-mail") == ()


def test_scripts_without_blanks_are_compared_letter_by_letter(app: Flask, write: Write) -> None:
    write("发票", "账单", language="zh")
    assert reworded(app, "请查看发票", "zh") == ("请查看账单",)
    assert extra(app, "请查看发票", "zh-Hant") == ("账单",)


def test_a_set_counts_in_its_language_only(app: Flask, write: Write) -> None:
    write("invoice", "bill")
    assert extra(app, "invoice", "de") == ()
    assert extra(app, "invoice", "en-GB") == ("bill",)


def test_what_is_added_is_bounded(app: Flask, write: Write) -> None:
    write("lamp", *(" ".join(f"w{number}x{place}" for place in range(6)) for number in range(11)))
    assert len(extra(app, "lamp")) == synonyms.MOST_EXTRA_TOKENS
    assert len(reworded(app, "lamp " * 500)) == synonyms.MOST_REWORDINGS


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "*:* AND (", "a" * 9000, "'" * 50, "\ud800", "🙂 # c++", "%s ? %(x)s"]
)
def test_nothing_that_is_typed_does_harm(app: Flask, write: Write, text: str) -> None:
    write("invoice", "bill")
    assert (extra(app, text), reworded(app, text)) == ((), ())


def test_another_process_knows_within_two_seconds_and_asks_once_a_second(
    app: Flask, app_with: AppWith, session: Session
) -> None:
    other = app_with()
    assert extra(other, "invoice") == ()
    kept = synonym_sets.write_set(session, "en", ["invoice", "bill"], by=None)
    session.commit()
    until = time.monotonic() + 2
    while not extra(other, "invoice") and time.monotonic() < until:
        time.sleep(0.05)
    assert extra(other, "invoice") == ("bill",)
    synonym_sets.remove_set(session, kept, by=None)
    session.commit()
    while extra(other, "invoice") and time.monotonic() < until + 2:
        time.sleep(0.05)
    assert extra(other, "invoice") == ()


def test_a_search_asks_nothing_of_the_database_but_what_has_changed(app: Flask, write: Write) -> None:
    write("invoice", "bill")
    assert extra(app, "invoice") == ("bill",)
    with statements_of(app) as run:
        for _ in range(20):
            extra(app, "invoice")
    assert run == []


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    shelf = Shelf(document(1, "Pay an invoice", "Press pay."), document(2, "The bull is loose", "Run."))
    indexing.add_source(app, shelf)
    with app.app_context():
        indexing.rebuild()
    return shelf


def found(app: Flask, query: str) -> list[str]:
    with app.app_context(), reading() as own:
        return [each.key for each in search(own, query, language="en", readers=PUBLIC).results]


def test_a_search_finds_what_is_written_in_other_words(app: Flask, write: Write, shelf: Shelf) -> None:
    assert found(app, "my fee") == []
    write("fee", "invoice")
    assert found(app, "my fee") == ["1:en"]


def test_a_word_that_only_a_set_has_is_no_slip(app: Flask, write: Write, shelf: Shelf) -> None:
    assert found(app, "bulx") == ["2:en"]
    write("bulx", "invoice")
    assert found(app, "bulx") == ["1:en"]


def test_a_search_goes_on_when_the_sets_cannot_be_read(
    app: Flask, write: Write, shelf: Shelf, session: Session
) -> None:
    session.execute(sql("ALTER TABLE search_marks RENAME TO marks_elsewhere"))
    session.commit()
    app.extensions["search_synonyms"] = synonyms.Synonyms()
    try:
        assert found(app, "pay") == ["1:en"]
    finally:
        session.execute(sql("ALTER TABLE marks_elsewhere RENAME TO search_marks"))
        session.commit()


def test_searching_goes_on_by_what_was_known_when_the_sets_cannot_be_read(
    app: Flask, write: Write, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    write("invoice", "bill")
    assert extra(app, "invoice") == ("bill",)
    session.execute(sql("ALTER TABLE search_marks RENAME TO marks_elsewhere"))
    session.commit()
    app.extensions["search_synonyms"].forget()
    assert extra(app, "invoice") == ("bill",)
    app.extensions["search_synonyms"] = synonyms.Synonyms()
    assert extra(app, "invoice") == ()
    assert "could not be read" in caplog.text
    session.execute(sql("ALTER TABLE marks_elsewhere RENAME TO search_marks"))
    session.commit()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "at least two"),
        (["invoice"], "stands alone"),
        (["invoice", "Invoices", " "], "stands alone"),
        (["invoice", "x" * 61], "too long"),
        (["invoice", "one two three four five six seven"], "too long"),
        (["invoice", "of the"], "no word that search goes by"),
        (["invoice", "\x00?!"], "no word that search goes by"),
        ([f"w{number}" for number in range(13)], "13 words"),
    ],
)
def test_what_can_be_no_set_is_refused_in_words(app: Flask, session: Session, given: list[str], told: str) -> None:
    with app.app_context(), pytest.raises(InvalidInput, match=told):
        synonym_sets.write_set(session, "en", given, by=None)


@pytest.mark.parametrize("language", ["", "e", "english", "-", "'; --"])
def test_a_set_needs_a_language(app: Flask, session: Session, language: str) -> None:
    with app.app_context(), pytest.raises(InvalidInput) as told:
        synonym_sets.write_set(session, language, ["a1", "b1"], by=None)
    assert told.value.field == "language"


def test_a_phrase_is_in_one_set_of_its_language(app: Flask, write: Write, session: Session) -> None:
    write("invoice", "bill")
    write("invoice", "rechnung", language="de")
    with app.app_context(), pytest.raises(Taken, match="invoice, bill") as told:
        synonym_sets.write_set(session, "en", ["Invoices", "receipt"], by=None)
    assert told.value.phrases == ("invoice", "bill")


def test_sets_can_be_joined(write: Write, session: Session) -> None:
    write("invoice", "bill")
    write("receipt", "slip")
    write("Bills", "slips", "demand", joins=True)
    assert phrases(session) == [["invoice", "bill", "receipt", "slip", "demand"]]


def test_what_does_not_fit_into_one_set_is_not_joined(app: Flask, write: Write, session: Session) -> None:
    write("invoice", *(f"a{number}" for number in range(9)))
    write("receipt", "b1", "b2")
    with app.app_context(), pytest.raises(InvalidInput, match="13 words"):
        synonym_sets.write_set(session, "en", ["invoice", "receipt"], by=None, joins=True)


def test_a_set_is_changed_in_place(write: Write, session: Session) -> None:
    kept = write("invoice", "bill", "slip")
    write("bill", "demand", "invoice", existing=kept, seen=kept.version)
    assert phrases(session) == [["bill", "demand", "invoice"]]
    write("slip", "ticket")


def test_of_two_editors_the_second_is_told(app: Flask, write: Write, session: Session) -> None:
    kept = write("invoice", "bill")
    seen, number = kept.version, kept.id
    write("invoice", "demand", existing=kept, seen=seen)
    with app.app_context():
        with pytest.raises(Conflict):
            synonym_sets.write_set(session, "en", ["invoice", "slip"], by=None, existing=kept, seen=seen)
        session.commit()
        with transaction() as other:
            other.delete(other.get_one(synonym_sets.SynonymSet, number))
        with pytest.raises(Conflict):
            synonym_sets.write_set(session, "en", ["invoice", "slip"], by=None, existing=kept)
        session.rollback()
        with pytest.raises(NotFound):
            synonym_sets.set_of(session, number)


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30])
def test_a_number_that_can_be_none_is_not_asked_for(app: Flask, session: Session, number: int) -> None:
    with app.app_context(), pytest.raises(NotFound):
        synonym_sets.set_of(session, number)


def test_phrases_are_typed_by_comma_or_line() -> None:
    assert synonym_sets.split(" a, b c;\n\r\n d،e、f,,") == ["a", "b c", "d", "e", "f"]
