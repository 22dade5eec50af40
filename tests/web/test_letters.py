"""Letters are written once, in the receiver's language, and become text and HTML with the site's look."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import lazy_gettext

from app.foundation.mail import Letter
from app.web.colours import Brand, brand_hex
from app.web.letters import written
from config import Settings
from tests.mailbox import Mailbox


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    """A site that sends mail."""
    return replace(
        settings,
        site_url="https://help.example.com",
        site_name="Tom & Jerry's help",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security="none",
        mail_from="help@example.com",
    )


def sample(app: Flask, language: str = "en") -> Letter:
    with app.app_context():
        return written(
            to="kim@example.com", subject=lazy_gettext("A test letter"), template="mail/test.html", language=language
        )


def test_both_parts_say_the_same_and_neither_shows_the_other_s_escapes(app: Flask) -> None:
    letter = sample(app)
    assert "Tom & Jerry's help" in letter.text
    assert "Tom &amp; Jerry" in letter.html
    assert "<" not in letter.text
    assert "https://help.example.com" in letter.text
    assert 'href="https://help.example.com"' in letter.html


def test_the_look_is_the_site_s_and_stands_in_the_elements(app: Flask, settings: Settings) -> None:
    html = sample(app).html
    assert brand_hex(Brand(settings.brand_hue))["accent"] in html
    assert "<style" not in html
    assert "$" not in html


def test_a_letter_for_readers_from_right_to_left_runs_that_way(app: Flask) -> None:
    assert '<html lang="ar" dir="rtl">' in sample(app, "ar").html


def test_a_language_that_the_interface_does_not_speak_gets_the_site_s_own(app: Flask) -> None:
    letter = sample(app, "pt-BR")
    assert '<html lang="en" dir="ltr">' in letter.html
    assert letter.subject == "A test letter"


def test_the_command_sends_a_letter_at_once(app: Flask, mailbox: Mailbox) -> None:
    told = app.test_cli_runner().invoke(args=["mail", "test", "kim@example.com"])
    assert told.exit_code == 0, told.output
    assert [letter["Subject"] for letter in mailbox.to("kim@example.com")] == ["A test letter"]


def test_the_command_says_what_is_wrong(app: Flask, mailbox: Mailbox) -> None:
    mailbox.refusal = "550 no such mailbox"
    told = app.test_cli_runner().invoke(args=["mail", "test", "kim@example.com"])
    assert told.exit_code == 1
    assert "no such mailbox" in told.output


def test_without_a_server_the_command_says_what_to_set(settings: Settings, app: Flask) -> None:
    app.extensions["settings"] = replace(settings, mail_host="")
    told = app.test_cli_runner().invoke(args=["mail", "test", "kim@example.com"])
    assert "KB_MAIL_HOST" in told.output
