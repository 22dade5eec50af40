"""The port for encoders, which turn texts into vectors of meaning. No encoder is part of the site yet."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol


class TextKind(StrEnum):
    """What a text is to a search; some encoders treat questions and answers apart."""

    QUERY = "query"
    PASSAGE = "passage"


class EncoderUnavailable(Exception):
    """The encoder or its weights cannot be used here; search goes on without it and says so."""


class Encoder(Protocol):
    """Turns texts into vectors whose inner product says how alike they are.

    `name` names weights and settings for good: vectors of encoders with different names are never compared.
    `dimension` is the length of every vector. `languages` are the base languages it was made for; empty is all.
    """

    name: str
    dimension: int
    languages: frozenset[str]

    def encode(self, texts: Sequence[str], kind: TextKind) -> Any:
        """A float32 array of shape (len(texts), dimension), each row of Euclidean length 1, in the order of the texts.

        An empty text gives a row too. The same text gives the same row, whatever stands beside it.

        Raises:
            EncoderUnavailable: the weights cannot be read.
        """
