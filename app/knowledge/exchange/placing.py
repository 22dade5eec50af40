"""In which category a page belongs, and how categories are called."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.foundation.text import one_line, slugified
from app.knowledge.categories import DEEPEST
from app.knowledge.exchange import frontmatter, ownformat
from app.knowledge.exchange.dialects.base import Outline, Page, Place
from app.knowledge.exchange.reading import Tree, read_text
from app.knowledge.exchange.report import Report
from app.knowledge.exchange.titles import in_words

OTHERS = "Other articles"
_NO_CATEGORY = ("docs", "content", "articles", "src", "pages", "posts", "_posts", "_docs", "_articles")


@dataclass(frozen=True)
class CategoryFile:
    """What `_category.yml` says of a folder."""

    path: str
    title: str
    description: str
    position: int
    redirects: tuple[str, ...]
    translations: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Titles and descriptions in other languages, by language."""


@dataclass
class Places:
    """The categories of a tree: titles by path, in order of appearance, and what category files add."""

    outlines: Sequence[Outline]
    files: Mapping[str, CategoryFile]
    top: str
    is_export: bool = False
    titles: dict[str, str] = field(default_factory=dict)
    neighbours: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Tree, pages: Mapping[str, Page], outlines: Sequence[Outline], report: Report) -> Places:
        """Find where the folders of categories begin and read the category files."""
        folders = [posixpath.dirname(page.group) for page in pages.values()]
        top = posixpath.commonpath([folder or "." for folder in folders]).lstrip(".") if folders else ""
        if top and posixpath.basename(top) not in _NO_CATEGORY and tree.find(f"{top}/{ownformat.CATEGORY_FILE}"):
            top = posixpath.dirname(top)
        is_export = ownformat.is_export(tree)
        if is_export:
            top = ownformat.ARTICLES
        return cls([each for each in outlines if each.places], _category_files(tree, top, report), top, is_export)

    def place(self, page: Page) -> tuple[str, int]:
        """The category path of a page ("" for none) and its position, 0 when nothing tells."""
        if self.is_export:
            return self._folder(posixpath.dirname(page.path), is_outside=False), _position(page, None)
        found = next((outline.places[page.path] for outline in self.outlines if page.path in outline.places), None)
        position = _position(page, found)
        given = page.header.get("category") or page.header.get("categories")
        names = ownformat.words(given, split="/")
        if names:
            return self._named(
                [name if name != name.lower() or " " in name else in_words(name) for name in names]
            ), position
        if found is not None:
            return self._named(found.titles), position
        neighbours = self._shared(posixpath.dirname(page.path))
        if neighbours:
            return self._named(neighbours), position
        return self._folder(posixpath.dirname(page.group), is_outside=bool(self.outlines)), position

    def _shared(self, folder: str) -> Sequence[str]:
        """The category that holds all pages of a folder that a table of contents names; empty when they lie apart."""
        if not self.neighbours:
            for outline in self.outlines:
                for path, place in outline.places.items():
                    self.neighbours.setdefault(posixpath.dirname(path), []).append(place.titles)
        named = self.neighbours.get(folder, [])
        return posixpath.commonprefix(named) if len(named) > 1 else ()

    def _named(self, names: Sequence[str]) -> str:
        path = ""
        for name in names[:DEEPEST]:
            path = f"{path}/{slugified(name)}".lstrip("/")
            self.titles.setdefault(path, one_line(name)[:200])
        return path

    def _folder(self, folder: str, *, is_outside: bool) -> str:
        inside = posixpath.relpath(folder or ".", self.top or ".") if folder != self.top else ""
        parts = [part for part in inside.split("/") if part not in ("", ".", "..")]
        while parts and not is_outside and parts[0] in _NO_CATEGORY and not self.files and not self.is_export:
            parts.pop(0)
        if is_outside:
            return self._named([OTHERS, *map(in_words, parts)])
        path = ""
        for part in parts[:DEEPEST]:
            path = f"{path}/{slugified(part)}".lstrip("/")
            title = self.files[path].title if path in self.files else ""
            self.titles.setdefault(path, title or in_words(part))
        return path


def _position(page: Page, place: Place | None) -> int:
    for key in ("position", "order", "nav_order", "sidebar_position", "weight"):
        value = page.header.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**6:
            return int(value)
    return place.position if place else 0


def _category_files(tree: Tree, top: str, report: Report) -> dict[str, CategoryFile]:
    found = {}
    for path in tree.named(ownformat.CATEGORY_FILE):
        inside = posixpath.relpath(posixpath.dirname(path) or ".", top or ".")
        if inside in (".", "") or inside.startswith(".."):
            continue
        try:
            loaded = frontmatter.load(read_text(tree, path, report) or "")
        except frontmatter.BrokenYaml as error:
            report.problem(path, f"category file {error}", error.line)
            continue
        if not isinstance(loaded, dict) or "title" not in loaded:
            continue
        position = loaded.get("position")
        found["/".join(slugified(part) for part in inside.split("/"))] = CategoryFile(
            path=path,
            title=one_line(str(loaded.get("title") or ""))[:200],
            description=loaded["description"] if isinstance(loaded.get("description"), str) else "",
            position=position if isinstance(position, int) and abs(position) < 10**6 else 0,
            redirects=tuple(ownformat.words(loaded.get("redirects"))),
            translations=_translations(loaded.get("translations")),
        )
    return found


def _translations(value: object) -> dict[str, tuple[str, str]]:
    """`{"de": {"title": …, "description": …}}` or `{"de": title}`; whatever else was written counts as not given."""
    found = {}
    for language, said in value.items() if isinstance(value, dict) else ():
        words = said if isinstance(said, dict) else {"title": said}
        title = ownformat.short(words.get("title"), 200)
        if ownformat.is_language(language) and one_line(title):
            found[str(language)] = (one_line(title), one_line(ownformat.short(words.get("description"), 2000)))
    return found
