"""Every encoder of the site, and the fake that other tests use, is held to the promises of the port."""

from __future__ import annotations

import multiprocessing
import pkgutil
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.search import encoders
from app.search.encoders import ENCODERS
from app.search.encoders.base import Encoder, EncoderUnavailable, TextKind
from config import Settings
from tests.search.fake_encoder import FakeEncoder

TEXTS = [
    "How do I reset my password?",
    "",
    "   \n\t",
    "Where is my parcel? It was to arrive on Tuesday, and nobody has rung.",
    "🎉 ١٢٣ 密码 \x00 \ud800 ́",
    "order " * 3000,
]


@pytest.fixture(scope="module", params=["fake", *ENCODERS])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """An opened encoder."""
    return FakeEncoder() if request.param == "fake" else opened(request.param)


def opened(choice: str) -> Encoder:
    """An encoder with its real weights; skips the test where they were not prepared."""
    kind = ENCODERS[choice]
    try:
        return kind.open(Settings().encoders_dir / kind.name)
    except EncoderUnavailable as error:
        pytest.skip(f"{error} 'python -m tests.needs' does so too.")


def test_every_encoder_can_be_chosen() -> None:
    files = {module.name for module in pkgutil.iter_modules(encoders.__path__)}
    assert set(ENCODERS) <= files
    assert encoders.NONE not in ENCODERS
    assert len({kind.name for kind in ENCODERS.values()}) == len(ENCODERS)


@pytest.mark.parametrize("choice", ENCODERS)
def test_one_without_its_files_is_unavailable_and_says_what_to_do(choice: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="Run 'flask search prepare-encoder'"):
        ENCODERS[choice].open(tmp_path)


@pytest.mark.parametrize("choice", ENCODERS)
def test_an_encoder_is_called_as_its_kind_is(choice: str) -> None:
    assert opened(choice).name == ENCODERS[choice].name


@pytest.mark.parametrize("kind", TextKind)
def test_each_text_gives_a_row_of_length_one(encoder: Encoder, kind: TextKind) -> None:
    rows = encoder.encode(TEXTS, kind)
    assert (rows.shape, rows.dtype) == ((len(TEXTS), encoder.dimension), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([], TextKind.QUERY).shape == (0, encoder.dimension)


def test_a_text_gives_the_same_row_whatever_stands_beside_it(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS, TextKind.PASSAGE)
    for place, text in enumerate(TEXTS):
        assert np.array_equal(encoder.encode([text], TextKind.PASSAGE)[0], together[place])
    assert np.array_equal(encoder.encode(TEXTS[::-1], TextKind.PASSAGE)[::-1], together)


def test_texts_that_say_alike_are_nearer_than_others(encoder: Encoder) -> None:
    asked, near, far = encoder.encode(
        ["how can i reset my password", "Reset your password", "Opening hours of our shops"], TextKind.QUERY
    )
    assert asked @ near > asked @ far + 0.2


def test_threads_share_one(encoder: Encoder) -> None:
    alone = encoder.encode(TEXTS[:4], TextKind.QUERY)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(encoder.encode(TEXTS[:4], TextKind.QUERY))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(np.array_equal(rows, alone) for rows in found)


def test_ten_thousand_characters_take_no_second(encoder: Encoder) -> None:
    began = time.process_time()
    encoder.encode(["xylophone! " * 100_000], TextKind.QUERY)
    assert time.process_time() - began < 1


def _answer(choice: str, answers: Any) -> None:
    answers.put(opened(choice).encode(TEXTS[:1], TextKind.QUERY)[0].tolist())


@pytest.mark.parametrize("choice", ENCODERS)
def test_forked_processes_open_their_own_and_say_the_same(choice: str) -> None:
    expected = opened(choice).encode(TEXTS[:1], TextKind.QUERY)[0].tolist()
    forking = multiprocessing.get_context("fork")
    answers = forking.SimpleQueue()
    children = [forking.Process(target=_answer, args=(choice, answers)) for _ in range(2)]
    for child in children:
        child.start()
    assert [answers.get() for _ in children] == [expected, expected]
    for child in children:
        child.join(30)


def test_minilm_knows_words_that_mean_the_same() -> None:
    asked, near, far = opened("minilm").encode(
        ["my parcel has not come", "Track a delayed delivery", "Change the colour of your profile"], TextKind.QUERY
    )
    assert asked @ near > asked @ far + 0.2


def test_the_multilingual_one_finds_across_languages() -> None:
    encoder = opened("multilingual")
    titles = encoder.encode(["Track your delivery", "Reset your password", "Opening hours"], TextKind.PASSAGE)
    asked = ["Wo ist mein Paket?", "j'ai oublié mon mot de passe", "你们几点开门"]
    rows = encoder.encode(asked, TextKind.QUERY)
    assert (rows @ titles.T).argmax(axis=1).tolist() == [0, 1, 2]
