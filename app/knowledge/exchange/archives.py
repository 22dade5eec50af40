"""Unpacking archives that strangers made: nothing leaves the folder, nothing is larger than it may be.

Bytes are counted while they are written; what the archive says about its sizes is not believed.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from app.foundation.errors import InvalidInput
from app.knowledge.exchange.report import Report

SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar")
MOST_ENTRIES = 100_000
MOST_BYTES = 4 * 2**30
# Text packs about 5:1 and the best that deflate can do is 1032:1, so this is far from every honest archive.
LARGEST_RATIO = 100
FREE_BYTES = 10 * 2**20
_CHUNK = 2**18


@dataclass(frozen=True)
class _Entry:
    name: str
    is_link: bool
    content: IO[bytes] | None


def is_archive(path: Path) -> bool:
    """Whether the name is that of an archive that can be unpacked."""
    return path.name.lower().endswith(SUFFIXES) and path.is_file()


def unpack(archive: Path, into: Path, report: Report) -> Path:
    """Unpack an archive into an empty folder.

    Entries that would leave the folder, links, repeated names and damaged entries are left out and reported.

    Returns:
        The folder to go on with: `into`, or the one folder that everything in the archive lies in.

    Raises:
        InvalidInput: it is no archive, it is damaged as a whole, or it unpacks to far more than it should.
    """
    most = min(MOST_BYTES, archive.stat().st_size * LARGEST_RATIO + FREE_BYTES)
    written = 0
    try:
        for number, entry in enumerate(_entries(archive, report)):
            if number >= MOST_ENTRIES:
                raise InvalidInput(
                    f"{archive.name} has more than {MOST_ENTRIES} entries: unpack it yourself and give the folder."
                )
            target = _target(entry, into, report)
            if target is not None and entry.content is not None:
                written += _write(entry, entry.content, target, most - written, archive, report)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InvalidInput(f"{archive.name} cannot be unpacked ({error}): it is damaged or no archive.") from error
    inside = list(into.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else into


def _entries(archive: Path, report: Report) -> Iterator[_Entry]:
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                if info.is_dir():
                    continue
                is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
                if info.flag_bits & 0x1:
                    report.problem(info.filename, "is encrypted and was left out")
                    continue
                try:
                    content: IO[bytes] | None = None if is_link else opened.open(info)
                except (zipfile.BadZipFile, NotImplementedError) as error:
                    report.problem(info.filename, f"is damaged in the archive and was left out ({error})")
                    continue
                yield _Entry(info.filename, is_link, content)
        return
    with tarfile.open(archive, mode="r:*") as tar:
        for member in tar:
            if member.isdir():
                continue
            yield _Entry(member.name, not member.isreg(), tar.extractfile(member) if member.isreg() else None)


def _target(entry: _Entry, into: Path, report: Report) -> Path | None:
    name = entry.name.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if entry.is_link:
        report.problem(name, "is a link or a device and was left out")
    elif not parts or name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        report.problem(name, "would lie outside of the folder and was left out")
    elif (target := into.joinpath(*parts)).exists():
        report.problem(name, "is in the archive twice; the first one was taken")
    else:
        return target
    return None


def _write(entry: _Entry, content: IO[bytes], target: Path, most: int, archive: Path, report: Report) -> int:
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with content as source, target.open("wb") as file:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > most:
                    raise InvalidInput(
                        f"{archive.name} unpacks to more than {LARGEST_RATIO} times its size: "
                        "if that is right, unpack it yourself and give the folder."
                    )
                file.write(chunk)
    except (zipfile.BadZipFile, zlib.error) as error:
        target.unlink(missing_ok=True)
        report.problem(entry.name, f"is damaged in the archive and was left out ({error})")
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        report.problem(entry.name, "is a file and a folder at once in the archive and was left out")
    except OSError as error:
        if error.errno != 36:  # name too long: only this entry suffers; a full disk concerns everything
            raise
        report.problem(entry.name[:80] + "…", "has a name that is too long and was left out")
    return written
