"""The register of accounts: adding them, and changing what they may do."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Account
from app.accounts.roles import Role
from app.accounts.signing_in import Refusal, normal_email, prove
from app.foundation import activity, clock
from app.foundation.errors import Conflict, InvalidInput, NotFound
from app.foundation.text import one_line

_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")


def create_account(
    session: Session, email: str, password: str, *, role: Role, name: str = "", by: Account | None
) -> Account:
    """Add a person who can sign in; without a name, what stands before the @ is used.

    Raises:
        InvalidInput: the address or the password cannot be used.
        Conflict: there is an account with this address.
    """
    email = normal_email(email)
    if not _EMAIL.fullmatch(email) or len(email) > 320:
        raise InvalidInput(
            _("“%(email)s” is not an e-mail address: write one such as name@example.com.", email=email), field="email"
        )
    if session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise Conflict(_("There is an account for %(email)s already: change it instead.", email=email))
    account = Account(
        email=email,
        display_name=one_line(name) or email.partition("@")[0],
        password_hash=passwords.hashed(password, email=email),
        role=role,
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    _record(session, "created", account, by=by, role=role.value)
    return account


def account_of(session: Session, email: str) -> Account:
    """The account with this address. Raises NotFound when there is none."""
    account = session.scalar(select(Account).where(Account.email == normal_email(email)))
    if account is None:
        raise NotFound(f"There is no account for {normal_email(email)}: 'flask accounts list' shows all.")
    return account


def all_accounts(session: Session) -> list[Account]:
    """Every account, in order of address."""
    return list(session.scalars(select(Account).order_by(Account.email)))


def has_several_accounts(session: Session) -> bool:
    """Whether there is more than one account that is open."""
    return (session.scalar(select(func.count()).select_from(Account).where(Account.is_active)) or 0) > 1


def set_role(session: Session, account: Account, role: Role, *, by: Account | None) -> None:
    """Give a person another role. Raises Conflict when no administrator would be left."""
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(session, account)
    account.role = role
    session.flush()
    _record(session, "changed_role", account, by=by, role=role.value)


def set_password(session: Session, account: Account, password: str, *, by: Account | None) -> None:
    """Give a person another password, which ends every session of theirs. Raises InvalidInput when it is too weak."""
    account.password_hash = passwords.hashed(password, email=account.email)
    session.flush()
    _record(session, "changed_password", account, by=by)


def change_own_password(session: Session, account: Account, *, current: str, new: str) -> Refusal | None:
    """Change a password as its owner, who proves it with the present one; a refusal tells why it was not done.

    Raises:
        InvalidInput: the new password is too weak.
    """
    proven = prove(session, account.email, current)
    if isinstance(proven, Refusal):
        return proven if proven.wait else Refusal(_("The current password is not right: enter it again."))
    set_password(session, proven, new, by=proven)
    return None


def set_active(session: Session, account: Account, *, is_active: bool, by: Account | None) -> None:
    """Close an account, whose person is out at once, or open it again. Raises Conflict for the last administrator."""
    if not is_active:
        _keep_an_administrator(session, account)
    account.is_active = is_active
    session.flush()
    _record(session, "activated" if is_active else "deactivated", account, by=by)


def _keep_an_administrator(session: Session, account: Account) -> None:
    others = select(func.count()).where(Account.role == Role.ADMINISTRATOR, Account.is_active, Account.id != account.id)
    if account.role is Role.ADMINISTRATOR and account.is_active and session.scalar(others) == 0:
        raise Conflict(_("%(email)s is the only administrator: make another one first.", email=account.email))


def _record(session: Session, verb: str, account: Account, *, by: Account | None, **details: str) -> None:
    activity.record(session, verb, "account", account.id, by_id=by.id if by else None, **details)
