"""The first start tells how to make the first administrator."""

from __future__ import annotations

import shlex

from flask import current_app
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation.database import reading
from config import DEFAULT_DATA_DIR, Settings


def hint() -> str:
    """The step of every start: a line for whoever installs the site, as long as there is no administrator."""
    with reading() as session:
        found = session.scalar(select(Account.id).where(Account.role == Role.ADMINISTRATOR).limit(1))
    if found is not None:
        return ""
    settings: Settings = current_app.extensions["settings"]
    folder = "" if settings.data_dir == DEFAULT_DATA_DIR else f"KB_DATA_DIR={shlex.quote(str(settings.data_dir))} "
    return (
        "There is no administrator yet. Make the first one, in another terminal, with:\n"
        f"  {folder}.venv/bin/flask accounts create-administrator you@example.com"
    )
