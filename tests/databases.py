"""Empty databases for tests, quickly: a copied file on SQLite, emptied tables on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, insert

from app import create_app
from app.foundation import migrating
from app.foundation.database import Base
from app.knowledge.models import SiteVersion
from tests.postgresql import new_database

assert create_app, "importing the application makes all tables known"

#: Where the workers of one test run find the server, an address of SQLAlchemy. Set by hand, it names a server to use.
SERVER = "TEST_DATABASE_URL"


class SqliteDatabases:
    """Hands out copies of one empty database file."""

    def __init__(self, folder: Path) -> None:
        self._empty = folder / "empty.sqlite"
        engine = create_engine(f"sqlite:///{self._empty}")
        with engine.begin() as connection:
            _lay_tables(connection)
        engine.dispose()

    def fresh(self, data_dir: Path) -> str:
        """Put an empty database into a data folder; returns the setting that finds it."""
        data_dir.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._empty, data_dir / "knowledge.sqlite")
        return ""

    def bare(self, data_dir: Path) -> str:
        """The setting for a database that has no tables yet."""
        return ""

    def live(self) -> str:
        """The setting for the database of a site that runs beside the tests, in a data folder of its own."""
        return ""


class PostgresqlDatabases:
    """Empties one database again and again; each process of the test run has its own."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        self._address = new_database(server, self._name)
        self._engine = create_engine(self._address, poolclass=NullPool)
        with self._engine.begin() as connection:
            _lay_tables(connection)

    def fresh(self, data_dir: Path) -> str:
        """Empty the database; returns its address."""
        tables = ", ".join(f'"{name}"' for name in Base.metadata.tables)
        with self._engine.begin() as connection:
            # A test that failed may have left a transaction open, and with it locks.
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )
            connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
            _add_first_rows(connection)
        return self._address

    def bare(self, data_dir: Path) -> str:
        """The address of a database that has no tables yet."""
        return new_database(self._server, f"{self._name}_bare")

    def live(self) -> str:
        """The address of one more database without tables, for a site that runs beside the tests."""
        return new_database(self._server, f"{self._name}_live")


def _lay_tables(connection: Connection) -> None:
    Base.metadata.create_all(connection)
    MigrationContext.configure(connection).stamp(migrating.scripts(), "heads")
    _add_first_rows(connection)


def _add_first_rows(connection: Connection) -> None:
    connection.execute(insert(SiteVersion).values(id=1, number=1))
