"""The multilingual encoder: pieces are cut as SentencePiece cuts them, and its layers reckoned as they are drawn."""

from __future__ import annotations

import hashlib
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.foundation.errors import Unavailable
from app.search.encoders import multilingual, preparing
from app.search.encoders.base import EncoderKind, Recipe, TextKind
from app.search.encoders.unigram import Piece, Unigram, plain, read_sentencepiece

PIECES: list[Piece] = [
    ("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), ("▁", -3.0), ("▁re", -4.0), ("set", -4.0), ("▁reset", -6.0),
    ("re", -4.5), ("s", -5.0), ("e", -5.0), ("t", -5.0), ("密码", -5.0), ("▁my", -4.0),
]  # fmt: skip
WIDTHS = {2: 0, 3: 1, 5: 2}


def protocol_buffer(pieces: list[Piece]) -> bytes:
    """A SentencePiece model of these pieces, with a field that nobody asks for before and behind."""
    made = [b"\x10\x96\x01"]
    for letters, score in pieces:
        held = letters.encode()
        piece = b"\x0a" + bytes([len(held)]) + held + b"\x15" + struct.pack("<f", score) + b"\x18\x01"
        made.append(b"\x0a" + bytes([len(piece)]) + piece)
    return b"".join(made) + b"\x12\x82\x01" + b"x" * 130 + b"\x19" + b"y" * 8


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("reset", [6]),
        ("reset my", [6, 12]),
        ("  reset \n my ", [6, 12]),
        ("resets", [6, 8]),
        ("reere", [4, 9, 7]),
        ("密码", [3, 11]),
        ("ｒｅｓｅｔ", [6]),
        ("re\u200bset", [6]),
        ("q", [3, 0]),
        ("", [0]),
        (" \x00 ", [0]),
    ],
)
def test_a_text_is_cut_into_its_likeliest_pieces(text: str, numbers: list[int]) -> None:
    assert Unigram(PIECES).numbers(text) == numbers


def test_letters_are_read_in_their_plain_forms() -> None:
    assert plain("ﬁ ①Ａ\ufeff") == "fi 1A"


def test_the_pieces_of_a_model_are_read() -> None:
    assert read_sentencepiece(protocol_buffer(PIECES)) == PIECES


@pytest.fixture(scope="module")
def weights() -> dict[str, Any]:
    """Made-up numbers, by the names of the real ones."""
    chance = np.random.default_rng(3)

    def some(*shape: int) -> Any:
        return (chance.standard_normal(shape) * 0.05).astype(np.float32)

    made = {f"q{number}": chance.integers(0, 256, (1, 512), np.uint8) for number in range(1, 18)}
    made |= {"scale": np.full(17, 0.01, np.float32), "lo": some(17) - 1, "eps": np.array(1e-6)}
    for width in WIDTHS:
        made |= {f"proj{width}": some(512, 256), f"proj_b{width}": some(256)}
        made |= {f"ln_g{width}": 1 + some(256), f"ln_b{width}": some(256)}
        for layer in (1, 2):
            made |= {f"w{layer}_{width}": some(256 * width, 256), f"b{layer}_{width}": some(256)}
    made |= {"ln_g": 1 + some(1280), "ln_b": some(1280), "cnn_W": some(1280, 512), "cnn_b": some(512)}
    shapes = {"d0": (512, 320), "d1": (320, 320), "p1": (512, 320), "d2": (320, 512), "p3": (320, 512)}
    return made | {name: some(*shape) for name, shape in shapes.items()} | {"d3": some(512, 512)}


def kind_of(folder: Path) -> EncoderKind:
    wanted = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    recipe = Recipe("small==1", 1, wanted, multilingual.KIND.recipe.make)
    return EncoderKind(multilingual.NAME, recipe, multilingual.open_encoder)


@pytest.fixture(scope="module")
def sources(weights: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    np.savez(folder / multilingual.WEIGHTS, **weights)
    (folder / multilingual.MODEL).write_bytes(protocol_buffer(PIECES))
    return folder


@pytest.fixture(scope="module")
def encoder(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> multilingual.Multilingual:
    folder = tmp_path_factory.mktemp("encoders")
    prepared = preparing.prepare(kind_of(sources), folder, source=sources, say=lambda _: None)
    return multilingual.open_encoder(prepared)


def expected(weights: dict[str, Any], numbers: list[int]) -> Any:
    """The vector of a text of these pieces, reckoned piece by piece."""

    def normalised(row: Any, scale: Any, shift: Any) -> Any:
        return (row - row.mean()) / math.sqrt(row.var() + 1e-6) * scale + shift

    words = [
        weights[f"q{number % 17 + 1}"][number // 17] * weights["scale"][number % 17] + weights["lo"][number % 17]
        for number in numbers
    ]
    begun = [
        normalised(
            np.concatenate([word @ weights[f"proj{width}"] + weights[f"proj_b{width}"] for width in WIDTHS]),
            np.concatenate([weights[f"ln_g{width}"] for width in WIDTHS]),
            np.concatenate([weights[f"ln_b{width}"] for width in WIDTHS]),
        )
        for word in words
    ]
    seen = [[word] for word in words]
    for part, (width, before) in enumerate(WIDTHS.items()):
        state = [row[256 * part : 256 * part + 256] for row in begun]
        for layer in (1, 2):
            grown = []
            for place, row in enumerate(state):
                beside = [
                    state[other] if 0 <= other < len(state) else np.zeros(256)
                    for other in range(place - before, place - before + width)
                ]
                change = np.concatenate(beside) @ weights[f"w{layer}_{width}"] + weights[f"b{layer}_{width}"]
                grown.append(row + np.maximum(change, 0))
            state = grown
        for row, grown_row in zip(seen, state, strict=True):
            row.append(grown_row)
    projected = [
        normalised(np.concatenate(row), weights["ln_g"], weights["ln_b"]) @ weights["cnn_W"] + weights["cnn_b"]
        for row in seen
    ]
    mean = sum(projected) / math.sqrt(len(numbers))
    first = np.maximum(mean @ weights["p1"] + np.maximum(mean @ weights["d0"], 0) @ weights["d1"], 0)
    vector = np.tanh(first @ weights["p3"] + np.maximum(first @ weights["d2"], 0) @ weights["d3"])
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize(
    ("text", "numbers"), [("", [0]), ("reset", [6]), ("reset my resets 密码", [6, 12, 6, 8, 3, 11])]
)
def test_the_layers_are_reckoned_as_they_are_drawn(
    encoder: multilingual.Multilingual, weights: dict[str, Any], text: str, numbers: list[int]
) -> None:
    found = encoder.encode([text], TextKind.QUERY)[0]
    np.testing.assert_allclose(found, expected(weights, [1, *numbers, 2]), atol=1e-5)


def test_a_text_counts_by_its_first_pieces(encoder: multilingual.Multilingual) -> None:
    whole = "reset " * (multilingual.MOST_TOKENS - 2)
    rows = encoder.encode([whole, whole + "my", whole + "my " * 99_999], TextKind.PASSAGE)
    assert np.array_equal(rows[0], rows[1])
    assert np.array_equal(rows[0], rows[2])


def test_one_that_does_not_know_a_translation_is_not_made(
    sources: Path, weights: dict[str, Any], tmp_path: Path
) -> None:
    for path in sources.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    np.savez(tmp_path / multilingual.WEIGHTS, **weights | {"d3": np.full((512, 512), np.nan, np.float32)})
    with pytest.raises(Unavailable, match="does not encode as it should"):
        preparing.prepare(kind_of(tmp_path), tmp_path / "encoders", source=tmp_path, say=lambda _: None)
