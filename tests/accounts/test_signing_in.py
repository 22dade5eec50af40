import time

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import passwords, register
from app.accounts.models import Account, SignInAttempt
from app.accounts.roles import Role
from app.accounts.signing_in import own_path, reader_groups
from app.web.access import access
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


@pytest.fixture
def account(make: Make, session: Session) -> Account:
    account = make.account(Role.AGENT, password=PASSWORD, email="ada@example.com")
    session.commit()
    return account


@pytest.fixture(autouse=True)
def pages_to_try(app: Flask) -> None:
    @app.get("/try/groups")
    @access("read_public")
    def groups() -> list[str]:
        return sorted(reader_groups())

    @app.get("/try/staff")
    @access("read_staff")
    def staff() -> str:
        return "for staff"

    @app.get("/try/manager")
    @access("see_reports")
    def manager() -> str:
        return "for managers"

    @app.get("/try/undeclared")
    def undeclared() -> str:
        return "for nobody"


def test_a_visitor_reads_what_is_public(client: Visitor) -> None:
    assert client.get("/try/groups").json == ["public"]


@pytest.mark.parametrize(
    ("role", "groups"),
    [(Role.READER, ["public", "signed_in"]), (Role.AGENT, ["public", "signed_in", "staff"])],
)
def test_who_signs_in_reads_what_the_role_may(
    client: Visitor, make: Make, session: Session, role: Role, groups: list[str]
) -> None:
    account = make.account(role, password=PASSWORD)
    session.commit()

    assert client.sign_in(account.email).status_code == 303
    assert client.get("/try/groups").json == groups


def test_outside_of_requests_one_reads_what_is_public(app: Flask) -> None:
    assert reader_groups() == {"public"}


def test_signing_in_is_blind_to_capitals_and_blanks_around_the_address(client: Visitor, account: Account) -> None:
    assert client.sign_in(" Ada@Example.com ").status_code == 303


def test_signing_in_is_remembered_with_its_time(client: Visitor, account: Account, session: Session) -> None:
    client.sign_in(account.email)

    session.refresh(account)
    assert account.signed_in_at is not None


def test_a_visitor_is_sent_to_sign_in_and_back_to_the_page(client: Visitor, account: Account) -> None:
    refused = client.get("/try/staff?a=1")
    assert refused.location == "/sign-in?next=/try/staff?a%3D1"

    assert client.sign_in(account.email, next="/try/staff?a=1").location == "/try/staff?a=1"
    assert client.get("/try/staff").text == "for staff"


def test_who_has_signed_in_without_the_right_is_told_so(client: Visitor, account: Account) -> None:
    client.sign_in(account.email)
    assert client.get("/try/manager").status_code == 403


def test_a_page_that_declares_nothing_is_shut(client: Visitor, account: Account) -> None:
    client.sign_in(account.email)
    assert client.get("/try/undeclared").status_code == 404


def test_signing_out_ends_the_session(client: Visitor, account: Account) -> None:
    client.sign_in(account.email)

    assert client.submit("/account", "/sign-out").status_code == 303
    assert client.get("/try/groups").json == ["public"]


def test_signing_out_is_not_done_by_a_link(client: Visitor, account: Account) -> None:
    client.sign_in(account.email)

    assert client.get("/sign-out").status_code in (404, 405)
    assert "staff" in client.get("/try/groups").get_data(as_text=True)


def test_an_unknown_address_and_a_wrong_password_read_alike(client: Visitor, account: Account) -> None:
    wrong = client.sign_in(account.email, "not the right password")
    unknown = client.sign_in("nobody@example.com", "not the right password")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert _without(wrong.text, account.email) == _without(unknown.text, "nobody@example.com")


@pytest.mark.parametrize("address", ["a\0b@example.com", "\0", "' OR 1=1 --", "x" * 100_000])
def test_an_address_may_hold_anything(client: Visitor, address: str) -> None:
    assert client.sign_in(address, "not the right password").status_code == 422


def test_an_unknown_address_takes_as_long_as_a_wrong_password() -> None:
    stored = passwords.hashed(PASSWORD)
    known = min(_seconds(stored) for _ in range(5))
    unknown = min(_seconds(None) for _ in range(5))
    assert 0.5 < known / unknown < 2


def test_an_account_without_a_password_cannot_sign_in(client: Visitor, make: Make, session: Session) -> None:
    account = make.account(password_hash=None)
    session.commit()
    assert client.sign_in(account.email, "").status_code == 422
    assert client.sign_in(account.email, "any password at all").status_code == 422


def test_a_deactivated_account_cannot_sign_in(client: Visitor, make: Make, session: Session) -> None:
    account = make.account(password=PASSWORD, is_active=False)
    session.commit()
    assert client.sign_in(account.email).status_code == 422


def test_who_is_deactivated_is_out_at_once(client: Visitor, account: Account, session: Session) -> None:
    client.sign_in(account.email)
    register.set_active(session, account, is_active=False, by=None)
    session.commit()

    assert client.get("/try/groups").json == ["public"]


def test_a_new_role_holds_at_once(client: Visitor, account: Account, session: Session) -> None:
    client.sign_in(account.email)
    register.set_role(session, account, Role.READER, by=None)
    session.commit()

    assert client.get("/try/staff").status_code == 403


def test_a_new_password_ends_every_session(client: Visitor, account: Account, session: Session) -> None:
    client.sign_in(account.email)
    register.set_password(session, account, "another long password", by=None)
    session.commit()

    assert client.get("/try/groups").json == ["public"]


def test_the_session_and_its_token_are_new_after_signing_in(client: Visitor, account: Account) -> None:
    client.get("/sign-in")
    with client.session_transaction() as planted:
        planted["left_behind"] = "by somebody else"
        token = planted["csrf_token"]
    client.sign_in(account.email)

    with client.session_transaction() as opened:
        assert "left_behind" not in opened
        assert opened.get("csrf_token") != token


def test_a_session_with_a_forged_seal_is_nobody(client: Visitor, account: Account) -> None:
    with client.session_transaction() as forged:
        forged["_user_id"] = f"{account.id}.{'0' * 32}"
    assert client.get("/try/groups").json == ["public"]


@pytest.mark.parametrize("worn", ["", ".", "x.y", "9" * 40 + ".x"])
def test_a_session_that_makes_no_sense_is_nobody(client: Visitor, worn: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = worn
    assert client.get("/try/groups").json == ["public"]


def test_the_form_to_sign_in_needs_its_token(client: Visitor, account: Account) -> None:
    assert client.post("/sign-in", data={"email": account.email, "password": PASSWORD}).status_code == 400


def test_the_pages_of_accounts_are_kept_by_no_cache(client: Visitor, account: Account) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    client.sign_in(account.email)
    assert client.get("/account").headers["Cache-Control"] == "no-store"


def test_who_has_signed_in_is_not_asked_again(client: Visitor, account: Account) -> None:
    client.sign_in(account.email)
    assert client.get("/sign-in?next=/account").location == "/account"


def test_a_failed_try_is_written_without_naming_anybody(client: Visitor, account: Account, session: Session) -> None:
    client.sign_in(account.email, "not the right password")

    attempt = session.scalars(select(SignInAttempt)).one()
    assert not attempt.succeeded
    assert account.email not in attempt.account_key
    assert "127.0.0.1" not in attempt.address_key


def test_after_too_many_tries_even_the_right_password_has_to_wait(client: Visitor, account: Account) -> None:
    for _ in range(5):
        client.sign_in(account.email, "not the right password")

    refused = client.sign_in(account.email)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert client.get("/try/groups").json == ["public"]


def test_tries_for_an_account_that_does_not_exist_have_to_wait_too(client: Visitor) -> None:
    answers = [client.sign_in("nobody@example.com", "not the right password").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_try_that_has_to_wait_is_not_counted(client: Visitor, account: Account, session: Session) -> None:
    answers = [client.sign_in(account.email, "not the right password").status_code for _ in range(8)]
    assert 429 in answers
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == len(answers) - answers.count(429)


@pytest.mark.parametrize("path", ["/", "/articles/1-a?x=1#y", "/search?q=a%20b&next=//example.com", "/gr%C3%B6%C3%9Fe"])
def test_after_signing_in_one_may_go_to_paths_of_the_site(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "address",
    [
        None, "", "account", "//example.com", "/\\example.com", "\\\\example.com", "/\t/example.com", "/%2fexample.com",
        "/%09/example.com", "/%5cexample.com", "/a/..//example.com", "https://example.com", "https:example.com",
        "javascript:alert(1)", "/a\r\nX: y", "\u3000//example.com", "/" + "a" * 3000, "/größe",
    ],
)  # fmt: skip
def test_after_signing_in_one_goes_to_no_other_site(address: str | None) -> None:
    assert own_path(address) is None


def test_a_next_that_leads_away_leads_to_the_desk(client: Visitor, account: Account) -> None:
    assert client.sign_in(account.email, next="//example.com").location == "/desk"


def _seconds(password_hash: str | None) -> float:
    begun = time.process_time()  # what the processor does: other programs may hold everything up
    passwords.verified("not the right password", password_hash)
    return time.process_time() - begun


def _without(page: str, email: str) -> list[str]:
    return [line for line in page.replace(email, "").splitlines() if "csrf_token" not in line]
