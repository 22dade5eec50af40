"""Mail out, through a real server: nothing is lost while it is down, and nothing is tried for ever."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.foundation import health, jobs, mail
from app.foundation.database import db
from app.foundation.jobs import Job
from app.foundation.mail import PAUSES, Letter
from app.foundation.worker import run_due_jobs, run_job
from config import Settings
from tests.mailbox import Mailbox, plain, rich


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    """A site that sends mail."""
    return replace(
        settings,
        site_url="https://help.example.com",
        site_name="Help, at last",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security="none",
        mail_from="help@example.com",
    )


def letter(**changes: object) -> Letter:
    known = {"to": "kim@example.com", "subject": "Hello", "text": "Good day\n", "html": "<p>Good day</p>"}
    return Letter(**{**known, "message_id": "<1@help.example.com>", **changes})  # type: ignore[arg-type]


def queue(app: Flask, session: Session, written: Letter) -> None:
    with app.app_context():
        mail.queue(session, written)
    session.commit()


def only_job(session: Session) -> Job:
    session.rollback()
    session.expire_all()
    (job,) = unfinished(session)
    return job


def unfinished(session: Session) -> list[Job]:
    found = jobs.unfinished_jobs(session)
    session.commit()  # others want to write
    return found


def state_of_mail(app: Flask) -> health.PartHealth:
    with app.app_context():
        return next(part for part in health.parts() if part.name == "mail")


def test_a_letter_arrives_with_both_parts_and_its_headers(app: Flask, session: Session, mailbox: Mailbox) -> None:
    written = letter(subject="Grüße\r\nBcc: evil@example.com", reply_to="kim@example.org", headers={"X-Kind": "news"})
    queue(app, session, written)
    assert not mailbox.letters
    run_due_jobs(app)
    (arrived,) = mailbox.to("kim@example.com")
    assert arrived["Subject"] == "Grüße Bcc: evil@example.com"
    assert arrived["From"] == '"Help, at last" <help@example.com>'
    assert arrived["Bcc"] is None
    assert (arrived["Message-ID"], arrived["Reply-To"], arrived["X-Kind"]) == (
        "<1@help.example.com>",
        "kim@example.org",
        "news",
    )
    assert "Good day" in plain(arrived)
    assert "<p>Good day</p>" in rich(arrived)


def test_a_letter_that_is_not_committed_is_not_sent(app: Flask, session: Session, mailbox: Mailbox) -> None:
    with app.app_context():
        mail.queue(session, letter())
    session.rollback()
    run_due_jobs(app)
    assert not mailbox.letters


def test_while_the_server_is_down_a_letter_waits_longer_and_longer(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    mailbox.stop()
    queue(app, session, letter())
    waits = []
    for _ in range(3):
        job = only_job(session)
        job.due_at -= timedelta(days=3)
        session.commit()
        assert not run_job(app, job.id, worker="test")
        job = only_job(session)
        assert job.failed_at is None
        waits.append(job.due_at)
    assert waits == sorted(waits)
    assert sum(PAUSES, timedelta()) > timedelta(days=1)
    part = state_of_mail(app)
    assert not part.is_ok
    assert not part.is_needed
    assert "1 letters wait" in part.words


def test_a_server_that_asks_for_patience_is_tried_again_with_the_same_message_id(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    mailbox.refusal = "451 try later"
    queue(app, session, letter())
    run_due_jobs(app)
    mailbox.refusal = ""
    job = only_job(session)
    assert "451" in job.last_error
    jobs.retry(session, job.id)
    session.commit()
    run_due_jobs(app)
    assert [each["Message-ID"] for each in mailbox.letters] == ["<1@help.example.com>"]
    assert state_of_mail(app).words == "sends"


def test_what_the_server_refuses_for_good_is_told_and_not_kept(
    app: Flask, session: Session, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.refusal = "550 no such mailbox kim@example.com"
    queue(app, session, letter())
    with caplog.at_level(logging.WARNING):
        run_due_jobs(app)
    assert unfinished(session) == []
    assert "no such mailbox" in caplog.text
    assert "kim@example.com" not in caplog.text
    part = state_of_mail(app)
    assert part.is_ok
    assert "1 letters of the last day were refused" in part.words


def test_an_address_that_cannot_be_written_stops_no_other_letter(
    app: Flask, session: Session, mailbox: Mailbox
) -> None:
    queue(app, session, letter(to="a\nb@example.com"))
    queue(app, session, letter(to="kim@example.com"))
    run_due_jobs(app)
    assert len(mailbox.letters) == 1
    assert unfinished(session) == []


def test_a_server_without_starttls_gets_no_letter(settings: Settings, mailbox: Mailbox) -> None:
    app = create_app(replace(settings, mail_security="starttls"))
    with app.app_context(), pytest.raises(OSError, match="STARTTLS"):
        mail.send(letter())
    assert not mailbox.letters


def test_a_server_that_refuses_starttls_gets_neither_letter_nor_password(settings: Settings) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # without a certificate the handshake fails
    refusing = Mailbox(tls=context)
    try:
        app = create_app(
            replace(settings, mail_security="starttls", mail_port=refusing.port, mail_username="a", mail_password="b")
        )
        with app.app_context(), pytest.raises(OSError):  # noqa: PT011  # of many kinds, all OSError
            mail.send(letter())
        assert not refusing.letters
    finally:
        refusing.stop()


def test_a_silent_server_is_given_up_in_time(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app = create_app(replace(settings, mail_port=silent.getsockname()[1]))
        app.extensions["mailman"].timeout = 0.2
        with app.app_context(), pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            mail.send(letter())


def test_a_site_without_a_mail_server_keeps_no_letters(settings: Settings, session: Session) -> None:
    app = create_app(replace(settings, mail_host=""))
    with app.app_context():
        assert not mail.is_set_up()
        mail.queue(session, letter())
        assert state_of_mail(app).words == "not set up"
        db.engine.dispose()
    assert unfinished(session) == []
