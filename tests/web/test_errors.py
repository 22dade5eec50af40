"""Whatever goes wrong, a person gets a page in plain words with a way on, and a program gets a problem to read."""

from __future__ import annotations

import logging
import re

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from app.accounts.models import Account
from app.accounts.roles import Role
from app.api.problems import TYPES
from app.foundation import clock
from app.foundation.database import db
from app.foundation.errors import Conflict, Gone, InvalidInput, NotAllowed, NotFound, ProductError, Unavailable
from app.web.access import PUBLIC, access
from app.web.errors import EXPLAINED, Explanation, explanation_of
from app.web.origin import anonymous_form

STATUSES = EXPLAINED


@pytest.fixture
def explained(app: Flask) -> dict[int, Explanation]:
    """What the site says of each status."""
    with app.app_context():
        return {status: explanation_of(status) for status in STATUSES}


@pytest.fixture
def app(app: Flask) -> Flask:
    """The site, with addresses where things go wrong."""

    @access(PUBLIC)
    def fail(status: int) -> str:
        abort(status)

    @access(PUBLIC)
    def break_down() -> str:
        raise RuntimeError("a secret about the inside")

    @access(PUBLIC)
    def lose_the_database() -> str:
        raise OperationalError("SELECT secret", {}, Exception("no route"))

    @access(PUBLIC)
    @anonymous_form
    def write_and_fail() -> str:
        db.session.add(Account(email="ada@example.com", display_name="Ada", role=Role.READER, created_at=clock.now()))
        db.session.flush()
        raise Conflict("Somebody else changed this in the meantime.")

    for prefix in ("", "/api/v1"):
        name = prefix.replace("/", "_")
        app.add_url_rule(f"{prefix}/fail/<int:status>", f"fail{name}", fail)
        app.add_url_rule(f"{prefix}/break", f"break{name}", break_down)
    app.add_url_rule("/lost", "lost", lose_the_database)
    app.add_url_rule("/write", "write", write_and_fail, methods=["POST"])
    return app


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_is_a_page_with_a_next_step_a_search_and_a_person(
    client: FlaskClient, explained: dict[int, Explanation], status: int
) -> None:
    answer = client.get(f"/fail/{status}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert f"<h1>{explained[status].title}</h1>" in page
    assert 'role="search"' in page
    assert 'href="/contact"' in page
    assert "Talk to a person" in page
    assert "%(" not in page


@pytest.mark.parametrize("status", STATUSES)
def test_a_program_gets_a_problem_in_json(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/api/v1/fail/{status}")
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json(force=True)
    assert problem["status"] == status
    assert problem["type"] == f"http://localhost/api/problems#{TYPES[status].anchor}"
    assert problem["instance"] == f"/api/v1/fail/{status}"


def test_an_address_that_leads_nowhere_says_so(client: FlaskClient) -> None:
    answer = client.get("/nothing/of/the/kind")
    assert answer.status_code == 404
    assert 'role="search"' in answer.get_data(as_text=True)


def test_the_words_of_errors_blame_nobody_and_do_not_joke(explained: dict[int, Explanation]) -> None:
    words = " ".join(f"{each.title} {each.message} {each.next_step}" for each in explained.values())
    assert not re.search(r"oops|sorry,|whoops|uh-oh|invalid|illegal|you failed|your mistake", words, re.IGNORECASE)


@pytest.mark.parametrize("kind", [InvalidInput, NotFound, Gone, Conflict, NotAllowed, Unavailable, ProductError])
def test_a_deliberate_error_shows_its_own_message(app: Flask, client: FlaskClient, kind: type[ProductError]) -> None:
    @access(PUBLIC)
    def refuse() -> str:
        raise kind("The <b>parcel</b> is too heavy.")

    app.add_url_rule("/refuse", "refuse", refuse)
    answer = client.get("/refuse")
    assert answer.status_code == kind.status
    assert "The &lt;b&gt;parcel&lt;/b&gt; is too heavy." in answer.get_data(as_text=True)


def test_a_fault_of_ours_is_logged_under_the_reference_that_the_person_sees(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/break")
    page = answer.get_data(as_text=True)
    found = re.search(r"reference: <bdi[^>]*>([0-9a-f]{8})<", page)
    assert answer.status_code == 500
    assert "a secret about the inside" not in page
    assert found is not None
    assert found[1] in caplog.text
    assert "a secret about the inside" in caplog.text


def test_a_program_is_told_the_reference_of_a_fault(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    problem = client.get("/api/v1/break").get_json(force=True)
    assert problem["reference"] in caplog.text


def test_a_database_that_does_not_answer_gives_a_page_that_says_it_is_us(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_to_tell() -> None:
        raise OperationalError("SELECT secret", {}, Exception("no route"))

    app.extensions["reader"] = fail_to_tell
    app.extensions["published_languages"] = fail_to_tell
    answer = client.get("/lost")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert "The fault is ours" in page
    assert "SELECT secret" not in page
    assert 'href="/contact"' in page


def test_what_a_failed_request_wrote_is_taken_back(client: FlaskClient, session: Session) -> None:
    assert client.post("/write").status_code == 409
    assert session.query(Account).count() == 0


def test_a_request_too_many_is_told_when_to_come_back(app: Flask, client: FlaskClient) -> None:
    @access(PUBLIC)
    def slow_down() -> str:
        raise TooManyRequests(retry_after=30)

    app.add_url_rule("/slow", "slow", slow_down)
    answer = client.get("/slow")
    assert answer.headers["Retry-After"] == "30"
    assert "Try again in 30 seconds." in answer.get_data(as_text=True)


def test_the_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/fail/404", headers={"Origin": "http://localhost"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_error_page_is_not_kept_by_anybody(client: FlaskClient) -> None:
    assert "no-store" in client.get("/nothing").headers["Cache-Control"]
