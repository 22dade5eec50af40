"""Programs that use the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts import tokens
from app.accounts.models import Account
from app.accounts.roles import Role
from tests.api.program import Program
from tests.counting import statements_of
from tests.make import Make

Programs = Callable[..., Program]


@pytest.fixture
def program(app: Flask, session: Session, make: Make) -> Programs:
    """Gives a program that acts for a new account of a role, with these scopes; without a role it has no token."""

    def made(role: Role | None = Role.ADMINISTRATOR, *scopes: str) -> Program:
        if role is None:
            return Program(app)
        account: Account = make.account(role)
        wanted = scopes or tuple(tokens.scopes_open_to(account))
        _, secret = tokens.make_token(session, account, name="Robot", scopes=wanted, days=None, by=None)
        session.commit()
        return Program(app, secret)

    return made


@pytest.fixture
def queries_of(app: Flask) -> Callable[[Callable[[], object]], int]:
    """Counts the statements that a call runs."""

    def count(call: Callable[[], object]) -> int:
        with statements_of(app) as run:
            call()
        return len(run)

    return count
