"""Answers to readers of whom nothing is known, given again without asking Flask.

A kept page goes out with the same headers to everybody who sends the same request: no cookie, no query, the same host,
language and encoding. So the whole answer is kept at the door, and what is left of a request is one question to the
database, whether the site still has the version that the page was made of.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.database import db
from app.foundation.log import id_of_request
from config import Settings

logger = logging.getLogger(__name__)

#: Where a view tells in the WSGI environment that its answer is kept.
MARK = "knowledge_base.kept_page"
MOST_ANSWERS = 4096
MOST_BYTES = 32 * 2**20
"""Of bodies: whoever asks chooses language and encoding, so a page may be kept in as many forms as they like."""
_ABOUT_THE_BODY = frozenset({"content-type", "content-length", "content-encoding"})

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


class Kept(Protocol):
    """What the answer's page says of itself: until when and for which version it holds."""

    @property
    def etag(self) -> str:
        """The entity tag, without quotes."""

    @property
    def version(self) -> int:
        """The version of the site that it was made of."""

    @property
    def fresh_until(self) -> float:
        """When it has to be made anew, by the clock of `time.monotonic`."""


@dataclass(frozen=True)
class _Answer:
    page: Kept
    headers: Headers
    unchanged_headers: Headers
    body: bytes


class KeptAnswers:
    """The door of the application: a WSGI program around Flask's own."""

    def __init__(self, app: Flask, *, trusts_proxies: bool) -> None:
        self._app = app
        self._inside = app.wsgi_app
        self._trusts_proxies = trusts_proxies
        self._engine: Engine | None = None
        self._answers: dict[tuple[str, ...], _Answer] = {}
        self._bytes = 0
        self._keeping = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer from what is kept, or let Flask answer and keep that."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("QUERY_STRING") or "HTTP_COOKIE" in environ:
            return self._inside(environ, start_response)
        key = _key(environ)
        known = self._answers.get(key)
        if known is None or time.monotonic() > known.page.fresh_until or known.page.version != self._version():
            return self._ask(environ, start_response, key)
        own_id = id_of_request(environ.get("HTTP_X_REQUEST_ID", ""), is_trusted=self._trusts_proxies)
        if known.page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", [*known.unchanged_headers, ("X-Request-ID", own_id)])
            return []
        start_response("200 OK", [*known.headers, ("X-Request-ID", own_id)])
        return [known.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _ask(self, environ: Environ, start_response: Callable[..., Any], key: tuple[str, ...]) -> Iterable[bytes]:
        told: list[tuple[str, Headers]] = []

        def tell(status: str, headers: Headers, error: Any = None) -> Any:
            told[:] = [(status, headers)]
            return start_response(status, headers, error) if error else start_response(status, headers)

        answer = self._inside(environ, tell)
        page: Kept | None = environ.get(MARK)
        if page is None or environ["REQUEST_METHOD"] != "GET" or not told or not told[0][0].startswith("200 "):
            return answer
        try:
            body = b"".join(answer)
        finally:
            close: Callable[[], None] | None = getattr(answer, "close", None)
            if close is not None:
                close()
        headers = [(name, value) for name, value in told[0][1] if name.lower() != "x-request-id"]
        if not any(name.lower() == "set-cookie" for name, _ in headers):
            unchanged = [(name, value) for name, value in headers if name.lower() not in _ABOUT_THE_BODY]
            self._keep(key, _Answer(page, headers, unchanged, body))
        return [body]

    def _keep(self, key: tuple[str, ...], answer: _Answer) -> None:
        with self._keeping:
            before = self._answers.pop(key, None)
            self._bytes += len(answer.body) - (len(before.body) if before else 0)
            if len(self._answers) >= MOST_ANSWERS or self._bytes > MOST_BYTES:
                self._answers.clear()
                self._bytes = len(answer.body)
            self._answers[key] = answer

    def _version(self) -> int | None:
        """The site's version, asked below the ORM; None when the database does not answer."""
        engine = self._engine
        if engine is None:
            with self._app.app_context():
                engine = self._engine = db.engine
        try:
            with contextlib.closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute("SELECT number FROM site_version WHERE id = 1")
                row = cursor.fetchone()
                cursor.close()
        except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
            # Flask's own way asks again, and tells the reader and the log what is the matter.
            logger.debug("The site's version cannot be read at the door: %s", error)
            return None
        return int(row[0]) if row else 0


def install(app: Flask, settings: Settings) -> None:
    """Stand before Flask, but behind what corrects the address of a request for a proxy: to be called before that."""
    app.wsgi_app = KeptAnswers(app, trusts_proxies=settings.trusted_proxies > 0)  # type: ignore[method-assign]  # Flask's documented way


def _key(environ: Environ) -> tuple[str, ...]:
    asked = environ.get
    return (
        asked("PATH_INFO", ""),
        asked("SCRIPT_NAME", ""),
        environ["wsgi.url_scheme"],
        asked("HTTP_HOST", ""),
        asked("HTTP_ACCEPT_LANGUAGE", ""),
        asked("HTTP_ACCEPT_ENCODING", ""),
    )
