"""Collections are read as they are laid out, and what is wrong with one is told by file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.search.evaluation import collection
from app.search.evaluation.collection import BadCollection, Entry, Question, Solved
from tests.search.evaluation.made import ENTRIES, write_collection, write_lines


def wrong(line: str) -> str:
    """A pattern of the message about this line of any file."""
    return rf"\.(jsonl|tsv), line {line}"


@pytest.mark.parametrize("packing", ["", ".gz", ".xz"])
def test_entries_are_read_however_they_are_packed(tmp_path: Path, packing: str) -> None:
    found = list(collection.entries(write_collection(tmp_path, packing=packing)))
    assert [each.id for each in found] == ["pay", "toner", "parcel"]
    assert found[0] == Entry("pay", "Pay an invoice", "Open the invoice and press pay.")


def test_questions_and_what_was_solved_are_read(tmp_path: Path) -> None:
    asked = write_lines(tmp_path / "queries.jsonl", [{"_id": "q1", "text": "how"}])
    past = write_lines(tmp_path / "past.jsonl", [{"doc_id": "pay", "text": "why"}])
    assert collection.questions(asked) == [Question("q1", "how")]
    assert list(collection.solved(past)) == [Solved("why", "pay", f"{past}, line 1")]


def test_judgements_are_read_with_or_without_headings(tmp_path: Path) -> None:
    folder = write_collection(tmp_path)
    assert collection.judgements(folder) == {"q1": {"pay": 1}, "q2": {"toner": 1}}
    (folder / "qrels" / "test.tsv").write_text("q1\tpay\t2\nq1\ttoner\t-1\n", encoding="utf-8")
    assert collection.judgements(folder) == {"q1": {"pay": 2, "toner": 0}}


@pytest.mark.parametrize("line", ["{", "[]", '{"title": "No id"}', '{"_id": 3.5, "text": "x"}', '{"_id": "x"}'])
def test_a_wrong_line_of_entries_is_named(tmp_path: Path, line: str) -> None:
    folder = write_collection(tmp_path)
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(BadCollection, match=wrong("5")):
        list(collection.entries(folder))


def test_an_id_that_was_there_before_is_named(tmp_path: Path) -> None:
    folder = write_collection(tmp_path)
    write_lines(folder / "corpus.jsonl", [*ENTRIES, ENTRIES[0]])
    with pytest.raises(BadCollection, match=wrong("4") + ".*'pay'"):
        list(collection.entries(folder))
    asked = write_lines(tmp_path / "queries.jsonl", [{"_id": "q", "text": "a"}, {"_id": "q", "text": "b"}])
    with pytest.raises(BadCollection, match=wrong("2")):
        collection.questions(asked)


@pytest.mark.parametrize("line", ["q1 pay 1", "q1\tpay", "q1\tpay\tgood", "q1\tpay\t1.5"])
def test_a_wrong_judgement_is_named(tmp_path: Path, line: str) -> None:
    folder = write_collection(tmp_path)
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{line}\n", encoding="utf-8")
    with pytest.raises(BadCollection, match=wrong("2")):
        collection.judgements(folder)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_bytes(b'{"_id": "a", "text": "b"}\n\xff\xfe\n')
    with pytest.raises(BadCollection, match=wrong("2") + ": no UTF-8"):
        collection.questions(path)


def test_a_packed_file_that_is_cut_short_is_named(tmp_path: Path) -> None:
    folder = write_collection(tmp_path, packing=".gz")
    packed = folder / "corpus.jsonl.gz"
    packed.write_bytes(packed.read_bytes()[:-12])
    with pytest.raises(BadCollection, match=re.escape(f"{packed} cannot be read")):
        list(collection.entries(folder))


def test_what_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadCollection, match=re.escape(str(tmp_path / "corpus.jsonl"))):
        list(collection.entries(tmp_path))
    (tmp_path / "queries.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(BadCollection, match="no questions"):
        collection.questions(tmp_path / "queries.jsonl")
