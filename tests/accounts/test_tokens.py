"""Tokens for programs."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import tokens
from app.accounts.models import ApiToken
from app.accounts.roles import Role
from app.accounts.tokens import Scope
from app.foundation import clock
from app.foundation.activity import Activity
from app.foundation.errors import InvalidInput
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


def test_a_token_is_known_again_by_its_secret_alone(session: Session, make: Make) -> None:
    account = make.account(Role.EDITOR)
    token, secret = tokens.make_token(session, account, name="Robot", scopes=["articles:read"], days=30, by=account)
    assert tokens.verified(session, secret) is token
    assert secret not in str(vars(token))
    assert tokens.is_token(secret)


def test_a_token_that_was_copied_badly_is_no_token(session: Session, make: Make) -> None:
    _, secret = tokens.make_token(session, make.account(Role.EDITOR), name="R", scopes=["votes:read"], days=1, by=None)
    other = "A" if secret[20] != "A" else "B"
    for wrong in (secret[:-1], secret + "x", secret[:20] + other + secret[21:], "", "kb_", "kb_ü" + secret[4:]):
        assert not tokens.is_token(wrong)
        assert tokens.verified(session, wrong) is None


def test_another_secret_with_the_same_beginning_opens_nothing(session: Session, make: Make) -> None:
    token, secret = tokens.make_token(
        session, make.account(Role.EDITOR), name="R", scopes=["votes:read"], days=1, by=None
    )
    token.sha256 = "0" * 64
    session.flush()
    assert tokens.verified(session, secret) is None


@pytest.mark.parametrize("ending", ["revoked", "expired", "account closed"])
def test_a_token_ends(session: Session, make: Make, ending: str) -> None:
    account = make.account(Role.EDITOR)
    token, secret = tokens.make_token(session, account, name="Robot", scopes=["articles:read"], days=None, by=None)
    if ending == "revoked":
        tokens.revoke_token(session, token, by=account)
    elif ending == "expired":
        token.expires_at = clock.now() - timedelta(seconds=1)
    else:
        account.is_active = False
    session.flush()
    assert tokens.verified(session, secret) is None


def test_a_token_never_exceeds_its_account(session: Session, make: Make) -> None:
    account = make.account(Role.EDITOR)
    scopes = ["articles:write", "articles:publish", "categories:write"]
    token, _ = tokens.make_token(session, account, name="Robot", scopes=scopes, days=None, by=None)
    assert tokens.bearer_of(token).scopes == set(scopes)
    account.role = Role.AGENT
    assert tokens.bearer_of(token).scopes == {Scope.ARTICLES_WRITE}
    account.role = Role.READER
    assert tokens.bearer_of(token).scopes == set()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": " "}, "Name the program"),
        ({"name": "x" * 101}, "Name the program"),
        ({"scopes": []}, "at least one"),
        ({"scopes": ["everything"]}, "not a scope"),
        ({"scopes": ["articles:publish"]}, "not a scope"),
        ({"days": 0}, "days"),
        ({"days": 99999}, "days"),
    ],
)
def test_what_cannot_be_made_says_why(session: Session, make: Make, fields: dict[str, object], told: str) -> None:
    wanted: dict[str, object] = {"name": "Robot", "scopes": ["articles:write"], "days": 30} | fields
    with pytest.raises(InvalidInput, match=told):
        tokens.make_token(session, make.account(Role.AGENT), by=None, **wanted)  # type: ignore[arg-type]


def test_tokens_are_made_listed_and_revoked_on_the_command_line(app: Flask, session: Session, make: Make) -> None:
    make.account(Role.EDITOR, email="eve@example.com")
    session.commit()
    run = app.test_cli_runner().invoke
    made = run(args=["tokens", "create", "eve@example.com", "--name", "Robot", "--scope", "articles:write"])
    secret = made.output.strip()
    assert tokens.is_token(secret)
    listed = run(args=["tokens", "list"]).output
    assert "Robot" in listed
    assert secret not in listed
    assert run(args=["tokens", "revoke", secret[:11]]).exit_code == 0
    assert "revoked" in run(args=["tokens", "list"]).output
    assert run(args=["tokens", "revoke", "kb_nothing"]).exit_code == 1
    verbs = session.scalars(select(Activity.verb).where(Activity.subject_kind == "token")).all()
    assert verbs == ["created", "revoked"]


def test_a_token_is_made_on_the_page_and_shown_once(client: Visitor, session: Session, make: Make) -> None:
    account = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    page = client.submit("/account/tokens", "/account/tokens", name="Robot", scopes="articles:write", days="30")
    token = session.scalars(select(ApiToken)).one()
    secret = page.text.partition('<code dir="ltr">kb_')[2].partition("<")[0]
    assert tokens.verified(session, f"kb_{secret}") is token
    assert page.headers["Cache-Control"] == "no-store"
    again = client.get("/account/tokens").text
    assert secret not in again
    assert token.prefix in again


def test_a_token_without_a_scope_is_asked_for_again(client: Visitor, session: Session, make: Make) -> None:
    account = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    page = client.submit("/account/tokens", "/account/tokens", name="Robot", days="30")
    assert page.status_code == 422
    assert "Choose at least one thing" in page.text
    assert session.scalars(select(ApiToken)).all() == []


def test_only_ones_own_token_is_revoked_on_the_page(client: Visitor, session: Session, make: Make) -> None:
    own, other = make.account(Role.AGENT, password=PASSWORD), make.account(Role.AGENT)
    mine, _ = tokens.make_token(session, own, name="Mine", scopes=["votes:read"], days=1, by=own)
    theirs, _ = tokens.make_token(session, other, name="Theirs", scopes=["votes:read"], days=1, by=other)
    session.commit()
    client.sign_in(own.email)
    assert client.submit("/account/tokens", f"/account/tokens/{theirs.prefix}/revoke").status_code == 404
    assert client.submit("/account/tokens", f"/account/tokens/{mine.prefix}/revoke").status_code == 303
    session.refresh(mine)
    session.refresh(theirs)
    assert mine.revoked_at is not None
    assert theirs.revoked_at is None


def test_who_may_make_no_tokens_does_not_see_the_page(client: Visitor, session: Session, make: Make) -> None:
    reader = make.account(Role.READER, password=PASSWORD)
    session.commit()
    client.sign_in(reader.email)
    assert client.get("/account/tokens").status_code == 403
