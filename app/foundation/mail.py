"""Mail out: a letter is a job, written in the transaction that asks for it, and sent by the worker.

A server that is down or asks for patience is tried again for two days. A letter that the server refuses for good is
told in the log and on `/readyz`, and not kept. A letter sent twice, because the worker died in between, carries the
same Message-ID both times, so a mailbox shows it once. The only file that knows Flask-Mailman.
"""

from __future__ import annotations

import logging
import secrets
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app
from flask_mailman import EmailMultiAlternatives, Mail
from flask_mailman.backends.smtp import EmailBackend
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation import activity, clock, health
from app.foundation.activity import Activity
from app.foundation.database import reading
from app.foundation.jobs import Job, add_job_kind, request_job
from app.foundation.text import one_line
from config import Settings

logger = logging.getLogger(__name__)

JOB = "send_mail"
PATIENCE = 15.0
"""Seconds that the mail server may take for each of its answers."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
_USUAL_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class Letter:
    """A letter to one person. `text` and `html` say the same; `headers` are such as List-Unsubscribe."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Carrier(EmailBackend):  # type: ignore[misc]  # Flask-Mailman has no types
    """Flask-Mailman's way to a server, but it believes only servers whose certificate is in order."""

    connection: Any

    def open(self) -> bool:
        """Connect and sign in; False when that was done before. Raises OSError or SMTPException."""
        if self.connection:
            return False
        safe = {"context": ssl.create_default_context()} if self.use_ssl else {}
        connection = self.connection_class(self.host, self.port, timeout=self.timeout, **safe)
        try:
            if self.use_tls:
                connection.starttls(context=ssl.create_default_context())
            if self.username:
                connection.login(self.username, self.password or "")
        except BaseException:
            connection.close()
            raise
        self.connection = connection
        return True

    def send_messages(self, email_messages: list[Any]) -> int:
        """Send all, and close the connection whatever happens."""
        try:
            return int(super().send_messages(email_messages))
        finally:
            if self.connection is not None:
                self.connection.close()
                self.connection = None


def install(app: Flask, settings: Settings) -> None:
    """Connect the mail server of the settings, and have `/readyz` tell of it."""
    app.config.update(
        MAIL_BACKEND=Carrier,
        MAIL_SERVER=settings.mail_host,
        MAIL_PORT=settings.mail_port or _USUAL_PORTS[settings.mail_security],
        MAIL_USERNAME=settings.mail_username or None,
        MAIL_PASSWORD=settings.mail_password or None,
        MAIL_USE_TLS=settings.mail_security == "starttls",
        MAIL_USE_SSL=settings.mail_security == "tls",
        MAIL_TIMEOUT=PATIENCE,
    )
    Mail(app)
    add_job_kind(app, JOB, _send, pauses=PAUSES)
    health.add_check(app, "mail", _check, is_needed=False)


def is_set_up() -> bool:
    """Whether the site sends mail; what needs mail is not offered without."""
    settings: Settings = current_app.extensions["settings"]
    return settings.sends_mail


def queue(session: Session, letter: Letter) -> None:
    """Have a letter sent by the worker, once the transaction at hand is committed. Does nothing without a server."""
    if is_set_up():
        request_job(session, JOB, **asdict(letter))


def new_message_id(name: str = "") -> str:
    """A Message-ID of this site; the same for the same `name`, a new one without."""
    settings: Settings = current_app.extensions["settings"]
    host = urlsplit(settings.site_url).hostname or "localhost"
    return f"<{name or secrets.token_hex(12)}@{host}>"


def send(letter: Letter) -> None:
    """Send a letter at once.

    Raises:
        OSError: the server cannot be reached, or not safely.
        smtplib.SMTPException: it refused; `is_refused_for_good` tells whether to try again.
    """
    settings: Settings = current_app.extensions["settings"]
    message = EmailMultiAlternatives(
        subject=one_line(letter.subject),
        body=letter.text,
        from_email=(one_line(settings.site_name), settings.mail_sender),
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated", **letter.headers},
    )
    message.attach_alternative(letter.html, "text/html")
    message.send()


def is_refused_for_good(error: Exception) -> bool:
    """Whether a server said (5xx) that it will never take this letter; what concerns signing in may be mended."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    is_about_us = isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError)
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500 and not is_about_us


def _send(session: Session, **letter: Any) -> None:
    if not is_set_up():
        logger.warning("A letter is dropped: the site sends no mail any more.")
        return
    try:
        send(Letter(**letter))
    except (ValueError, UnicodeError, smtplib.SMTPException) as error:
        if isinstance(error, smtplib.SMTPException) and not is_refused_for_good(error):
            raise
        # The address stays out of the log: it is a customer's.
        logger.warning("The letter %s cannot be delivered: %s", letter["message_id"], _without(letter["to"], error))
        activity.record(session, "refused", "mail", letter["message_id"], by_id=None)


def _without(address: str, error: Exception) -> str:
    return str(error).replace(address, "[e-mail]")


def _check() -> tuple[bool, str]:
    if not is_set_up():
        return True, "not set up"
    with reading() as session:
        refused = session.scalar(
            select(func.count()).where(
                Activity.verb == "refused",
                Activity.subject_kind == "mail",
                Activity.happened_at > clock.now() - timedelta(days=1),
            )
        )
        waiting = session.scalar(select(func.count()).where(Job.name == JOB, Job.last_error != ""))
    if waiting:
        return False, f"{waiting} letters wait for the mail server: see 'flask jobs list'"
    return True, "sends" if not refused else f"sends; {refused} letters of the last day were refused: see the log"
