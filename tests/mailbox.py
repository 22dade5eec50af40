"""A real mail server on this machine, which keeps what it is given, or refuses it as a test wants."""

from __future__ import annotations

import email
import email.policy
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.running_site import free_port


class Mailbox:
    """Listens at `port`. `letters` are those it took; `refusal` is what it says to an address instead of yes."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.letters: list[EmailMessage] = []
        self.refusal = ""
        self.port = free_port()
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port, tls_context=tls)
        self._controller.start()
        self._is_up = True

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to one address, in the order in which they came."""
        return [letter for letter in self.letters if letter["To"] == address]

    def stop(self) -> None:
        """Be down."""
        if self._is_up:
            self._is_up = False
            self._controller.stop()

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, *_: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take an address, or refuse it."""
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep a letter."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(email.message_from_bytes(content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 OK"


class _Controller(Controller):
    def __init__(self, handler: Mailbox, *, tls_context: ssl.SSLContext | None, **address: Any) -> None:
        self._tls_context = tls_context
        super().__init__(handler, **address)

    def factory(self) -> SMTP:
        return SMTP(self.handler, tls_context=self._tls_context)


def plain(letter: EmailMessage) -> str:
    """The text part of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def rich(letter: EmailMessage) -> str:
    """The HTML part of a letter."""
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes everything, until it is told otherwise."""
    server = Mailbox()
    yield server
    server.stop()
