"""Several processes write one log, and what they noted outlasts their end."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from sqlalchemy import select

from app import create_app
from app.foundation.database import db, reading
from app.trail.models import SearchEvent, SelfServiceSession
from config import Settings
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.running_site import running_site
from tests.trail.somebody import FIREFOX

WORDS = ("apple", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "ivy", "juniper", "larch", "maple")


def test_nothing_is_lost_when_the_site_stops(tmp_path: Path, databases: SqliteDatabases | PostgresqlDatabases) -> None:
    data_dir = tmp_path / "data"
    address = databases.bare(data_dir)
    with running_site(data_dir, database_url=address, KB_WEB_PROCESSES="2") as site:
        for word in WORDS:
            asked = urllib.request.Request(f"{site.address}/search/suggest?q={word}", headers={"User-Agent": FIREFOX})
            with urllib.request.urlopen(asked, timeout=10) as answer:
                assert answer.status == 200
        assert site.stop() == 0
    app = create_app(Settings(data_dir=data_dir, secret_key="x" * 40, database_url=address).prepared())
    with app.app_context(), reading() as session:
        assert sorted(session.scalars(select(SearchEvent.query_raw))) == sorted(WORDS)
        assert len(session.scalars(select(SelfServiceSession)).all()) == 1
    with app.app_context():
        db.engine.dispose()
    app.extensions["carrier"].close()
