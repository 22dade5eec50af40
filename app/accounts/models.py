"""The accounts of people who sign in, and the attempts to do so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.roles import Role
from app.foundation.database import Base, choice


class Account(Base):
    """A person who can sign in. `email` is stored in lower case."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_in_lower_case"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str | None]
    role: Mapped[Role] = mapped_column(choice(Role))
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One try to sign in. Both keys are keyed hashes: the row names nobody, nor what was typed."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index(None, "account_key", "happened_at"),
        Index(None, "address_key", "happened_at"),
        Index(None, "happened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_key: Mapped[str]
    address_key: Mapped[str]
    happened_at: Mapped[datetime]
    succeeded: Mapped[bool] = mapped_column(default=False)
