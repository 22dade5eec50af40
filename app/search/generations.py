"""Folders of an index: each generation in one of its own, and a small file that points at the one in force.

<folder>/g000003/…    a whole index
<folder>/current      which folder is in force and how often it was written, replaced in one step
<folder>/writer.lock  held by the one process that writes; the system frees it when the process dies
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.foundation.file_lock import AlreadyHeld, FileLock
from app.search.engines.base import EngineBusy, EngineUnavailable

#: The layout of folders and fields. An index of another format counts as unavailable and is rebuilt.
FORMAT = 3


@dataclass(frozen=True)
class Pointer:
    """Which generation is in force, and the number of its last commit."""

    generation: str
    commit: int


class Generations:
    """The generations of one index folder. Threads of a process share one such object."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "current"
        self._mutex = threading.RLock()
        self._depth = 0
        self._read: tuple[tuple[int, int, int], Pointer] | None = None

    def stamp(self) -> tuple[int, int, int]:
        """Changes with every commit; costs one stat. Raises EngineUnavailable when there is no index."""
        try:
            status = self._pointer.stat()
        except OSError as error:
            raise EngineUnavailable(f"There is no search index in {self.folder}.") from error
        return status.st_ino, status.st_mtime_ns, status.st_size

    def current(self) -> Pointer:
        """What is in force. Raises EngineUnavailable when there is nothing, or it is of another format."""
        stamp = self.stamp()
        known = self._read
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            told = json.loads(self._pointer.read_text(encoding="ascii"))
            is_ours = told["format"] == FORMAT
            pointer = Pointer(str(told["generation"]), int(told["commit"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EngineUnavailable(f"The file {self._pointer} cannot be read.") from error
        if not is_ours or Path(pointer.generation).name != pointer.generation:
            raise EngineUnavailable(f"The search index in {self.folder} is of another format.")
        self._read = (stamp, pointer)
        return pointer

    def path(self, generation: str) -> Path:
        """The folder of a generation."""
        return self.folder / generation

    def point_at(self, pointer: Pointer) -> None:
        """Put this generation and commit in force, in one step."""
        aside = self.folder / f"current.{os.getpid()}.{threading.get_ident()}"
        told = {"format": FORMAT, "generation": pointer.generation, "commit": pointer.commit}
        with open(aside, "w", encoding="ascii") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._pointer)

    @contextlib.contextmanager
    def only_writer(self) -> Iterator[None]:
        """Be the only thread of the only process that writes. Raises EngineBusy when another process does."""
        with self.writing_process(), self._mutex:
            yield

    @contextlib.contextmanager
    def writing_process(self) -> Iterator[None]:
        """Keep other processes from writing; threads of this one may still. Raises EngineBusy when another does."""
        with self._mutex:
            if self._depth == 0:
                self._take_lock()
            self._depth += 1
        try:
            yield
        finally:
            with self._mutex:
                self._depth -= 1
                if self._depth == 0:
                    self._lock.__exit__()

    def new_folder(self) -> Path:
        """An empty folder for the next generation. Only for the process that writes."""
        self._remove_all_but(self._in_force())
        numbers = [int(path.name[1:]) for path in self.folder.glob("g[0-9]*") if path.name[1:].isdigit()]
        path = self.folder / f"g{max(numbers, default=0) + 1:06d}"
        path.mkdir(parents=True)
        return path

    def remove_old(self) -> None:
        """Delete all generations but the one in force. Only for the process that writes."""
        self._remove_all_but(self._in_force())

    def _in_force(self) -> str:
        try:
            return self.current().generation
        except EngineUnavailable:
            return ""

    def _remove_all_but(self, kept: str) -> None:
        for path in self.folder.glob("g[0-9]*"):
            if path.is_dir() and path.name != kept:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob("current.*"):
            path.unlink(missing_ok=True)

    def _take_lock(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self.folder / "writer.lock")
        try:
            self._lock.__enter__()
        except AlreadyHeld as error:
            raise EngineBusy(f"Another process writes to the search index in {self.folder}.") from error
