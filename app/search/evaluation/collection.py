"""Reading a collection of questions with known answers, laid out as the benchmark BEIR does.

`corpus.jsonl` holds what can be found ({"_id", "title", "text"}), `queries.jsonl` what is asked ({"_id", "text"}),
`qrels/test.tsv` which answers which ("query-id", "corpus-id", "score", with tabs between, under a line of headings),
`past_queries.jsonl` what was asked before and solved by what ({"doc_id", "text"}), and `unanswerable.jsonl` questions
that nothing answers. Each may be compressed, with `.gz` or `.xz` behind its name. Lines are read one at a time.
"""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.foundation.errors import ProductError

PACKINGS = ("", ".gz", ".xz")
_LONGEST_LINE = 10_000_000


class BadCollection(ProductError):
    """A file of a collection is missing, or a line of it cannot be used; the message names both."""


@dataclass(frozen=True)
class Entry:
    """One thing that can be found."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Question:
    """Something that is asked."""

    id: str
    text: str


@dataclass(frozen=True)
class Solved:
    """A question that was asked before, the entry that solved it, and in words the line that says so."""

    text: str
    entry_id: str
    place: str


def entries(folder: Path) -> Iterator[Entry]:
    """What can be found, in the order of the file. Raises BadCollection."""
    known: set[str] = set()
    for place, told in _objects(found(folder, "corpus.jsonl")):
        entry = Entry(_text(told, "_id", place), _text(told, "title", place, ""), _text(told, "text", place, ""))
        if entry.id in known:
            raise BadCollection(f"{place}: the id {entry.id!r} was there before; give each entry its own.")
        if not entry.title.strip() and not entry.text.strip():
            raise BadCollection(f"{place}: the entry {entry.id!r} has neither title nor text; give it one.")
        known.add(entry.id)
        yield entry


def questions(path: Path) -> list[Question]:
    """The questions of a file, in its order. Raises BadCollection."""
    asked: dict[str, Question] = {}
    for place, told in _objects(path):
        question = Question(_text(told, "_id", place), _text(told, "text", place))
        if question.id in asked:
            raise BadCollection(f"{place}: the id {question.id!r} was there before; give each question its own.")
        asked[question.id] = question
    if not asked:
        raise BadCollection(f"{path} holds no questions.")
    return list(asked.values())


def judgements(folder: Path) -> dict[str, dict[str, int]]:
    """For each judged question the grades of entries by their id, 0 or more. Raises BadCollection."""
    path = found(folder, "qrels/test.tsv")
    graded: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        columns = line.split("\t")
        if number == 1 and columns[-1:] == ["score"]:
            continue
        if len(columns) != 3 or not columns[2].strip().removeprefix("-").isdecimal():
            raise BadCollection(
                f"{path}, line {number}: {line[:80]!r} is no judgement; "
                "write the ids of a question and an entry and a whole number, with tabs between."
            )
        question_id, entry_id, grade = (column.strip() for column in columns)
        graded.setdefault(question_id, {})[entry_id] = max(0, int(grade))
    if not graded:
        raise BadCollection(f"{path} holds no judgements.")
    return graded


def solved(path: Path) -> Iterator[Solved]:
    """The questions of a file that were solved before, in its order. Raises BadCollection."""
    for place, told in _objects(path):
        yield Solved(_text(told, "text", place), _text(told, "doc_id", place), place)


def found(folder: Path, name: str) -> Path:
    """The file of this name, or its compressed form.

    Args:
        name: a file in the folder, or the whole path of one elsewhere.

    Raises:
        BadCollection: there is none.
    """
    for packing in PACKINGS:
        path = folder / (name + packing)
        if path.is_file():
            return path
    raise BadCollection(f"There is no file {folder / name}: see 'flask search evaluate --help' for what is wanted.")


def has(folder: Path, name: str) -> bool:
    """Whether there is a file of this name, or its compressed form."""
    return any((folder / (name + packing)).is_file() for packing in PACKINGS)


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines, each with words that say where it stands; empty lines are passed over."""
    for number, line in _lines(path):
        place = f"{path}, line {number}"
        try:
            told = json.loads(line)
        except ValueError as error:
            raise BadCollection(f"{place}: no JSON ({error}).") from error
        if not isinstance(told, dict):
            raise BadCollection(f"{place}: {line[:80]!r} is no JSON object.")
        yield place, told


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if line.strip():
                    yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadCollection(f"{path}, line {number}: no UTF-8 ({error.reason}).") from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise BadCollection(f"{path} cannot be read after line {number} ({error}).") from error


def _opened(path: Path) -> IO[bytes] | gzip.GzipFile | lzma.LZMAFile:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    if path.suffix == ".xz":
        return lzma.open(path, "rb")
    return path.open("rb")


def _text(told: dict[str, Any], name: str, place: str, default: str | None = None) -> str:
    value = told.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool) and name.endswith("_id"):
        value = str(value)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise BadCollection(f"{place}: {name!r} is {value!r}; write some text.")
    return value
