"""Vectors kept between evaluations: texts that were encoded once are looked up by what they say.

Encoding a large collection takes minutes, and its texts are the same at the next run. Only the vectors of what is found
are kept; those of the questions that are asked are made anew, so that the times of searches are true.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.foundation.errors import ProductError
from app.search.encoders.base import Encoder, TextKind

_FILE = "vectors.sqlite"


class KeptVectors:
    """An encoder (see `Encoder`) that remembers what it encoded until `is_keeping` is set to False."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Raises ProductError when the folder cannot be used."""
        self.name, self.dimension, self.languages = encoder.name, encoder.dimension, encoder.languages
        self.is_keeping = True
        self._encoder = encoder
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._kept = sqlite3.connect(folder / _FILE, check_same_thread=False, isolation_level=None)
            self._kept.execute("pragma journal_mode=wal")
            self._kept.execute("pragma synchronous=off")
            self._kept.execute("create table if not exists vectors (name blob primary key, numbers blob) without rowid")
        except (OSError, sqlite3.Error) as error:
            raise ProductError(f"Vectors cannot be kept in {folder} ({error}): name another folder.") from error

    def encode(self, texts: Sequence[str], kind: TextKind) -> npt.NDArray[np.float32]:
        """See `Encoder`."""
        if not self.is_keeping:
            rows: npt.NDArray[np.float32] = self._encoder.encode(texts, kind)
            return rows
        rows = np.empty((len(texts), self.dimension), np.float32)
        missing: list[int] = []
        names = [self._name(text, kind) for text in texts]
        with self._lock:
            for place, name in enumerate(names):
                kept = self._kept.execute("select numbers from vectors where name = ?", (name,)).fetchone()
                if kept is None or len(kept[0]) != 4 * self.dimension:
                    missing.append(place)
                else:
                    rows[place] = np.frombuffer(kept[0], "<f4")
        if missing:
            rows[missing] = self._encoder.encode([texts[place] for place in missing], kind)
            made: list[tuple[bytes, Any]] = [(names[place], rows[place].astype("<f4").tobytes()) for place in missing]
            with self._lock:
                self._kept.execute("begin")
                self._kept.executemany("insert or replace into vectors values (?, ?)", made)
                self._kept.execute("commit")
        return rows

    def rank_of(self, word: str) -> int | None:
        """See `Encoder`."""
        return self._encoder.rank_of(word)

    def close(self) -> None:
        """Close the file."""
        self._kept.close()

    def _name(self, text: str, kind: TextKind) -> bytes:
        return hashlib.sha256(f"{self.name}\0{kind}\0{text}".encode("utf-8", "replace")).digest()
