"""MiniLM: its graph reckons what the model's authors wrote down, and each text is read alone. With made-up weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from app.search.encoders import minilm, minilm_graph, preparing
from app.search.encoders.base import EncoderUnavailable, TextKind
from config import ROOT
from tests.running_site import environment
from tests.search import small_model

TEXTS = ["How do I reset my password?", "cancel the order", "", "printers"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that a wheel would hold."""
    folder = tmp_path_factory.mktemp("sources")
    small_model.write_files(folder)
    return folder


@pytest.fixture(scope="module")
def prepared(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an encoder made of them."""
    folder = tmp_path_factory.mktemp("encoders")
    return preparing.prepare(small_model.kind_of(sources), folder, source=sources, say=lambda _: None)


@pytest.fixture(scope="module")
def encoder(prepared: Path) -> minilm.MiniLM:
    return minilm.open_encoder(prepared)


@pytest.fixture(scope="module")
def exact() -> onnxruntime.InferenceSession:
    graph = minilm_graph.build(small_model.weights()).SerializeToString()
    return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])


def run(session: onnxruntime.InferenceSession, ids: list[int], mask: list[int] | None = None) -> Any:
    given = {"input_ids": np.array([ids]), "attention_mask": np.array([mask or [1] * len(ids)])}
    return session.run(None, given)[0][0]


def ids_of(text: str) -> list[int]:
    tokenizer = small_model.tokenizer()
    tokenizer.no_padding()
    return list(tokenizer.encode(text).ids)


@pytest.mark.parametrize("text", TEXTS)
def test_the_exact_graph_reckons_what_the_model_is(exact: onnxruntime.InferenceSession, text: str) -> None:
    found = run(exact, ids_of(text))
    np.testing.assert_allclose(found, small_model.expected(small_model.weights(), ids_of(text)), atol=1e-5)


def test_what_is_masked_does_not_count(exact: onnxruntime.InferenceSession) -> None:
    ids = ids_of("cancel the order")
    padded = run(exact, [*ids, 0, 0, 0], [1] * len(ids) + [0] * 3)
    np.testing.assert_allclose(padded, run(exact, ids), atol=1e-5)


def test_the_weights_are_read_as_they_were_written(sources: Path) -> None:
    found, written = minilm_graph.read_safetensors(sources / minilm.WEIGHTS), small_model.weights()
    assert found.keys() == written.keys()
    assert all(np.array_equal(found[name], written[name]) for name in written)


def test_eight_bits_say_nearly_what_the_exact_graph_says(
    encoder: minilm.MiniLM, exact: onnxruntime.InferenceSession
) -> None:
    rows = encoder.encode(TEXTS, TextKind.QUERY)
    alike = [float(row @ run(exact, ids_of(text))) for row, text in zip(rows, TEXTS, strict=True)]
    assert min(alike) > minilm_graph.LEAST_ALIKE
    assert max(alike) < 1 - 1e-6, "they would be exact only if nothing was made smaller"


def test_a_text_is_read_past_what_the_tokenizer_would_cut_it_to(encoder: minilm.MiniLM) -> None:
    words = ["reset my password"] * 60
    rows = encoder.encode([" ".join(words), " ".join([*words, "cancel"])], TextKind.PASSAGE)
    assert not np.array_equal(rows[0], rows[1])


def test_a_text_counts_by_its_first_tokens(encoder: minilm.MiniLM) -> None:
    whole = " ".join(["order"] * (minilm.MOST_TOKENS - 2))
    rows = encoder.encode([whole, whole + " cancel", whole + " cancel" * 9999], TextKind.PASSAGE)
    assert np.array_equal(rows[0], rows[1])
    assert np.array_equal(rows[0], rows[2])


def test_a_text_is_not_filled_up(encoder: minilm.MiniLM, prepared: Path) -> None:
    session = onnxruntime.InferenceSession(prepared / minilm.GRAPH, providers=["CPUExecutionProvider"])
    assert np.array_equal(encoder.encode(["cancel"], TextKind.QUERY)[0], run(session, ids_of("cancel")))


def test_a_damaged_graph_is_told_from_a_missing_one(prepared: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="is not prepared"):
        minilm.open_encoder(tmp_path)
    for file in prepared.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / minilm.GRAPH).open("r+b") as graph:
        graph.truncate(1000)
    with pytest.raises(EncoderUnavailable, match=r"model\.onnx is damaged"):
        minilm.open_encoder(tmp_path)


def test_one_that_cannot_be_run_says_so(tmp_path: Path) -> None:
    (tmp_path / minilm.GRAPH).write_bytes(b"no graph")
    preparing.manifest.write(tmp_path, minilm.NAME)
    with pytest.raises(EncoderUnavailable, match="cannot be opened"):
        minilm.open_encoder(tmp_path)


def test_one_that_would_not_encode_well_is_not_made(sources: Path, tmp_path: Path) -> None:
    weights = small_model.weights()
    for layer in range(minilm_graph.LAYERS):
        # One number that is huge and does not count: eight bits then have no room for those that do.
        weights[f"encoder.layer.{layer}.intermediate.dense.bias"][0] = 1e4
        weights[f"encoder.layer.{layer}.output.dense.weight"][:, 0] = 0
    small_model.write_safetensors(weights, tmp_path / minilm.WEIGHTS)
    (tmp_path / "made").mkdir()
    with pytest.raises(EncoderUnavailable, match="would not encode well"):
        minilm_graph.make(tmp_path / minilm.WEIGHTS, sources / minilm.TOKENIZER, tmp_path / "made")


def test_commands_start_without_what_runs_it(tmp_path: Path) -> None:
    look = "import sys, wsgi; print([name for name in ('onnx', 'onnxruntime', 'tokenizers') if name in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", look],
        cwd=ROOT,
        env=environment({"KB_DATA_DIR": str(tmp_path)}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
