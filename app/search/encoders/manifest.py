"""The list that lies beside an encoder's files and says which encoder they are and what they hold."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from app.search.encoders.base import EncoderUnavailable

MANIFEST = "manifest.json"
_FORMAT = 1

_ADVICE = "Run 'flask search prepare-encoder'."

Stamp = tuple[int, int, int]


def write(folder: Path, name: str) -> None:
    """Write down what the folder holds now, as the encoder of this name."""
    hashes = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    told = {"format": _FORMAT, "name": name, "sha256": hashes}
    (folder / MANIFEST).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def check(folder: Path, name: str) -> None:
    """Make sure that the folder holds the encoder of this name, whole; reads all of it, some 20 ms for 20 MB.

    Raises:
        EncoderUnavailable: it does not.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        is_ours = told["format"] == _FORMAT and told["name"] == name
        hashes = dict(told["sha256"])
    except FileNotFoundError as error:
        raise EncoderUnavailable(f"The encoder {name} is not prepared in {folder}. {_ADVICE}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderUnavailable(f"The file {folder / MANIFEST} cannot be read. {_ADVICE}") from error
    if not is_ours:
        raise EncoderUnavailable(f"The folder {folder} holds another encoder than {name}. {_ADVICE}")
    for file, expected in hashes.items():
        try:
            is_whole = Path(file).name == file and sha256_of(folder / file) == expected
        except OSError as error:
            raise EncoderUnavailable(
                f"The file {folder / file} cannot be read ({error.strerror}). {_ADVICE}"
            ) from error
        if not is_whole:
            raise EncoderUnavailable(f"The file {folder / file} is damaged. {_ADVICE}")


def stamp(folder: Path) -> Stamp | None:
    """Changes whenever the folder is prepared anew; costs one stat. None: it is not prepared."""
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
