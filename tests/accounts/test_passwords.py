import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts import passwords
from app.foundation.errors import InvalidInput


def test_a_password_fits_its_hash_and_no_other() -> None:
    stored = passwords.hashed("correct horse battery")
    assert passwords.verified("correct horse battery", stored) == (True, None)
    assert passwords.verified("correct horse batterie", stored) == (False, None)


def test_a_password_fits_however_its_accents_were_typed() -> None:
    assert passwords.verified("cafe\u0301 au lait creme", passwords.hashed("caf\u00e9 au lait creme"))[0]


def test_a_hash_made_with_weaker_settings_is_renewed() -> None:
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1),)).hash("correct horse battery")

    fits, renewed = passwords.verified("correct horse battery", weak)

    assert fits
    assert renewed is not None
    assert passwords.verified("correct horse battery", renewed) == (True, None)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "x" * 201, "ada@example.com"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.hashed(password, email="Ada@example.com")


def test_an_enormous_password_is_not_hashed() -> None:
    assert passwords.verified("x" * 10_000_000, passwords.hashed("correct horse battery")) == (False, None)
