"""The first page of the desk: how staff gets there, what stands on it, and what a new site still lacks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

SignIn = Callable[[Role], Visitor]


@pytest.fixture
def signed_in(app: Flask, make: Make, session: Session) -> SignIn:
    """Gives a browser in which somebody of this role has signed in."""

    def sign_in(role: Role) -> Visitor:
        account = make.account(role, password=PASSWORD)
        session.commit()
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.sign_in(account.email)
        return visitor

    return sign_in


@pytest.mark.parametrize(("role", "first_page"), [(Role.READER, "/"), (Role.AGENT, "/desk"), (Role.EDITOR, "/desk")])
def test_signing_in_leads_staff_to_the_desk_and_readers_home(
    client: Visitor, make: Make, session: Session, role: Role, first_page: str
) -> None:
    account = make.account(role, password=PASSWORD)
    session.commit()

    assert client.sign_in(account.email).location == first_page
    assert client.get("/sign-in").location == first_page


def test_staff_finds_the_desk_on_every_page(signed_in: SignIn) -> None:
    agent = signed_in(Role.AGENT)

    for address in ("/", "/search", "/contact", "/account", "/desk"):
        assert '<a class="desk-link" href="/desk">' in agent.get(address).text


def test_readers_meet_no_desk(client: Visitor, signed_in: SignIn) -> None:
    reader = signed_in(Role.READER)

    assert reader.get("/desk").status_code == 403
    assert client.get("/desk").location == "/sign-in?next=/desk"
    for visitor in (reader, client):
        assert 'href="/desk"' not in visitor.get("/").text


def test_the_desk_lists_what_one_may_open_and_nothing_else(signed_in: SignIn) -> None:
    agent = signed_in(Role.AGENT).get("/desk").text
    administrator = signed_in(Role.ADMINISTRATOR).get("/desk").text

    for address in ("/desk/requests", "/desk/searches", "/account/tokens"):
        assert agent.count(f'<a href="{address}">') == 2, address  # the menu and the list
    for address in ("/desk/votes", "/desk/news", "/desk/glossary", "/desk/structure", "/desk/search", "/desk/widget"):
        assert f'<a href="{address}">' not in agent, address
        assert administrator.count(f'<a href="{address}">') == 2, address


def test_the_desk_says_how_many_requests_are_new(client: Visitor, signed_in: SignIn) -> None:
    agent = signed_in(Role.AGENT)
    assert "desk-waiting" not in agent.get("/desk").text

    client.post("/contact", data={"message": "My key is gone.", "email": "kim@example.com"})

    assert '<strong class="desk-waiting">1 new</strong>' in agent.get("/desk").text


def test_the_menu_marks_the_room_that_a_page_belongs_to(client: Visitor, signed_in: SignIn) -> None:
    client.post("/contact", data={"message": "My key is gone.", "email": "kim@example.com"})
    agent = signed_in(Role.AGENT)
    reference = agent.get("/desk/requests").text.split("/desk/requests/", 1)[1].split('"', 1)[0]

    assert '<a href="/desk/requests" aria-current="page">' in agent.get("/desk/requests").text
    assert '<a href="/desk/requests" aria-current="true">' in agent.get(f"/desk/requests/{reference}").text


def test_administrators_see_what_a_new_site_lacks_until_it_is_there(signed_in: SignIn, make: Make) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    before = administrator.get("/desk").text
    make.article(title="Our own article")
    make.account(Role.EDITOR)
    make.session.commit()
    after = administrator.get("/desk").text

    assert "First steps on a new site: 0 of 6 done" in before
    assert "First steps on a new site: 2 of 6 done" in after
    assert "First steps" not in signed_in(Role.MANAGER).get("/desk").text


def test_what_was_done_is_said_and_nothing_made_up(signed_in: SignIn) -> None:
    editor = signed_in(Role.EDITOR)
    answer = editor.submit("/desk/glossary", "/desk/glossary/-", do="save", term_en="rotor", definition_en="It turns.")

    assert '<div role="status">' in editor.get(answer.location).text
    for address in ("/desk/glossary", "/desk/glossary?done=anything"):
        assert '<div role="status">' not in editor.get(address).text
