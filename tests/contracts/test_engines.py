"""Every search engine, found by its folder, is held to the promises of the port."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.search import engines, words
from app.search.documents import Document
from app.search.engines.base import Engine, EngineBusy, EngineUnavailable, Found, Query, Unindexable, digest_of
from tests.search.shelf import PUBLIC, STAFF, document

NAMES = [module.name for module in pkgutil.iter_modules(engines.__path__) if module.name != "base"]

HOSTILE = [
    "*", "?", "???", "a*", "*a", "AND", "OR NOT", "title:reset", "title:", "(reset", "reset)", '"reset', "reset~2",
    "reset^", "[a TO b]", "{", "\\", "\x00", "reset\x00", "🔥", "🔥🔥 reset", "\u202ereset", "שלום", "السلام عليكم",
    "パスワード", "水", "' OR 1=1 --", "<script>alert(1)</script>", "%s%n", "../../etc/passwd", "\ud800", "x" * 10_000,
    "reset " * 2_000, "ﷺ", "e\u0301" * 500, "-", "--", "+reset -password", "\t\n", "०१२",
]  # fmt: skip


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_engine(name: str, tmp_path: Path) -> Callable[[], Engine]:
    """Opens the engine over one folder, as each process does for itself."""
    module = importlib.import_module(f"app.search.engines.{name}")
    return lambda: module.open_engine(tmp_path / "index")


@pytest.fixture
def engine(open_engine: Callable[[], Engine]) -> Engine:
    return filled(open_engine(), [])


def filled(engine: Engine, documents: list[Document]) -> Engine:
    with engine.rebuilding() as aside:
        aside.add(documents)
    return engine


def query(text: str, *languages: str, readers: frozenset[str] | None = PUBLIC, **fields: Any) -> Query:
    languages = languages or ("en",)
    tokens = {words.base_language(each): words.query_tokens(text, each) for each in languages}
    return Query(tokens, languages, readers, identifiers=words.identifiers(text), **fields)


def keys(found: Found) -> list[str]:
    return [hit.key for hit in found.hits]


def test_there_is_an_engine() -> None:
    assert NAMES


def test_a_document_is_found_by_any_of_its_texts(engine: Engine) -> None:
    engine.write(
        [
            document(
                1, "Resetting a password", "Open the settings.", short_answer="Use the link.", aliases=("locked out",),
                questions=("why can I not log on",),
            )
        ]
    )  # fmt: skip
    for text in ("passwords", "setting", "links", "locked", "logging on", "steps"):
        assert keys(engine.search(query(text))) == ["1:en"], text


def test_a_word_in_the_title_counts_more_than_in_the_body(engine: Engine) -> None:
    engine.write([document(1, "Other things", "invoice paper ink"), document(2, "Invoice paper ink", "other things")])
    assert keys(engine.search(query("invoice"))) == ["2:en", "1:en"]


def test_words_are_compared_without_case_accents_and_endings(engine: Engine) -> None:
    engine.write([document(1, "Résumés"), document(2, "Facturación", language="es")])
    assert keys(engine.search(query("RESUME"))) == ["1:en"]
    assert keys(engine.search(query("facturacion", "es"))) == ["2:es"]


def test_texts_without_blanks_are_found_by_parts(engine: Engine) -> None:
    engine.write([document(1, "パスワードを再設定する", "請求書の確認", language="ja")])
    for text in ("再設定", "請求書", "書"):
        assert keys(engine.search(query(text, "ja"))) == ["1:ja"], text


def test_a_carried_identifier_comes_before_everything_else(engine: Engine) -> None:
    many = [document(n, "Error in the compiler", "error C2065 " * 5) for n in range(10, 20)]
    engine.write([*many, document(1, "What C2065 means"), document(2, "Parts", identifiers=("KB-1234",))])
    assert keys(engine.search(query("compiler error c2065")))[0] == "1:en"
    assert keys(engine.search(query("kb1234"))) == ["2:en"]


def test_quality_changes_the_order_of_what_is_found_and_nothing_else(engine: Engine) -> None:
    engine.write([*(document(n, "Ink words") for n in (1, 2, 3)), document(4, "Other things")])
    engine.write([document(5, "Parts with words", identifiers=("KB-1234",))])
    proved = {("leaflet", "3:en"): 1.25, ("leaflet", "1:en"): 0.8, ("leaflet", "4:en"): 1.25, ("leaflet", "5:en"): 0.8}
    plain, weighed = engine.search(query("ink words")), engine.search(query("ink words", quality=proved))
    assert keys(weighed)[:3] == ["3:en", "2:en", "1:en"]
    assert (sorted(keys(weighed)), weighed.total, weighed.weights) == (sorted(keys(plain)), plain.total, plain.weights)
    assert keys(engine.search(query("ink words KB-1234", quality=proved)))[0] == "5:en"
    assert keys(engine.search(query("ink words"))) == keys(plain)


def test_equal_scores_stand_in_order_of_kind_and_key(engine: Engine) -> None:
    engine.write([document(n, "Same words") for n in (3, 1, 2)])
    assert keys(engine.search(query("same words"))) == ["1:en", "2:en", "3:en"]


def test_numbers_are_exact(engine: Engine) -> None:
    documents = [
        document(n, "Printer paper", facets={"type": ("qa" if n % 3 else "how_to",), "tag": (f"t{n % 5}", "all")})
        for n in range(50)
    ]
    engine.write(documents)
    found = engine.search(query("printer", filters={"type": "qa"}, limit=7))
    assert (len(found.hits), found.total, found.elsewhere) == (7, 33, 17)
    assert found.facets["type"] == {"qa": 33, "how_to": 17}
    assert found.facets["tag"]["all"] == 33
    for value, count in found.facets["tag"].items():
        assert engine.search(query("printer", filters={"type": "qa", "tag": value})).total == count


def test_pages_join_without_gap_or_repeat(engine: Engine) -> None:
    engine.write([document(n, "Printer " + "paper " * (1 + n % 7)) for n in range(35)])
    pages = [keys(engine.search(query("printer paper", offset=offset, limit=10))) for offset in (0, 10, 20, 30)]
    joined = [key for page in pages for key in page]
    assert joined == keys(engine.search(query("printer paper", limit=100)))
    assert len(set(joined)) == engine.search(query("printer paper")).total == 35


def test_hits_that_say_little_of_what_was_asked_are_left_out_but_never_the_first_ten(engine: Engine) -> None:
    common = [document(n, "Ordinary card") for n in range(100, 160)]
    engine.write([*common, *(document(n, "Contactless card") for n in range(15))])
    found = engine.search(query("contactless card", limit=100))
    assert found.total == 15
    engine.write([], [("leaflet", f"{n}:en") for n in range(3, 15)])
    assert engine.search(query("contactless card", limit=100)).total == 10


def test_what_is_deleted_is_found_no_more(engine: Engine) -> None:
    engine.write([document(1, "Printer"), document(2, "Printer")])
    engine.write([], [("leaflet", "1:en"), ("leaflet", "never there")])
    found = engine.search(query("printer"))
    assert (keys(found), found.total) == (["2:en"], 1)
    assert engine.stored("leaflet", "1:en") is None
    assert engine.languages(None) == {"en": 1}


def test_a_document_written_again_replaces_what_was_there(engine: Engine) -> None:
    engine.write([document(1, "Printer")])
    engine.write([document(1, "Scanner")])
    assert engine.search(query("printer")).total == 0
    assert keys(engine.search(query("scanner"))) == ["1:en"]


def test_readers_find_only_what_is_for_them(engine: Engine) -> None:
    engine.write([document(1, "Refund rules"), document(2, "Refund rules internally", readers="staff")])
    assert keys(engine.search(query("refund internally"))) == ["1:en"]
    assert engine.search(query("refund")).total == 1
    assert engine.search(query("refund", readers=STAFF)).total == 2
    assert engine.languages(PUBLIC) == {"en": 1}
    assert engine.frequencies(["internally"], ["en"], PUBLIC) == {}
    assert engine.frequencies(["internally"], ["en"], STAFF) == {"internally": 1}


def test_words_of_what_was_taken_away_are_known_no_more(engine: Engine) -> None:
    engine.write([document(1, "Refund in zlotys"), document(2, "Refund in crowns"), document(3, "Refund")])
    assert engine.frequencies(["zlotys", "refund"], ["en"], PUBLIC) == {"zlotys": 1, "refund": 3}
    engine.write([document(1, "Refund in zlotys", readers="staff")])
    assert engine.frequencies(["zlotys", "refund"], ["en"], PUBLIC) == {"refund": 2}
    assert engine.frequencies(["zlotys"], ["en"], STAFF) == {"zlotys": 1}


def test_words_of_questions_are_told_apart_from_those_of_texts(engine: Engine) -> None:
    asked = ("printers with kwikpay", "the printer of kwikpay")
    engine.write([document(1, "Printer", questions=asked), document(2, "Kwikpay", questions=asked)])
    wanted = ["printer", "printers", "kwikpay"]
    one_each = dict.fromkeys(wanted, 1)
    assert engine.frequencies(wanted, ["en"], PUBLIC) == one_each
    assert engine.frequencies(wanted, ["en"], PUBLIC, in_questions=True) == one_each
    assert engine.frequencies(wanted, ["en"], STAFF - PUBLIC, in_questions=True) == {}


def test_of_a_group_only_the_preferred_language_is_found(engine: Engine) -> None:
    engine.write([document(1, "Radio", language="en"), document(1, "Radio", language="es"), document(2, "Radio")])
    found = engine.search(query("radio", "es", "en"))
    assert (sorted(keys(found)), found.total) == (["1:es", "2:en"], 2)
    assert keys(engine.search(query("radio", "es"))) == ["1:es"]


def test_the_stored_passages_come_back_as_they_were(engine: Engine) -> None:
    engine.write([document(1, "Tape <b>", "Über & über: \U0001f525 fine.")])
    (hit,) = engine.search(query("tape")).hits
    assert (hit.title, hit.chunks[0].text, hit.chunks[0].anchor) == (
        "Tape <b>",
        "Über & über: \U0001f525 fine.",
        "steps",
    )
    assert engine.stored("leaflet", "1:en") == replace(hit, score=0.0)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_a_person_types_breaks_it_or_means_anything(engine: Engine, text: str) -> None:
    engine.write([document(1, "Reset the password"), document(2, "Scanner")])
    found = engine.search(query(text))
    assert found.total == len(found.hits) <= 1


def test_documents_of_any_content_can_be_written(engine: Engine) -> None:
    texts = [*HOSTILE, "word " * 50_000]
    engine.write([document(n, text or "x", text, identifiers=(text,), aliases=(text,)) for n, text in enumerate(texts)])
    assert len(list(engine.contents())) == len(texts)


def test_contents_tell_the_digest_of_every_document(engine: Engine) -> None:
    held = [document(1, "Printer", "Paper"), document(2, "Scanner", facets={"tag": ("a", "b")})]
    engine.write(held)
    assert sorted(engine.contents()) == [("leaflet", each.key, digest_of(each)) for each in held]


def test_a_change_is_seen_by_other_processes_at_once(engine: Engine, open_engine: Callable[[], Engine]) -> None:
    other = open_engine()
    before = other.stamp()
    assert other.search(query("printer")).total == 0
    engine.write([document(1, "Printer")])
    assert other.search(query("printer")).total == 1
    assert other.stamp() != before


def test_an_index_that_was_just_built_is_not_worn(engine: Engine) -> None:
    engine.write([document(1, "Printer")])
    assert not engine.is_worn()


def test_a_missing_index_is_never_an_empty_answer(open_engine: Callable[[], Engine]) -> None:
    engine = open_engine()
    for ask in (
        lambda: engine.search(query("printer")),
        lambda: engine.stored("leaflet", "1:en"),
        lambda: engine.languages(None),
        lambda: engine.frequencies(["printer"], ["en"], PUBLIC),
        lambda: engine.titles(),
        lambda: list(engine.contents()),
        lambda: engine.generation(),
        lambda: engine.is_worn(),
        lambda: engine.write([document(1, "Printer")]),
    ):
        with pytest.raises(EngineUnavailable):
            ask()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Whoosh leaves damaged files to be collected
def test_damage_anywhere_is_told_and_a_rebuild_mends_it(
    engine: Engine, open_engine: Callable[[], Engine], tmp_path: Path
) -> None:
    held = [document(n, f"Printer {n}", "Paper and ink " * 20) for n in range(50)]
    engine.write(held)
    for path in sorted(file for file in (tmp_path / "index").rglob("*") if file.is_file() and file.stat().st_size):
        whole = path.read_bytes()
        for damaged in (b"", b"\xff" * len(whole), whole[: len(whole) // 3]):
            aside = path.with_name("damaged")
            aside.write_bytes(damaged)
            aside.replace(path)
            fresh = open_engine()
            try:
                assert len(list(fresh.contents())) == 50
                assert fresh.search(query("printer paper")).total > 0
            except EngineUnavailable:
                pass
        path.write_bytes(whole)
    (tmp_path / "index" / "current").write_bytes(b"nonsense")
    with pytest.raises(EngineUnavailable):
        open_engine().search(query("printer"))
    assert filled(open_engine(), held).search(query("printer")).total == 50


def test_a_deleted_folder_is_told(engine: Engine, tmp_path: Path) -> None:
    engine.write([document(1, "Printer")])
    for path in sorted((tmp_path / "index").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with pytest.raises(EngineUnavailable):
        engine.search(query("printer"))


def test_a_rebuild_goes_on_beside_searches_and_writes(engine: Engine) -> None:
    engine.write([document(1, "Printer")])
    before = engine.generation()
    with engine.rebuilding() as aside:
        aside.add([document(2, "Scanner")])
        written = engine.write([document(3, "Printer cable")])
        assert (written.generation, written.is_final) == (before, False)
        assert engine.search(query("printer")).total == 2
    assert engine.generation() != before
    assert [key for _kind, key, _digest in engine.contents()] == ["2:en"]
    assert engine.write([document(3, "Printer cable")]).is_final


def test_a_rebuild_that_fails_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    engine.write([document(1, "Printer")])
    before = engine.generation()
    with pytest.raises(AttributeError):
        filled(engine, [document(2, "Scanner"), None])  # type: ignore[list-item]
    assert engine.generation() == before
    assert engine.write([document(3, "Printer")]).is_final
    assert engine.search(query("printer")).total == 2


def test_a_write_that_fails_changes_nothing(engine: Engine) -> None:
    engine.write([document(1, "Printer")])
    broken = replace(document(2, "Scanner"), passages=(None,))  # type: ignore[arg-type]
    with pytest.raises(Unindexable, match="leaflet 2:en"):
        engine.write([document(1, "Replaced"), broken], [("leaflet", "1:en")])
    assert keys(engine.search(query("printer"))) == ["1:en"]
    engine.write([document(2, "Printer")])
    assert engine.search(query("printer")).total == 2


def test_only_one_process_writes(engine: Engine, open_engine: Callable[[], Engine]) -> None:
    other = open_engine()
    with engine.rebuilding():
        with pytest.raises(EngineBusy):
            other.write([document(1, "Printer")])
        with pytest.raises(EngineBusy), other.rebuilding():
            pass
    other.write([document(1, "Printer")])


def test_many_read_while_one_writes(engine: Engine) -> None:
    engine.write([document(0, "Printer")])
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                found = engine.search(query("printer", limit=100))
                if found.total != len(found.hits) or not found.total:
                    wrong.append(found)
            except Exception as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 40):
        engine.write([document(number, "Printer", f"paper {number}")], [("leaflet", f"{number - 5}:en")])
    filled(engine, [document(0, "Printer")])
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_killing_the_writer_damages_nothing(engine: Engine, name: str, tmp_path: Path) -> None:
    engine.write([document(0, "Printer")])
    context = multiprocessing.get_context("spawn")
    for pause in (0.0, 0.02, 0.15):
        started = context.Event()
        writer = context.Process(target=_write_for_ever, args=(name, str(tmp_path / "index"), started))
        writer.start()
        assert started.wait(30)
        time.sleep(pause + random.random() / 20)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        held = list(engine.contents())
        assert engine.search(query("printer", limit=1)).total > 0
        assert len(held) == len({(kind, key) for kind, key, _digest in held})
    engine.write([document(-1, "Scanner")])
    assert engine.search(query("scanner")).total == 1


def _write_for_ever(name: str, folder: str, started: Any) -> None:
    engine = importlib.import_module(f"app.search.engines.{name}").open_engine(Path(folder))
    number = 0
    while True:
        number += 1
        engine.write([document(n, "Printer", "paper " * n) for n in range(number, number + 5)])
        started.set()
