"""The contact form: what it holds while it is filled in, sent and given back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.signing_in import signed_in_account
from app.foundation import mail
from app.foundation.text import cleaned
from config import Settings

#: What is given back of a field that is far too long: all that a person may have written, not what a program sends.
_MOST_GIVEN_BACK = 200_000


@dataclass(frozen=True)
class ContactForm:
    """The values of the form. `problems` are sentences by field; `token` is the same when a form is sent twice."""

    message: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""
    subject: str = ""
    with_trail: bool = True
    tell_when_fixed: bool = False
    token: str = ""
    website: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """What every form has to know: whether there is one, a fresh token, and who is known to ask."""

    is_on: bool
    token: str
    name: str
    email: str
    can_tell_by_mail: bool


def asking() -> Asking:
    """For templates; asks the database nothing that the page has not asked before, and bears that it is silent."""
    settings: Settings = current_app.extensions["settings"]
    try:
        account = signed_in_account()
    except SQLAlchemyError:
        account = None
    return Asking(
        is_on=settings.contact_form,
        token=secrets.token_urlsafe(12),
        name=account.display_name if account else "",
        email=account.email if account else "",
        can_tell_by_mail=mail.is_set_up(),
    )


def form_from(sent: Mapping[str, str], problems: Mapping[str, str] | None = None) -> ContactForm:
    """The form as it was sent."""

    def text(name: str, most: int = 300) -> str:
        return cleaned(sent.get(name, ""))[:most]

    return ContactForm(
        message=text("message", _MOST_GIVEN_BACK),
        email=text("email"),
        phone=text("phone"),
        name=text("name"),
        subject=text("subject"),
        with_trail=sent.get("with_trail") == "yes",
        tell_when_fixed=sent.get("tell_when_fixed") == "yes",
        token=text("token", 64),
        website=text("website"),
        problems=problems or {},
    )
