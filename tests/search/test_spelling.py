"""Slips of the finger are corrected; what may well be meant is left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.search import spelling
from app.search.documents import Document
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


def learned(folder: Path, *documents: Document, languages: Sequence[str] = ("en",)) -> Callable[[str], str | None]:
    """Corrects words on a site of these documents."""
    engine = open_engine(folder)
    with engine.rebuilding() as aside:
        aside.add(documents)
    return lambda text: spelling.corrected(text, engine, languages=languages, readers=PUBLIC)


def test_what_customers_misspelt_is_neither_known_nor_what_is_meant(tmp_path: Path) -> None:
    corrected = learned(
        tmp_path,
        document(1, "Close your account", questions=("delete my acount", "acount closing")),
        document(2, "Transfers", questions=("pay with kwikpay", "a tranfser of money")),
    )
    assert corrected("close acount") == "close account"
    assert corrected("my acounnt") is None
    assert corrected("my tranfser") is None  # from "transfers", two slips away


def test_words_of_customers_are_known_and_can_be_meant(tmp_path: Path) -> None:
    corrected = learned(tmp_path, document(1, "Pay by card", questions=("paying with kwikpay", "paying by cards")))
    assert corrected("kwikpay refused") is None
    assert corrected("kwikpya refused") == "kwikpay refused"
    assert corrected("which cards") is None


def test_another_ending_of_a_word_of_any_text_is_no_slip(tmp_path: Path) -> None:
    corrected = learned(
        tmp_path,
        document(1, "The tariff", "It is due on the Tarifa coast."),
        document(2, "Prices", questions=("compare tariffs", "tariffs of today")),
    )
    assert corrected("all tariffs") is None


def test_a_word_that_more_customers_use_than_texts_its_neighbour_is_right(tmp_path: Path) -> None:
    asked = [document(number, "Pay", questions=("refused by paypad",)) for number in range(2, 4)]
    corrected = learned(tmp_path / "more", document(1, "Paypal"), *asked)
    assert corrected("paypad broken") is None
    corrected = learned(tmp_path / "as many", document(1, "Paypal"), *asked[:1])
    assert corrected("paypad broken") == "paypal broken"


def test_what_customers_ask_of_others_texts_is_not_told(tmp_path: Path) -> None:
    corrected = learned(tmp_path, document(1, "Pay"), document(2, "Pay", readers="staff", questions=("ask kwikpay",)))
    assert corrected("kwikpya refused") is None
