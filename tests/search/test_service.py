"""Searching: which state a search is in, and what it shows."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.foundation.worker import run_due_jobs
from app.search import indexing
from app.search.service import SearchAnswer, SearchState, search, similar, suggest
from config import Settings
from tests.search.shelf import PUBLIC, STAFF, Shelf, document
from tests.visitor import Visitor

Ask = Callable[..., SearchAnswer]


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    shelf = Shelf(
        document(1, "Pay an invoice", "Open the invoice and press pay.", facets={"category": ("billing",)}),
        document(1, "Pagar una factura", "Abra la factura.", language="es", facets={"category": ("billing",)}),
        document(2, "Replace the toner", "Lift the printer lid.", facets={"category": ("printers",)}),
        document(3, "Solo en español: garantía", "Dos años.", language="es"),
        document(4, "Margin of each invoice", "For staff.", readers="staff"),
    )
    indexing.add_source(app, shelf)
    return shelf


@pytest.fixture
def ask(app: Flask, session: Session, shelf: Shelf) -> Ask:
    with app.app_context():
        indexing.rebuild()

    def asked(query: str, language: str = "en", readers: frozenset[str] = PUBLIC, **more: object) -> SearchAnswer:
        return search(session, query, language=language, readers=readers, **more)  # type: ignore[arg-type]

    return asked


def test_no_words_give_a_hint(ask: Ask) -> None:
    assert [ask(text).state for text in ("", "  ", "\x00")] == [SearchState.HINT] * 3


def test_results_show_the_passage_with_the_words_marked(ask: Ask) -> None:
    answer = ask("paying invoices")
    (result,) = answer.results
    assert (answer.state, answer.total, result.key) == (SearchState.RESULTS, 1, "1:en")
    assert result.passage_html == "Open the <mark>invoice</mark> and press <mark>pay</mark>."
    assert result.url == "/leaflets/1-en#steps"


def test_a_slip_is_corrected_and_said_so(ask: Ask) -> None:
    answer = ask("invocie")
    assert (answer.state, answer.corrected_to, answer.total) == (SearchState.CORRECTED, "invoice", 1)
    assert ask("invocie", exact=True).state is SearchState.NO_RESULTS


def test_a_slip_is_taken_for_a_word_of_the_readers_language_first(
    app: Flask, ask: Ask, shelf: Shelf, session: Session
) -> None:
    for each in (document(8, "Authentication", "Do it."), document(8, "Autenticación", "Hágalo.", language="es")):
        indexing.request_indexing(session, "leaflet", shelf.put(each))
    session.commit()
    run_due_jobs(app)
    assert ask("autentication").corrected_to == "authentication"


def test_no_word_is_taken_for_one_that_says_nothing(app: Flask, ask: Ask, shelf: Shelf, session: Session) -> None:
    indexing.request_indexing(session, "leaflet", shelf.put(document(9, "Night mode", "It is dark there.")))
    session.commit()
    run_due_jobs(app)
    answer = ask("dark theme")
    assert (answer.corrected_to, [each.key for each in answer.results]) == ("", ["9:en"])


def test_nobody_is_offered_words_of_texts_for_others(ask: Ask) -> None:
    assert ask("margni").state is SearchState.NO_RESULTS
    assert ask("margni", readers=STAFF).corrected_to == "margin"


def test_filters_that_hide_everything_say_what_is_elsewhere(ask: Ask) -> None:
    answer = ask("invoice", filters={"category": "printers"})
    assert (answer.state, answer.total, answer.elsewhere) == (SearchState.FILTERED_OUT, 0, 1)
    assert [(value.value, value.count, value.is_chosen) for value in answer.facets["category"]] == [
        ("billing", 1, False),
        ("printers", 0, True),
    ]


def test_other_languages_answer_when_the_readers_has_nothing(ask: Ask) -> None:
    answer = ask("garantía")
    assert (answer.state, [each.language for each in answer.results]) == (SearchState.OTHER_LANGUAGE, ["es"])
    assert ask("garantia", language="es").state is SearchState.RESULTS


def test_of_one_thing_only_the_readers_language_is_shown(ask: Ask) -> None:
    assert [each.key for each in ask("factura", language="es-MX").results] == ["1:es"]
    assert [each.key for each in ask("factura", filters={"language": "es"}).results] == ["1:es"]


def test_nothing_found_says_so(ask: Ask) -> None:
    answer = ask("zzzqqq wwwvvv")
    assert (answer.state, answer.total) == (SearchState.NO_RESULTS, 0)


def test_what_the_database_no_longer_has_is_not_shown(ask: Ask, shelf: Shelf) -> None:
    del shelf.held["1:en"]
    assert ask("invoice").state is SearchState.NO_RESULTS


def test_a_page_too_far_is_the_last(ask: Ask) -> None:
    answer = ask("invoice", page=99)
    assert (answer.page, len(answer.results)) == (1, 1)


def test_hostile_titles_are_escaped(app: Flask, ask: Ask, shelf: Shelf, session: Session) -> None:
    indexing.request_indexing(
        session, "leaflet", shelf.put(document(9, "<img src=x>", "<script>invoice & co</script>"))
    )
    session.commit()
    run_due_jobs(app)
    shown = {each.key: each.passage_html for each in ask("invoice co script").results}
    assert (
        shown["9:en"]
        == "&lt;<mark>script</mark>&gt;<mark>invoice</mark> &amp; <mark>co</mark>&lt;/<mark>script</mark>&gt;"
    )


def test_without_an_index_the_database_answers_and_a_rebuild_is_asked_for(
    app: Flask, ask: Ask, client: Visitor, settings: Settings
) -> None:
    shutil.rmtree(settings.search_index_dir)
    answer = client.get("/search?q=invoice").text
    assert "Pay an" in answer
    assert "simpler than usual" in answer
    run_due_jobs(app)
    assert "simpler than usual" not in client.get("/search?q=invoice").text


def test_search_is_down_only_when_the_database_is_too(ask: Ask, shelf: Shelf) -> None:
    shelf.is_broken = True
    assert ask("invoice").state is SearchState.DOWN


def test_suggestions_come_while_typing(app: Flask, ask: Ask) -> None:
    def titles(typed: str, language: str = "en") -> list[str]:
        return [each.title for each in suggest(typed, language=language, readers=PUBLIC)]

    assert titles("inv") == ["Pay an invoice"]
    assert titles("pay inv") == ["Pay an invoice"]
    assert titles("tonre") == ["Replace the toner"]
    assert titles("garantia") == ["Solo en español: garantía"]
    assert titles("how can i pay an inv") == ["Pay an invoice"]
    assert titles("i cannot replace toner cartridge") == ["Replace the toner"]
    assert titles("forgot tonre") == ["Replace the toner"]
    assert titles("toner") == titles("toner in") == ["Replace the toner"]
    assert titles("margin") == titles("margin of") == []
    assert titles("the margin of staff") == []
    assert titles("") == []


def test_similar_documents_are_found(app: Flask, ask: Ask, session: Session, shelf: Shelf) -> None:
    indexing.request_indexing(session, "leaflet", shelf.put(document(5, "Print an invoice", "Press pay, then print.")))
    session.commit()
    run_due_jobs(app)
    assert similar(session, "leaflet", "1:en", readers=PUBLIC)[0] == "5:en"
    assert similar(session, "leaflet", "nothing") == []


def test_the_page_shows_results_and_keeps_hostile_words_harmless(ask: Ask, client: Visitor) -> None:
    assert "Pay an" in client.get("/search?q=invoice").text
    hostile = client.get("/search", query_string={"q": '"><script>alert(1)</script>\x00*'})
    assert hostile.status_code == 200
    assert "<script>alert(1)" not in hostile.text
    assert client.get("/search", query_string={"q": "x" * 10_000}).status_code == 200


def test_the_page_answers_503_when_nothing_can_search(ask: Ask, client: Visitor, shelf: Shelf) -> None:
    shelf.is_broken = True
    assert client.get("/search?q=invoice").status_code == 503


def test_a_number_leads_straight_to_its_article(ask: Ask, client: Visitor) -> None:
    assert client.get("/search?q=%231").location == "/leaflets/1-en"
    assert client.get("/search?q=77").status_code == 200


def test_a_learned_question_is_suggested_by_the_title_of_what_solved_it(ask: Ask, shelf: Shelf) -> None:
    shelf.put(document(5, "Get your money back", questions=("where does my refund stay",)))
    indexing.rebuild()
    for typed in ("where does my ref", "whree does my refund", "where does my refnu"):
        assert [each.title for each in suggest(typed, language="en", readers=PUBLIC)] == ["Get your money back"]


def test_suggestions_are_json(ask: Ask, client: Visitor) -> None:
    answer = client.get("/search/suggest?q=ton")
    assert answer.json == {
        "query": "ton",
        "suggestions": [{"title": "Replace the toner", "url": "/leaflets/2-en", "area": "Leaflets"}],
    }
    assert "private" in answer.headers["Cache-Control"]


def test_what_was_filtered_for_is_named_only_to_those_who_can_find_it(ask: Ask, shelf: Shelf, app: Flask) -> None:
    shelf.put(document(9, "Salaries", "For staff.", readers="staff", facets={"category": ("payroll",)}))
    for readers, name in ((PUBLIC, "payroll"), (STAFF, "Payroll")):
        (chosen,) = (
            each
            for each in ask("toner", filters={"category": "payroll"}, readers=readers).facets["category"]
            if each.is_chosen
        )
        assert (chosen.value, chosen.label) == ("payroll", name)


def test_a_filter_may_hold_anything(ask: Ask) -> None:
    for value in ("\x00", "\ud800", "x" * 10_000, "%", "billing\x00"):
        for facet in ("category", "language", "type", "tag"):
            assert ask("toner", filters={facet: value}).state is not SearchState.DOWN


def test_a_word_is_corrected_whether_or_not_others_have_texts_with_it(app: Flask, ask: Ask, shelf: Shelf) -> None:
    with app.app_context():
        shelf.put(document(9, "Toners", "The tonar project.", readers="staff"))
        indexing.rebuild()
    assert ask("tonar").corrected_to == "toner"
    assert not ask("tonar", readers=STAFF).corrected_to


def test_suggestions_forgive_whether_or_not_others_have_titles_with_the_word(
    app: Flask, ask: Ask, shelf: Shelf
) -> None:
    with app.app_context():
        shelf.put(document(9, "The tonar project", readers="staff"))
        indexing.rebuild()
        (title,) = (each.title for each in suggest("tonar", language="en", readers=PUBLIC))
    assert title == "Replace the toner"


def test_what_few_documents_have_counts_in_those(app: Flask, ask: Ask, shelf: Shelf, session: Session) -> None:
    others = [document(number, "Doors", "A wobbly thing that opens.") for number in range(20, 60)]
    solved = document(60, "Adjust the hinge", "Turn the screw.", questions=("wobbly thing squeaks",))
    indexing.request_indexing(session, "leaflet", shelf.put(*others, solved))
    session.commit()
    run_due_jobs(app)
    assert ask("wobbly thing squeaks").results[0].key == "60:en"
