"""Commands of the shell of pages: `flask mail test`."""

from __future__ import annotations

import smtplib

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import lazy_gettext

from app.foundation import mail
from app.web.letters import written
from config import Settings


def install(app: Flask) -> None:
    """Make the commands known."""
    app.cli.add_command(group)


@click.group("mail")
def group() -> None:
    """See whether mail goes out."""


@group.command("test")
@click.argument("address")
@with_appcontext
def send_test(address: str) -> None:
    """Send a letter to ADDRESS at once, and say what the mail server said."""
    settings: Settings = current_app.extensions["settings"]
    if not mail.is_set_up():
        raise click.ClickException("Mail is not set up: set KB_MAIL_HOST, KB_MAIL_FROM and KB_SITE_URL.")
    letter = written(
        to=address,
        subject=lazy_gettext("A test letter"),
        template="mail/test.html",
        language=settings.default_language,
    )
    try:
        mail.send(letter)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise click.ClickException(
            f"The letter was not sent by {settings.mail_host}: {type(error).__name__}: {error}"
        ) from error
    click.echo(f"{settings.mail_host} has taken the letter to {address}. Look into the mailbox, also under spam.")
