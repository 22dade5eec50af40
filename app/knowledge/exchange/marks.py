"""Marks that stand in a planned body for what a link leads to, until the ids of articles are known."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anyascii import anyascii

_PAGE, _FILE, _END, _IN = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_MARK = re.compile(f"([{_PAGE}{_FILE}])([^{_END}]*){_END}")
_SAFE_NAME = re.compile(r"[^\s/\\()\"'<>%#?]{1,120}")


def for_page(path: str, language: str = "") -> str:
    """The mark for a page of the tree; with `language` the link keeps to that language."""
    return f"{_PAGE}{path}{_IN}{language}{_END}"


def for_file(path: str) -> str:
    """The mark for any other file of the tree."""
    return f"{_FILE}{path}{_END}"


def files_in(body: str) -> list[str]:
    """The files that a body has marks for, in order."""
    return [match[2] for match in _MARK.finditer(body) if match[1] == _FILE]


def filename(path: str) -> str:
    """The name under which a file is stored: its own where an address can hold it, else one made of it."""
    name = posixpath.basename(path)
    if _SAFE_NAME.fullmatch(name) and name not in (".", ".."):
        return name
    stem, suffix = posixpath.splitext(anyascii(name))
    made = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:100] or "file"
    return made + re.sub(r"[^A-Za-z0-9.]", "", suffix)[:12]


@dataclass(frozen=True)
class Resolver:
    """Turns marks into stored addresses.

    `page` gives (article id, language) of a path, `languages` those of an article, `file` the address of a file.
    """

    page: Callable[[str], tuple[int, str] | None]
    languages: Mapping[int, set[str]]
    file: Callable[[str], str]

    def resolved(self, body: str, language: str) -> str:
        """The body of a text in this language with every mark replaced.

        A link keeps to its language only where it leads out of the text's own language although it need not.
        """

        def address(match: re.Match[str]) -> str:
            if match[1] == _FILE:
                return self.file(match[2])
            path, _, forced = match[2].partition(_IN)
            found = self.page(path)
            if found is None:
                return path
            article_id, target_language = found
            if not forced and target_language != language and language in self.languages.get(article_id, ()):
                forced = target_language
            return f"article:{article_id}:{forced}" if forced else f"article:{article_id}"

        return _MARK.sub(address, body)
