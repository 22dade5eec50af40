"""Taking requests in: kept once, whatever they hold, and likely spam with a mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.support.intake import BURST, LONGEST_TEXT, Inquiry, InvalidRequest, send_request
from app.support.models import Contact, Message, Ticket, TicketState

HELLO = Inquiry(text="My key is gone.", email="Kim@Example.com", language="en")


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    """Words and links want the application around them."""
    with app.app_context():
        yield


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_request_is_kept_with_its_words_and_who_asked(session: Session) -> None:
    packet = {"query": "lost key", "steps": []}
    ticket = send_request(session, replace(HELLO, name=" Kim\n Example ", packet=packet))
    assert ticket.state is TicketState.NEW
    assert (ticket.contact.email, ticket.contact.name) == ("kim@example.com", "Kim Example")
    assert [message.text for message in ticket.messages] == ["My key is gone."]
    assert ticket.context is not None
    assert ticket.context.packet["query"] == "lost key"
    assert ticket.subject == "My key is gone."


def test_what_is_not_sent_along_is_not_kept(session: Session) -> None:
    assert send_request(session, HELLO).context is None


def test_a_form_sent_twice_is_kept_once(session: Session) -> None:
    sent = replace(HELLO, form_token="abc")
    assert send_request(session, sent).id == send_request(session, sent).id
    assert count(session, Ticket) == count(session, Message) == 1


def test_one_token_on_two_kept_pages_keeps_both_messages(session: Session) -> None:
    first = send_request(session, replace(HELLO, form_token="abc"))
    second = send_request(session, replace(HELLO, form_token="abc", text="Another thing."))
    third = send_request(session, replace(HELLO, form_token="abc", email="lee@example.com"))
    assert len({first.id, second.id, third.id}) == 3


def test_who_asks_again_is_known_and_nothing_known_is_overwritten(session: Session) -> None:
    first = send_request(session, replace(HELLO, name="Kim"))
    second = send_request(session, replace(HELLO, text="Again.", name="Somebody else", phone="+1 555 0100"))
    assert first.contact_id == second.contact_id
    assert (second.contact.name, second.contact.phone) == ("Kim", "+1 555 0100")
    assert count(session, Contact) == 1


def test_a_telephone_number_is_enough(session: Session) -> None:
    first = send_request(session, Inquiry(text="Please call.", phone="+1 (555) 0100-22"))
    second = send_request(session, Inquiry(text="Please call again.", phone="+1 (555) 0100-22"))
    assert first.contact.email is None
    assert first.contact_id == second.contact_id


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": " \0\n "}, "message"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "message"),
        ({"email": ""}, "email"),
        ({"email": "kim"}, "email"),
        ({"email": "kim@example.com, lee@example.com"}, "email"),
        ({"email": "kim@" + "x" * 300 + ".com"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"email": "", "phone": "+-()"}, "phone"),
    ],
)
def test_what_cannot_be_kept_or_answered_says_why(session: Session, changed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        send_request(session, replace(HELLO, **changed))
    assert set(refused.value.problems) == {field}
    assert count(session, Ticket) == 0


def test_everything_wrong_is_said_at_once(session: Session) -> None:
    with pytest.raises(InvalidRequest) as refused:
        send_request(session, Inquiry(text="", email="kim", phone="no"))
    assert set(refused.value.problems) == {"message", "email", "phone"}


@pytest.mark.parametrize(
    "text", ["\0NUL\0 inside", "\ud800 half a pair", "‮ turned", "<script>alert(1)</script>", "𝕏" * 4000, "=1+1"]
)
def test_hostile_words_are_kept_as_words(session: Session, text: str) -> None:
    ticket = send_request(session, replace(HELLO, text=text, name=text, subject=text))
    session.commit()
    kept = ticket.messages[0].text
    assert kept
    assert "\0" not in kept
    assert len(ticket.subject) <= 120


def test_what_falls_into_the_trap_is_kept_with_a_mark(session: Session) -> None:
    assert send_request(session, replace(HELLO, trap="https://example.com")).suspicion == "trap"


def test_many_from_one_place_are_kept_with_a_mark_and_those_of_others_without(session: Session) -> None:
    sent = [send_request(session, replace(HELLO, text=f"No. {n}", sender="one")) for n in range(BURST + 2)]
    assert [ticket.suspicion for ticket in sent] == [""] * BURST + ["burst"] * 2
    assert send_request(session, replace(HELLO, sender="other")).suspicion == ""
    for ticket in sent:
        ticket.created_at = clock.now() - timedelta(hours=2)
    session.flush()
    assert send_request(session, replace(HELLO, text="Later.", sender="one")).suspicion == ""


def test_without_a_mail_server_no_letter_waits(session: Session) -> None:
    send_request(session, HELLO)
    assert [job.name for job in jobs.unfinished_jobs(session)] == []
