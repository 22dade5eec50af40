"""The accounts of people who sign in, the attempts to do so, and the tokens of programs that act for them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class ApiToken(Base):
    """What a program shows instead of a password; `prefix` finds it and may be seen, the rest is kept as a hash.

    `scopes` are words of `app.accounts.tokens.Scope` joined by blanks. Its account bounds what it can do.
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    last_used_on: Mapped[date | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(foreign_keys=account_id)
