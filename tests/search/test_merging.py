"""An index stays in few pieces, and what would keep changes waiting is left to a rebuild."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.worker import run_due_jobs
from app.search import indexing
from app.search.engines.whoosh import WhooshEngine
from app.search.merging import Merging, Size
from tests.search.shelf import Shelf, document

MERGING = Merging()


def sizes(*alive: int) -> list[Size]:
    return [Size(each, 0) for each in alive]


def test_segments_of_about_one_size_become_one_once_there_are_eight() -> None:
    assert MERGING.chosen(sizes(100_000, *[1] * 7, 40)) == set()
    assert MERGING.chosen(sizes(100_000, *[1] * 8, 40)) == set(range(1, 9))
    assert MERGING.chosen(sizes(*[20] * 8, 1, 1)) == set(range(8))


def test_large_segments_are_left_alone() -> None:
    assert MERGING.chosen(sizes(*[256] * 20)) == set()


def test_a_segment_that_is_mostly_deleted_is_written_again_unless_that_takes_long() -> None:
    assert MERGING.chosen([Size(900, 901), Size(900, 900), Size(0, 3), Size(1000, 9000)]) == {0, 2}


@pytest.mark.parametrize(
    ("held", "is_worn"),
    [
        (sizes(*[300] * 32), False),
        (sizes(*[300] * 33), True),
        ([Size(50_000, 50_001)], True),
        ([Size(50_000, 50_000)], False),
        ([Size(900, 1000)], False),
        ([], False),
    ],
)
def test_an_index_in_many_pieces_or_mostly_deleted_is_worn(held: list[Size], is_worn: bool) -> None:
    assert MERGING.is_worn(held) == is_worn


def test_thousands_of_single_changes_leave_few_segments_and_move_each_document_rarely() -> None:
    held: list[int] = []
    moved = 0
    for _change in range(4000):
        chosen = MERGING.chosen(sizes(*held))
        merged = sum(held[at] for at in chosen)
        assert merged < 1000
        moved += merged
        held = [each for at, each in enumerate(held) if at not in chosen] + [merged + 1]
        assert not MERGING.is_worn(sizes(*held))
    assert moved < 5 * 4000


def test_a_worn_index_is_built_anew_when_changes_have_calmed_down(app: Flask, session: Session) -> None:
    shelf = Shelf(document(1, "Printer"), document(2, "Scanner"))
    indexing.add_source(app, shelf)
    indexing.rebuild()
    folder = app.extensions["settings"].search_index_dir
    engine = app.extensions["search_engine"] = WhooshEngine(folder, merging=Merging(most=2, most_alike=9))
    for number in (3, 4):
        assert session.scalar(select(jobs.Job.id)) is None
        indexing.request_indexing(session, "leaflet", shelf.put(document(number, "Cable")))
        session.commit()
        run_due_jobs(app)
    job = session.scalars(select(jobs.Job)).one()
    assert (job.name, job.due_at > clock.now()) == (indexing.REBUILD_JOB, True)
    job.due_at = clock.now()
    session.commit()
    before = engine.generation()
    run_due_jobs(app)
    assert engine.generation() != before
    assert not engine.is_worn()
    assert sorted(key for _kind, key, _digest in engine.contents()) == ["1:en", "2:en", "3:en", "4:en"]
