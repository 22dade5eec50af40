"""Migrations give exactly the tables of the models, and go down and up again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, Inspector, inspect, text

from app import create_app
from app.foundation import migrating
from app.foundation.database import Base, db, reading, transaction
from app.foundation.errors import Unavailable
from app.foundation.file_lock import FileLock
from app.foundation.migrating import FOLDER, migrations
from app.foundation.starting import prepare
from app.knowledge.feedback import cast_vote
from app.knowledge.fix_rates import fix_rate
from app.knowledge.models import EVERYBODY
from app.knowledge.published import shown_revisions
from config import Settings
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.make import Make


@pytest.fixture
def app(tmp_path: Path, databases: SqliteDatabases | PostgresqlDatabases) -> Iterator[Flask]:
    """A site whose database has no tables yet."""
    address = databases.bare(tmp_path / "data")
    flask_app = create_app(Settings(data_dir=tmp_path / "data", secret_key="x" * 40, database_url=address).prepared())
    yield flask_app
    with flask_app.app_context():
        db.engine.dispose()


def tables(engine: Engine) -> dict[str, dict[str, Any]]:
    """All that makes up the tables, in an order that does not depend on how they came to be."""
    found = inspect(engine)
    return {name: _table(found, name) for name in found.get_table_names() if name != "alembic_version"}


def _table(found: Inspector, name: str) -> dict[str, Any]:
    def ordered(rows: Any) -> list[str]:
        return sorted(str(sorted(row.items(), key=str)) for row in rows)

    return {
        "columns": sorted((each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns(name)),
        "primary key": found.get_pk_constraint(name),
        "foreign keys": ordered(found.get_foreign_keys(name)),
        "unique": ordered(found.get_unique_constraints(name)),
        "checks": ordered(found.get_check_constraints(name)),
        "indexes": ordered(found.get_indexes(name)),
        "options": found.get_table_options(name),
    }


def test_migrations_give_exactly_the_tables_of_the_models(app: Flask) -> None:
    with app.app_context():
        Base.metadata.create_all(db.engine)
        wanted = tables(db.engine)
        Base.metadata.drop_all(db.engine)
        migrations.upgrade()
        assert tables(db.engine) == wanted
    with app.app_context():
        assert not migrations.needs_revision()


def test_migrations_go_down_and_up_again(app: Flask) -> None:
    with app.app_context():
        migrations.upgrade()
        wanted = tables(db.engine)
        migrations.downgrade("base")
        assert tables(db.engine) == {}
        migrations.upgrade()
        assert tables(db.engine) == wanted


def test_a_fresh_database_gets_its_tables_at_the_first_start(app: Flask) -> None:
    prepare(app, say=lambda _: None)
    with app.app_context():
        assert migrating.is_at_head()
        assert db.session.execute(text("SELECT number FROM site_version")).scalar_one() >= 1


def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(app: Flask) -> None:
    first = (FOLDER / "0001_lay_the_first_tables.py").stem[:4]
    with app.app_context():
        migrations.upgrade(first)
        with db.engine.begin() as connection:
            connection.execute(text("INSERT INTO tags (name) VALUES ('kept')"))
    prepare(app, say=lambda _: None)
    with app.app_context():
        assert migrating.is_at_head()
        assert "kept" in db.session.execute(text("SELECT name FROM tags")).scalars().all()


def test_votes_and_what_is_published_outlive_the_way_down_and_up(app: Flask) -> None:
    with app.app_context():
        migrations.upgrade()
        with transaction() as session:
            article_id = Make(session).article("Reset", "Press start.").id
            cast_vote(session, article_id, "en", fixed=False, voter="v" * 64, query="stuck")
        migrations.downgrade("0002")
        migrations.upgrade()
        with reading() as session:
            rate = fix_rate(session, article_id, "en")
            assert rate is not None
            assert (rate.fixed, rate.votes) == (0, 1)
            assert [each.title for _, each in shown_revisions(session, article_id, "en", readers=EVERYBODY)] == [
                "Reset"
            ]


def test_a_second_start_finds_nothing_to_do(app: Flask) -> None:
    with app.app_context():
        assert migrating.upgrade(app.extensions["settings"]) is True
    with app.app_context():
        assert migrating.upgrade(app.extensions["settings"]) is False


def test_a_database_of_a_newer_version_is_left_alone(app: Flask) -> None:
    with app.app_context():
        migrations.upgrade()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
        with pytest.raises(Unavailable, match="newer version"):
            migrating.upgrade(app.extensions["settings"])


def test_two_starts_do_not_change_the_tables_at_once(app: Flask) -> None:
    settings = app.extensions["settings"]
    with (
        FileLock(settings.data_dir / "migrations.lock"),
        app.app_context(),
        pytest.raises(Unavailable, match="Another"),
    ):
        migrating.upgrade(settings)


def test_migrations_import_nothing_of_ours() -> None:
    for path in FOLDER.glob("*.py"):
        assert not re.search(r"^\s*(from|import) (app|config|tests)\b", path.read_text(), re.MULTILINE), path
