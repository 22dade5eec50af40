"""What is kept of an index in memory: of its words those that take long to read, and as much as is allowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.search import scoring, segments
from app.search.engines.base import Query
from app.search.engines.whoosh import WhooshEngine
from app.search.indexed import column
from app.search.segments import Segment
from tests.search.shelf import PUBLIC, document

LONG = 50_000


class Reader:
    """Counts how often postings are read."""

    def __init__(self) -> None:
        self.segment = Segment("a", column([]))
        self.reads = 0

    def read(self, token: str, size: int) -> None:
        def postings() -> scoring.Postings:
            self.reads += 1
            return np.zeros(size, np.uint32), np.zeros(size, np.float32)

        assert len(self.segment.postings("title", token, postings)[0]) == size


def test_postings_are_read_once() -> None:
    reader = Reader()
    for _again in range(3):
        reader.read("ink", 5)
    assert reader.reads == 1


def test_long_postings_stay_when_there_is_no_room_for_many_short_ones() -> None:
    reader = Reader()
    reader.read("the", LONG)
    for number in range(segments._MOST_KEPT_POSTINGS // 1000):
        reader.read(f"rare{number}", 1000)
    before = reader.reads
    reader.read("the", LONG)
    assert reader.reads == before
    reader.read("rare0", 1000)
    assert reader.reads == before + 1


def test_no_more_is_kept_than_is_allowed() -> None:
    reader = Reader()
    for number in range(2 * segments._MOST_KEPT_POSTINGS // LONG):
        reader.read(f"common{number}", LONG)
        assert sum(len(each[0]) for each in reader.segment._postings.values()) <= segments._MOST_KEPT_POSTINGS + LONG


@pytest.mark.parametrize("size", [10, 1000])
def test_a_place_counts_once_however_many_fields_hold_the_word(size: int) -> None:
    touched = [np.array([1, 4], np.uint32), np.array([4, 9], np.uint32)]
    coverage = np.zeros(size)
    coverage[scoring._once(touched, size)] += 1
    assert np.flatnonzero(coverage).tolist() == [1, 4, 9]
    assert coverage.max() == 1


def test_words_that_very_many_documents_hold_are_found_in_all_and_counted(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path)
    with engine.rebuilding() as aside:
        aside.add(document(n, "Ink", "paper " * (1 + n % 3) + f"x{n}") for n in range(2500))
    found = engine.search(Query({"en": ("paper",)}, ("en",), PUBLIC, limit=2500))
    assert found.total == 2500
    assert [int(hit.group) % 3 for hit in found.hits] == sorted((n % 3 for n in range(2500)), reverse=True)
    everywhere = engine.search(Query({"en": ("ink",)}, ("en",), PUBLIC, limit=2500))
    assert len({hit.score for hit in everywhere.hits}) == 1
