"""Cuts a text into the likeliest pieces out of those that a model knows: what SentencePiece's unigram does.

In plain Python, because the pieces of many languages take a library five times the memory.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator, Sequence

Piece = tuple[str, float]
"""The letters of a piece and the logarithm of how likely it is. Its place in the list is its number."""

SPACE = "▁"
"""Stands for a space, and at the beginning of a text."""
_UNKNOWN = 0
_WORSE_THAN_ANY = 10.0
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x8f\x9f\u200b-\u200f\u2060\u2061\ufeff\ufffd]")


class Unigram:
    """Knows pieces, and gives the numbers of those that a text is made of."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._numbers = {letters: number for number, (letters, _) in enumerate(pieces)}
        self._scores = [score for _, score in pieces]
        self._longest = max(map(len, self._numbers), default=0)
        self._worst = min(self._scores, default=0.0) - _WORSE_THAN_ANY

    def numbers(self, text: str) -> list[int]:
        """The numbers of the likeliest pieces, in order; 0 for a letter that is in none, and for a text of nothing."""
        written = "".join(SPACE + word for word in plain(text).split())
        if not written:
            return [_UNKNOWN]
        # For each place the likeliest way there: how likely, from which place, with which piece.
        ways = [(0.0, 0, _UNKNOWN)] + [(float("-inf"), 0, _UNKNOWN)] * len(written)
        for start in range(len(written)):
            likely = ways[start][0]
            ways[start + 1] = max(ways[start + 1], (likely + self._worst, start, _UNKNOWN), key=_likely)
            for end in range(start + 1, min(start + self._longest, len(written)) + 1):
                number = self._numbers.get(written[start:end])
                if number is not None and likely + self._scores[number] > ways[end][0]:
                    ways[end] = (likely + self._scores[number], start, number)
        found = []
        place = len(written)
        while place:
            _, place, number = ways[place]
            found.append(number)
        return found[::-1]


def _likely(way: tuple[float, int, int]) -> float:
    return way[0]


def plain(text: str) -> str:
    """The text with its letters in their plain forms and without what cannot be seen."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def read_sentencepiece(content: bytes) -> list[Piece]:
    """The pieces of a SentencePiece model, a protocol buffer: its fields 1, each with letters 1 and a score 2."""
    pieces = []
    for field, value in _fields(content):
        if field == 1 and isinstance(value, bytes):
            piece = dict(_fields(value))
            letters, score = piece.get(1, b""), piece.get(2, b"\0\0\0\0")
            if isinstance(letters, bytes) and isinstance(score, bytes):
                pieces.append((letters.decode("utf-8"), float(struct.unpack("<f", score)[0])))
    return pieces


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer: numbers as they are, everything else as bytes."""
    place = 0
    while place < len(content):
        key, place = _number(content, place)
        if key & 7 == 0:
            value, place = _number(content, place)
            yield key >> 3, value
            continue
        length = {1: 8, 5: 4}.get(key & 7)
        if length is None:
            length, place = _number(content, place)
        yield key >> 3, content[place : place + length]
        place += length


def _number(content: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the place behind it."""
    found = shift = 0
    while True:
        byte = content[place]
        found |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return found, place
