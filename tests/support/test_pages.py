"""The contact page and its form: a person is always in reach, and nothing that was written is ever lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.accounts.roles import Role
from app.foundation.database import db
from app.foundation.worker import run_due_jobs
from app.support.models import EscalationContext, Message, Ticket
from config import Settings
from tests.mailbox import Mailbox, plain
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

TEXT = "My key is gone, and <b>nothing</b> helps."
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def ask(client: Visitor, **fields: str) -> TestResponse:
    sent = {"message": TEXT, "email": "kim@example.com", "with_trail": "yes"} | fields
    return client.post("/contact", data=sent, headers={"User-Agent": BROWSER})


def tickets(session: Session) -> list[Ticket]:
    session.rollback()
    found = list(session.scalars(select(Ticket).order_by(Ticket.id)))
    session.rollback()
    return found


def packets(session: Session) -> list[dict[str, object]]:
    session.rollback()
    found = [each.packet for each in session.scalars(select(EscalationContext))]
    session.rollback()
    return found


def test_the_form_is_on_the_contact_page_with_what_was_searched(client: Visitor) -> None:
    page = client.get("/contact?q=lost+key").text
    assert re.search(r"<textarea[^>]*>\s*lost key</textarea>", page)
    assert 'action="/contact"' in page


def test_a_long_question_becomes_the_message_whole(client: Visitor) -> None:
    asked = "why does my lamp hum " * 100 + "at night"
    page = client.get("/contact", query_string={"q": asked}).text
    assert re.search(rf"<textarea[^>]*>\s*{asked}</textarea>", page)


def test_what_was_sent_gets_a_reference_what_happens_next_and_a_page_to_keep(client: Visitor, session: Session) -> None:
    answer = ask(client)
    assert answer.status_code == 303
    (ticket,) = tickets(session)
    thanks = client.get(answer.location).text
    assert ticket.reference in thanks
    assert "we do not have enough data to say more" in thanks
    kept = client.get(answer.location.partition("?")[0])
    assert "nothing" in kept.text
    assert "<b>nothing" not in kept.text
    assert kept.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in kept.headers["Cache-Control"]


def test_the_page_to_follow_a_request_names_nobody_and_cannot_be_guessed(client: Visitor) -> None:
    address = ask(client, name="Kim Example").location.partition("?")[0]
    page = client.get(address).text
    assert "kim@example.com" not in page
    assert "Kim Example" not in page
    for guess in ("1", "sample", address[-5:], "MQ.x"):
        assert client.get(f"/requests/{guess}").status_code == 404


def test_pressing_send_twice_sends_once(client: Visitor, session: Session) -> None:
    form = token(client.get("/contact").text)
    assert ask(client, token=form).location == ask(client, token=form).location
    assert len(tickets(session)) == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"email": ""}, 'id="ask-email-problem"'),
        ({"email": "kim"}, 'id="ask-email-problem"'),
        ({"phone": "no"}, 'id="ask-phone-problem"'),
        ({"message": TEXT + "x" * 10_000}, 'id="ask-message-problem"'),
    ],
)
def test_a_form_with_a_mistake_comes_back_whole(client: Visitor, fields: dict[str, str], problem: str) -> None:
    answer = ask(client, name="Kim", query="lost key", **fields)
    assert answer.status_code == 422
    assert problem in answer.text
    assert 'role="alert"' in answer.text
    assert "My key is gone, and &lt;b&gt;nothing&lt;/b&gt; helps." in answer.text
    assert 'value="Kim"' in answer.text
    assert 'name="query" value="lost key"' in answer.text
    for reference in re.findall(r'aria-describedby="([^"]+)"', answer.text):
        assert all(f'id="{each}"' in answer.text for each in reference.split())


def test_the_words_come_back_when_the_database_is_away(settings: Settings) -> None:
    gone = create_app(replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    gone.test_client_class = Visitor
    answer = ask(gone.test_client())  # type: ignore[arg-type]  # it is that class
    assert answer.status_code == 503
    assert "My key is gone" in answer.text
    assert "Nothing you wrote is lost" in answer.text
    assert 'value="kim@example.com"' in answer.text
    with gone.app_context():
        db.engine.dispose()


def test_the_contact_page_opens_when_the_database_is_away(settings: Settings) -> None:
    gone = create_app(
        replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none", contact_phone="+1 555 0100")
    )
    answer = gone.test_client().get("/contact?q=lost+key")
    assert answer.status_code == 503
    assert "+1 555 0100" in answer.text
    assert "lost key" in answer.text
    with gone.app_context():
        db.engine.dispose()


def test_the_words_come_back_when_keeping_them_fails_at_the_very_end(app: Flask, client: Visitor) -> None:
    def fail(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    with app.app_context():
        event.listen(db.engine, "commit", fail)
    answer = ask(client)
    assert answer.status_code == 503
    assert "My key is gone" in answer.text


def test_the_words_come_back_from_a_form_of_another_site(client: Visitor, session: Session) -> None:
    answer = client.post(
        "/contact",
        data={"message": TEXT, "email": "kim@example.com"},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert "My key is gone" in answer.text
    assert tickets(session) == []


def test_the_words_come_back_when_too_many_came(settings: Settings, session: Session) -> None:
    strict = create_app(replace(settings, limit_messages=2))
    strict.test_client_class = Visitor
    client = strict.test_client()
    assert isinstance(client, Visitor)
    assert [ask(client, message=f"No. {n}").status_code for n in range(3)] == [303, 303, 429]
    answer = ask(client)
    assert "My key is gone" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert len(tickets(session)) == 2
    with strict.app_context():
        db.engine.dispose()


def test_what_falls_into_the_trap_is_thanked_and_kept_apart(client: Visitor, session: Session) -> None:
    assert ask(client, website="https://example.com").status_code == 303
    assert [ticket.suspicion for ticket in tickets(session)] == ["trap"]


def test_what_was_read_searched_and_answered_goes_along(client: Visitor, session: Session, make: Make) -> None:
    article = make.article("Mend the lamp", category="lamps")
    session.commit()
    client.post(f"/articles/{article.id}/votes", data={"fixed": "no", "language": "en"})
    client.post(f"/articles/{article.id}/votes/reason", data={"reason": "confusing", "comment": "Which lamp?"})
    told = {"article": str(article.id), "revision": "1", "language": "en", "query": "dark lamp"}
    page = client.get("/contact", query_string=told | {"q": "dark lamp"}).text
    for words in ("Mend the lamp (article", "It is hard to follow", "Which lamp?", "dark lamp"):
        assert words in page
    ask(client, **told, page="/articles/1-mend-the-lamp")
    (packet,) = packets(session)
    assert (packet["article"], packet["revision"], packet["query"]) == (article.id, 1, "dark lamp")
    assert (packet["reason"], packet["comment"], packet["is_unfixed"]) == ("confusing", "Which lamp?", True)
    assert (packet["page"], packet["device"]) == ("/articles/1-mend-the-lamp", "Firefox, Linux")
    assert tickets(session)[0].category_id == article.category_id


def test_what_was_unticked_is_not_kept_anywhere(client: Visitor, session: Session, make: Make) -> None:
    article = make.article("Mend the lamp", category="lamps")
    session.commit()
    ask(client, with_trail="", article=str(article.id), query="dark lamp")
    assert packets(session) == []
    (ticket,) = tickets(session)
    assert ticket.category_id is None
    assert "lamp" not in ticket.subject


def test_an_article_for_others_is_not_told_to_who_may_not_read_it(
    client: Visitor, session: Session, make: Make
) -> None:
    article = make.article("Secret plans", audience="staff")
    session.commit()
    assert "Secret plans" not in client.get(f"/contact?article={article.id}").text
    ask(client, article=str(article.id))
    assert packets(session)[0]["article"] == 0


@pytest.mark.parametrize("odd", ["\0", "99999999999999999999", "-1", "²", "'; DROP TABLE tickets", "//evil.example"])
def test_odd_hidden_fields_lose_nothing(client: Visitor, session: Session, odd: str) -> None:
    answer = ask(client, article=odd, revision=odd, language=odd, query=odd, page=odd, token=odd, name=odd)
    assert answer.status_code == 303
    (packet,) = packets(session)
    assert packet["page"] == ""


def test_who_is_signed_in_is_asked_neither_name_nor_address(client: Visitor, session: Session, make: Make) -> None:
    account = make.account(Role.READER, password=PASSWORD, display_name="Kim")
    session.commit()
    client.sign_in(account.email)
    page = client.get("/contact").text
    assert f'type="hidden" name="email" value="{account.email}"' in page
    assert 'id="ask-email"' not in page


def test_a_site_can_have_ways_to_a_person_without_a_form(app: Flask, client: Visitor, session: Session) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, contact_form=False, contact_phone="+1 555 0100")
    page = client.get("/contact?q=lost+key").text
    assert "<textarea" not in page
    assert "+1 555 0100" in page
    answer = ask(client)
    assert answer.status_code == 404
    assert "My key is gone" in answer.text
    assert tickets(session) == []


def test_nothing_found_holds_the_form_with_the_words_in_it(
    app: Flask, client: Visitor, make: Make, session: Session
) -> None:
    make.article()
    session.commit()
    run_due_jobs(app)
    page = client.get("/search?q=qwertzuiop").text
    assert "We found nothing for" in page
    assert re.search(r"<textarea[^>]*>\s*qwertzuiop</textarea>", page)
    assert 'name="page" value="/search?q=qwertzuiop"' in page


class TestWithMail:
    """A site that sends mail."""

    @pytest.fixture
    def settings(self, settings: Settings, mailbox: Mailbox) -> Settings:
        """Mail goes to a server of the test."""
        return replace(
            settings,
            site_url="https://help.example.com",
            mail_host="127.0.0.1",
            mail_port=mailbox.port,
            mail_security="none",
            contact_email="help@example.com",
        )

    def test_customer_and_staff_get_a_letter_each(self, app: Flask, client: Visitor, mailbox: Mailbox) -> None:
        ask(client, query="lost key")
        run_due_jobs(app)
        (receipt,) = mailbox.to("kim@example.com")
        assert "https://help.example.com/requests/" in plain(receipt)
        assert "key is gone" not in plain(receipt)
        (told,) = mailbox.to("help@example.com")
        assert told["Reply-To"] == "kim@example.com"
        assert "> My key is gone, and <b>nothing</b> helps." in plain(told)
        assert "Search: lost key" in plain(told)

    def test_likely_spam_sends_letters_to_nobody(self, app: Flask, client: Visitor, mailbox: Mailbox) -> None:
        ask(client, website="x")
        run_due_jobs(app)
        assert not mailbox.letters

    def test_a_form_sent_twice_sends_one_letter(self, app: Flask, client: Visitor, mailbox: Mailbox) -> None:
        ask(client, token="abc")
        ask(client, token="abc")
        run_due_jobs(app)
        assert len(mailbox.to("kim@example.com")) == 1

    def test_the_wish_to_hear_of_the_mending_is_asked_back(
        self, app: Flask, client: Visitor, session: Session, make: Make, mailbox: Mailbox
    ) -> None:
        article = make.article("Mend the lamp")
        session.commit()
        ask(client, article=str(article.id), language="en", tell_when_fixed="yes")
        run_due_jobs(app)
        subjects = [letter["Subject"] for letter in mailbox.to("kim@example.com")]
        assert any("Please confirm" in subject for subject in subjects)


def test_messages_are_shown_with_their_lines_and_nothing_else(client: Visitor, session: Session) -> None:
    address = ask(client, message="one\r\ntwo").location
    assert session.scalars(select(Message.text)).all() == ["one\ntwo"]
    session.rollback()
    assert "one\ntwo" in client.get(address).text


@pytest.mark.parametrize("secret", ["/requests/MQ.abcdefghij", "/following/MQ.abcdefghij"])
def test_a_page_that_opens_something_by_its_address_is_not_told(client: Visitor, secret: str) -> None:
    page = client.get("/contact", headers={"Referer": f"http://localhost{secret}"}).text
    assert secret not in page
