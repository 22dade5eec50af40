"""What somebody wrote comes back with the error that kept it from being taken."""

from __future__ import annotations

import pytest
from flask import Flask

from app.foundation.errors import InvalidInput
from app.web.access import PUBLIC, access
from app.web.handing_back import hands_back
from app.web.limits import limited
from app.web.origin import anonymous_form
from tests.visitor import Visitor


@pytest.fixture
def client(app: Flask) -> Visitor:
    @access(PUBLIC)
    @anonymous_form
    @hands_back("message")
    @limited("2 per hour", name="trial")
    def view() -> str:
        raise InvalidInput("This cannot be used.")

    app.add_url_rule("/trial", "trial", view, methods=["POST"])
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


def test_the_error_page_holds_what_was_written_to_be_sent_again(client: Visitor) -> None:
    answer = client.post("/trial?a=1", data={"message": "It <rattles>", "article": "3"})
    assert answer.status_code == 422
    assert ">It &lt;rattles&gt;</textarea>" in answer.text
    assert '<input type="hidden" name="article" value="3">' in answer.text
    assert 'action="/trial?a=1"' in answer.text


def test_so_does_the_page_for_who_asks_too_often(client: Visitor) -> None:
    answers = [client.post("/trial", data={"message": "It rattles"}) for _ in range(3)]
    assert answers[2].status_code == 429
    assert ">It rattles</textarea>" in answers[2].text


@pytest.mark.parametrize("message", ["", "  "])
def test_where_nothing_was_written_nothing_comes_back(client: Visitor, message: str) -> None:
    assert "<textarea" not in client.post("/trial", data={"message": message, "article": "3"}).text


def test_only_forms_that_anybody_may_send_come_back(app: Flask, client: Visitor) -> None:
    app.view_functions["trial"].accepts_anonymous_posts = False  # type: ignore[attr-defined]
    assert "<textarea" not in client.post("/trial", data={"message": "It rattles"}).text


def test_a_form_that_declares_nothing_gives_nothing_back(client: Visitor) -> None:
    assert "Send it again" not in client.post("/articles/4711/votes", data={"fixed": "yes", "message": "hm"}).text
