"""The desk page of synonyms: who may write, what is refused in which words, two editors at once."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.search import synonym_sets
from app.trail import recording
from tests.make import Make
from tests.trail.somebody import Somebody
from tests.visitor import PASSWORD, Visitor

PAGE = "/desk/search/synonyms"


@pytest.fixture
def editor(client: Visitor, make: Make, session: Session) -> Visitor:
    """The browser of an editor."""
    account = make.account(Role.EDITOR, password=PASSWORD, display_name="Kim <Editor>")
    session.commit()
    client.sign_in(account.email)
    return client


def kept(session: Session) -> list[list[str]]:
    session.rollback()
    session.expire_all()
    found = [[each.text for each in one.phrases] for one in synonym_sets.sets(session)]
    session.rollback()
    return found


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_only_editors_may(client: Visitor, make: Make, session: Session) -> None:
    account = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    assert client.get(PAGE).status_code == 403
    assert client.submit("/desk", PAGE, language="en", phrases="a1,b1").status_code == 403


def test_an_empty_page_says_what_it_is_for(editor: Visitor) -> None:
    page = editor.get(PAGE).text
    assert "None just now. A pair stands here" in page
    assert "None yet. Add words above" in page


def test_an_editor_adds_changes_and_removes_a_set(editor: Visitor, session: Session) -> None:
    added = editor.submit(PAGE, PAGE, language="en-GB", phrases="invoice, bill\nslip")
    assert (added.status_code, added.location) == (303, f"{PAGE}?done=saved")
    assert "Kim &lt;Editor&gt;" in editor.get(added.location).text
    assert kept(session) == [["invoice", "bill", "slip"]]
    assert ">invoice\nbill\nslip</textarea>" in editor.get(f"{PAGE}/1").text
    assert editor.submit(f"{PAGE}/1", f"{PAGE}/1", version=1, phrases="invoice\nbill").status_code == 303
    assert kept(session) == [["invoice", "bill"]]
    assert editor.submit(f"{PAGE}/1", f"{PAGE}/1", do="remove").location == f"{PAGE}?done=removed"
    assert kept(session) == []
    assert editor.get(f"{PAGE}/1").status_code == 404


def test_what_was_typed_stays_when_it_is_refused(editor: Visitor, session: Session) -> None:
    refused = editor.submit(PAGE, PAGE, language="en", phrases="<invoice>")
    assert refused.status_code == 422
    assert "“<invoice>” stands alone" in words_of(refused.text)
    assert ">&lt;invoice&gt;</textarea>" in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert kept(session) == []


def test_a_phrase_of_another_set_is_told_and_can_be_joined(editor: Visitor, session: Session) -> None:
    editor.submit(PAGE, PAGE, language="en", phrases="invoice, bill")
    refused = editor.submit(PAGE, PAGE, language="en", phrases="Bills, slip")
    assert "“Bills” stands with other words already: invoice, bill." in words_of(refused.text)
    assert 'value="join"' in refused.text
    assert editor.submit(PAGE, PAGE, language="en", phrases="Bills, slip", do="join").status_code == 303
    assert kept(session) == [["invoice", "bill", "slip"]]


def test_of_two_editors_the_second_sees_what_the_first_wrote(editor: Visitor, session: Session) -> None:
    editor.submit(PAGE, PAGE, language="en", phrases="invoice, bill")
    editor.submit(PAGE, f"{PAGE}/1", version=1, phrases="invoice, slip")
    late = editor.submit(PAGE, f"{PAGE}/1", version=1, phrases="invoice, receipt")
    assert late.status_code == 409
    assert "Now they are: invoice, slip" in words_of(late.text)
    assert ">invoice, receipt</textarea>" in late.text
    assert kept(session) == [["invoice", "slip"]]
    assert 'name="version" value="2"' in late.text
    editor.submit(PAGE, f"{PAGE}/1", version=2, phrases="invoice, receipt")
    assert kept(session) == [["invoice", "receipt"]]


@pytest.fixture
def proposed(app: Flask) -> None:
    for number in (1, 2):
        somebody = Somebody(app, address=f"192.0.2.{number}")
        somebody.searches("print <bill>", results=0)
        somebody.searches("print invoice")
        somebody.votes(fixed=True)
    recording.flush(app)


def test_a_proposal_stands_on_top_with_its_evidence(editor: Visitor, proposed: None) -> None:
    page = editor.get(PAGE).text
    said = words_of(page)
    assert "print &lt;bill&gt;" in page
    assert "2 visitors found nothing with the first" in said
    assert "then “ print invoice ”" in said
    assert said.index("2 visitors") < said.index("Add words that mean the same")


def test_a_proposal_is_accepted_or_dismissed_once(editor: Visitor, session: Session, proposed: None) -> None:
    pair = {"language": "en", "vain": "bill", "found": "invoice"}
    assert editor.submit(PAGE, f"{PAGE}/proposals", do="later", **pair).status_code == 422
    assert editor.submit(PAGE, f"{PAGE}/proposals", do="accept", **pair).location == f"{PAGE}?done=decided"
    assert kept(session) == [["bill", "invoice"]]
    late = editor.submit(PAGE, f"{PAGE}/proposals", do="dismiss", **pair)
    assert late.status_code == 409
    assert "Somebody else has decided" in late.text
    assert editor.submit(PAGE, f"{PAGE}/proposals", do="dismiss", language="en", vain="x" * 999).status_code == 422


def test_sets_are_found_by_a_word_and_shown_in_pages(editor: Visitor, session: Session) -> None:
    for number in range(51):
        synonym_sets.write_set(session, "en", [f"first{number}x", f"second{number}x"], by=None)
    session.commit()
    page = editor.get(PAGE).text
    assert page.count("first") == 50
    assert "Page 1 of 2" in page
    assert editor.get(f"{PAGE}?page=2").text.count("first") == 1
    assert editor.get(f"{PAGE}?q=First7").text.count("first") == 1
    assert "None holds" in editor.get(f"{PAGE}?q=%25").text
    assert editor.get(f"{PAGE}?q=%00&page=-1").status_code == 200


@pytest.mark.parametrize("address", [f"{PAGE}/0", f"{PAGE}/99999999999999999999", f"{PAGE}/x"])
def test_what_is_no_set_is_not_found(editor: Visitor, address: str) -> None:
    assert editor.get(address).status_code == 404
    assert editor.submit(PAGE, address, phrases="a1,b1").status_code in (404, 405)
