"""The queue that carries jobs to the worker: fast while it works, never needed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.foundation.carrier import Carrier


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def carrier(path: Path) -> Iterator[Carrier]:
    carrier = Carrier(path)
    yield carrier
    carrier.close()


def test_what_is_carried_arrives_once_and_in_order(carrier: Carrier) -> None:
    for job_id in (3, 1, 3, 2):
        carrier.carry(job_id)
    assert carrier.arrived() == [3, 1, 2]
    assert carrier.arrived() == []


def test_a_damaged_queue_is_begun_anew(carrier: Carrier, path: Path) -> None:
    path.write_bytes(b"no queue at all " * 500)
    carrier.carry(1)
    assert carrier.arrived() == []
    carrier.carry(2)
    assert carrier.arrived() == [2]


def test_a_queue_that_cannot_be_opened_stops_nobody(path: Path) -> None:
    path.mkdir()
    carrier = Carrier(path)
    carrier.carry(1)
    assert carrier.arrived() == []
