"""What the import wants to know of a dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.knowledge.exchange.reading import Tree
from app.knowledge.exchange.report import Report


@dataclass
class Page:
    """A Markdown file that is to be an article in a language. `raw` is the whole file, for line numbers."""

    path: str
    raw: str
    header: dict[str, Any]
    body: str
    language: str = ""
    group: str = ""


@dataclass(frozen=True)
class Place:
    """Where a page stands: the titles of its categories from the top, and its position among all pages."""

    titles: tuple[str, ...]
    position: int


@dataclass(frozen=True)
class Moved:
    """An old address and where it led, as the tree writes both; `line` is where it says so in `source`."""

    old: str
    new: str
    source: str
    line: int = 0


@dataclass
class Outline:
    """A table of contents. `addresses` gives more addresses by which links name a page, each with the page's path."""

    places: dict[str, Place] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)


class Dialect(Protocol):
    """One kind of documentation tree."""

    name: str

    def is_spoken(self, tree: Tree, pages: Sequence[Page]) -> bool:
        """Whether the tree is of this kind."""
        ...

    def leaves_out(self, path: str) -> str:
        """Why a Markdown file of such a tree is no article, or ""."""
        ...

    def outline(self, tree: Tree, pages: Mapping[str, Page], report: Report) -> Outline:
        """The table of contents; empty when folders are all there is."""
        ...

    def moved(self, tree: Tree, report: Report) -> list[Moved]:
        """The old addresses that the tree keeps apart from its pages."""
        ...

    def cleaned(self, page: Page, tree: Tree, problem: Callable[[str, str], None]) -> str:
        """The page's body in our Markdown. `problem(what, needle)` reports at the line where the needle stands."""
        ...


class Plain:
    """What most dialects have in common: nothing of their own."""

    name = "plain Markdown"

    def is_spoken(self, tree: Tree, pages: Sequence[Page]) -> bool:
        """Never by itself."""
        return False

    def leaves_out(self, path: str) -> str:
        """Nothing."""
        return ""

    def outline(self, tree: Tree, pages: Mapping[str, Page], report: Report) -> Outline:
        """None."""
        return Outline()

    def moved(self, tree: Tree, report: Report) -> list[Moved]:
        """None."""
        return []

    def cleaned(self, page: Page, tree: Tree, problem: Callable[[str, str], None]) -> str:
        """As it is."""
        return page.body
