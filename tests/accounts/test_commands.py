from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation.activity import Activity
from app.foundation.database import db
from config import Settings
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


def _run(app: Flask, *words: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["accounts", *words], input=typed)


def test_the_first_administrator_is_made_and_signs_in(app: Flask, client: Visitor) -> None:
    made = _run(app, "create-administrator", "Ada@example.com", "--name", "Ada", typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert made.exit_code == 0
    assert PASSWORD not in made.output
    assert client.sign_in("ada@example.com").status_code == 303


def test_a_script_gives_the_password_by_its_output(app: Flask, session: Session) -> None:
    made = _run(app, "create", "ben@example.com", "--role", "editor", "--password-from-stdin", typed=f"{PASSWORD}\n")

    assert made.exit_code == 0
    assert session.scalars(select(Account)).one().role is Role.EDITOR


def test_what_was_done_to_accounts_is_logged_without_the_password(app: Flask, session: Session) -> None:
    _run(app, "create-administrator", "ada@example.com", "--password-from-stdin", typed=PASSWORD)

    logged = session.scalars(select(Activity)).one()
    assert (logged.verb, logged.details) == ("created", {"role": "administrator"})


@pytest.mark.parametrize(
    ("words", "typed", "told"),
    [
        (("create-administrator", "ada", "--password-from-stdin"), PASSWORD, "not an e-mail address"),
        (("create-administrator", "ada@example.com", "--password-from-stdin"), "short", "too short"),
        (("create", "taken@example.com", "--role", "agent", "--password-from-stdin"), PASSWORD, "already"),
        (("create", "ada@example.com", "--role", "king"), "", "is not one of"),
        (("set-role", "nobody@example.com", "agent"), "", "no account for nobody@example.com"),
        (("set-password", "nobody@example.com"), "", "no account for nobody@example.com"),
        (("set-role", "taken@example.com", "reader"), "", "only administrator"),
        (("deactivate", "taken@example.com"), "", "only administrator"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    app: Flask, make: Make, session: Session, words: tuple[str, ...], typed: str, told: str
) -> None:
    make.account(Role.ADMINISTRATOR, email="taken@example.com")
    session.commit()

    failed = _run(app, *words, typed=typed)

    assert failed.exit_code != 0
    assert told in failed.output


def test_passwords_that_differ_are_asked_for_again(app: Flask, session: Session) -> None:
    typed = f"{PASSWORD}\nsomething else\n{PASSWORD}\n{PASSWORD}\n"
    assert _run(app, "create-administrator", "ada@example.com", typed=typed).exit_code == 0


def test_accounts_are_changed_and_listed(app: Flask, make: Make, session: Session) -> None:
    make.account(email="ben@example.com", display_name="Ben")
    session.commit()

    _run(app, "set-role", "ben@example.com", "agent")
    assert "ben@example.com is now" not in _run(app, "list").output
    assert "agent" in _run(app, "list").output
    _run(app, "deactivate", "ben@example.com")
    assert "deactivated" in _run(app, "list").output
    _run(app, "activate", "ben@example.com")
    assert "deactivated" not in _run(app, "list").output


def test_a_password_is_set_for_somebody_who_forgot_it(
    app: Flask, make: Make, session: Session, client: Visitor
) -> None:
    make.account(email="ben@example.com")
    session.commit()

    _run(app, "set-password", "ben@example.com", "--password-from-stdin", typed=PASSWORD)

    assert client.sign_in("ben@example.com").status_code == 303


def test_without_a_database_that_answers_a_command_says_so(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    site = create_app(Settings(data_dir=tmp_path, secret_key="x" * 40, database_url=nowhere))

    failed = _run(site, "list")

    assert failed.exit_code == 1
    assert "database cannot be used" in failed.output
    with site.app_context():
        db.engine.dispose()
