"""What is answered at the door is what Flask would answer, and only while that holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.foundation.database import db
from app.knowledge import publishing
from app.web import kept_answers
from app.web.kept_answers import MOST_ANSWERS, KeptAnswers
from tests.make import Make
from tests.visitor import Visitor

VARIES = {"X-Request-ID"}


def answers_at(app: Flask) -> dict[object, object]:
    door = app.wsgi_app
    assert isinstance(door, KeptAnswers)
    return door._answers  # type: ignore[return-value]  # looked at from outside only here


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/", "/feed.atom", "/articles/1-reset", "/articles/1-reset.md"])
def test_the_second_answer_is_the_first_one(
    app: Flask, client: Visitor, make: Make, session: Session, path: str, encoding: str
) -> None:
    make.article("Reset")
    session.commit()
    asking = {"Accept-Encoding": encoding}
    first, second = (client.get(path, headers=asking) for _ in range(2))
    assert len(answers_at(app)) == 1
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    told = [[pair for pair in each.headers if pair[0] not in VARIES] for each in (first, second)]
    assert told[0] == told[1]
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_a_page_that_has_not_changed_is_answered_short_with_all_headers(client: Visitor) -> None:
    first = client.get("/")
    for headers in ({"If-None-Match": first.headers["ETag"]}, {"If-None-Match": f'"other", {first.headers["ETag"]}'}):
        again = client.get("/", headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Content-Security-Policy"):
            assert again.headers[name] == first.headers[name]
        assert "Content-Encoding" not in again.headers


def test_an_answer_without_a_body_is_as_long_as_the_one_with_it(client: Visitor) -> None:
    whole = client.get("/")
    head = client.head("/")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_a_change_shows_at_once(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset", "Old words")
    session.commit()
    path = f"/articles/{article.id}-reset"
    for _ in range(2):
        assert "Old words" in client.get(path).text
    publishing.archive(session, article, by=None)
    session.commit()
    assert client.get(path).status_code == 410


def test_readers_get_the_page_of_their_language_host_and_cookies(
    app: Flask, client: Visitor, make: Make, session: Session
) -> None:
    make.translation(make.article("Reset", is_featured=True), "de", "Zurücksetzen")
    session.commit()
    for _ in range(2):
        assert "Zurücksetzen" in client.get("/", headers={"Accept-Language": "de"}).text
        assert "Zurücksetzen" not in client.get("/", headers={"Accept-Language": "en"}).text
        assert "other.example" in client.get("/", base_url="http://other.example").text
        assert "other.example" not in client.get("/").text
    before = len(answers_at(app))
    client.set_cookie("language", "de")
    assert "Zurücksetzen" in client.get("/").text
    client.get("/?lang=de")
    assert len(answers_at(app)) == before


def test_nothing_but_kept_pages_is_answered_at_the_door(app: Flask, client: Visitor) -> None:
    for path in ("/contact", "/search?q=x", "/no/such/page", "/readyz", "/robots.txt?x=1", "/llms-full.txt"):
        client.get(path)
    assert answers_at(app) == {}


def test_only_so_many_answers_are_kept(app: Flask, client: Visitor) -> None:
    kept = answers_at(app)
    kept.update({("made up", str(number)): None for number in range(MOST_ANSWERS)})
    client.get("/")
    assert len(kept) == 1


def test_only_so_many_bytes_are_kept(app: Flask, client: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/")
    body = len(client.get("/").data)
    monkeypatch.setattr(kept_answers, "MOST_BYTES", 3 * body + 100)
    for number in range(10):
        client.get("/", headers={"Accept-Language": f"en;q=0.{number}"})
        assert 1 <= len(answers_at(app)) <= 3


def test_a_proxy_in_front_is_believed_before_the_door(app: Flask, app_with: Callable[..., Flask]) -> None:
    client = app_with(trusted_proxies=1).test_client()
    for host in ("help.example.com", "other.example"):
        headers = {"X-Forwarded-Host": host, "X-Forwarded-Proto": "https", "X-Request-ID": "from-the-proxy-1"}
        for _ in range(2):
            page = client.get("/", headers=headers)
            assert f'<link rel="canonical" href="https://{host}/">' in page.text
            assert page.headers["X-Request-ID"] == "from-the-proxy-1"


def test_a_database_that_is_away_is_told_and_nothing_old_is_shown(app: Flask, client: Visitor) -> None:
    assert client.get("/").status_code == client.get("/").status_code == 200

    def refuse(*_: object) -> None:
        raise OperationalError("connect", {}, Exception("the server is away"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", refuse)
    assert client.get("/").status_code == 503
    event.remove(engine, "checkout", refuse)
    assert client.get("/").status_code == 200
