"""Tokens of programs: what one may do is its scopes, and never more than the account that it acts for.

A token reads `kb_` + 8 letters that find it + 32 secret ones + 6 that check the rest, so that tools which search
texts for leaked secrets know it, and one that was copied badly is told from one that was made up.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account, ApiToken
from app.accounts.roles import Permission, permissions_of
from app.foundation import activity, clock
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.text import one_line

LONGEST_NAME = 100
LONGEST_LIFE_DAYS = 3650
_LETTERS = string.digits + string.ascii_letters
_SHAPE = re.compile(r"(kb_[0-9A-Za-z]{8})[0-9A-Za-z]{38}")


class Scope(StrEnum):
    """One thing that a program may do with a token."""

    ARTICLES_READ = "articles:read"
    ARTICLES_WRITE = "articles:write"
    ARTICLES_PUBLISH = "articles:publish"
    CATEGORIES_WRITE = "categories:write"
    REDIRECTS_WRITE = "redirects:write"
    VOTES_READ = "votes:read"


#: What an account must be allowed for a scope to mean anything. Reading takes whichever of its two the account holds,
#: and no other scope may stand for these: they decide which articles a program sees.
PERMISSIONS: dict[Scope, frozenset[Permission]] = {
    Scope.ARTICLES_READ: frozenset({Permission.READ_SIGNED_IN, Permission.READ_STAFF}),
    Scope.ARTICLES_WRITE: frozenset({Permission.EDIT_ARTICLES}),
    Scope.ARTICLES_PUBLISH: frozenset({Permission.PUBLISH_ARTICLES}),
    Scope.CATEGORIES_WRITE: frozenset({Permission.ORGANISE_CATEGORIES}),
    Scope.REDIRECTS_WRITE: frozenset({Permission.ORGANISE_CATEGORIES}),
    Scope.VOTES_READ: frozenset({Permission.EDIT_ARTICLES}),
}


@dataclass(frozen=True)
class Bearer:
    """Who a program acts for, and what it may do: the scopes that its account bears out today."""

    token_id: int
    account: Account
    scopes: frozenset[Scope]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the program may do, in the words of the roles."""
        granted = {permission for scope in self.scopes for permission in PERMISSIONS[scope]}
        return permissions_of(None) | (permissions_of(self.account.role) & granted)


def scopes_open_to(account: Account) -> list[Scope]:
    """The scopes that an account can give to a program, in their order."""
    held = permissions_of(account.role)
    return [scope for scope in Scope if PERMISSIONS[scope] & held]


def make_token(
    session: Session, account: Account, *, name: str, scopes: Iterable[str], days: int | None, by: Account | None
) -> tuple[ApiToken, str]:
    """Make a token for a program that acts for an account; the second value is shown once and kept nowhere.

    Args:
        name: what the program is, for the people who read the list.
        days: how long it can be used; None is until somebody revokes it.

    Raises:
        InvalidInput: the name is empty or too long, the days are out of bounds, or a scope is unknown or not the
            account's to give.
    """
    name, wanted = one_line(name), dict.fromkeys(scopes)
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput(_("Name the program, in at most %(most)s characters.", most=LONGEST_NAME), field="name")
    if days is not None and not 1 <= days <= LONGEST_LIFE_DAYS:
        raise InvalidInput(
            _("%(days)s days cannot be used: give 1 to %(most)s.", days=days, most=LONGEST_LIFE_DAYS), field="days"
        )
    can_give = scopes_open_to(account)
    for scope in wanted:
        if scope not in can_give:
            raise InvalidInput(
                _(
                    "“%(scope)s” is not a scope that %(email)s can give: choose of %(scopes)s.",
                    scope=one_line(scope),
                    email=account.email,
                    scopes=", ".join(can_give),
                ),
                field="scopes",
            )
    if not wanted:
        raise InvalidInput(_("Choose at least one thing that the program may do."), field="scopes")
    secret = _new_secret()
    token = ApiToken(
        account_id=account.id,
        name=name,
        prefix=secret[:11],
        sha256=_hashed(secret),
        scopes=" ".join(scope for scope in Scope if scope in wanted),
        created_at=clock.now(),
        created_by_id=by.id if by else None,
        expires_at=clock.now() + timedelta(days=days) if days else None,
    )
    session.add(token)
    session.flush()
    _record(session, "created", token, by=by)
    return token, secret


def revoke_token(session: Session, token: ApiToken, *, by: Account | None) -> None:
    """Have a token open nothing any more; it stays in the list."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        session.flush()
        _record(session, "revoked", token, by=by)


def tokens(session: Session, *, of: Account | None = None) -> list[ApiToken]:
    """The tokens of one account, or of all, newest first."""
    every = select(ApiToken).order_by(ApiToken.id.desc())
    return list(session.scalars(every.where(ApiToken.account_id == of.id) if of else every))


def token_of(session: Session, prefix: str, *, of: Account | None = None) -> ApiToken:
    """The token that begins like this, of one account or of any. Raises NotFound when there is none."""
    token = session.scalar(select(ApiToken).where(ApiToken.prefix == one_line(prefix)))
    if token is None or (of is not None and token.account_id != of.id):
        raise NotFound(f"There is no token {one_line(prefix)}: 'flask tokens list' shows all.")
    return token


def state_of(token: ApiToken, *, at: datetime) -> str:
    """How a token is: `active`, `expired` or `revoked`."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= at else "active"


def is_token(text: str) -> bool:
    """Whether this has the shape of a token and its last letters fit the rest."""
    return _SHAPE.fullmatch(text) is not None and hmac.compare_digest(_checksum(text[:-6]), text[-6:])


def verified(session: Session, secret: str) -> ApiToken | None:
    """The token whose secret this is, when it can be used today; the comparison takes equally long for all."""
    if not is_token(secret):
        return None
    token = session.scalar(select(ApiToken).where(ApiToken.prefix == secret[:11]))
    fits = hmac.compare_digest(token.sha256 if token else "", _hashed(secret))
    if token is None or not fits or state_of(token, at=clock.now()) != "active" or not token.account.is_active:
        return None
    return token


def bearer_of(token: ApiToken) -> Bearer:
    """Who a token acts for, and which of its scopes the account bears out."""
    borne_out = set(scopes_open_to(token.account))
    given = {Scope(word) for word in token.scopes.split() if word in set(Scope)}
    return Bearer(token.id, token.account, frozenset(given & borne_out))


def _new_secret() -> str:
    random = "kb_" + "".join(secrets.choice(_LETTERS) for _ in range(40))
    return random + _checksum(random)


def _checksum(text: str) -> str:
    """CRC-32 in six letters to the base of 62, as others do it for tokens that scanners shall know."""
    rest, letters = zlib.crc32(text.encode()), ""
    for _place in range(6):
        rest, digit = divmod(rest, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return letters


def _hashed(secret: str) -> str:
    # No salt and no slow hash: there are 190 random bits to guess, unlike in a password.
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(session: Session, verb: str, token: ApiToken, *, by: Account | None) -> None:
    activity.record(
        session, verb, "token", token.prefix, by_id=by.id if by else None, account=token.account_id, scopes=token.scopes
    )
