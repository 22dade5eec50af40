"""What the site writes to its log: one line a record, with time, level, the request's id, and where it comes from."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar

from flask import Flask, Response, request

from config import Settings

#: The id of the request that is being answered; `-` outside requests.
request_id: ContextVar[str] = ContextVar("request_id", default="-")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
#: Links that only we can have made, which open something to whoever has them, and tokens of programs.
_SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{2,20}\.[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])|\bkb_[0-9A-Za-z]{46}\b")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


class OneLine(logging.Formatter):
    """Writes a record as one line: whatever readers send, and tracebacks too, cannot start a second one.

    What opens something to whoever has it is left out.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(request_id)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
        )

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record; control characters are written as escapes."""
        record.request_id = request_id.get()
        told = _SECRET.sub("[secret]", super().format(record))
        return _CONTROL.sub(lambda found: repr(found.group())[1:-1], told)


def set_up(settings: Settings) -> None:
    """Send the log of this process to standard error. Called once by whatever starts a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("huey").setLevel(logging.WARNING)


def id_of_request(given: str, *, is_trusted: bool) -> str:
    """The id of a request: the one that a trusted proxy gave it, or a new one."""
    return given if is_trusted and _REQUEST_ID.fullmatch(given) else secrets.token_hex(6)


def install(app: Flask, settings: Settings) -> None:
    """Give every request an id: that of a trusted proxy in front, or a new one. The answer carries it."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        request_id.set(id_of_request(given, is_trusted=settings.trusted_proxies > 0))

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers["X-Request-ID"] = request_id.get()
        return response
