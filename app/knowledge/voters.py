"""Who votes, without knowing who it is: a random cookie set by the first vote, kept only as a keyed hash."""

from __future__ import annotations

import re
import secrets

from flask import Response, current_app, request

from app.accounts.roles import Permission
from app.accounts.signing_in import has_permission, signed_in_account
from app.foundation.keyed_hash import keyed_hash
from app.trail.recording import source_of_request

COOKIE = "voter"
VOTER = r"[A-Za-z0-9_-]{43}"
_TOKEN = re.compile(VOTER)


def voter() -> str | None:
    """The voter of this request as a keyed hash (64 hexadecimal digits), or None when they have not voted yet."""
    account = signed_in_account()
    token = f"account {account.id}" if account else _token()
    return _hashed(token) if token else None


def voter_of(token: str) -> str:
    """The voter whom a token stands for that `new_voter` gave out, for those who keep it otherwise than in a cookie."""
    return _hashed(token)


def new_voter() -> tuple[str, str]:
    """A voter as (keyed hash, token for the cookie)."""
    token = secrets.token_urlsafe(32)
    return _hashed(token), token


def source() -> str | None:
    """Where the vote of this request comes from, as a keyed hash that holds for the day.

    None for whoever is signed in: accounts are known one by one, so nobody can be many of them.
    """
    return None if signed_in_account() else source_of_request()


def is_staff() -> bool:
    """Whether the vote of this request is one of staff: agents and all who may do more."""
    return has_permission(Permission.READ_STAFF)


def remember_voter(response: Response, token: str) -> None:
    """Have the browser know its votes again for a year; no script can read the cookie."""
    settings = current_app.extensions["settings"]
    response.set_cookie(
        COOKIE, token, max_age=31_536_000, secure=settings.secure_cookies, httponly=True, samesite="Lax"
    )


def _token() -> str | None:
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def _hashed(token: str) -> str:
    return keyed_hash(f"voter {token}", key=str(current_app.secret_key))
