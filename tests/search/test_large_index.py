"""An index that takes long to read keeps no search waiting: what was read before answers until it is read."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.search import suggestions
from app.search.beside import Beside
from app.search.engines.base import EngineUnavailable, Query
from app.search.engines.whoosh import WhooshEngine
from tests.search.shelf import PUBLIC, document

PRINTERS = Query({"en": ("printer",)}, ("en",), PUBLIC)


@pytest.fixture
def writer(tmp_path: Path) -> WhooshEngine:
    """The engine of the process that writes, with one document."""
    writer = WhooshEngine(tmp_path)
    rebuild(writer, 1)
    return writer


@pytest.fixture
def reader(writer: WhooshEngine, tmp_path: Path) -> WhooshEngine:
    """The engine of another process, to which every index is a large one; it has answered already."""
    reader = WhooshEngine(tmp_path, most_waited_for=0)
    assert reader.search(PRINTERS).total == 1
    return reader


def rebuild(writer: WhooshEngine, count: int) -> None:
    with writer.rebuilding() as aside:
        aside.add([document(number, "Printer") for number in range(count)])


def within_seconds(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.01)
    return False


def test_searches_go_on_in_the_old_index_while_the_new_one_is_read(writer: WhooshEngine, reader: WhooshEngine) -> None:
    rebuild(writer, 2)
    assert reader.search(PRINTERS).total == 1
    assert within_seconds(lambda: reader.search(PRINTERS).total == 2)
    assert reader.languages(PUBLIC) == {"en": 2}
    assert [title.key for batch in reader.titles() for title in batch.titles] == ["0:en", "1:en"]


def test_what_follows_the_index_reads_the_new_one_at_once(writer: WhooshEngine, reader: WhooshEngine) -> None:
    rebuild(writer, 2)
    assert len(reader.digests(())) == 2
    rebuild(writer, 3)
    assert len(list(reader.contents())) == 3


def test_who_built_it_reads_it_at_once(reader: WhooshEngine) -> None:
    rebuild(reader, 4)
    assert reader.search(PRINTERS).total == 4


def test_damage_of_the_new_index_is_told(writer: WhooshEngine, reader: WhooshEngine, tmp_path: Path) -> None:
    rebuild(writer, 2)
    for path in (tmp_path / writer.generation()).glob("*.seg"):
        path.write_bytes(b"torn")

    def is_told() -> bool:
        try:
            reader.search(PRINTERS)
        except EngineUnavailable:
            return True
        return False

    assert within_seconds(is_told)


def test_titles_of_before_are_suggested_while_new_ones_are_made_ready(tmp_path: Path) -> None:
    engine, suggester = WhooshEngine(tmp_path), suggestions.Suggester(most_waited_for=1)

    def suggested() -> int:
        return len(suggester.titles_for("pri", engine, languages=["en"], readers=PUBLIC, most=9))

    rebuild(engine, 2)
    assert suggested() == 2
    rebuild(engine, 3)
    assert suggested() == 2
    assert within_seconds(lambda: suggested() == 3)
    engine.write([document(9, "Printer")])
    assert suggested() == 4


def test_work_of_no_use_is_not_done_again_beside() -> None:
    beside, done = Beside("test"), []

    def fail() -> None:
        done.append(1)
        raise ValueError

    assert beside.does(fail, of="a")
    assert within_seconds(lambda: not beside.does(fail, of="a"))
    assert done == [1]
    assert beside.does(fail, of="b")
