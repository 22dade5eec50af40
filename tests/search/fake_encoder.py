"""An encoder without weights, for tests that are about search and not about language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask

from app.search import encoding
from app.search.encoders.base import EncoderKind, Recipe, TextKind

RECIPE = Recipe("fake==1", 1, {}, lambda sources, target: None)


class FakeEncoder:
    """Gives each word of a text a direction of its own, so that texts are alike as far as they share words.

    Words that were given as `same` count as one: `FakeEncoder({"parcel": "package"})`.
    """

    name = "fake-1"
    dimension = 64
    languages: frozenset[str] = frozenset()

    def __init__(self, same: dict[str, str] | None = None) -> None:
        self.same = same or {}
        self.encoded: list[str] = []
        self.common: list[str] = []

    def encode(self, texts: Sequence[str], kind: TextKind) -> Any:
        """See `Encoder`."""
        self.encoded += texts
        return np.stack([self._row(text) for text in texts]) if texts else np.empty((0, self.dimension), np.float32)

    def rank_of(self, word: str) -> int | None:
        """See `Encoder`; the words of `common`, the most common first."""
        return self.common.index(word) if word in self.common else None

    def _row(self, text: str) -> Any:
        words = [self.same.get(word, word) for word in re.findall(r"\w+", text[:10_000].lower())]
        total = sum((_direction(word, self.dimension) for word in words), start=_direction("", self.dimension) / 100)
        return (total / np.linalg.norm(total)).astype(np.float32)


def use_fake_encoder(app: Flask, encoder: Any = None) -> Any:
    """Have the site encode with a fake, or with what is given; returns it."""
    used = encoder or FakeEncoder()
    encoding.use(app, encoding.Encoding(EncoderKind(used.name, RECIPE, lambda folder: used), Path("/nowhere")))
    return used


def _direction(word: str, dimension: int) -> Any:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension)
