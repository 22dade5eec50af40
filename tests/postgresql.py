"""A throw-away PostgreSQL server for the tests: it starts with them, keeps nothing, and ends with them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError

#: Where Debian puts the programs of a server; the newest version is taken.
_DEBIAN = Path("/usr/lib/postgresql")
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=200",
    "listen_addresses=",
)
#: Ends the server and takes its files away when the pipe to the tests closes, however they end.
_KEEPER = '"$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server; rm -rf "$FOLDER"'


class NoServer(Exception):
    """There is no PostgreSQL server to test with; the message says what to do."""


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`, or None when they are not installed."""
    for folder in sorted(_DEBIAN.glob("*/bin"), key=lambda each: int(each.parent.name), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Server:
    """A server in a temporary folder that speaks only through a socket there. As root it runs as the user postgres."""

    def __init__(self) -> None:
        folder = programs()
        if folder is None:
            raise NoServer("PostgreSQL is not installed: run 'make test', or install the package 'postgresql'.")
        self.folder = Path(tempfile.mkdtemp(prefix="knowledge-postgresql-"))
        owner = self._owner()
        store = self.folder / "store"
        initdb = [str(folder / "initdb"), "-D", str(store), "-U", "postgres", "--auth=trust", "-N", "-E", "UTF8"]
        made = subprocess.run(
            [*initdb, "--locale=C.UTF-8"], user=owner, cwd=self.folder, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise NoServer(f"PostgreSQL could not be set up: {made.stderr.strip().splitlines()[-1]}")
        options = [word for setting in _SETTINGS for word in ("-c", setting)]
        start = [str(folder / "postgres"), "-D", str(store), "-k", str(self.folder), *options]
        with (self.folder / "log").open("wb") as log:
            self._keeper = subprocess.Popen(
                ["/bin/sh", "-c", _KEEPER, "keeper", *start],
                user=owner,
                cwd=self.folder,
                env=os.environ | {"FOLDER": str(self.folder)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.address = f"postgresql+psycopg://postgres@/postgres?host={self.folder}"
        self._wait()

    def stop(self) -> None:
        """End the server; its files go with it."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _owner(self) -> str | None:
        if os.geteuid() != 0:
            return None
        try:
            account = pwd.getpwnam("postgres")
        except KeyError as error:
            raise NoServer("PostgreSQL does not run as root and there is no user postgres: add one.") from error
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        return "postgres"

    def _wait(self) -> None:
        engine = create_engine(self.address)
        deadline = time.monotonic() + 30
        while True:
            try:
                engine.connect().close()
                break
            except OperationalError as error:
                if time.monotonic() > deadline or self._keeper.poll() is not None:
                    raise NoServer(f"PostgreSQL did not start, see {self.folder / 'log'}: {error.orig}") from error
                time.sleep(0.05)
        engine.dispose()


def new_database(server: str, name: str) -> str:
    """Make an empty database on the server at this address, in place of one of the same name; returns its address."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
