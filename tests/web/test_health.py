"""What monitoring asks: is the process up, and is the site fit to serve?"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.foundation import health
from config import Settings


def test_the_process_tells_that_it_is_up(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.json == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_site_without_a_worker_serves_its_readers_and_says_so(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "degraded"
    assert answer.json["parts"]["worker"]["words"] == "has never run: start it with 'flask worker'"
    assert answer.json["parts"]["database"] == {"ok": True, "words": "answers"}


def test_a_site_without_a_part_that_readers_need_gets_no_visitors(app: Flask, client: FlaskClient) -> None:
    health.add_check(app, "moon", lambda: (False, "is down"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["status"] == "unavailable"
    assert answer.json["parts"]["moon"] == {"ok": False, "words": "is down"}


def test_a_check_that_raises_tells_strangers_nothing(app: Flask, client: FlaskClient) -> None:
    def check() -> tuple[bool, str]:
        raise RuntimeError("password=hunter2")

    health.add_check(app, "moon", check)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "hunter2" not in answer.text


def test_a_site_with_tables_of_another_version_is_not_ready(app: Flask, session: Session, client: FlaskClient) -> None:
    head = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    session.execute(text("UPDATE alembic_version SET version_num = 'another'"))
    session.commit()
    assert client.get("/readyz").status_code == 503
    session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    session.commit()


def test_a_site_whose_database_file_was_taken_away_is_not_ready(
    app: Flask, settings: Settings, client: FlaskClient
) -> None:
    if settings.database_url:
        pytest.skip("a server keeps its files itself")
    assert client.get("/readyz").status_code == 200
    file = Path(settings.data_dir) / "knowledge.sqlite"
    file.rename(file.with_suffix(".away"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "was taken away" in answer.text
