"""A folder of files as strangers left it: which files there are, and their text whatever it was saved as."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from app.foundation.text import cleaned
from app.knowledge.exchange.report import Report

MARKDOWN = (".md", ".markdown", ".mdx")
LARGEST_TEXT = 2 * 2**20
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "vendor", "_site", "_layouts", "_sass", "_plugins"})
_HIDDEN_BUT_READ = frozenset({".openpublishing.redirection.json", ".order"})
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13})


@dataclass(frozen=True)
class Tree:
    """The files below a folder, by their paths from it with `/` between, in order."""

    root: Path
    files: tuple[str, ...]
    _by_lower: dict[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, root: Path, report: Report) -> Tree:
        """Look through a folder. Links and hidden folders are not followed."""
        files = sorted(_walk(root, report, frozenset() if (root / "knowledge.yml").is_file() else _SKIPPED_FOLDERS))
        return cls(root, tuple(files), {path.lower(): path for path in files})

    def find(self, path: str) -> str | None:
        """The file of this path, with the capitals it really has; None when there is none."""
        return self._by_lower.get(path.lower())

    def where(self, path: str) -> Path:
        """Where the file lies on the disk."""
        return self.root / path

    def named(self, *names: str) -> list[str]:
        """The files with one of these names (in lower case), in any folder."""
        return [path for path in self.files if PurePosixPath(path).name.lower() in names]

    @cached_property
    def markdown_set(self) -> frozenset[str]:
        """The Markdown files."""
        return frozenset(path for path in self.files if path.lower().endswith(MARKDOWN))


def read_text(tree: Tree, path: str, report: Report, *, largest: int = LARGEST_TEXT) -> str | None:
    """The text of a file, cleaned, with Unix line ends; None when it cannot be text, which is reported.

    UTF-8 and UTF-16 are read as what they are; anything else as Windows-1252, with a note.
    """
    file = tree.where(path)
    try:
        if file.stat().st_size > largest:
            report.problem(path, f"is larger than {largest // 2**20} MB and was left out: split it")
            return None
        content = file.read_bytes()
    except OSError as error:
        report.problem(path, f"cannot be read ({error.strerror}) and was left out")
        return None
    decoded = _decoded(content)
    if decoded is None:
        report.problem(path, "is not text and was left out")
        return None
    text, charset = decoded
    if charset == "cp1252":
        report.problem(path, "is not UTF-8 and was read as Windows-1252: check its special letters")
    if "\0" in text:
        report.problem(path, "holds NUL characters, which were removed", text[: text.index("\0")].count("\n") + 1)
    return cleaned(text)


def line_of(text: str, needle: str) -> int:
    """The line, from 1, on which the words first stand; 0 when they do not."""
    found = text.find(needle) if needle else -1
    return text.count("\n", 0, found) + 1 if found >= 0 else 0


def _decoded(content: bytes) -> tuple[str, str] | None:
    for mark, charset in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(charset, errors="replace"), charset
    controls = len(content) - len(content.translate(None, _CONTROLS))
    if controls > 8 and controls * 100 > len(content):
        return None
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def _walk(root: Path, report: Report, skipped: frozenset[str]) -> Iterable[str]:
    for folder, below, names in os.walk(root):
        here = Path(folder).relative_to(root)
        for name in [name for name in below if Path(folder, name).is_symlink()]:
            report.problem((here / name).as_posix(), "is a symbolic link and was not followed")
        below[:] = sorted(
            name
            for name in below
            if not name.startswith(".") and name not in skipped and not Path(folder, name).is_symlink()
        )
        for name in names:
            path = (here / name).as_posix()
            if Path(folder, name).is_symlink():
                report.problem(path, "is a symbolic link and was not followed")
            elif any("\ud800" <= letter <= "\udfff" for letter in path):
                report.problem(
                    path.encode("utf-8", "replace").decode(), "has a name that is not UTF-8 and was left out"
                )
            elif not Path(folder, name).is_file():
                report.problem(path, "is a pipe or a device and was left out")  # reading one may never end
            elif not name.startswith(".") or name in _HIDDEN_BUT_READ:
                yield path
