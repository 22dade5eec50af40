"""An encoder that gives texts of documents random vectors at once, since encoding thousands of them takes many minutes.

What is asked is encoded by the encoder that is prepared on this machine, so that searches take the time that they take.
How many vectors a document has, how they are kept and how they are compared is what the product does; only what they
say is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import Flask

from app.search import encoding
from app.search.encoders import ENCODERS
from app.search.encoders.base import Encoder, EncoderKind, TextKind
from config import Settings


class MadeVectors:
    """See `Encoder`. Each passage gets a random row of length 1, of the encoder that it stands in for."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension, self.languages = encoder.name, encoder.dimension, encoder.languages
        self.rank_of = encoder.rank_of
        self._encoder = encoder
        self._chance = np.random.default_rng(5)

    def encode(self, texts: Sequence[str], kind: TextKind) -> Any:
        """See `Encoder`."""
        if kind is TextKind.QUERY:
            return self._encoder.encode(texts, kind)
        rows = self._chance.standard_normal((len(texts), self.dimension), np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def use_made_vectors(app: Flask) -> str:
    """Have the site at hand make vectors so; says in words what its searches run on. Needs its application context."""
    settings: Settings = app.extensions["settings"]
    real = encoding.current_encoder()
    if real is None:
        return f"words alone: {encoding.encoder_state()[1]}"
    kind = ENCODERS[settings.encoder]
    made = MadeVectors(real)
    use = EncoderKind(kind.name, kind.recipe, lambda _folder: made)
    encoding.use(app, encoding.Encoding(use, settings.encoders_dir / kind.name))
    return f"words and meaning: queries are encoded by {real.name}, vectors of documents are random"
