"""The surroundings of a test: an installation in a folder of its own, on SQLite or on a real PostgreSQL server."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.foundation.database import db
from config import Settings
from tests.browser.fixtures import (
    browser,
    check_accessibility,
    complaints,
    live_site,
    page,
    plain_page,
    screenshot,
)
from tests.databases import SERVER, PostgresqlDatabases, SqliteDatabases
from tests.mailbox import mailbox
from tests.make import Make
from tests.postgresql import NoServer, Server
from tests.visitor import Visitor

#: Fixtures must be known to one conftest only: each registers its own, and there can be one browser a process.
__all__ = ["browser", "check_accessibility", "complaints", "live_site", "mailbox", "page", "plain_page", "screenshot"]

AppWith = Callable[..., Flask]
"""Makes a further site, with these settings changed."""

_server = pytest.StashKey[Server]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose its database."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the tests store in")


def pytest_configure(config: pytest.Config) -> None:
    """Start the PostgreSQL server of this run; the processes of the run find it by its address."""
    if config.getoption("--database") == "postgresql" and SERVER not in os.environ:
        try:
            config.stash[_server] = Server()
        except NoServer as error:
            raise pytest.UsageError(str(error)) from error
        os.environ[SERVER] = config.stash[_server].address


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a browser, so that a run can leave it out: what it shows is the same on every database."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run started."""
    if _server in config.stash:
        config.stash[_server].stop()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases | PostgresqlDatabases:
    """Gives each test an empty database of the kind that this run is about."""
    if SERVER in os.environ:
        return PostgresqlDatabases(os.environ[SERVER])
    return SqliteDatabases(tmp_path_factory.mktemp("databases"))


@pytest.fixture
def settings(tmp_path: Path, databases: SqliteDatabases | PostgresqlDatabases) -> Settings:
    """The settings of a fresh installation, where search runs on words alone."""
    data_dir = tmp_path / "data"
    address = databases.fresh(data_dir)
    return Settings(data_dir=data_dir, secret_key="x" * 40, database_url=address, encoder="none").prepared()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A fresh, empty site."""
    flask_app = create_app(settings)
    flask_app.test_client_class = Visitor
    # Nothing is written behind a test's back: those about the trail call `recording.flush`.
    flask_app.extensions["trail_journal"].is_automatic = False
    flask_app.extensions["search_repairs"].is_beside = False
    yield flask_app
    _close(flask_app)


@pytest.fixture
def app_with(settings: Settings) -> Iterator[AppWith]:
    """Makes further sites in the same folder and database, with changed settings; closes what they opened."""
    made: list[Flask] = []

    def make_app(**changes: object) -> Flask:
        made.append(create_app(dataclasses.replace(settings, **changes)))  # type: ignore[arg-type]  # any setting
        made[-1].test_client_class = Visitor
        return made[-1]

    yield make_app
    for each in made:
        _close(each)


def _close(site: Flask) -> None:
    """Close what a site opened; what it reads beside ends first, or its connection would outlive the pool."""
    site.extensions["search_quality"].close()
    with site.app_context():
        db.engine.dispose()
    site.extensions["carrier"].close()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session of its own, beside those of requests. Commit what a request shall see, refresh what it has changed."""
    with app.app_context():
        maker = db.sessionmaker
    # Rows keep their values over a commit: reading them again would take SQLite's write lock from the next request.
    with app.app_context(), maker(expire_on_commit=False) as opened:
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
