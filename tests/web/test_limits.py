"""Limits: counted over all processes, told in words, and never in the way when they cannot be counted."""

from __future__ import annotations

import logging
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response, jsonify

from app.web.access import PUBLIC, access
from app.web.hits import HitFile
from app.web.limits import FILE, Limits, limit_headers, limited
from app.web.networks import network_of
from config import ROOT, Settings
from tests.conftest import AppWith
from tests.running_site import running_site


@pytest.fixture
def hits(tmp_path: Path) -> Iterator[HitFile]:
    file = HitFile(tmp_path / FILE)
    yield file
    file.close()


@pytest.fixture
def limited_app(app: Flask) -> Flask:
    return with_trial(app)


def with_trial(app: Flask) -> Flask:
    """The site with a page that is limited."""

    @access(PUBLIC)
    @limited("3 per minute", "5 per hour", name="trial")
    def view() -> Response:
        answer = jsonify(ok=True)
        answer.headers.update(limit_headers())
        return answer

    app.add_url_rule("/trial", "trial", view)
    app.add_url_rule("/api/trial", "api_trial", view)
    return app


def statuses(app: Flask, times: int, *, address: str = "192.0.2.1", path: str = "/trial") -> list[int]:
    client = app.test_client()
    return [client.get(path, environ_overrides={"REMOTE_ADDR": address}).status_code for _ in range(times)]


def test_who_asks_too_often_is_told_when_to_come_again_and_whom_to_ask(limited_app: Flask) -> None:
    client = limited_app.test_client()
    answers = [client.get("/trial") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    seconds = int(answers[3].headers["Retry-After"])
    assert 55 <= seconds <= 60
    assert "in 1 minute" in answers[3].text
    assert 'href="/contact' in answers[3].text


def test_programs_are_told_with_a_problem(limited_app: Flask) -> None:
    client = limited_app.test_client()
    answer = [client.get("/api/trial") for _ in range(4)][3]
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == 429
    assert answer.headers["Retry-After"]


def test_programs_are_told_how_much_is_left(limited_app: Flask) -> None:
    headers = limited_app.test_client().get("/trial").headers
    # The last limit that was counted is the longest.
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("5", "4")
    assert headers["RateLimit-Policy"] == '"trial";q=5;w=3600'
    assert re.fullmatch(r'"trial";r=4;t=3(600|599)', headers["RateLimit"])


def test_one_place_does_not_use_up_what_another_may(limited_app: Flask) -> None:
    assert statuses(limited_app, 4)[-1] == 429
    assert statuses(limited_app, 1, address="192.0.2.2") == [200]


def test_addresses_of_one_ipv6_network_are_one_place(limited_app: Flask) -> None:
    given = [statuses(limited_app, 1, address=f"2001:db8:0:1::{number}")[0] for number in range(1, 5)]
    assert given == [200, 200, 200, 429]
    assert statuses(limited_app, 1, address="2001:db8:0:2::1") == [200]


def test_an_address_behind_a_proxy_is_believed_only_when_a_proxy_is_trusted(app_with: AppWith) -> None:
    for proxies, last in ((0, 429), (1, 200)):
        app = with_trial(app_with(trusted_proxies=proxies))
        client = app.test_client()
        given = [client.get("/trial", headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(4)]
        assert given[-1].status_code == last
        app.extensions["limits"].storage.reset()


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"), ("?", "?")],
)
def test_an_address_stands_for_its_household_or_machine(address: str, network: str) -> None:
    assert network_of(address) == network


def test_limits_can_be_lifted_for_a_load_test(app_with: AppWith) -> None:
    assert set(statuses(with_trial(app_with(limits=False)), 20)) == {200}


def test_a_limit_of_nought_is_none(settings: Settings) -> None:
    limits = Limits(replace(settings, limit_votes=0))
    assert limits.items(("{limit_votes} per hour",)) == []
    assert [str(each) for each in limits.items(("9 per hour", "2 per minute"))] == ["2 per 1 minute", "9 per 1 hour"]


def test_the_file_holds_no_address(limited_app: Flask, settings: Settings) -> None:
    statuses(limited_app, 2, address="192.0.2.77")
    with sqlite3.connect(settings.data_dir / FILE) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM hits")]
    connection.close()
    assert len(keys) == 2
    assert not any("192.0.2" in key for key in keys)


def test_a_window_ends_and_what_has_run_out_is_removed(hits: HitFile, tmp_path: Path) -> None:
    assert [hits.incr("a", 1), hits.incr("a", 1)] == [1, 2]
    assert hits.get_expiry("a") > time.time()
    time.sleep(1.05)
    assert hits.get("a") == 0
    assert hits.incr("a", 60) == 1
    hits.incr("short", 1)
    time.sleep(1.05)
    assert hits.check()
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("SELECT key FROM hits").fetchall() == [("a",)]
    connection.close()


def test_a_window_of_a_clock_that_was_set_back_does_not_last_for_ever(hits: HitFile, tmp_path: Path) -> None:
    hits.incr("a", 60)
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE hits SET count = 99, ends_at = ends_at + 1000000")
    connection.close()
    assert hits.incr("a", 60) == 1


def test_hits_of_threads_are_all_counted(hits: HitFile) -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: hits.incr("a", 60), range(400)))
    assert sorted(counts) == list(range(1, 401))


_COUNT = """
import runpy
import sys
from pathlib import Path
HitFile = runpy.run_path("app/web/hits.py")["HitFile"]  # the file alone: the whole site takes seconds
hits = HitFile(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(300):
    print(hits.incr("a", 600), flush=True)
    if number == 250 and sys.argv[2:]:
        sys.stdin.readline()
"""


def test_hits_of_processes_are_all_counted_also_after_one_was_killed(hits: HitFile, tmp_path: Path) -> None:
    asked = [sys.executable, "-c", _COUNT, str(tmp_path / FILE)]
    victim = subprocess.Popen([*asked, "wait"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    others = [
        subprocess.Popen(asked, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for each in (victim, *others):
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in (victim, *others):
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    assert victim.stdout is not None
    counted = [int(victim.stdout.readline()) for _ in range(251)]
    victim.kill()
    for each in others:
        assert each.stdout is not None
        counted += [int(line) for line in each.stdout.read().splitlines()]
    for each in (victim, *others):
        each.communicate()
    assert sorted(counted) == list(range(1, 852))
    assert hits.incr("a", 600) == 852


def test_a_damaged_file_is_thrown_away(hits: HitFile, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database" * 500)
    assert [hits.incr("a", 60), hits.incr("a", 60)] == [1, 2]


def test_when_nothing_can_be_counted_the_site_goes_on_and_the_log_says_so_once(
    app_with: AppWith, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.data_dir / FILE).mkdir()
    app = with_trial(app_with())
    with caplog.at_level(logging.ERROR):
        assert set(statuses(app, 10)) == {200}
    assert [each.message for each in caplog.records if "cannot be counted" in each.message] == [
        f"Requests cannot be counted in {settings.data_dir / FILE}, so none are limited: unable to open database file"
    ]


def test_a_limit_holds_over_the_processes_of_a_running_site(settings: Settings) -> None:
    given = {"KB_WEB_PROCESSES": "2", "KB_WEB_THREADS": "2", "KB_LIMIT_SEARCHES": "12"}
    with (
        running_site(settings.data_dir, database_url=settings.database_url, **given) as site,
        ThreadPoolExecutor(6) as pool,
    ):
        answers = list(pool.map(lambda _: site.get("/search"), range(30)))
    assert (answers.count(200), answers.count(429)) == (12, 18)
