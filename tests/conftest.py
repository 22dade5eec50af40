"""The surroundings of a test: an installation in a folder of its own, on SQLite or on a real PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.foundation.database import Base, db
from config import Settings
from tests.make import Make
from tests.visitor import Visitor


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a fresh installation."""
    return Settings(data_dir=tmp_path / "data", secret_key="x" * 40, database_url=os.environ.get("TEST_DATABASE_URL", "")).prepared()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A fresh, empty site."""
    flask_app = create_app(settings)
    flask_app.test_client_class = Visitor
    with flask_app.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
    yield flask_app
    with flask_app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session of its own, beside those of requests. Commit what a request shall see."""
    with app.app_context():
        maker = db.sessionmaker
    with app.app_context(), maker() as opened:
        yield opened


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A browser without JavaScript, for somebody who has not signed in."""
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


@pytest.fixture
def make(session: Session) -> Make:
    """Makes rows."""
    return Make(session)
