"""Transactions and types of the database."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.database import after_commit, only_reads, reading, transaction
from tests.make import Make


def test_a_time_without_zone_is_refused(session: Session, make: Make) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        make.account(created_at=datetime(2026, 1, 1))  # the point of the test


def test_times_come_back_in_utc(session: Session, make: Make) -> None:
    now = clock.now()
    account = make.account(created_at=now)
    session.commit()
    session.expire_all()
    assert account.created_at == now
    assert account.created_at.utcoffset() is not None


def test_a_word_outside_a_choice_is_refused_by_the_database(session: Session) -> None:
    session.add(Account(email="a@example.com", display_name="A", role=Role.READER, created_at=clock.now()))
    session.flush()
    with pytest.raises(IntegrityError):
        session.connection().exec_driver_sql("UPDATE accounts SET role = 'emperor'")
    session.rollback()


def test_what_writes_takes_its_turn_at_once_also_amid_what_reads(app: Flask) -> None:
    """On SQLite, where a transaction that has read is refused when it writes after somebody else did."""

    def write(name: str) -> None:
        session.add(Account(email=f"{name}@example.com", display_name=name, role=Role.READER, created_at=clock.now()))

    def write_beside() -> None:
        with app.app_context(), transaction() as other:
            other.add(Account(email="b@example.com", display_name="B", role=Role.READER, created_at=clock.now()))

    with app.app_context(), ThreadPoolExecutor(1) as pool, reading() as outer:
        outer.execute(select(Account)).all()
        with transaction() as session:
            session.execute(select(Account)).all()
            beside = pool.submit(write_beside)
            time.sleep(0.2)
            write("a")
        beside.result(timeout=20)
        assert only_reads.get()
    with app.app_context(), reading() as after:
        assert len(after.scalars(select(Account)).all()) == 2


def test_calls_wait_for_the_commit(app: Flask) -> None:
    called: list[str] = []
    with app.app_context():
        with transaction() as session:
            after_commit(session, lambda: called.append("done"))
            assert called == []
        assert called == ["done"]


def test_what_is_rolled_back_calls_nothing(app: Flask) -> None:
    called: list[str] = []

    def stop_midway() -> None:
        with app.app_context(), transaction() as session:
            after_commit(session, lambda: called.append("done"))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_midway()
    assert called == []
