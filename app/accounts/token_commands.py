"""`flask tokens …`: tokens for programs, without a browser."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.accounts import register, tokens
from app.accounts.commands import changes
from app.accounts.tokens import Scope
from app.foundation import clock
from app.foundation.migrating import make_ready

group = AppGroup("tokens", callback=make_ready, help="Make, list and revoke the tokens of programs that use the API.")


@group.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What the program is, for the people who read the list.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([each.value for each in Scope]))
@click.option("--days", type=int, default=None, help="How long it can be used. Without it: until it is revoked.")
def create(email: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token for a program that acts for the account EMAIL, and print it: this once, and never again."""
    with changes() as session:
        account = register.account_of(session, email)
        _, secret = tokens.make_token(session, account, name=name, scopes=scopes, days=days, by=None)
    click.echo(secret)


@group.command("list")
def list_tokens() -> None:
    """Show every token: how it begins, its state, account, name, scopes, and the day of its last use."""
    with changes() as session:
        for token in tokens.tokens(session):
            state = tokens.state_of(token, at=clock.now())
            used = f"used {token.last_used_on}" if token.last_used_on else "never used"
            click.echo(
                f"{token.prefix}  {state:8} {token.account.email:30} {token.name}  [{token.scopes}]  "
                f"made {token.created_at:%Y-%m-%d}, {used}"
            )


@group.command("revoke")
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Have the token that begins with PREFIX open nothing any more."""
    with changes() as session:
        tokens.revoke_token(session, tokens.token_of(session, prefix), by=None)
    click.echo(f"The token {prefix} is revoked.")
