from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import attempts
from app.accounts.models import SignInAttempt
from app.foundation import clock


def _fail(session: Session, account: str, address: str, times: int, *, ago: timedelta = timedelta(0)) -> None:
    for _ in range(times):
        session.add(
            SignInAttempt(account_key=account, address_key=address, happened_at=clock.now() - ago, succeeded=False)
        )
    session.flush()


def _wait(session: Session, account: str, address: str) -> timedelta:
    begun = attempts.begin(session, account, address)
    return begun if isinstance(begun, timedelta) else timedelta(0)


def test_the_first_tries_are_free(session: Session) -> None:
    _fail(session, "ada", "here", 4)
    assert _wait(session, "ada", "here") == timedelta(0)


def test_the_wait_doubles_with_every_failure(session: Session) -> None:
    _fail(session, "ada", "here", 8)
    assert timedelta(seconds=6) < _wait(session, "ada", "there") <= timedelta(seconds=8)


def test_the_wait_ends_after_minutes(session: Session) -> None:
    _fail(session, "ada", "here", 50)
    assert timedelta(minutes=4) < _wait(session, "ada", "there") <= attempts.LONGEST_WAIT


def test_waiting_lets_one_try_again(session: Session) -> None:
    _fail(session, "ada", "here", 7, ago=timedelta(seconds=5))
    assert _wait(session, "ada", "here") == timedelta(0)


def test_a_success_forgives_the_failures_before_it(session: Session) -> None:
    _fail(session, "ada", "here", 4, ago=timedelta(seconds=2))
    begun = attempts.begin(session, "ada", "here")
    assert isinstance(begun, SignInAttempt)
    attempts.mark_succeeded(session, begun.id)

    _fail(session, "ada", "here", 4)
    assert _wait(session, "ada", "here") == timedelta(0)


def test_one_address_trying_many_accounts_has_to_wait(session: Session) -> None:
    for number in range(25):
        _fail(session, f"account {number}", "here", 1)

    assert _wait(session, "ada", "here") > timedelta(seconds=10)
    assert _wait(session, "ada", "there") == timedelta(0)


def test_nobody_can_lock_an_owner_out_from_elsewhere(session: Session) -> None:
    begun = attempts.begin(session, "ada", "home")
    assert isinstance(begun, SignInAttempt)
    attempts.mark_succeeded(session, begun.id)
    _fail(session, "ada", "elsewhere", 15)

    assert _wait(session, "ada", "elsewhere") > timedelta(0)
    assert _wait(session, "ada", "home") == timedelta(0)


def test_old_tries_are_forgotten(session: Session) -> None:
    _fail(session, "ada", "here", 9, ago=timedelta(days=31))
    attempts.begin(session, "ada", "here")
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("unix", "", False),
    ],
)
def test_a_network_address_stands_for_one_household(one: str, other: str, alike: bool) -> None:
    keys = [attempts.address_key(each, secret="s") for each in (one, other)]
    assert (keys[0] == keys[1]) is alike


def test_an_account_key_names_nobody_and_depends_on_the_secret() -> None:
    assert attempts.account_key("Ada@example.com ", secret="a") == attempts.account_key("ada@example.com", secret="a")
    assert attempts.account_key("ada@example.com", secret="a") != attempts.account_key("ada@example.com", secret="b")
