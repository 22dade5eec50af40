"""Who somebody is for one day, without a cookie."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation.database import db, only_reads, transaction
from app.trail import recording
from app.trail.models import DailySalt
from app.trail.records import Who
from app.trail.visitors import day_of, is_program, salt_of, visitor_of
from tests.trail.somebody import FIREFOX, Somebody
from tests.visitor import Visitor

BROWSERS = [
    FIREFOX,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
    "Safari/537.36",
    "Opera/9.80 (Series 60; Opera Mini/7.1.32444/34.0; U; en) Presto/2.8.119 Version/11.10",
    "Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1",
]
PROGRAMS = [
    "",
    "curl/8.5.0",
    "python-requests/2.32.3",
    "Go-http-client/2.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
]


@pytest.mark.parametrize("browser", BROWSERS)
def test_browsers_are_people(browser: str) -> None:
    assert not is_program(browser)


@pytest.mark.parametrize("browser", PROGRAMS)
def test_crawlers_and_scripts_are_programs(browser: str) -> None:
    assert is_program(browser)


def test_a_visitor_is_the_same_all_day_and_in_every_process(app: Flask, somebody: Somebody) -> None:
    first = somebody.does(_kept_visitor)
    app.extensions["trail_salts"].clear()  # as in another process, or after a restart
    assert somebody.does(recording.visitor) == first
    assert replace(somebody, method="GET").does(_read_visitor) == first


def _kept_visitor() -> str:
    visitor = recording.visitor()
    db.session.commit()
    return visitor


def _read_visitor() -> str:
    only_reads.set(True)
    return recording.visitor()


def test_a_reading_request_makes_no_salt(app: Flask, session: Session, somebody: Somebody) -> None:
    assert len(replace(somebody, method="GET").does(_read_visitor)) == 32
    assert session.scalar(select(func.count()).select_from(DailySalt)) == 0


def test_a_salt_of_a_request_that_failed_is_not_kept(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.does(recording.source_of_request)
    assert app.extensions["trail_salts"] == {}
    assert session.scalar(select(func.count()).select_from(DailySalt)) == 0


def test_two_days_cannot_be_joined(app: Flask) -> None:
    someone = Who("192.0.2.1", FIREFOX, "en", is_staff=False)
    with app.app_context(), transaction() as session:
        days = [salt_of(session, date(2026, 5, day)) for day in (1, 2, 3)]
        assert len({visitor_of(someone, salt) for salt in days}) == 3
        assert salt_of(session, date(2026, 5, 1)) == days[0]


def test_one_network_is_one_source_whatever_the_browser(somebody: Somebody) -> None:
    other = replace(somebody, browser=FIREFOX.replace("128", "130"))
    source = somebody.does(_kept_source)
    assert other.does(recording.source_of_request) == source
    assert other.does(recording.visitor) != somebody.does(recording.visitor)
    assert replace(somebody, address="192.0.2.7").does(recording.source_of_request) != source


def _kept_source() -> str:
    source = recording.source_of_request()
    db.session.commit()
    return source


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 5, 3, 23, 59, tzinfo=UTC), 3),
        (datetime(2026, 5, 4, 0, 1, tzinfo=UTC), 3),
        (datetime(2026, 5, 4, 3, 59, tzinfo=UTC), 3),
        (datetime(2026, 5, 4, 4, 0, tzinfo=UTC), 4),
    ],
)
def test_days_begin_at_four_in_the_morning(app: Flask, moment: datetime, day: int) -> None:
    with app.app_context():
        assert day_of(moment) == date(2026, 5, day)


def test_no_cookie_is_set(client: Visitor) -> None:
    for address in ("/search?q=password", "/search/suggest?q=pass"):
        assert "Set-Cookie" not in client.get(address).headers
    assert "Set-Cookie" not in client.post("/beacon", data={"read": "article 7:en", "seconds": "20"}).headers
