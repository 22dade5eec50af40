"""Which files of a tree are articles, in which language, and what is left out and why."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.foundation.text import folded
from app.knowledge.exchange import frontmatter, languages, ownformat
from app.knowledge.exchange.dialects import DIALECTS, Dialect, Page
from app.knowledge.exchange.includes import is_include
from app.knowledge.exchange.reading import LARGEST_TEXT, Tree, read_text
from app.knowledge.exchange.report import Report
from app.knowledge.redirects import normalised

_OF_THE_REPOSITORY = re.compile(
    r"(?:license|licence|copying|notice|contributing|code[-_]of[-_]conduct|security|changelog|thirdpartynotices?|manifest)\b.*",
    re.IGNORECASE,
)
#: Marks of our own in a text on its way; they stand for link targets, so no file may bring its own.
PRIVATE = re.compile("[\ufdd0-\ufdef]")


@dataclass(frozen=True)
class Sources:
    """The pages by path, in order, and the dialects that the tree is written in."""

    pages: dict[str, Page]
    dialects: tuple[Dialect, ...]


def read_sources(tree: Tree, report: Report, *, default_language: str) -> Sources:
    """Read every Markdown file that is an article."""
    pages: dict[str, Page] = {}
    is_export = ownformat.is_export(tree)
    for path in tree.files:
        why = _why_left_out(path, tree, is_export=is_export)
        if why:
            report.leave_out(path, why)
        elif path in tree.markdown_set:
            page = _page(path, tree, report, is_export=is_export)
            if page is not None:
                pages[path] = page
    dialects = tuple(each for each in DIALECTS if not is_export and each.is_spoken(tree, list(pages.values())))
    for path in list(pages):
        why = next(filter(None, (dialect.leaves_out(path) for dialect in dialects)), "")
        if why:
            report.leave_out(path, why)
            del pages[path]
    if is_export:
        for page in pages.values():
            page.language = (
                page.header["language"] if ownformat.is_language(page.header.get("language")) else default_language
            )
            page.group = page.path
    else:
        _name_languages(pages, default_language)
    _join_by_key(pages)
    _part_doubles(list(pages.values()), report)
    report.dialects = ["our own export"] if is_export else [dialect.name for dialect in dialects]
    return Sources(pages, dialects)


def _why_left_out(path: str, tree: Tree, *, is_export: bool) -> str:
    name = posixpath.basename(path)
    if is_export:
        return "earlier text of an article" if path in tree.markdown_set and ownformat.is_history(path) else ""
    if "/" not in path and _OF_THE_REPOSITORY.fullmatch(name):
        return "file of the repository"
    if path not in tree.markdown_set:
        return ""
    if is_include(path):
        return "file that others include"
    return ""


def _page(path: str, tree: Tree, report: Report, *, is_export: bool) -> Page | None:
    text = read_text(tree, path, report, largest=ownformat.LARGEST_TEXT if is_export else LARGEST_TEXT)
    if text is None:
        return None
    try:
        header, body = frontmatter.split(text)
    except frontmatter.BrokenYaml as error:
        report.problem(path, f"front matter {error}; the file was left out", error.line)
        return None
    if posixpath.basename(path).lower().startswith("readme.") and "/" not in path and not header:
        report.leave_out(path, "file of the repository")
        return None
    if not body.strip() and not header:
        report.problem(path, "is empty and was left out")
        return None
    return Page(path, text, header, PRIVATE.sub("", body))


def _name_languages(pages: dict[str, Page], default_language: str) -> None:
    spoken = languages.by_path(pages)
    permalinks = {
        normalised(str(page.header["permalink"])): path for path, page in pages.items() if page.header.get("permalink")
    }
    for path, page in pages.items():
        page.group = spoken[path].group
        named = next(
            (code for key in ("language", "lang", "locale") if (code := languages.language_code(page.header.get(key)))),
            "",
        )
        page.language = named or spoken[path].language
        if not spoken[path].language and page.header.get("permalink"):
            code, rest = languages.permalink_language(normalised(str(page.header["permalink"])), frozenset(permalinks))
            if code:
                page.language = page.language or code
                page.group = spoken[permalinks[rest]].group
        page.language = page.language or default_language


def _join_by_key(pages: dict[str, Page]) -> None:
    """Files that give the same id, or the same translation key, are one article."""
    groups: dict[str, str] = {}
    for page in pages.values():
        identity = page.header.get("id")
        key = f"id {identity}" if isinstance(identity, int) and not isinstance(identity, bool) else ""
        if not key and isinstance(page.header.get("translation_key"), str):
            key = f"key {folded(page.header['translation_key'])}"
        if key:
            page.group = groups.setdefault(key, page.group)


def _part_doubles(pages: Sequence[Page], report: Report) -> None:
    """Two files cannot be one article in one language: the second becomes an article of its own."""
    seen: dict[tuple[str, str], str] = {}
    counts = Counter((page.group, page.language) for page in pages)
    for page in pages:
        if counts[page.group, page.language] > 1:
            first = seen.setdefault((page.group, page.language), page.path)
            if first != page.path:
                report.problem(
                    page.path, f"is the same article in the same language as {first}; it became one of its own"
                )
                page.group = page.path
                page.header.pop("id", None)
