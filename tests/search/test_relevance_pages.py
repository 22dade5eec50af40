"""The desk pages of the tests of search, and of the search log with its one press for a test."""

from __future__ import annotations

import html
import re
import shutil

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.jobs import Job
from app.foundation.worker import run_due_jobs
from app.search import rechecking, relevance, relevance_pages
from app.search.models import RelevanceTest
from app.trail import recording
from config import Settings
from tests.make import Make
from tests.search.fake_encoder import use_fake_encoder
from tests.trail.somebody import Somebody
from tests.visitor import PASSWORD, Visitor

PAGE = "/desk/search/tests"
LOG = "/desk/search/log"


@pytest.fixture(autouse=True)
def articles(app: Flask, make: Make, session: Session) -> None:
    make.article("Pay an invoice", "Open the invoice.")
    make.article("Replace the toner", "Lift the lid.")
    for number in range(4):
        make.article(f"Printer {number}", "A printer.")
    make.article("Margins <secret>", "For staff.", audience="staff")
    session.commit()
    run_due_jobs(app)


@pytest.fixture
def editor(client: Visitor, make: Make, session: Session) -> Visitor:
    """The browser of an editor."""
    account = make.account(Role.EDITOR, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    return client


def kept(session: Session) -> list[tuple[str, str, bool | None]]:
    session.rollback()
    rows = session.execute(select(RelevanceTest.question, RelevanceTest.key, RelevanceTest.is_passed))
    found = [(row[0], row[1], row[2]) for row in rows]
    session.rollback()
    return found


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_agents_see_the_log_without_its_button_and_no_tests(
    app: Flask, client: Visitor, make: Make, session: Session
) -> None:
    somebody = Somebody(app)
    somebody.clicks(somebody.searches("invoice"), key="1:en")
    recording.flush(app)
    account = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    assert client.get(PAGE).status_code == 403
    assert client.submit(LOG, PAGE, question="x1", language="en", number="1").status_code == 403
    said = words_of(client.get(LOG).text)
    assert "Opened: Pay an invoice" in said
    assert "this must find" not in said


def test_empty_pages_say_what_comes_next(editor: Visitor) -> None:
    assert "There are no tests yet" in editor.get(PAGE).text
    assert "Nobody has searched yet" in editor.get(LOG).text
    assert "Everything that was searched for was answered" in editor.get(f"{LOG}?only=unanswered").text


def test_a_test_is_added_by_hand_and_checked_at_once(editor: Visitor, session: Session) -> None:
    added = editor.submit(PAGE, PAGE, question="paying invoices", language="en", number="#1", top="3")
    assert added.location == f"{PAGE}?done=saved"
    assert kept(session) == [("paying invoices", "1:en", True)]
    said = words_of(editor.get(PAGE).text)
    assert "The test holds." in said
    assert "It is at place 1." in said


def test_a_failing_one_stands_first_with_what_came_instead(editor: Visitor, session: Session) -> None:
    editor.submit(PAGE, PAGE, question="printer", language="en", number="2")
    editor.submit(PAGE, PAGE, question="invoice", language="en", number="1")
    page = editor.get(PAGE).text
    said = words_of(page)
    assert "1 test fails" in said
    assert "Must be among the first 3: Replace the toner" in said
    assert "This came instead: Printer" in said
    assert re.search(r'<a href="/articles/\d+-printer-\d"', page)
    assert said.index("1 test fails") < said.index("These hold")
    assert "1 test fails" in words_of(editor.get("/desk").text)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"question": "", "number": "1"}, "Write what customers search for"),
        ({"question": "invoice", "number": ""}, "Write the number of the article"),
        ({"question": "<b>", "number": "99"}, "There is no published article 99"),
        ({"question": "invoice", "number": "x"}, "There is no published article x"),
        ({"question": "invoice", "number": "7"}, "Customers cannot read this"),
        ({"question": "invoice", "number": "1", "top": "99"}, "1 to 10"),
        ({"question": "invoice", "kind": "article", "key": "'"}, "Customers cannot read this"),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(
    editor: Visitor, session: Session, typed: dict[str, str], told: str
) -> None:
    refused = editor.submit(PAGE, PAGE, language="en", **typed)
    assert refused.status_code == 422
    assert told in words_of(refused.text)
    assert f'name="question" value="{html.escape(typed["question"])}"' in refused.text
    assert "secret" not in refused.text
    assert kept(session) == []


def test_all_are_checked_on_demand(app: Flask, editor: Visitor, session: Session, make: Make) -> None:
    editor.submit(PAGE, PAGE, question="invoice", language="en", number="1")
    session.execute(delete(RelevanceTest))
    article = relevance.add_test(session, "toner", language="en", kind="article", key="2:en", by=None)
    session.commit()
    assert "Not checked yet" in words_of(editor.get(PAGE).text)
    assert editor.submit(PAGE, f"{PAGE}/check").location == f"{PAGE}?done=checked"
    assert kept(session) == [("toner", article.key, True)]


def test_failing_tests_come_with_a_word_when_nothing_takes_meaning_into_account(
    app: Flask, editor: Visitor, session: Session
) -> None:
    editor.submit(PAGE, PAGE, question="xyzzy", language="en", number="1")
    told = "Search goes by words alone, so what it would find by meaning is not found."
    assert told in words_of(editor.get(PAGE).text)
    use_fake_encoder(app)
    assert told not in words_of(editor.get(PAGE).text)


def test_many_are_checked_by_the_worker(
    app: Flask, editor: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.submit(PAGE, PAGE, question="invoice", language="en", number="1")
    session.execute(delete(Job))
    session.commit()
    monkeypatch.setattr(relevance_pages, "MOST_AT_ONCE", 0)
    asked = editor.submit(PAGE, f"{PAGE}/check")
    assert "open this page again in a minute" in editor.get(asked.location).text
    assert list(session.scalars(select(Job.name))) == [rechecking.CHECK_JOB]


def test_search_that_does_not_work_is_told_and_fails_no_test(
    editor: Visitor, session: Session, settings: Settings
) -> None:
    editor.submit(PAGE, PAGE, question="invoice", language="en", number="1")
    shutil.rmtree(settings.search_index_dir)
    told = editor.submit(PAGE, f"{PAGE}/check")
    assert told.status_code == 503
    assert "index cannot be read" in told.text
    assert kept(session) == [("invoice", "1:en", True)]
    assert editor.submit(PAGE, PAGE, question="toner", language="en", number="2").status_code == 303
    assert kept(session)[1] == ("toner", "2:en", None)


def test_a_test_is_removed_once(editor: Visitor, session: Session) -> None:
    editor.submit(PAGE, PAGE, question="invoice", language="en", number="1")
    (number,) = session.scalars(select(RelevanceTest.id))
    session.rollback()
    assert editor.submit(PAGE, f"{PAGE}/{number}/remove").location == f"{PAGE}?done=removed"
    assert kept(session) == []
    assert editor.submit(PAGE, f"{PAGE}/{number}/remove").status_code == 404
    assert editor.submit(PAGE, f"{PAGE}/99999999999/remove").status_code == 404


def test_what_was_taken_down_is_said_so(app: Flask, editor: Visitor, session: Session) -> None:
    editor.submit(PAGE, PAGE, question="invoice", language="en", number="1")
    test = session.scalars(select(RelevanceTest)).one()
    test.key, test.group = "404:en", "404"
    session.commit()
    assert "no. 404, which is not published any more" in words_of(editor.get(PAGE).text)


def test_one_press_in_the_log_makes_a_test_of_what_was_opened(app: Flask, editor: Visitor, session: Session) -> None:
    somebody = Somebody(app)
    token = somebody.searches("pay <my> invoice")
    somebody.clicks(token, key="2:en")
    somebody.clicks(token, key="1:en", position=2)
    recording.flush(app)
    page = editor.get(LOG).text
    assert "pay &lt;my&gt; invoice" in page
    assert "Test: this must find Pay an invoice" in words_of(page)
    form = dict(re.findall(r'name="(question|language|kind|key|from|only)" value="([^"]*)"', page))
    pressed = editor.submit(LOG, PAGE, **{name: html.unescape(value) for name, value in form.items()})
    assert pressed.location == f"{LOG}?done=saved"
    assert kept(session) == [("pay <my> invoice", "1:en", True)]
    assert "It is a test" in editor.get(LOG).text
    assert "this must find" not in editor.get(LOG).text


def test_what_got_a_yes_comes_before_what_was_opened(app: Flask, editor: Visitor) -> None:
    somebody = Somebody(app)
    token = somebody.searches("invoice")
    somebody.votes(fixed=True, key="2:en")
    somebody.clicks(token, key="1:en")
    somebody.searches("printer", results=4)
    recording.flush(app)
    said = words_of(editor.get(LOG).text)
    assert "Solved by: Replace the toner" in said
    assert said.count("this must find") == 1
    assert "this must find Replace the toner" in said


def test_what_is_not_for_all_makes_no_test(app: Flask, editor: Visitor) -> None:
    somebody = Somebody(app)
    somebody.clicks(somebody.searches("margins"), key="7:en")
    somebody.clicks(somebody.searches("nonsense"), key="404:en")
    recording.flush(app)
    page = editor.get(LOG).text
    assert "Margins &lt;secret&gt;" in page
    assert "something that is not there any more" in page
    assert "this must find" not in page


def test_the_log_can_be_narrowed_to_what_was_not_answered(app: Flask, editor: Visitor) -> None:
    somebody = Somebody(app)
    somebody.searches("zebra", results=0)
    somebody.searches("giraffe", results=4, state="no_answer")
    somebody.searches("invoice")
    recording.flush(app)
    said = words_of(editor.get(f"{LOG}?only=unanswered").text)
    assert "zebra" in said
    assert "Nothing that answers" in said
    assert "invoice" not in said
    assert "invoice" in words_of(editor.get(f"{LOG}?only=else").text)


def test_the_log_is_shown_in_pages(app: Flask, editor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance_pages, "PAGE_SIZE", 2)
    for number in range(3):
        Somebody(app, address=f"192.0.2.{number + 1}").searches(f"words {number}")
    recording.flush(app)
    assert editor.get(LOG).text.count("desk-query") == 2
    assert editor.get(f"{LOG}?page=2").text.count("desk-query") == 1
    assert editor.get(f"{LOG}?page=x").status_code == 200


def test_two_editors_who_press_at_once_make_one_test(editor: Visitor, session: Session) -> None:
    for _ in range(2):
        answer = editor.submit(PAGE, PAGE, question="invoice", language="en", number="1")
        assert answer.status_code == 303
    assert len(kept(session)) == 1
    test = session.scalars(select(RelevanceTest)).one()
    assert test.checked_at is not None
    assert test.checked_at <= clock.now()
