"""Signing in and out, and who is signed in. The only file that knows Flask-Login."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, unquote

from flask import Flask, current_app, has_request_context, redirect, request, url_for
from flask import session as browser_session
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts import attempts, passwords
from app.accounts.bearer import bearer, refuse_program
from app.accounts.models import Account
from app.accounts.roles import Permission, permissions_of
from app.foundation import clock
from app.foundation.database import db, rollback, transaction
from app.foundation.errors import NotAllowed
from app.foundation.keyed_hash import keyed_hash
from app.foundation.text import one_line
from app.web.languages import reader_language
from app.web.origin import looks_at_no_cookie
from app.web.templating import Reader
from config import Settings

SIGNED_IN_FOR = timedelta(days=14)

_GROUP_OF = {
    Permission.READ_PUBLIC: "public",
    Permission.READ_SIGNED_IN: "signed_in",
    Permission.READ_STAFF: "staff",
}
_PRINTABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")  # ASCII without blank and backslash
_ASTRAY = re.compile(r"//|[\\\x00-\x20\x7f]")


@dataclass(frozen=True)
class Refusal:
    """Why nobody was signed in. `wait` is not None when there were too many tries."""

    message: str
    wait: timedelta | None = None


def install(app: Flask, settings: Settings) -> None:
    """Connect the session to accounts, and give the shell its questions about permissions."""
    app.config["PERMANENT_SESSION_LIFETIME"] = SIGNED_IN_FOR
    logins = LoginManager(app)
    logins.session_protection = None  # the cookie is signed, and bound to the password by `_seal`
    logins.user_loader(_load)
    app.extensions["reader_groups"] = reader_groups
    app.extensions["has_permission"] = has_permission
    app.extensions["refuse_access"] = refuse_access
    app.extensions["reader"] = reader


def signed_in_account() -> Account | None:
    """The account whose person made this request; None for a visitor, and outside of requests."""
    if not has_request_context() or looks_at_no_cookie() or not current_user.is_authenticated:
        return None
    account: Account = current_user.account
    return account


def account_name() -> str | None:
    """What stands for the account of this request where requests are counted; None for a visitor."""
    account = signed_in_account()
    return f"account {account.id}" if account is not None else None


def has_permission(permission: str) -> bool:
    """Whether the person who made this request may do something."""
    return permission in _permissions()


def reader_groups() -> frozenset[str]:
    """The audiences that the person who made this request belongs to: `public`, `signed_in`, `staff`."""
    held = _permissions()
    return frozenset(group for permission, group in _GROUP_OF.items() if permission in held)


def reader() -> Reader:
    """The person at the page, as templates know them."""
    account = signed_in_account()
    if account is None:
        return Reader(reader_language())
    return Reader(reader_language(), True, account.display_name, _permissions())


def refuse_access() -> Response:
    """What somebody gets who may not open this page: a visitor the way to sign in, anybody else a refusal."""
    if looks_at_no_cookie():
        refuse_program()
    if signed_in_account() is not None:
        raise NotAllowed(_("Your account may not open this page: ask an administrator for the right role."))
    is_read = request.method in ("GET", "HEAD")
    query = request.query_string.decode("ascii", "ignore")
    wanted = quote(request.path) + (f"?{query}" if query else "") if is_read else None
    return redirect(url_for("accounts.sign_in", next=wanted), code=302 if is_read else 303)


def sign_in(session: Session, email: str, password: str) -> Account | Refusal:
    """Sign a person in to this browser, or say why not. An earlier session of the browser is forgotten."""
    account = prove(session, email, password)
    if isinstance(account, Account):
        account.signed_in_at = clock.now()
        open_session(account)
    return account


def prove(session: Session, email: str, password: str) -> Account | Refusal:
    """The account whose password this is. To be called before the request has written anything.

    An unknown address, a wrong password and a closed account get the same answer after the same time. The try is
    written in a transaction of its own: it has to stay when the request fails, and no lock is held while hashing.
    """
    rollback(session)  # a lock held by what was read so far would keep the transaction below from beginning
    secret = current_app.extensions["settings"].secret_key
    keys = attempts.account_key(email, secret=secret), attempts.address_key(request.remote_addr or "", secret=secret)
    with transaction() as own:
        begun = attempts.begin(own, *keys)
        attempt_id = 0 if isinstance(begun, timedelta) else begun.id
        wanted = select(Account.id, Account.password_hash)
        found = own.execute(wanted.where(Account.email == normal_email(email), Account.is_active)).one_or_none()
    if isinstance(begun, timedelta):
        # Said out here: the words ask who is reading, and would wait for the lock that was held above.
        return Refusal(_please_wait(begun), begun)
    fits, renewed = passwords.verified(password, found.password_hash if found else None)
    if found is None or not fits:
        return Refusal(_("The e-mail address or the password is not right. Check both and try again."))
    account = session.get_one(Account, found.id)
    account.password_hash = renewed or account.password_hash
    attempts.mark_succeeded(session, attempt_id)
    return account


def open_session(account: Account) -> None:
    """Begin a fresh session for this account; whatever the old one held, its form token too, is forgotten."""
    browser_session.clear()
    login_user(_SignedIn(account))


def sign_out() -> None:
    """End the session of this request."""
    logout_user()
    browser_session.clear()


def normal_email(email: str) -> str:
    """An e-mail address as it is stored."""
    return one_line(email).lower()


def own_path(address: str | None) -> str | None:
    """The address when it is a path on this site, else None: where to go after signing in comes from outside."""
    if not address or len(address) > 2000 or not address.startswith("/") or not _PRINTABLE.fullmatch(address):
        return None
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    return None if _ASTRAY.search(path) or _ASTRAY.search(unquote(path)) else address


class _SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """An account as Flask-Login wants it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.id}.{_seal(self.account)}"


def _load(signed_id: str) -> _SignedIn | None:
    account_id, _, seal = signed_id.partition(".")
    account = db.session.get(Account, int(account_id)) if re.fullmatch("[0-9]{1,9}", account_id) else None
    if account is None or not account.is_active or not hmac.compare_digest(seal, _seal(account)):
        return None
    return _SignedIn(account)


def _seal(account: Account) -> str:
    """Binds a session to the password it was opened with: a new password ends all others."""
    secret: str = current_app.extensions["settings"].secret_key
    return keyed_hash(f"session:{account.id}:{account.password_hash}", key=secret)[:32]


def _permissions() -> frozenset[Permission]:
    if looks_at_no_cookie():
        program = bearer()
        return program.permissions if program else permissions_of(None)
    account = signed_in_account()
    return permissions_of(account.role if account is not None else None)


def _please_wait(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if seconds < 120:
        words = ngettext(
            "There were too many tries to sign in. Wait %(num)s second, then try again.",
            "There were too many tries to sign in. Wait %(num)s seconds, then try again.",
            seconds,
        )
    else:
        words = ngettext(
            "There were too many tries to sign in. Wait %(num)s minute, then try again.",
            "There were too many tries to sign in. Wait %(num)s minutes, then try again.",
            seconds // 60 + 1,
        )
    return str(words)
