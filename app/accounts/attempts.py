"""Slowing down guesses: every try to sign in is a row, so the brake holds over processes and restarts.

A try is written as failed before the password is looked at, and marked when it succeeds: guesses made at the same
time all count. An address from which an account has signed in lately has a count of its own for that account, so
nobody can lock its owner out from elsewhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import SignInAttempt
from app.foundation import clock
from app.foundation.keyed_hash import keyed_hash
from app.foundation.text import folded
from app.web.networks import network_of

FREE_TRIES_OF_ACCOUNT = 5
FREE_TRIES_OF_ADDRESS = 20
LONGEST_WAIT = timedelta(minutes=5)
COUNTED_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=30)


def account_key(email: str, *, secret: str) -> str:
    """What stands for a typed e-mail address in the attempts; the same for accounts that do not exist."""
    return keyed_hash("account:" + folded(email), key=secret)


def address_key(address: str, *, secret: str) -> str:
    """What stands for a network address; of IPv6 the first 64 bits, which are one household or machine."""
    return keyed_hash("address:" + network_of(address), key=secret)


def begin(session: Session, account: str, address: str) -> SignInAttempt | timedelta:
    """Write down a try, or say how long to wait before the next; a try that has to wait is not counted."""
    now = clock.now()
    session.execute(delete(SignInAttempt).where(SignInAttempt.happened_at < now - KEPT_FOR))
    wait = _wait(session, account, address, now)
    if wait > timedelta(0):
        return wait
    attempt = SignInAttempt(account_key=account, address_key=address, happened_at=now)
    session.add(attempt)
    session.flush()
    return attempt


def mark_succeeded(session: Session, attempt_id: int) -> None:
    """The password was right: earlier failures of the account count no more."""
    attempt = session.get_one(SignInAttempt, attempt_id)
    attempt.succeeded = True
    session.flush()


def _wait(session: Session, account: str, address: str, now: datetime) -> timedelta:
    of_account = SignInAttempt.account_key == account
    of_address = SignInAttempt.address_key == address
    last_here = select(func.max(SignInAttempt.happened_at)).where(of_account, of_address, SignInAttempt.succeeded)
    is_known_here = session.scalar(last_here) is not None
    tries_of_account = (of_account, of_address) if is_known_here else (of_account,)
    last_success = session.scalar(
        select(func.max(SignInAttempt.happened_at)).where(*tries_of_account, SignInAttempt.succeeded)
    )
    since = max(now - COUNTED_FOR, last_success or now - COUNTED_FOR)
    return max(
        _wait_after(session, tries_of_account, since, now, free=FREE_TRIES_OF_ACCOUNT),
        _wait_after(session, (of_address,), now - COUNTED_FOR, now, free=FREE_TRIES_OF_ADDRESS),
    )


def _wait_after(
    session: Session, tries: tuple[ColumnElement[bool], ...], since: datetime, now: datetime, *, free: int
) -> timedelta:
    failures = select(func.count(), func.max(SignInAttempt.happened_at)).where(
        *tries, SignInAttempt.happened_at > since, SignInAttempt.succeeded.is_(False)
    )
    count, last = session.execute(failures).one()
    if count < free:
        return timedelta(0)
    doubled = timedelta(seconds=2 ** min(count - free, 20))
    return max(timedelta(0), last + min(doubled, LONGEST_WAIT) - now)
