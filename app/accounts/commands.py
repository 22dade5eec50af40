"""`flask accounts …`: the first administrator, and accounts without a browser."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from app.accounts import register
from app.accounts.roles import Role
from app.foundation.database import transaction
from app.foundation.errors import ProductError
from app.foundation.migrating import make_ready

group = AppGroup(
    "accounts",
    callback=make_ready,
    help="Add, list and change the accounts of people who sign in.",
)

_password_from_stdin = click.option(
    "--password-from-stdin", is_flag=True, help="Read the password from the first line of the input, for scripts."
)
_name = click.option("--name", default="", help="Name shown to others. Without it: what stands before the @.")
_role = click.Choice([role.value for role in Role])


@group.command("create-administrator")
@click.argument("email")
@_name
@_password_from_stdin
def create_administrator(email: str, name: str, password_from_stdin: bool) -> None:
    """Add an administrator, who may do everything."""
    _create(email, Role.ADMINISTRATOR, name, password_from_stdin)


@group.command("create")
@click.argument("email")
@click.option("--role", type=_role, required=True, help="What the person is to the site.")
@_name
@_password_from_stdin
def create(email: str, role: str, name: str, password_from_stdin: bool) -> None:
    """Add an account."""
    _create(email, Role(role), name, password_from_stdin)


@group.command("list")
def list_accounts() -> None:
    """Show every account: address, role, name, when last signed in."""
    with changes() as session:
        for account in register.all_accounts(session):
            seen = f"{account.signed_in_at:%Y-%m-%d %H:%M}" if account.signed_in_at else "never signed in"
            closed = "" if account.is_active else "  (deactivated)"
            click.echo(f"{account.email:40} {account.role.value:14} {seen:16} {account.display_name}{closed}")


@group.command("set-role")
@click.argument("email")
@click.argument("role", type=_role)
def set_role(email: str, role: str) -> None:
    """Give a person another role."""
    with changes() as session:
        register.set_role(session, register.account_of(session, email), Role(role), by=None)
    click.echo(f"{email} is now {role}.")


@group.command("set-password")
@click.argument("email")
@_password_from_stdin
def set_password(email: str, password_from_stdin: bool) -> None:
    """Give a person another password; they are signed out everywhere."""
    with changes() as session:
        register.account_of(session, email)
    password = _password(password_from_stdin)
    with changes() as session:
        register.set_password(session, register.account_of(session, email), password, by=None)
    click.echo(f"The password of {email} is changed.")


@group.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """Close an account; its person is signed out at once. What they wrote stays."""
    with changes() as session:
        register.set_active(session, register.account_of(session, email), is_active=False, by=None)
    click.echo(f"{email} can no longer sign in.")


@group.command("activate")
@click.argument("email")
def activate(email: str) -> None:
    """Open a closed account again."""
    with changes() as session:
        register.set_active(session, register.account_of(session, email), is_active=True, by=None)
    click.echo(f"{email} can sign in again.")


def _create(email: str, role: Role, name: str, password_from_stdin: bool) -> None:
    password = _password(password_from_stdin)
    with changes() as session:
        account = register.create_account(session, email, password, role=role, name=name, by=None)
        click.echo(f"{account.email} can now sign in at /sign-in as {role.value}.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same password again"))


@contextlib.contextmanager
def changes() -> Iterator[Session]:
    """A transaction whose errors are told as the command line tells them."""
    try:
        with transaction() as session:
            yield session
    except ProductError as error:
        raise click.ClickException(str(error)) from error
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(
            f"The database cannot be used ({error.orig}). Is it there and up to date? 'make run' makes it so."
        ) from error
