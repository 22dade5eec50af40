"""The encoder as search uses it: opened once, missed without fuss, left out while it is slow."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from app.search.encoders import manifest
from app.search.encoders.base import EncoderKind, EncoderUnavailable, TextKind
from app.search.encoding import (
    KEPT_QUERIES,
    LONGEST_KEPT,
    LOOK_AGAIN,
    REST,
    SLOW,
    SLOW_IN_ROW,
    Encoding,
    current_encoder,
    encode_query,
    encoder_state,
)
from config import SettingsError
from tests.conftest import AppWith
from tests.search.fake_encoder import RECIPE, FakeEncoder, use_fake_encoder


class Clock:
    """Tells the seconds that a test has let pass."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Slow(FakeEncoder):
    """Takes as long as it is told."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__()
        self.clock, self.seconds = clock, seconds

    def encode(self, texts: Sequence[str], kind: TextKind) -> Any:
        """See `Encoder`."""
        self.clock.seconds += self.seconds
        return super().encode(texts, kind)


class Broken(FakeEncoder):
    """Fails while it is broken."""

    is_broken = True

    def encode(self, texts: Sequence[str], kind: TextKind) -> Any:
        """See `Encoder`."""
        if self.is_broken:
            raise RuntimeError("no memory")
        return super().encode(texts, kind)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def encoding_of(encoder: FakeEncoder, clock: Clock) -> Encoding:
    return Encoding(EncoderKind(encoder.name, RECIPE, lambda folder: encoder), Path("/nowhere"), clock=clock)


class Prepared:
    """An encoder that can be opened when its folder was prepared; counts how often that is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tried = folder, 0
        self.kind = EncoderKind("fake-1", RECIPE, self.open)

    def open(self, folder: Path) -> FakeEncoder:
        self.tried += 1
        manifest.check(folder, "fake-1")
        return FakeEncoder()

    def prepare(self) -> None:
        self.folder.mkdir(exist_ok=True)
        manifest.write(self.folder, "fake-1")


def test_a_query_gives_a_vector_that_nobody_can_change(clock: Clock) -> None:
    vector = encoding_of(FakeEncoder(), clock).query("reset my password")
    assert vector is not None
    assert (vector.shape, vector.dtype) == ((64,), np.float32)
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1


def test_a_query_that_was_asked_lately_is_not_encoded_again(clock: Clock) -> None:
    encoder = FakeEncoder()
    encoding = encoding_of(encoder, clock)
    for text in ["first", *(f"query {number}" for number in range(KEPT_QUERIES - 1)), "first", "another", "first"]:
        encoding.query(text)
    assert encoder.encoded.count("first") == 1
    encoding.query("query 0")
    assert encoder.encoded.count("query 0") == 2


def test_long_letters_are_not_kept(clock: Clock) -> None:
    encoder = FakeEncoder()
    encoding = encoding_of(encoder, clock)
    for _ in range(2):
        encoding.query("x" * (LONGEST_KEPT + 1))
    assert len(encoder.encoded) == 2


def test_many_threads_open_it_once(tmp_path: Path) -> None:
    prepared = Prepared(tmp_path / "encoder")
    prepared.prepare()
    encoding = Encoding(prepared.kind, prepared.folder)
    threads = [threading.Thread(target=encoding.encoder) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert prepared.tried == 1


def test_without_it_search_goes_on_and_one_line_says_what_to_do(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    encoding = Encoding(Prepared(tmp_path).kind, tmp_path, clock=clock)
    for _ in range(5):
        assert encoding.query("reset") is None
        clock.seconds += LOOK_AGAIN + 1
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.WARNING
    assert "Search runs on words alone. The encoder fake-1 is not prepared" in caplog.text
    assert "Run 'flask search prepare-encoder'." in caplog.text
    is_ready, words = encoding.state()
    assert not is_ready
    assert "flask search prepare-encoder" in words


def test_prepared_while_the_site_runs_it_takes_effect_without_a_restart(tmp_path: Path, clock: Clock) -> None:
    prepared = Prepared(tmp_path / "encoder")
    encoding = Encoding(prepared.kind, prepared.folder, clock=clock)
    assert encoding.encoder() is None
    prepared.prepare()
    clock.seconds += LOOK_AGAIN - 1
    assert encoding.encoder() is None
    clock.seconds += 2
    assert encoding.encoder() is not None
    assert encoding.state() == (True, "fake-1 is ready")


def test_a_damaged_one_is_read_again_only_when_it_was_prepared_anew(tmp_path: Path, clock: Clock) -> None:
    prepared = Prepared(tmp_path)
    (tmp_path / "weights").write_text("whole")
    prepared.prepare()
    (tmp_path / "weights").write_text("damaged")
    encoding = Encoding(prepared.kind, tmp_path, clock=clock)
    for _ in range(3):
        assert encoding.encoder() is None
        clock.seconds += LOOK_AGAIN + 1
    assert prepared.tried == 1
    (tmp_path / "manifest.json").unlink()
    prepared.prepare()
    assert encoding.encoder() is not None


def test_what_the_runtime_raises_reaches_no_search_and_is_told_once(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    encoder = Broken()
    encoding = encoding_of(encoder, clock)
    assert [encoding.query("reset"), encoding.query("cancel")] == [None, None]
    assert len(caplog.records) == 1
    encoder.is_broken = False
    assert encoding.query("reset") is not None


def test_a_slow_one_is_left_out_for_a_minute(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    encoder = Slow(clock, SLOW * 2)
    encoding = encoding_of(encoder, clock)
    for number in range(SLOW_IN_ROW):
        assert encoding.query(f"query {number}") is not None
    assert encoding.query("one more") is None
    assert encoding.query("query 0") is not None, "what is known costs nothing"
    assert "too slow" in encoding.state()[1]
    assert len(caplog.records) == 1
    assert "500 ms" in caplog.text

    clock.seconds += REST
    assert encoding.query("after the rest") is not None
    assert encoding.query("still slow") is None, "the first slow one leads to the next rest"
    clock.seconds += REST
    encoder.seconds = 0
    assert all(encoding.query(f"quick {number}") is not None for number in range(SLOW_IN_ROW))
    assert encoding.state() == (True, "fake-1 is ready")


def test_slow_now_and_then_is_not_slow(clock: Clock) -> None:
    encoder = Slow(clock, 0)
    encoding = encoding_of(encoder, clock)
    for number in range(4 * SLOW_IN_ROW):
        encoder.seconds = 0 if number % SLOW_IN_ROW == 0 else SLOW * 2
        assert encoding.query(f"query {number}") is not None


def test_a_site_without_one_on_purpose_is_well(app: Flask) -> None:
    with app.app_context():
        assert current_encoder() is None
        assert encode_query("reset") is None
        assert encoder_state() == (True, "none, as KB_ENCODER says: search runs on words alone")


def test_a_site_encodes_with_what_it_was_given(app: Flask) -> None:
    fake = use_fake_encoder(app)
    with app.app_context():
        assert current_encoder() is fake
        assert encode_query("reset") is not None


def test_an_unknown_one_stops_the_start_and_is_named(app_with: AppWith) -> None:
    with pytest.raises(SettingsError, match="KB_ENCODER is 'bert': write minilm or multilingual or none"):
        app_with(encoder="bert")


def test_readiness_says_what_is_missing_and_keeps_the_visitors(app_with: AppWith, tmp_path: Path) -> None:
    site = app_with(encoder="minilm", encoder_dir=tmp_path / "nothing")
    with site.app_context():
        checks = site.extensions["readiness"]
        is_ok, words = checks["encoder"]()
    assert not is_ok
    assert words.startswith("search runs on words alone. The encoder minilm-l6-v2-int8-1 is not prepared in ")
    assert "encoder" in site.extensions["readiness_not_needed"]


def test_the_manifest_tells_another_encoder_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="is not prepared"):
        manifest.check(tmp_path, "fake-1")
    (tmp_path / "weights").write_text("whole")
    manifest.write(tmp_path, "fake-1")
    manifest.check(tmp_path, "fake-1")
    with pytest.raises(EncoderUnavailable, match="holds another encoder than fake-2"):
        manifest.check(tmp_path, "fake-2")
    (tmp_path / "weights").write_text("changed")
    with pytest.raises(EncoderUnavailable, match="weights is damaged"):
        manifest.check(tmp_path, "fake-1")
    (tmp_path / "weights").unlink()
    with pytest.raises(EncoderUnavailable, match="weights cannot be read"):
        manifest.check(tmp_path, "fake-1")
    for unreadable in ("{", "[]", '{"format": 1}', '{"format": 1, "name": "fake-1", "sha256": 3}'):
        (tmp_path / "manifest.json").write_text(unreadable)
        with pytest.raises(EncoderUnavailable, match="cannot be read"):
            manifest.check(tmp_path, "fake-1")
