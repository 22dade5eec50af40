"""A program that uses the API: sends JSON and a token, keeps no cookie."""

from __future__ import annotations

import contextvars
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Program:
    """The client of tests of the API."""

    def __init__(self, app: Flask, secret: str = "") -> None:
        self.secret = secret
        self._client = FlaskClient(app, use_cookies=False)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request to `/api/v1` + path; `If_Match="…"` sends a header."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        given: dict[str, Any] = {"json": body} if body is not None else {}
        # Apart from the test: `g` and the session are the request's own.
        send = contextvars.Context().run
        answer: TestResponse = send(self._client.open, f"/api/v1{path}", method=method, headers=sent, **given)
        return answer

    def get(self, path: str, **headers: str) -> TestResponse:
        """Read."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        """Send."""
        return self.ask("POST", path, body, **headers)
