"""The room of the desk about search: who may enter, its menu, and what it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.roles import Permission, Role
from app.search import desk
from app.trail import recording
from tests.make import Make
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
