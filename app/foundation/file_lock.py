"""A lock that only one process of an installation can hold. However the process ends, the system frees it."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path


class AlreadyHeld(Exception):
    """Another process holds the lock."""


class FileLock:
    """A lock on a file that also keeps a few words: `with lock:` holds it. Not to be entered twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1

    def __enter__(self) -> FileLock:
        """Take the lock. Raises AlreadyHeld at once when another process holds it."""
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise AlreadyHeld(str(self.path)) from error
        self.touch()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def is_held(self) -> bool:
        """Whether a process holds the lock just now; looking is no sign of life of its holder."""
        try:
            file = os.open(self.path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def read(self) -> str:
        """The words that the last holder wrote."""
        return os.pread(self._file, 1000, 0).decode("utf-8", "replace").strip()

    def write(self, words: str) -> None:
        """Leave words for the next holder."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, words.encode(), 0)

    def touch(self) -> None:
        """Show that the holder is alive."""
        os.utime(self._file)

    def silence(self) -> float | None:
        """Seconds since the holder last showed that it is alive; None when there never was one."""
        try:
            return max(0.0, time.time() - self.path.stat().st_mtime)
        except FileNotFoundError:
            return None
