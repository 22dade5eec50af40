"""Where the links of a tree lead: to another page of it, to a file of it, out into the world, or nowhere."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from urllib.parse import unquote

from app.knowledge.exchange import ownformat
from app.knowledge.exchange.dialects.base import Moved, Outline, Page
from app.knowledge.exchange.reading import MARKDOWN, Tree, line_of
from app.knowledge.exchange.report import Report

_WORLD = re.compile(r"(?:[a-z][a-z0-9+.-]{0,30}:|//)", re.IGNORECASE)
_FOLDER_PAGES = ("index", "readme", "_index")


class Leads(Enum):
    """What kind of target an address has."""

    TO_PAGE = "page"
    TO_FILE = "file"
    AWAY = "away"
    OUT = "out of the folder"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Target:
    """Where one address leads; `path` is that of the page or file, `anchor` is with its `#` or empty."""

    leads: Leads
    path: str = ""
    anchor: str = ""


@dataclass
class Addresses:
    """Every address by which the pages of a tree are known."""

    tree: Tree
    pages: Mapping[str, Page]
    _pages: dict[str, str] = field(default_factory=dict)
    _prefixes: tuple[tuple[str, str], ...] = ()
    _named: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, tree: Tree, pages: Mapping[str, Page], outlines: Sequence[Outline], moved: Sequence[Moved], report: Report
    ) -> Addresses:
        """Gather the addresses: permalinks first, then paths, then what the dialects say, then old addresses."""
        made = cls(tree, pages)
        for path, page in pages.items():
            made._claim(page.header.get("permalink"), path, report, "permalink")
        for path in pages:
            stem = posixpath.splitext(path)[0]
            known = [f"/{path}", f"/{stem}"]
            if posixpath.basename(stem).lower() in _FOLDER_PAGES:
                known.append(f"/{posixpath.dirname(stem)}")
            for address in known:
                made._pages.setdefault(address.lower(), path)
        for outline in outlines:
            for address, path in outline.addresses.items():
                made._pages.setdefault(address.lower(), path)
                made._named.setdefault(path, []).append(address)
        for path, page in pages.items():
            for address in old_addresses(page):
                made._pages.setdefault(_plain(address), path)
        made._prefixes = _prefixes(made, moved)
        return made

    @cached_property
    def by_id(self) -> dict[int, str]:
        """A page of every article that gives its id."""
        found: dict[int, str] = {}
        for path, page in self.pages.items():
            identity = ownformat.whole(page.header.get("id"))
            if identity is not None and (identity not in found or "created_at" in page.header):
                found[identity] = path
        return found

    def lead(self, address: str, path: str) -> Target:
        """Where an address in the page at `path` leads."""
        address = address.strip()
        if address in ("", "/") or _WORLD.match(address) or address.startswith("#"):
            return Target(Leads.AWAY)
        place, mark, anchor = address.partition("#")
        place = unquote(place.partition("?")[0]).replace("\\", "/")
        found = self._absolute(place) if place.startswith(("/", "~/")) else self._relative(place, path)
        if found is None:
            return Target(Leads.OUT if place.startswith("/") else Leads.NOWHERE)
        return Target(Leads.TO_PAGE if found in self.pages else Leads.TO_FILE, found, mark + anchor if anchor else "")

    def page_at(self, address: str) -> str | None:
        """The page with this address on the old site, if one of the tree's pages had it."""
        found = self._absolute(unquote(address.partition("#")[0].partition("?")[0]))
        return found if found in self.pages else None

    def original(self, path: str) -> list[str]:
        """The addresses that a page without permalink had on its old site."""
        return self._named.get(path) or [self.public(path)]

    def public(self, path: str) -> str:
        """The address of a file on the old site, as far as the redirections tell how it was put together."""
        if path.startswith("/"):
            return path
        stem = re.sub(r"(?:/(?:index|readme))?\.(?:md|markdown|mdx|html?|yml)$", "", path, flags=re.IGNORECASE)
        for address, folder in self._prefixes:
            if not folder or stem.lower().startswith(folder.lower() + "/"):
                return f"{address}/{stem[len(folder) :].lstrip('/')}"
        return f"/{stem}"

    def _claim(self, address: object, path: str, report: Report, what: str) -> None:
        if not isinstance(address, str) or not _plain(address):
            return
        first = self._pages.setdefault(_plain(address), path)
        if first != path:
            report.problem(path, f"{what} {address} belongs to {first} already", line_of(self.pages[path].raw, address))

    def _absolute(self, place: str) -> str | None:
        place = "/" + place.removeprefix("~").strip("/")
        known = self._pages.get(place.lower()) or self.tree.find(place[1:])
        if known:
            return known
        bare = re.sub(r"(?:\.html?|/index\.html?|\.md)$", "", place, flags=re.IGNORECASE)
        if bare != place and bare.lower() in self._pages:
            return self._pages[bare.lower()]
        for address, folder in self._prefixes:
            if place.lower().startswith(address.lower() + "/"):
                inside = posixpath.join(folder, bare[len(address) + 1 :])
                return self._pages.get(f"/{inside}".lower()) or self.tree.find(inside)
        return None

    def _relative(self, place: str, path: str) -> str | None:
        page = self.pages.get(path)
        bases = [posixpath.dirname(path)]
        if page is not None and isinstance(page.header.get("permalink"), str):
            bases.append(_plain(page.header["permalink"]).lstrip("/"))
        bases.append(posixpath.splitext(path)[0])
        for base in bases:
            joined = posixpath.normpath(posixpath.join(base, place))
            if joined.startswith(".."):
                continue
            found = self._of_language(joined, page) or self.tree.find(joined)
            found = found or self._pages.get(f"/{joined}".lower()) or self._absolute(f"/{joined}")
            if found:
                return found
        return None

    def _of_language(self, joined: str, page: Page | None) -> str | None:
        """For `other.md` written in `page.es.md`: the file `other.es.md`."""
        if page is None or not joined.lower().endswith(MARKDOWN) or ownformat.is_export(self.tree):
            return None
        stem, suffix = posixpath.splitext(joined)
        for between in (f".{page.language}", f"._{page.language}", f"_{page.language}"):
            found = self.tree.find(f"{stem}{between}{suffix}")
            if found in self.pages:
                return found
        return None


def old_addresses(page: Page, *, is_export: bool = False) -> list[str]:
    """The addresses that a page had: `redirect_from`, `redirects`, and `aliases` that are addresses, as in Hugo."""
    header = page.header
    found = ownformat.words(header.get("redirect_from")) + ownformat.words(header.get("redirects"))
    if is_export:
        return found
    return found + [each for each in ownformat.words(header.get("aliases")) if each.startswith("/")]


def _plain(address: str) -> str:
    return "/" + unquote(address.partition("#")[0].partition("?")[0]).strip("/").lower()


def _prefixes(addresses: Addresses, moved: Sequence[Moved]) -> tuple[tuple[str, str], ...]:
    """Which address stood for which folder on the old site, as most of the redirections have it.

    `/cpp/porting/x` and `docs/porting/x.md` end alike, so `/cpp` stood for `docs`.
    """
    by_end: dict[str, list[str]] = {}
    for path in addresses.pages:
        by_end.setdefault(posixpath.splitext(path)[0].rpartition("/")[2].lower(), []).append(
            posixpath.splitext(path)[0]
        )
    votes: Counter[tuple[str, str]] = Counter()
    for move in moved:
        new = move.new.partition("#")[0].partition("?")[0].strip("/").split("/")
        for stem in by_end.get(new[-1].lower(), ()):
            file = stem.split("/")
            same = 0
            while same < min(len(new), len(file)) and new[-1 - same].lower() == file[-1 - same].lower():
                same += 1
            if same < len(new):
                votes["/" + "/".join(new[: len(new) - same]), "/".join(file[: len(file) - same])] += 1
    return tuple(pair for pair, count in votes.most_common(3) if count >= 2)
