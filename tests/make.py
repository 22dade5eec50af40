"""Makers for rows: each gives something whole and valid, and takes what the test is about."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation import clock

_numbers = itertools.count(1)


class Make:
    """Adds rows to one session and flushes them; the test commits."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def account(self, role: Role = Role.READER, *, password: str | None = None, **fields: Any) -> Account:
        """An account, with an e-mail address of its own; it can sign in when it is given a password."""
        number = next(_numbers)
        values = {"email": f"person{number}@example.com", "display_name": f"Person {number}", "created_at": clock.now()}
        if password is not None:
            values["password_hash"] = passwords.hashed(password)
        account = Account(role=role, **(values | fields))
        self.session.add(account)
        self.session.flush()
        return account
