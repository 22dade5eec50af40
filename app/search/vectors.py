"""What documents mean: the vectors of their texts, made by the worker, kept beside the index and safe to delete.

A vector is kept as 8-bit numbers with one scale, a quarter of the memory and of the time to compare, and cosines differ
from exact ones by less than 0.01. Every process holds all vectors in memory and reads what has changed since.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Name = tuple[str, str]
Vector = NDArray[np.float32]

_TIMEOUT = 10.0
_SCHEMA = """
create table if not exists meta (id text not null);
create table if not exists documents (
  seq integer primary key autoincrement, encoder text not null, kind text not null, key text not null,
  digest text not null, own integer not null, chunks integer not null,
  texts blob not null, numbers blob not null, scales blob not null, unique (encoder, kind, key)
);
"""


class VectorsUnavailable(Exception):
    """The file of vectors cannot be read or written; search goes on by words. `is_damaged`: it never will be."""

    def __init__(self, message: str, *, is_damaged: bool = False) -> None:
        super().__init__(message)
        self.is_damaged = is_damaged


@dataclass(frozen=True)
class DocumentVectors:
    """The vectors of one document, row by row: `own` of its texts, then its learned questions.

    Of its own texts the first is the title, the second title and body together, the last `chunks` its passages. `texts`
    are fingerprints of what was encoded, of shape (n,); `numbers` int8 of shape (n, dimension); `scales` float32 of
    shape (n,): row times scale is the vector. `digest` is that of the document.
    """

    kind: str
    key: str
    digest: str
    own: int
    chunks: int
    texts: NDArray[np.uint64]
    numbers: NDArray[np.int8]
    scales: NDArray[np.float32]


def quantised(vectors: Vector) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows of length 1, of shape (n, dimension), as 8-bit numbers and the scale of each row."""
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / 127).astype(np.float32)
    scales[scales == 0] = 1.0
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales


class VectorStore:
    """The file. One process writes at a time; any number read."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "vectors.db"
        self._mark = folder / "vectors.mark"

    def mark(self) -> tuple[int, int] | None:
        """Changes with every write; None when there are no vectors. Costs one stat."""
        try:
            status = self._mark.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def is_there(self) -> bool:
        """Whether the file is there. Costs one stat."""
        return self._file.exists()

    def identity(self) -> str:
        """Which file it is: another one after the first was deleted. Raises VectorsUnavailable."""
        with self._opened() as database:
            return str(database.execute("select id from meta").fetchone()[0])

    def digests(self, encoder: str) -> dict[Name, str]:
        """Digest of each document that has vectors of this encoder. Raises VectorsUnavailable."""
        if not self.is_there():
            return {}
        with self._opened() as database:
            rows = database.execute("select kind, key, digest from documents where encoder = ?", (encoder,))
            return {(kind, key): digest for kind, key, digest in rows if digest}

    def of(self, encoder: str, dimension: int, names: Iterable[Name]) -> dict[Name, DocumentVectors]:
        """What is kept of these documents. Raises VectorsUnavailable."""
        if not self.is_there():
            return {}
        found = {}
        with self._opened() as database:
            for kind, key in names:
                row = database.execute(
                    "select kind, key, digest, own, chunks, texts, numbers, scales from documents"
                    " where encoder = ? and kind = ? and key = ?",
                    (encoder, kind, key),
                ).fetchone()
                if row is not None:
                    found[kind, key] = _read(row, dimension)
        return found

    def since(self, encoder: str, dimension: int, seq: int) -> Iterator[tuple[int, DocumentVectors]]:
        """Number and vectors of what was written after a number, in order; those of gone documents have no rows.

        Raises VectorsUnavailable.
        """
        with self._opened() as database:
            rows = database.execute(
                "select seq, kind, key, digest, own, chunks, texts, numbers, scales from documents"
                " where encoder = ? and seq > ? order by seq",
                (encoder, seq),
            )
            for number, *row in rows:
                yield number, _read(row, dimension)

    def write(self, encoder: str, changed: Sequence[DocumentVectors], gone: Iterable[Name] = ()) -> None:
        """Put vectors in place of those that the documents had. Raises VectorsUnavailable."""
        nothing = np.zeros(0)
        empty = (nothing.astype(np.uint64), nothing.astype(np.int8), nothing.astype(np.float32))
        changed = [*changed, *(DocumentVectors(kind, key, "", 0, 0, *empty) for kind, key in gone)]
        rows = [(encoder, each.kind, each.key, each.digest, each.own, each.chunks, *_blobs(each)) for each in changed]
        with self._written() as database:
            database.executemany(
                "insert or replace into documents (encoder, kind, key, digest, own, chunks, texts, numbers, scales)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def forget_others(self, encoder: str) -> None:
        """Delete the vectors of all other encoders. Raises VectorsUnavailable."""
        with self._opened() as database:
            others = database.execute("select 1 from documents where encoder != ? limit 1", (encoder,)).fetchone()
        if others:
            with self._written() as database:
                database.execute("delete from documents where encoder != ?", (encoder,))

    @contextlib.contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._opened(create=True) as database:
            database.execute("pragma journal_mode = wal")
            # What the last moment before a power cut made is made again: no write has to wait for the disk.
            database.execute("pragma synchronous = normal")
            database.executescript(_SCHEMA)
            if database.execute("select 1 from meta").fetchone() is None:
                database.execute("insert into meta values (?)", (secrets.token_hex(8),))
            yield database
            database.commit()
        self._set_mark()

    def tell_readers(self) -> None:
        """Have readers look again when whoever wrote last died before telling them."""
        try:
            is_told = self._mark.stat().st_mtime_ns >= self._file.stat().st_mtime_ns
        except OSError:
            is_told = not self._file.exists()
        if not is_told:
            self._set_mark()

    def _set_mark(self) -> None:
        aside = self._mark.with_name(f"vectors.mark.{os.getpid()}.{threading.get_ident()}")
        aside.write_text("Changes whenever vectors.db does.\n", encoding="ascii")
        aside.replace(self._mark)

    def remove(self) -> None:
        """Delete the file; its vectors have to be made again."""
        self._mark.unlink(missing_ok=True)
        for path in (self._file, *self._file.parent.glob(f"{self._file.name}-*")):
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _opened(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            if not create and not self._file.exists():
                raise sqlite3.OperationalError("there is no such file")
            database = sqlite3.connect(self._file, timeout=_TIMEOUT, check_same_thread=False)
            with contextlib.closing(database):
                yield database
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            is_passing = isinstance(error, (sqlite3.OperationalError, OSError))
            # A file that was never finished, or is of another version, lacks a table or a column.
            is_damaged = not is_passing or str(error).startswith(("no such table", "no such column"))
            raise VectorsUnavailable(
                f"The vectors in {self._file} cannot be used: {error}.", is_damaged=is_damaged
            ) from error


def _read(row: Sequence[object], dimension: int) -> DocumentVectors:
    kind, key, digest, own, chunks, texts, numbers, scales = row
    found = DocumentVectors(
        str(kind),
        str(key),
        str(digest),
        int(own),  # type: ignore[call-overload]  # SQLite's rows have no types
        int(chunks),  # type: ignore[call-overload]
        np.frombuffer(texts, np.uint64),  # type: ignore[call-overload]
        np.frombuffer(numbers, np.int8).reshape(-1, dimension),  # type: ignore[call-overload]
        np.frombuffer(scales, np.float32),  # type: ignore[call-overload]
    )
    if not len(found.texts) == len(found.numbers) == len(found.scales) >= found.own >= found.chunks:
        raise ValueError(f"the vectors of the {kind} {key} are not whole")
    return found


def _blobs(each: DocumentVectors) -> tuple[bytes, bytes, bytes]:
    return each.texts.tobytes(), each.numbers.tobytes(), each.scales.tobytes()
