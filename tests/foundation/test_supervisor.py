"""`make run`: everything from one command, watched, and gone when it is stopped."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from config import ROOT
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.running_site import FLASK, environment, free_port, running_site

Databases = SqliteDatabases | PostgresqlDatabases


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_site_starts_in_an_empty_folder_and_stops_without_a_trace(tmp_path: Path, databases: Databases) -> None:
    with running_site(tmp_path / "data", database_url=databases.bare(tmp_path)) as site:
        wait_for(lambda: len(site.parts()) == 2)
        parts = site.parts()
        site.wait("/readyz")
        moved = urllib.request.Request(site.address + "/below/", headers={"SCRIPT_NAME": "/below"})
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(moved, timeout=5)
        assert site.stop() == 0
        assert site.told().rstrip().endswith("The site has stopped.")
        assert f"http://127.0.0.1:{site.port}/" in site.told()
        assert not any(is_alive(pid) for pid in parts)


@pytest.mark.parametrize("part", [0, 1], ids=["web server", "worker"])
def test_a_part_that_dies_is_started_again(tmp_path: Path, databases: Databases, part: int) -> None:
    with running_site(tmp_path / "data", database_url=databases.bare(tmp_path)) as site:
        wait_for(lambda: len(site.parts()) == 2)
        killed = site.parts()[part]
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: len(site.parts()) == 2 and killed not in site.parts())
        site.wait()
        assert "was killed by SIGKILL; it is started again" in site.told()


def test_no_part_outlives_a_killed_supervisor(tmp_path: Path, databases: Databases) -> None:
    with running_site(tmp_path / "data", database_url=databases.bare(tmp_path)) as site:
        wait_for(lambda: len(site.parts()) == 2)
        parts = site.parts()
        site.process.kill()
        site.process.wait()
        wait_for(lambda: not any(is_alive(pid) for pid in parts))
        wait_for(lambda: site.get("/healthz") is None)


def test_a_second_start_needs_less_than_three_seconds(tmp_path: Path, databases: Databases) -> None:
    address = databases.bare(tmp_path)
    with running_site(tmp_path / "data", database_url=address):
        pass
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with running_site(tmp_path / "data", database_url=address):
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of computing, from start to stop: how long that takes depends on what else the machine does.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 3


def test_a_taken_port_is_told_in_one_line(tmp_path: Path, databases: Databases) -> None:
    with running_site(tmp_path / "data", database_url=databases.bare(tmp_path)) as site:
        told = start(tmp_path / "other", KB_PORT=str(site.port))
        assert f"Port {site.port} of 127.0.0.1 is taken" in told
        assert f"make run PORT={site.port + 1}" in told
        assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("KB_PORT", "eighty", "KB_PORT is 'eighty': write a whole number."),
        ("KB_PORT", "0", "write a number from 1 to 65535"),
        ("KB_HOST", "192.0.2.1", "The site cannot listen at 192.0.2.1"),
        ("KB_DATA_DIR", "/proc/nowhere", "cannot be made"),
        ("KB_DATABASE_URL", "mysql://localhost/x", "KB_DATABASE_URL names an unknown database"),
        ("KB_DATABASE_URL", "postgresql+psycopg://localhost:1/x", "The database cannot be used"),
        ("KB_SECRET_KEY", "short", "KB_SECRET_KEY is too short"),
        ("KB_LOG_LEVEL", "LOUD", "KB_LOG_LEVEL is 'LOUD'"),
        ("KB_SITE_URL", "help.example.com", "KB_SITE_URL is 'help.example.com'"),
        ("KB_SECURE_COOKIES", "perhaps", "write yes or no"),
        ("KB_COLOUR", "red", "KB_COLOUR is not a setting"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path, name: str, value: str, words: str) -> None:
    told = start(tmp_path / "data", **{"KB_PORT": str(free_port()), name: value})
    assert words in told
    assert told.count("\n") == 1


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "knowledge.sqlite").write_bytes(b"this is no database" * 1000)
    told = start(tmp_path / "data", KB_PORT=str(free_port()))
    assert "file is not a database" in told
    assert told.count("\n") == 1


def start(data_dir: Path, **settings: str) -> str:
    """What a site says that cannot start."""
    given = environment({"KB_DATA_DIR": str(data_dir)} | settings)
    ended = subprocess.run(
        [FLASK, "serve"], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    return ended.stdout + ended.stderr
