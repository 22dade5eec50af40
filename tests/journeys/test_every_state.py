"""Every state of the search page and of an article's address, reached by a real request: its words and no other's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.database import db
from app.foundation.worker import run_due_jobs
from app.knowledge import publishing
from app.knowledge.models import Article, Audience
from config import Settings
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

AppWith = Callable[..., Flask]


@dataclass(frozen=True)
class State:
    """How a state is reached, the status it answers with, and words that stand in it and in no other."""

    path: str
    status: int
    words: str


SEARCH = {
    "hint": State("/search", 200, "Write what happened or what you want to do"),
    "results": State("/search?q=invoice", 200, " results for “<bdi>invoice</bdi>”</h1>"),
    "corrected": State("/search?q=pasword", 200, "Search instead for"),
    "filtered out": State("/search?q=invoice&category=account", 200, "The filters you chose hide them."),
    "other language": State("/search?q=Rechnung", 200, "These articles are in other languages."),
    "no results": State("/search?q=qwertzuiop", 200, "We found nothing for “<bdi>qwertzuiop</bdi>”"),
    "degraded": State("/search?q=reset", 200, "Search is simpler than usual just now"),
    "down": State("/search?q=invoice", 503, "Search is not working just now"),
    "too many": State("/search?q=invoice", 429, "That was a lot in a short time"),
    "article number": State("/search?q=%231", 302, "You should be redirected"),
}
#: A state that another one may come with.
ALSO = {"degraded": "1 result for"}


@pytest.fixture(autouse=True)
def articles(app: Flask, session: Session, make: Make) -> None:
    """Articles for every state, and an index that holds them."""
    make.article("Reset your password", "Press the red button.", category="account")
    for name in ("Pay an invoice", "Where is my invoice", "Print an invoice"):
        make.article(name, "An invoice is a letter. Every invoice has a number.", category="billing")
    german = make.article("Pay late", "Tell us.", category="billing")
    make.translation(german, "de", "Eine Rechnung", "Die Rechnung kommt mit der Post.")
    session.commit()
    run_due_jobs(app)


@contextmanager
def database_away(app: Flask) -> Iterator[None]:
    """No statement is answered."""

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        raise OperationalError(statement, {}, Exception("no route to the database"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    yield
    event.remove(engine, "before_cursor_execute", refuse)


@contextmanager
def surroundings(state: str, client: Visitor, settings: Settings, app_with: AppWith) -> Iterator[Visitor]:
    """A client of a site that is as the state needs it."""
    if state == "degraded":
        for file in settings.search_index_dir.rglob("*"):
            if file.is_file():
                file.write_bytes(b"damaged")
        yield _client(app_with())
    elif state == "down":
        client.get("/")
        with database_away(client.application):
            yield client
    elif state == "too many":
        client = _client(app_with(limit_searches=1))
        client.get("/search?q=invoice")
        yield client
    else:
        yield client


def _client(app: Flask) -> Visitor:
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


@pytest.mark.parametrize("state", SEARCH)
def test_a_search_is_in_one_state_and_says_the_words_of_no_other(
    client: Visitor, settings: Settings, app_with: AppWith, state: str
) -> None:
    with surroundings(state, client, settings, app_with) as visitor:
        answer = visitor.get(SEARCH[state].path)
    said = [name for name, each in SEARCH.items() if each.words in answer.text]
    assert said == [state]
    assert answer.status_code == SEARCH[state].status
    assert ALSO.get(state, "") in answer.text
    if state != "article number":
        assert 'href="/contact' in answer.text


def test_a_search_that_is_down_offers_what_is_known_and_keeps_the_words(client: Visitor) -> None:
    client.get("/")
    with database_away(client.application):
        answer = client.get("/search?q=lost+invoice")
    for words in (
        'value="lost invoice"',
        'href="/search?q=lost+invoice"',
        'href="/contact?q=lost%20invoice"',
        'href="/categories/billing"',
        'href="/articles/1-reset-your-password"',
    ):
        assert words in answer.text, words
    assert "We found nothing" not in answer.text


def test_a_search_that_is_down_from_the_beginning_still_leads_to_a_person(app: Flask, client: Visitor) -> None:
    with database_away(app):
        answer = client.get("/search?q=invoice")
    assert answer.status_code == 503
    assert SEARCH["down"].words in answer.text
    assert 'href="/contact?q=invoice"' in answer.text


def test_what_only_staff_may_read_is_not_told_while_the_database_is_away(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    make.article("The vault", category="secret", audience=Audience.STAFF, is_featured=True)
    account = make.account(Role.ADMINISTRATOR, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    assert "The vault" in client.get("/").text
    with database_away(app):
        page = _client(app).get("/search?q=invoice").text
    assert "vault" not in page
    assert "secret" not in page


def test_whoever_asks_too_often_is_told_when_to_come_back(app_with: AppWith) -> None:
    client = _client(app_with(limit_searches=1))
    client.get("/search?q=invoice")
    answer = client.get("/search?q=invoice")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert 'href="/contact' in answer.text


READING: dict[str, tuple[int, str]] = {
    "read": (200, "Did this fix your problem?"),
    "other language": (200, "is not available in"),
    "removed": (410, "This article was removed"),
    "for signed in": (403, "Sign in to read this article"),
    "nothing": (404, "There is no page at this address"),
}


def _article_in(state: str, session: Session, make: Make) -> Article:
    audience = {"for signed in": Audience.SIGNED_IN, "nothing": Audience.STAFF}.get(state, Audience.PUBLIC)
    made = make.article("Old story", language="de" if state == "other language" else "en", audience=audience)
    if state == "removed":
        publishing.archive(session, made, by=None)
    session.commit()
    return made


@pytest.mark.parametrize("state", READING)
def test_an_address_of_an_article_is_in_one_state(client: Visitor, session: Session, make: Make, state: str) -> None:
    made = _article_in(state, session, make)
    answer = client.get(f"/articles/{made.id}-old-story")
    status, _ = READING[state]
    assert answer.status_code == status
    said = {name for name, (_, words) in READING.items() if words in answer.text}
    assert said == ({state, "read"} if state == "other language" else {state})
    assert 'href="/contact' in answer.text
