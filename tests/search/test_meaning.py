"""Ranking by meaning: vectors are made by the worker, follow the documents, and are safe to lose."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.jobs import Job
from app.foundation.worker import run_due_jobs
from app.search import indexing, meaning, vectorizing
from app.search.answers import Fit, SearchAnswer, SearchState
from app.search.engines.base import Engine
from app.search.meaning import Meanings
from app.search.passages import chunks_of, whole_passage
from app.search.service import for_ticket, search
from app.search.vectors import DocumentVectors, VectorStore, VectorsUnavailable, quantised
from tests.search.fake_encoder import FakeEncoder, use_fake_encoder
from tests.search.shelf import PUBLIC, Shelf, document

Ask = Callable[..., SearchAnswer]
SAME = {"parcel": "package", "lost": "missing", "bill": "invoice", "where": "missing"}
BODY = "Tell the carrier. " * 8 + "Then wait. " * 40


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    shelf = Shelf(
        document(1, "Package missing", BODY),
        document(2, "Pay an invoice", "Open it and press pay."),
        document(3, "Replace the toner", "Lift the lid."),
        document(4, "Package wrapping", "Use paper."),
        document(5, "Ein Paket suchen", "Warten.", language="de"),
    )
    indexing.add_source(app, shelf)
    return shelf


@pytest.fixture
def encoder(app: Flask) -> FakeEncoder:
    encoder: FakeEncoder = use_fake_encoder(app, FakeEncoder(SAME))
    return encoder


@pytest.fixture
def ask(app: Flask, session: Session, shelf: Shelf, encoder: FakeEncoder) -> Ask:
    with app.app_context():
        indexing.rebuild()
        assert vectorizing.catch_up() == 0

    def asked(query: str, **more: object) -> SearchAnswer:
        wanted = {"language": "en", "readers": PUBLIC} | more
        return search(session, query, **wanted)  # type: ignore[arg-type]

    return asked


def change(app: Flask, session: Session, keys: list[str]) -> None:
    indexing.request_indexing(session, "leaflet", keys)
    session.commit()
    run_due_jobs(app)


def test_what_means_the_same_is_found_without_a_common_word(ask: Ask) -> None:
    answer = ask("parcel lost", everything=True)
    assert answer.by_meaning
    assert answer.results[0].key == "1:en"


def test_words_join_what_is_as_near_in_meaning(app: Flask, session: Session, shelf: Shelf, ask: Ask) -> None:
    change(app, session, shelf.put(document(6, "Parcel missing", BODY)))
    assert [each.key for each in ask("parcel missing", everything=True).results[:2]] == ["6:en", "1:en"]
    assert [each.key for each in ask("package missing", everything=True).results[:2]] == ["1:en", "6:en"]


def test_without_an_encoder_words_alone_rank(app: Flask, shelf: Shelf, session: Session) -> None:
    indexing.rebuild()
    answer = search(session, "package missing", language="en", readers=PUBLIC)
    assert not answer.by_meaning
    assert (answer.fit, answer.confidence) == (Fit.UNJUDGED, None)


def test_vectors_of_another_encoder_are_not_compared(app: Flask, ask: Ask) -> None:
    other = FakeEncoder(SAME)
    other.name = "fake-2"
    use_fake_encoder(app, other)
    assert not ask("package missing").by_meaning
    assert vectorizing.catch_up() == 0
    assert ask("package missing").by_meaning
    assert meaning.current_meanings().store.digests("fake-1") == {}


def test_while_most_vectors_are_missing_words_alone_rank(
    app: Flask, session: Session, shelf: Shelf, encoder: FakeEncoder
) -> None:
    indexing.rebuild()
    store = meaning.current_meanings().store
    vectorizing.catch_up()
    store.write("fake-1", [], [("leaflet", f"{number}:en") for number in (1, 2, 3)])
    assert not search(session, "package missing", language="en", readers=PUBLIC).by_meaning


def test_a_document_whose_vectors_are_not_made_yet_is_ranked_by_its_words(ask: Ask) -> None:
    meaning.current_meanings().store.write("fake-1", [], [("leaflet", "1:en")])
    answer = ask("package missing", everything=True)
    assert answer.by_meaning
    assert answer.results[0].key == "1:en"


def test_the_worker_makes_vectors_of_what_is_published_and_forgets_what_is_gone(
    app: Flask, session: Session, shelf: Shelf, ask: Ask
) -> None:
    change(app, session, shelf.put(document(6, "Bill for toner", "Look.")))
    assert ask("invoice toner", everything=True).results[0].key == "6:en"
    del shelf.held["6:en"]
    change(app, session, ["6:en"])
    assert ("leaflet", "6:en") not in meaning.current_meanings().store.digests("fake-1")
    assert "6:en" not in [each.key for each in ask("invoice toner", everything=True).results]


def test_only_new_texts_are_encoded(app: Flask, session: Session, shelf: Shelf, ask: Ask, encoder: FakeEncoder) -> None:
    encoder.encoded.clear()
    changed = document(2, "Pay an invoice", "Open it and press pay.", questions=("how do I settle what I owe",))
    change(app, session, shelf.put(changed))
    assert encoder.encoded == ["how do I settle what I owe"]


def test_a_learned_question_leads_to_its_document(app: Flask, session: Session, shelf: Shelf, ask: Ask) -> None:
    question = "settle debts owed"
    assert ask(question, everything=True).results[0].key != "2:en" if ask(question, everything=True).results else True
    change(app, session, shelf.put(document(2, "Pay an invoice", "Open it.", questions=(question,))))
    answer = ask("settle debts owed")
    assert (answer.results[0].key, answer.fit) == ("2:en", Fit.ANSWER)


def test_a_pinned_document_comes_first(app: Flask, session: Session, shelf: Shelf, ask: Ask) -> None:
    change(app, session, shelf.put(document(3, "Replace the toner", "Lift the lid.", pins=("missing a package?",))))
    assert ask("package missing").results[0].key == "3:en"
    assert ask("package wrapping", everything=True).results[0].key == "4:en"


def test_a_pin_is_met_by_its_question_and_not_by_what_means_something_like_it(
    app: Flask, session: Session, shelf: Shelf, ask: Ask
) -> None:
    change(app, session, shelf.put(document(3, "Replace the toner", "Lift the lid.", pins=("cancel the contract",))))
    pinned = ask("cancelling a contract")
    assert (pinned.results[0].key, pinned.fit) == ("3:en", Fit.ANSWER)
    for alike in ("cancel the appointment of today", "contract ended at night"):
        assert ask(alike).fit is Fit.NOTHING


def test_an_identifier_comes_before_what_means_the_same(app: Flask, session: Session, shelf: Shelf, ask: Ask) -> None:
    change(app, session, shelf.put(document(7, "Shut the valve", "Turn it.", identifiers=("E-4711",))))
    answer = ask("package missing E-4711")
    assert (answer.results[0].key, answer.fit) == ("7:en", Fit.ANSWER)


def test_beside_an_answer_stands_what_holds_the_words_or_is_as_near_and_two_others(
    app: Flask, session: Session, shelf: Shelf, ask: Ask
) -> None:
    others = [shelf.put(document(number, f"Package lamp {number}", "Light."))[0] for number in range(10, 22)]
    change(app, session, [*others, *shelf.put(document(7, "Shut the valve", "Turn it.", identifiers=("E-4711",)))])
    assert ask("package lamp").total >= 12
    assert ask("replace the toner").total == 3
    named = ask("E-4711")
    assert (named.fit, [each.key for each in named.results]) == (Fit.ANSWER, ["7:en"])


def test_the_answer_shows_the_whole_passage(ask: Ask) -> None:
    answer = ask("package missing")
    assert answer.fit is Fit.ANSWER
    assert answer.results[0].passage.startswith("Tell the carrier.")
    assert "…" not in answer.results[0].passage


def test_when_nothing_answers_the_nearest_three_are_offered_and_the_rest_on_demand(ask: Ask) -> None:
    question = "why do toner and paper sing songs about winter every evening until my neighbours wake up and knock"
    answer = ask(question)
    assert (answer.state, answer.fit, answer.results) == (SearchState.NO_ANSWER, Fit.NOTHING, ())
    assert {"3:en", "4:en"} <= {each.key for each in answer.nearest}
    everything = ask(question, everything=True)
    assert everything.state is SearchState.RESULTS
    assert everything.total == answer.total == len(everything.results)


def test_a_word_names_a_topic_and_is_not_judged_unanswered(ask: Ask) -> None:
    answer = ask("carrier")
    assert (answer.state, answer.fit) == (SearchState.RESULTS, Fit.UNJUDGED)


def test_documents_in_languages_that_the_encoder_does_not_know_are_ranked_by_words(
    app: Flask, session: Session, shelf: Shelf, encoder: FakeEncoder
) -> None:
    encoder.languages = frozenset({"en"})  # type: ignore[misc]  # of this one alone
    indexing.rebuild()
    vectorizing.catch_up()
    assert ("leaflet", "5:de") not in meaning.current_meanings().store.digests("fake-1")
    answer = search(session, "Paket suchen", language="de", readers=PUBLIC)
    assert ([each.key for each in answer.results], answer.by_meaning) == (["5:de"], False)


def test_nobody_finds_by_meaning_what_is_for_others(app: Flask, session: Session, shelf: Shelf, ask: Ask) -> None:
    change(app, session, shelf.put(document(8, "Package missing in the depot", "Secret.", readers="staff")))
    assert "8:en" not in [each.key for each in ask("parcel lost depot", everything=True).results]


@pytest.mark.parametrize(
    "query", ["p", "?" * 50, "the of and", "水が漏れる", "\ud800", "package " * 2000, "🔥 package", "%s\x00"]
)
def test_hostile_queries_are_answered(ask: Ask, query: str) -> None:
    assert ask(query).state is not SearchState.DOWN


def test_a_damaged_file_of_vectors_costs_only_meaning_and_is_made_anew(
    app: Flask, session: Session, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    store = meaning.current_meanings().store
    folder = app.extensions["settings"].search_index_dir
    for path in folder.glob("vectors.db-*"):
        path.unlink()
    (folder / "vectors.db").write_bytes(b"no database" * 1000)
    store._mark.write_text("changed")
    answer = ask("package missing")
    assert (answer.state, answer.by_meaning) == (SearchState.RESULTS, False)
    assert "words alone" in caplog.text
    indexing.request_vectors(session)
    session.commit()
    run_due_jobs(app)
    assert ask("package missing").by_meaning


def test_a_process_reads_only_what_was_written_since(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    rng = np.random.default_rng(1)

    def made(key: str, questions: int = 0) -> DocumentVectors:
        vectors = rng.standard_normal((3 + questions, 16)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        numbers, scales = quantised(vectors)
        return DocumentVectors(
            "a", key, f"digest of {key}", 3, 1, np.arange(3 + questions, dtype=np.uint64), numbers, scales
        )

    meanings = Meanings(store)
    assert meanings.known("e", 16) is None
    store.write("e", [made("1"), made("2", 2)])
    first = meanings.known("e", 16)
    assert first is not None
    assert first.documents == 2
    store.write("e", [made("2"), made("3", 1)], [("a", "1")])
    second, fresh = meanings.known("e", 16), Meanings(store).known("e", 16)
    assert second is not None
    assert fresh is not None
    assert (first.documents, second.documents, fresh.documents) == (2, 2, 2)
    asked = rng.standard_normal(16).astype(np.float32)
    asked /= np.linalg.norm(asked)
    places = {("a", "1"): 0, ("a", "2"): 1, ("a", "3"): 2}
    near, anew = (each.meaning_of([asked]).to("part", places, 3) for each in (second, fresh))
    assert np.allclose(near.closeness, anew.closeness, equal_nan=True)
    assert np.isnan(near.closeness).tolist() == [True, False, False]
    assert near.has_learned.tolist() == [False, False, True]


def test_vectors_that_were_replaced_leave_the_memory_without_keeping_a_search_waiting(tmp_path: Path) -> None:
    store, rng = VectorStore(tmp_path), np.random.default_rng(4)
    meanings, places = Meanings(store), {("a", str(number)): number for number in range(300)}
    for _change in range(6):
        vectors = rng.standard_normal((300, 2, 16)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        texts = np.arange(2, dtype=np.uint64)
        changed = [DocumentVectors("a", str(n), "d", 2, 0, texts, *quantised(vectors[n])) for n in range(300)]
        store.write("e", changed, [("a", "gone")])
        worn = meanings.known("e", 16)
    assert worn is not None
    assert worn.documents == 300
    end = time.monotonic() + 20
    while (fresh := meanings.known("e", 16)) is None or fresh.total > 301:
        assert time.monotonic() < end
        time.sleep(0.01)
    asked = vectors[7, 0]
    near, anew = (each.meaning_of([asked]).to("part", places, 300) for each in (worn, fresh))
    assert near.closeness.tolist() == anew.closeness.tolist()
    store.write("e", changed[:2])
    after = meanings.known("e", 16)
    assert after is not None
    assert (after.total, after.documents) == (303, 300)


def test_a_part_is_as_near_however_few_or_many_documents_it_has() -> None:
    rng = np.random.default_rng(3)
    reader = meaning._Reader("e", 16)
    for seq, number in enumerate([*range(30), 4, 7]):
        vectors = rng.standard_normal((2, 16)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        reader.add(
            seq, DocumentVectors("a", str(number), "d", 2, 0, np.arange(2, dtype=np.uint64), *quantised(vectors))
        )
    asked = reader.known().meaning_of([vectors[0]])
    many = asked.to("all", {("a", str(number)): number for number in range(30)}, 30)
    few = asked.to("few", {("a", "7"): 0, ("a", "unknown"): 1, ("a", "4"): 2}, 3)
    assert few.closeness[0] == many.closeness[7] == pytest.approx(1, abs=0.5)
    assert few.closeness[2] == many.closeness[4]
    assert np.isnan(few.closeness).tolist() == [False, True, False]
    assert reader.known().documents == 30


def test_closeness_is_as_it_is_defined() -> None:
    rng = np.random.default_rng(2)
    vectors = rng.standard_normal((6, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    asked = vectors[:].mean(axis=0)
    asked /= np.linalg.norm(asked)
    numbers, scales = quantised(vectors)
    reader = meaning._Reader("e", 32)
    reader.add(1, DocumentVectors("a", "1", "d", 3, 1, np.arange(6, dtype=np.uint64), numbers, scales))
    near = reader.known().meaning_of([asked]).to("part", {("a", "1"): 0}, 1)
    cosines = vectors @ asked
    learned = np.sort(cosines[3:])[::-1]
    own = 0.5 * cosines[1] + 0.5 * cosines[:3].max()
    expected = max(own, 0.7 * learned[0] + 0.3 * (learned[0] + learned[1]) / 2)
    assert near.closeness[0] == pytest.approx(expected, abs=0.01)
    assert near.cosine[0] == pytest.approx(cosines.max(), abs=0.01)


def test_vectors_that_are_not_whole_are_refused(tmp_path: Path) -> None:
    store = VectorStore(tmp_path)
    numbers, scales = quantised(np.eye(4, dtype=np.float32))
    store.write("e", [DocumentVectors("a", "1", "d", 2, 0, np.arange(4, dtype=np.uint64), numbers, scales)])
    with sqlite3.connect(tmp_path / "vectors.db") as database:
        database.execute("update documents set scales = x'00000000'")
    with pytest.raises(VectorsUnavailable, match="not whole"):
        store.of("e", 4, [("a", "1")])


def test_a_ticket_finds_what_may_solve_it_but_nothing_that_was_tried(app: Flask, session: Session, ask: Ask) -> None:
    text = "Parcel lost?\n\nHello,\nthe parcel that I ordered on Monday is lost. " + "Please tell me what to do. " * 30
    found = for_ticket(session, text, language="en", readers=PUBLIC)
    assert found[0].key == "1:en"
    others = for_ticket(session, text, language="en", readers=PUBLIC, tried={("leaflet", "1")})
    assert others
    assert "1:en" not in [each.key for each in others]
    assert for_ticket(session, " ", language="en", readers=PUBLIC) == []


def test_slips_in_a_ticket_are_put_right(app: Flask, session: Session, ask: Ask) -> None:
    text = "Hello, my old tonner is empty. " + "Please tell me what to do. " * 10
    (first, *_others) = for_ticket(session, text, language="en", readers=PUBLIC)
    assert first.key == "3:en"


def test_the_command_makes_vectors_and_says_how_many_there_are(app: Flask, shelf: Shelf, encoder: FakeEncoder) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["search", "rebuild"]).exit_code == 0
    assert "The meaning of 5 of 5 documents is known." in run(args=["search", "status"]).output


def test_a_file_that_was_never_finished_is_made_anew(app: Flask, session: Session, ask: Ask) -> None:
    store = meaning.current_meanings().store
    store.remove()
    store._file.touch()
    indexing.request_vectors(session)
    session.commit()
    run_due_jobs(app)
    assert ask("package missing").by_meaning


def test_readers_learn_of_vectors_whose_writer_died_before_telling(app: Flask, ask: Ask) -> None:
    store = meaning.current_meanings().store
    store._mark.unlink()
    assert not ask("package missing").by_meaning
    assert vectorizing.catch_up() == 0
    assert ask("package missing").by_meaning


@pytest.mark.parametrize("is_in_memory", [True, False])
def test_deleted_vectors_are_made_anew_when_a_search_lacks_them(
    app: Flask, session: Session, ask: Ask, is_in_memory: bool
) -> None:
    store = meaning.current_meanings().store
    assert not is_in_memory or ask("package missing").by_meaning
    store._file.unlink()
    assert ask("package missing").by_meaning == is_in_memory
    run_due_jobs(app)
    assert len(store.digests("fake-1")) == 5
    assert ask("package missing").by_meaning


def test_a_site_without_an_encoder_asks_for_no_vectors(app: Flask, session: Session, shelf: Shelf) -> None:
    indexing.rebuild()
    search(session, "package missing", language="en", readers=PUBLIC)
    assert session.scalar(select(Job.id).where(Job.name == indexing.VECTORS_JOB)) is None


class CountingEngine:
    """Counts how often all documents are gone through."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.looks = 0

    def digests(self, languages: Collection[str]) -> dict[tuple[str, str], str]:
        self.looks += 1
        return self._engine.digests(languages)

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


@pytest.fixture
def backlog(app: Flask, session: Session, shelf: Shelf, encoder: FakeEncoder) -> CountingEngine:
    """A site that has encoded the first eight of fifty documents."""
    shelf.held.clear()
    shelf.put(*(document(number, f"Part {number}") for number in range(50)))
    engine = app.extensions["search_engine"] = CountingEngine(indexing.current_engine())
    indexing.rebuild()
    assert vectorizing.catch_up(until=0) == 42
    return engine


def slices(most: int = 20) -> int:
    """How many slices it takes until nothing is missing."""
    return next(number for number in range(1, most) if not vectorizing.catch_up(until=0))


def test_what_is_missing_is_looked_up_once_and_not_in_every_slice(backlog: CountingEngine) -> None:
    assert slices() == 6
    assert backlog.looks == 2  # at first, and whether that was all
    assert len(meaning.current_meanings().store.digests("fake-1")) == 50


def test_what_changes_between_slices_is_encoded_too(
    app: Flask, session: Session, shelf: Shelf, backlog: CountingEngine
) -> None:
    del shelf.held["49:en"]
    indexing.request_indexing(session, "leaflet", [*shelf.put(document(0, "Other part"), document(99, "New")), "49:en"])
    session.commit()
    indexing.work_off()
    slices()
    assert meaning.current_meanings().store.digests("fake-1") == indexing.current_engine().digests(())


def test_what_is_lost_between_slices_is_encoded_again(backlog: CountingEngine) -> None:
    store = meaning.current_meanings().store
    store._file.unlink()
    slices()
    assert store.digests("fake-1") == indexing.current_engine().digests(())


def test_a_document_that_changes_while_it_is_encoded_is_not_encoded_again_and_again(
    app: Flask, shelf: Shelf, ask: Ask, encoder: FakeEncoder
) -> None:
    shelf.put(document(2, "Pay a bill", "Open it."))
    meaning.current_meanings().store.write("fake-1", [], [("leaflet", "2:en")])
    assert vectorizing.catch_up() == 0
    encoder.encoded.clear()
    assert vectorizing.catch_up() == 0
    assert encoder.encoded == []


def test_an_answer_is_shown_even_from_a_text_that_became_shorter(
    app: Flask, session: Session, shelf: Shelf, ask: Ask
) -> None:
    long = " ".join(f"Step {number}: tell the carrier about it and wait for what they say." for number in range(60))
    change(app, session, shelf.put(document(1, "Package missing", f"{long} The dwarf knows zebras.")))
    indexing.request_indexing(session, "leaflet", shelf.put(document(1, "Package missing", long[:1200])))
    session.commit()
    indexing.work_off()
    assert ask("package missing the dwarf knows zebras", everything=True).results[0].key == "1:en"
    assert whole_passage(chunks_of(shelf.held["1:en"]), 99).plain.startswith("Step 0")


def test_a_text_that_stands_twice_in_a_document_is_encoded_once(
    app: Flask, session: Session, shelf: Shelf, ask: Ask, encoder: FakeEncoder
) -> None:
    encoder.encoded.clear()
    change(app, session, shelf.put(document(9, "Glue a broken lantern")))
    assert encoder.encoded == ["Glue a broken lantern"]
    assert ask("broken lantern", everything=True).results[0].key == "9:en"
