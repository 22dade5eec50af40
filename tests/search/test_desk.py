"""The room of the desk about search: who may enter, its menu, and what it tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.roles import Permission, Role
from app.foundation import clock
from app.foundation.worker import run_due_jobs
from app.search import desk, encoding, indexing, vectorizing
from app.trail import recording
from app.trail.models import SearchEvent
from tests.make import Make
from tests.search.fake_encoder import use_fake_encoder
from tests.trail.somebody import Somebody
from tests.visitor import PASSWORD, Visitor


@pytest.fixture
def somebody(app: Flask) -> Somebody:
    """A customer."""
    return Somebody(app)


@pytest.fixture
def editor(client: Visitor, make: Make, session: Session) -> Visitor:
    """The browser of an editor."""
    account = make.account(Role.EDITOR, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    return client


def test_the_room_is_for_editors(client: Visitor, make: Make, session: Session) -> None:
    account = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    assert client.get("/desk/search").status_code == 403


def test_pages_about_search_stand_beside_each_other_in_their_order(app: Flask, editor: Visitor) -> None:
    desk.add_search_page(app, "trail.searches", lambda: "The last of all", position=90)
    desk.add_search_page(app, "trail.searches", lambda: "For owners", permission=Permission.RUN_THE_SITE)
    page = editor.get("/desk/search").text
    menu = page[page.index('class="desk-pages"') :]
    assert '<a href="/desk/search" aria-current="page">' in menu
    assert menu.index("How search does") < menu.index("The last of all")
    assert "For owners" not in page


def test_what_nothing_answered_is_listed_the_most_frequent_first(
    app: Flask, editor: Visitor, somebody: Somebody
) -> None:
    somebody.searches("lost key", results=0)
    somebody.searches("found key", results=3)
    for number in (2, 3):
        replace(somebody, address=f"192.0.2.{number}").searches("Fax machine?", results=0)
    recording.flush(app)
    page = editor.get("/desk/search").text
    assert page.index("Fax machine") < page.index("lost key")
    assert "found key" not in page


@pytest.mark.parametrize(("confirmed", "said"), [(19, "Too few to tell"), (20, "100%")])
def test_a_share_is_told_only_where_enough_is_known(
    app: Flask, editor: Visitor, somebody: Somebody, confirmed: int, said: str
) -> None:
    for number in range(confirmed):
        customer = replace(somebody, address=f"192.0.2.{number}")
        customer.searches("lost key", judgement=recording.Judgement("answer", 0.8, "article 7:en"))
        customer.votes(fixed=True)
    recording.flush(app)
    page = editor.get("/desk/search").text
    row = page[page.index('<th scope="row">The answer</th>') : page.index('<th scope="row">These may help</th>')]
    assert f"<td>{confirmed}</td>" in row
    assert said in row


def test_the_page_says_when_search_goes_by_words_alone(app: Flask, editor: Visitor) -> None:
    encoding.use(app, encoding.Encoding(None, Path("/nowhere")))
    page = editor.get("/desk/search").text
    assert "Search goes by words alone." in page
    assert "as KB_ENCODER says" in page


def test_the_desk_says_at_once_that_search_goes_by_words_alone_against_the_settings(
    editor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "By words alone" not in editor.get("/desk").text
    monkeypatch.setattr(desk, "encoder_state", lambda: (False, "damaged"))
    assert "By words alone" in editor.get("/desk").text


def test_the_page_tells_when_meaning_takes_part(app: Flask, editor: Visitor, make: Make, session: Session) -> None:
    use_fake_encoder(app)
    make.article("Reset your password")
    make.article("Pay an invoice")
    session.commit()
    run_due_jobs(app)
    with app.app_context():
        vectorizing.catch_up()
    page = editor.get("/desk/search").text
    assert "Search goes by words and by meaning." in page
    assert "<bdi>fake-1</bdi>" in page
    assert "2 of 2 articles have vectors." in page


def test_the_page_tells_that_vectors_are_being_made(app: Flask, editor: Visitor, make: Make, session: Session) -> None:
    make.article("Reset your password")
    session.commit()
    with app.app_context():
        indexing.rebuild()
    use_fake_encoder(app)
    page = editor.get("/desk/search").text
    assert "Search goes by words alone." in page
    assert "once at least 50% of the articles have vectors" in page
    assert "0 of 1 article has vectors." in page


def test_only_the_time_that_was_chosen_counts(
    app: Flask, editor: Visitor, somebody: Somebody, session: Session
) -> None:
    somebody.searches("lost key", results=0)
    recording.flush(app)
    session.execute(update(SearchEvent).values(created_at=clock.now() - timedelta(days=10)))
    session.commit()
    assert "lost key" in editor.get("/desk/search").text
    assert "lost key" in editor.get("/desk/search?days=28").text
    assert "lost key" not in editor.get("/desk/search?days=7").text


@pytest.mark.parametrize(
    ("one", "other", "language", "are_alike"),
    [
        ("reset the password", "passwords are refused", "en", True),
        ("what does this mean", "cancel this order", "en", False),
        ("如何重置密码", "重置密码没有收到邮件", "zh", True),
        ("", "", "en", False),
    ],
)
def test_searches_are_about_the_same_when_they_share_a_word_that_tells(
    one: str, other: str, language: str, are_alike: bool
) -> None:
    assert desk._are_alike(one, other, language) is are_alike
