"""The desk of requests: finding them, seeing what was tried, answering, and taking all of them along."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.worker import run_due_jobs
from app.support.models import Message, Ticket
from config import Settings
from tests.counting import count_queries
from tests.mailbox import Mailbox, plain
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    """A site that sends mail."""
    return replace(
        settings,
        site_url="https://help.example.com",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security="none",
        contact_email="help@example.com",
    )


@pytest.fixture
def agent(app: Flask, session: Session, make: Make) -> Visitor:
    """Somebody of staff who has signed in."""
    account = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    visitor.sign_in(account.email)
    return visitor


def ask(client: Visitor, session: Session, **fields: str) -> str:
    """Sends a request and gives its reference."""
    client.post("/contact", data={"message": "My key is gone.", "email": "kim@example.com"} | fields)
    reference = session.scalars(select(Ticket.reference).order_by(Ticket.id.desc())).first()
    session.rollback()
    assert reference
    return reference


def test_a_request_is_found_by_its_reference_address_number_and_words(
    client: Visitor, agent: Visitor, session: Session
) -> None:
    reference = ask(client, session, phone="+1 555 0100", name="Kim Example")
    ask(client, session, email="lee@example.org", message="Another thing.")
    for words in (reference, reference.replace("-", "").lower(), "KIM@", "555 0100", "Kim Ex", "key is"):
        page = agent.get("/desk/requests", query_string={"q": words}).text
        assert "My key is gone." in page, words
        assert "Another thing." not in page, words


@pytest.mark.parametrize("words", ["%", "_", "'", "\0", "x" * 5000, "no such thing"])
def test_odd_words_find_nothing_and_break_nothing(
    client: Visitor, agent: Visitor, session: Session, words: str
) -> None:
    ask(client, session)
    answer = agent.get("/desk/requests", query_string={"q": words, "state": words, "page": words})
    assert answer.status_code == 200


def test_likely_spam_is_apart_until_somebody_says_otherwise(client: Visitor, agent: Visitor, session: Session) -> None:
    reference = ask(client, session, website="x")
    assert reference not in agent.get("/desk/requests").text
    assert reference in agent.get("/desk/requests?state=spam").text
    address = f"/desk/requests/{reference}"
    assert agent.submit(address, f"{address}/state", state="no_spam").status_code == 303
    assert reference in agent.get("/desk/requests").text


def test_the_list_needs_as_many_questions_for_five_requests_as_for_one(
    app: Flask, client: Visitor, agent: Visitor, session: Session
) -> None:
    counts = []
    for number in range(5):
        ask(client, session, email=f"kim{number}@example.com", message=f"No. {number}", token=str(number))
        if number in (0, 4):
            counts.append(count_queries(app, agent, "/desk/requests"))
    assert counts[0] == counts[1]


def test_an_answer_goes_out_by_mail_and_stays_with_the_request(
    app: Flask, client: Visitor, agent: Visitor, session: Session, mailbox: Mailbox
) -> None:
    reference = ask(client, session)
    address = f"/desk/requests/{reference}"
    agent.submit(address, f"{address}/messages", kind="answer", text="Here is\nanother <key>.")
    run_due_jobs(app)
    (answer,) = [letter for letter in mailbox.to("kim@example.com") if letter["Subject"].startswith("Re:")]
    assert "Here is\nanother <key>." in plain(answer).replace("\r", "")
    assert (answer["In-Reply-To"], answer["Auto-Submitted"]) == (f"<request-{reference}@help.example.com>", "no")
    sent = session.scalars(select(Message).where(Message.mail_id.is_not(None))).one()
    assert sent.mail_id == answer["Message-ID"]
    assert "Waiting for the customer" in agent.get(address).text


def test_a_note_is_for_staff_alone(client: Visitor, agent: Visitor, session: Session) -> None:
    followed = client.post("/contact", data={"message": "Help.", "email": "kim@example.com"}).location
    reference = session.scalars(select(Ticket.reference)).one()
    session.rollback()
    address = f"/desk/requests/{reference}"
    agent.submit(address, f"{address}/messages", kind="note", text="Knows the director.", then="solved")
    assert "Knows the director." in agent.get(address).text
    page = client.get(followed.partition("?")[0]).text
    assert "director" not in page
    assert "We think that this is solved." in page


def test_an_answer_that_cannot_be_sent_is_given_back(client: Visitor, agent: Visitor, session: Session) -> None:
    reference = ask(client, session, email="", phone="+1 555 0100")
    address = f"/desk/requests/{reference}"
    answer = agent.submit(address, f"{address}/messages", kind="answer", text="A long answer.")
    assert answer.status_code == 422
    assert "A long answer." in answer.text
    assert agent.submit(address, f"{address}/messages", kind="note", text=" \0 ").status_code == 422
    assert agent.submit(address, f"{address}/state", state="nonsense").status_code == 422


def test_requests_can_be_taken_along_and_hold_no_formulas(client: Visitor, agent: Visitor, session: Session) -> None:
    reference = ask(client, session, message='=HYPERLINK("https://evil.example")', name="@SUM(1)", query="lost key")
    rows = list(csv.DictReader(io.StringIO(agent.get("/desk/requests.csv").text.lstrip("\ufeff"))))
    assert [row["reference"] for row in rows] == [reference]
    assert not any(cell.startswith(("=", "@", "+", "-")) for row in rows for cell in row.values())
    (exported,) = agent.get("/desk/requests.json").get_json(force=True)
    assert exported["messages"][0]["text"].startswith("=HYPERLINK")
    assert exported["contact"]["email"] == "kim@example.com"


def test_customers_see_no_requests(client: Visitor, session: Session, make: Make) -> None:
    reference = ask(client, session)
    account = make.account(Role.READER, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    for address in ("/desk/requests", f"/desk/requests/{reference}", "/desk/requests.csv", "/desk/requests.json"):
        assert client.get(address).status_code == 403
