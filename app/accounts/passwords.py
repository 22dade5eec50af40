"""Passwords: which are good enough, and their Argon2 hashes."""

from __future__ import annotations

import unicodedata

from flask_babel import gettext as _
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.foundation.errors import InvalidInput

SHORTEST = 12
LONGEST = 200

# Argon2id with 19 MiB, 2 passes and 1 lane: the OWASP password storage cheat sheet's first choice for servers.
_hashes = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
_of_nobody = _hashes.hash("the password of an account that does not exist")


def hashed(password: str, *, email: str = "") -> str:
    """The hash to store.

    Raises:
        InvalidInput: the password is shorter than 12 or longer than 200 characters, too simple, or the address itself.
    """
    if len(password) < SHORTEST:
        raise InvalidInput(
            _("The password is too short: use at least %(num)s characters.", num=SHORTEST), field="password"
        )
    if len(password) > LONGEST:
        raise InvalidInput(
            _("The password is too long: use at most %(num)s characters.", num=LONGEST), field="password"
        )
    if len(set(password)) < 5 or (email and password.casefold() == email.casefold()):
        raise InvalidInput(_("The password is too easy to guess: use several words."), field="password")
    return _hashes.hash(_normal(password))


def verified(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether the password fits, and a new hash when the stored one was made with weaker settings.

    Takes as long for an account that does not exist (None), so the time tells nothing.
    """
    if len(password) > LONGEST:
        password, password_hash = "", None
    fits, renewed = _hashes.verify_and_update(_normal(password), password_hash or _of_nobody)
    return (fits, renewed) if password_hash else (False, None)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)
