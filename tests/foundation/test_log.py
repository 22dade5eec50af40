"""The log: one line a record, and every line of a request carries its id."""

from __future__ import annotations

import logging
import re
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.foundation.database import db
from app.foundation.log import OneLine, request_id
from app.web.signed_links import signed
from config import Settings


def line_of(message: str, *arguments: object) -> str:
    return OneLine().format(logging.LogRecord("site", logging.WARNING, "", 0, message, arguments, None))


def test_a_line_tells_time_level_request_and_place() -> None:
    request_id.set("-")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING - site full", line_of("full"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x1b[2J", "\u2028", "\x85"])
def test_what_readers_send_cannot_start_a_line_of_its_own(end: str) -> None:
    line = line_of("GET %s", f"/a{end}2026-01-01 ERROR forged")
    assert len(line.splitlines()) == 1
    assert end not in line


def test_a_traceback_stays_on_the_line_of_its_record() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("site", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    assert len(OneLine().format(record).splitlines()) == 1


def test_every_answer_names_its_request(client: FlaskClient) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")
    assert re.fullmatch(r"[0-9a-f]{12}", first.headers["X-Request-ID"])
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_strangers_cannot_choose_the_id_of_their_request(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] != "mine"


@pytest.mark.parametrize(("given", "is_taken"), [("abc-123", True), ("a b", False), ("x" * 65, False)])
def test_a_trusted_proxy_names_the_request(settings: Settings, given: str, *, is_taken: bool) -> None:
    behind = Settings(
        data_dir=settings.data_dir, secret_key="x" * 40, database_url=settings.database_url, trusted_proxies=1
    )
    app = create_app(behind)
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is is_taken
    with app.app_context():
        db.engine.dispose()


def test_a_record_within_a_request_carries_its_id(app: Flask) -> None:
    seen: list[str] = []
    app.extensions["readiness"]["probe"] = lambda: (seen.append(request_id.get()) is None, "seen")
    answer = app.test_client().get("/readyz")
    assert seen == [answer.headers["X-Request-ID"]]


def test_what_opens_something_is_left_out(app: Flask) -> None:
    with app.app_context():
        link = signed("request", 1234)
    token = "kb_" + "a1B2" * 11 + "Zz"
    assert line_of("GET /requests/%s/stop 200", link).endswith("GET /requests/[secret]/stop 200")
    assert line_of("Refused: Bearer %s", token).endswith("Bearer [secret]")
    assert line_of("GET /articles/7-reset.md 200").endswith("GET /articles/7-reset.md 200")
