"""A browser without JavaScript: keeps cookies, tells where its posts come from, fills in forms."""

from __future__ import annotations

import contextvars
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "a long password for tests"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor(FlaskClient):
    """The client of every test. Each request runs apart from the test: `g` and the session are its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_ORIGIN"] = "http://localhost"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        return contextvars.Context().run(super().open, *args, **kwargs)

    def submit(self, page: str, action: str, **fields: object) -> TestResponse:
        """Open a page, then send a form of it with its token."""
        found = _TOKEN.search(self.get(page).get_data(as_text=True))
        return self.post(action, data=fields | ({"csrf_token": found.group(1)} if found else {}))

    def sign_in(self, email: str, password: str = PASSWORD, **fields: object) -> TestResponse:
        """Sign in by the form."""
        return self.submit("/sign-in", "/sign-in", email=email, password=password, **fields)
