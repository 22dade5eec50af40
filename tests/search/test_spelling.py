"""Slips of the finger are corrected; what may well be meant is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.search import spelling
from app.search.engines.whoosh import open_engine
from tests.search.shelf import PUBLIC, document


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    with open_engine(folder).rebuilding() as aside:
        aside.add(
            [
                document(1, "Download an invoice", "You receive the invoice when the fund is charged."),
                document(2, "Find your card", "Open the menu of cards and read the current PIN."),
            ]
        )
    return folder


def corrected(folder: Path, text: str) -> str | None:
    return spelling.corrected(text, open_engine(folder), languages=["en"], readers=PUBLIC)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("downlaod invoice", "download invoice"),
        ("Curent pin", "current pin"),
        ("find my crad", "find my card"),
        ("INVOCE", "invoice"),
    ],
    ids=["swapped", "left out, at the beginning", "in a short word", "in capitals"],
)
def test_a_slip_is_corrected(folder: Path, typed: str, meant: str) -> None:
    assert corrected(folder, typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "found",
        "kind",
        "downloading",
        "ask Invoca",
        "the inVoice",
        "kb-invoce",
        "invoce2",
        "me@invoce",
        "mind a hard thing",
    ],
    ids=[
        "everyday",
        "other first letter",
        "inflected",
        "name",
        "odd capitals",
        "code",
        "digit",
        "address",
        "short words",
    ],
)
def test_what_may_be_meant_is_left_alone(folder: Path, typed: str) -> None:
    assert corrected(folder, typed) is None


def test_of_many_documents_one_alone_is_no_witness(tmp_path: Path) -> None:
    engine = open_engine(tmp_path)
    with engine.rebuilding() as aside:
        aside.add(document(number, "Pay") for number in range(2, spelling.MANY_DOCUMENTS + 2))
        aside.add([document(1, "Commerical use")])
    assert spelling.corrected("commercialx", engine, languages=["en"], readers=PUBLIC) is None
    assert spelling.corrected("commericalx", engine, languages=["en"], readers=PUBLIC) is None
    engine.write([document(0, "Commerical use")])
    assert spelling.corrected("commericalx", engine, languages=["en"], readers=PUBLIC) == "commerical"
