import time

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.roles import Role
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

NEW = "a different long password"


@pytest.fixture
def account(make: Make, session: Session, client: Visitor) -> Account:
    account = make.account(Role.EDITOR, password=PASSWORD, display_name="Ada Example")
    session.commit()
    client.sign_in(account.email)
    return account


def _change(client: Visitor, current: str = PASSWORD, password: str = NEW, repeated: str = NEW) -> int:
    fields = {"current": current, "password": password, "repeated": repeated}
    return client.submit("/account", "/account/password", **fields).status_code


def test_a_visitor_has_no_account_page(client: Visitor) -> None:
    assert client.get("/account").location == "/sign-in?next=/account"


def test_the_account_page_tells_who_one_is(client: Visitor, account: Account) -> None:
    page = client.get("/account").text
    assert "Ada Example" in page
    assert account.email in page


def test_changing_the_password_keeps_this_session_and_ends_the_others(client: Visitor, account: Account) -> None:
    elsewhere = client.application.test_client()
    elsewhere.sign_in(account.email)

    assert _change(client) == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_after_changing_the_password_only_the_new_one_opens(client: Visitor, account: Account) -> None:
    _change(client)
    elsewhere = client.application.test_client()

    assert elsewhere.sign_in(account.email).status_code == 422
    assert elsewhere.sign_in(account.email, NEW).status_code == 303


def test_changing_the_password_needs_the_present_one(client: Visitor, account: Account) -> None:
    assert _change(client, current="not the right password") == 422


def test_guessing_the_present_password_is_slowed_down(client: Visitor, account: Account) -> None:
    answers = [_change(client, current="not the right password") for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_whoever_has_to_wait_is_told_at_once_and_holds_nobody_up(client: Visitor, account: Account) -> None:
    begun = time.monotonic()
    statuses = [_change(client, current="wrong") for _ in range(8)]
    # A request that waited for a lock of its own on the database would take ten seconds.
    assert time.monotonic() - begun < 8
    assert statuses[-1] == 429


@pytest.mark.parametrize(("password", "repeated"), [("short", "short"), (NEW, "another one altogether"), ("", "")])
def test_a_new_password_has_to_be_good_and_the_same_twice(
    client: Visitor, account: Account, password: str, repeated: str
) -> None:
    assert _change(client, password=password, repeated=repeated) == 422
