"""`flask search evaluate` asks a throw-away site what customers would ask, and leaves the real one alone."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.search import indexing
from app.search.documents import Document
from app.search.encoders.base import TextKind
from app.search.evaluation.collection import entries
from app.search.evaluation.kept_vectors import KeptVectors
from app.search.evaluation.source import EvaluatedSource
from config import ROOT
from tests.running_site import FLASK, environment
from tests.search.evaluation.made import QUERIES, write_collection, write_lines
from tests.search.fake_encoder import FakeEncoder
from tests.search.shelf import Shelf, document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "collection"
    made.mkdir()
    return write_collection(made)


def run(app: Flask, *arguments: str | Path) -> Any:
    return app.test_cli_runner().invoke(args=["search", "evaluate", *map(str, arguments)])


def numbers(app: Flask, *arguments: str | Path) -> dict[str, Any]:
    result = run(app, *arguments)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return told


def test_questions_that_are_judged_are_asked_and_added_up(app: Flask, folder: Path) -> None:
    told = numbers(app, folder)
    assert (told["articles"], told["queries"], told["unanswerable"]) == (3, 2, 0)
    assert told["recall_at_1"] == told["recall_at_5"] == told["mrr_at_10"] == told["ndcg_at_10"] == 1
    assert (told["engine"], told["mode"], told["encoder"]) == ("whoosh", "keyword", None)
    assert 0 < told["p50_ms"] <= told["p95_ms"]
    assert told["confidence_auroc"] is told["calibration_error"] is None


def test_json_alone_is_one_line(app: Flask, folder: Path) -> None:
    result = run(app, folder, "--json")
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == ""
    assert run(app, folder).stderr.startswith("Reading …\n")


def test_other_questions_can_be_asked_and_slips_are_counted(app: Flask, folder: Path) -> None:
    write_lines(folder / "queries_typo.jsonl", [QUERIES[0] | {"text": "pay the invocie"}, QUERIES[1]])
    told = numbers(app, folder, "--queries", "queries_typo.jsonl")
    assert (told["recall_at_1"], told["corrected"]) == (1, 0.5)


def test_a_wrong_answer_lowers_the_numbers(app: Flask, folder: Path) -> None:
    write_lines(folder / "queries.jsonl", [QUERIES[0] | {"text": "printer lid"}, QUERIES[1]])
    assert numbers(app, folder)["recall_at_1"] == 0.5


def test_graded_judgements_count_from_grade_two_on(app: Flask, folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("q1\tpay\t1\nq1\tparcel\t2\nq2\ttoner\t3\n", encoding="utf-8")
    told = numbers(app, folder)
    assert told["recall_at_1"] == 0.5
    assert 0.5 < told["ndcg_at_10"] < 1


def test_questions_that_nothing_answers_are_asked_too(app: Flask, folder: Path) -> None:
    write_lines(folder / "unanswerable.jsonl", [{"_id": "u1", "text": "zebra crossing"}])
    assert numbers(app, folder)["unanswerable"] == 1


def test_what_was_solved_before_is_learned_by_the_rules_of_the_product(app: Flask, folder: Path) -> None:
    write_lines(folder / "queries.jsonl", [{"_id": "q1", "text": "settle my debts"}, QUERIES[1]])
    assert numbers(app, folder)["recall_at_1"] == 0.5
    past = [
        {"doc_id": "pay", "text": text} for text in ("How do I settle debts?", "settling a debt", "debts", "thanks!")
    ]
    write_lines(folder / "past.jsonl", past)
    told = numbers(app, folder, "--learn", "past.jsonl")
    assert (told["recall_at_1"], told["past_questions"], told["learned_questions"]) == (1, 4, 1)


def test_what_was_solved_by_nothing_that_there_is_is_named(app: Flask, folder: Path) -> None:
    write_lines(folder / "past.jsonl", [{"doc_id": "nowhere", "text": "How do I settle debts?"}])
    result = run(app, folder, "--learn", "past.jsonl")
    assert (result.exit_code, f"{folder / 'past.jsonl'}, line 1" in result.stderr) == (1, True)


def test_the_real_site_is_left_alone(app: Flask, folder: Path) -> None:
    shelf = Shelf(document(1, "Printer"))
    indexing.add_source(app, shelf)
    with app.app_context():
        indexing.rebuild()
        before = list(indexing.current_engine().contents())
    numbers(app, folder)
    with app.app_context():
        assert list(indexing.current_engine().contents()) == before
        assert dict(indexing.sources())["leaflet"] is shelf


@pytest.fixture
def _hears_a_hangup() -> Iterator[None]:
    """A process that is begun now hears SIGHUP, though these tests may run where nobody hangs up on them."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("_hears_a_hangup")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_an_evaluation_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path, folder: Path, told: int) -> None:
    many = ({"_id": str(number), "title": f"Page {number}", "text": "Lift the lid. " * 50} for number in range(5_000))
    write_lines(folder / "corpus.jsonl", many)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    own = environment({"KB_DATA_DIR": str(tmp_path / "data"), "KB_ENCODER": "none", "TMPDIR": str(temporary)})
    command = [FLASK, "search", "evaluate", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, env=own, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 60
        while not any(temporary.glob("evaluation-*/*")):
            assert process.poll() is None
            assert time.monotonic() < until, "it did not begin in time"
            time.sleep(0.02)
        process.send_signal(told)
        process.send_signal(told)
        _output, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + told
    assert "Traceback" not in errors
    assert list(temporary.iterdir()) == []


def test_what_is_wrong_is_told_in_one_line(app: Flask, folder: Path) -> None:
    (folder / "corpus.jsonl").write_text("{\n", encoding="utf-8")
    result = run(app, folder)
    assert result.exit_code == 1
    assert f"{folder / 'corpus.jsonl'}, line 1: no JSON" in result.stderr
    assert "Traceback" not in result.output


def test_an_entry_without_title_is_called_by_its_first_line(session: Session, tmp_path: Path, folder: Path) -> None:
    source = EvaluatedSource(tmp_path / "entries.sqlite", "en")
    write_lines(folder / "corpus.jsonl", [{"_id": "a", "text": "First line\nsecond"}])
    assert source.keep(entries(folder)) == 1
    (found,) = source.documents(session, ["a", "b"])
    assert isinstance(found, Document)
    assert (found.title, found.passages[0].text) == ("First line", "First line\nsecond")
    source.close()


def test_what_was_encoded_once_is_looked_up_the_next_time(tmp_path: Path) -> None:
    first, second = FakeEncoder(), FakeEncoder()
    kept = KeptVectors(first, tmp_path)
    before = kept.encode(["a parcel", "an invoice"], TextKind.PASSAGE)
    kept.close()
    again = KeptVectors(second, tmp_path)
    after = again.encode(["an invoice", "a ticket", "a parcel"], TextKind.PASSAGE)
    assert second.encoded == ["a ticket"]
    assert (after[[2, 0]] == before).all()
    again.encode(["a parcel"], TextKind.QUERY)
    again.is_keeping = False
    again.encode(["a parcel"], TextKind.PASSAGE)
    assert second.encoded == ["a ticket", "a parcel", "a parcel"]
    again.close()
