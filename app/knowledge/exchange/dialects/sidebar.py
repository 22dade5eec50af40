"""Help pages with a sidebar index, as Zulip writes them: headings and lists of links, `{settings_tab|…}` macros."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence

from app.knowledge.exchange.dialects.base import Outline, Page, Place, Plain
from app.knowledge.exchange.markup import outside_code
from app.knowledge.exchange.reading import Tree, read_text
from app.knowledge.exchange.report import Report

_INDEX = ("sidebar_index.md", "_sidebar.md")
_LINE = re.compile(
    r"^(?:(?P<marks>#{1,6})[ \t]+(?P<title>[^\n]+?)[ \t#]*"
    r"|[ \t]*[*+-][ \t]+\[(?P<words>[^\n]{1,300}?)\]\((?P<link>[^)\n]{1,300})\)[ \t]*)$",
    re.M,
)
_TABS = re.compile(r"^[ \t]*\{(?:start_tabs|end_tabs)\}[ \t]*\n?", re.M)
_TAB = re.compile(r"^([ \t]*)\{tab\|([\w-]{1,60})\}[ \t]*$", re.M)
_GO = re.compile(
    r"^([ \t]*)\{(?:settings_tab|relative)\|(?:(?P<area>[\w-]{1,60})\|)?(?P<place>[\w-]{1,60})\}[ \t]*$", re.M
)


class Sidebar(Plain):
    """See the module."""

    name = "sidebar index"

    def is_spoken(self, tree: Tree, pages: Sequence[Page]) -> bool:
        """A sidebar index is there."""
        return bool(tree.named(*_INDEX))

    def leaves_out(self, path: str) -> str:
        """The index."""
        return "table of contents" if posixpath.basename(path).lower() in _INDEX else ""

    def outline(self, tree: Tree, pages: Mapping[str, Page], report: Report) -> Outline:
        """The headings of the index are categories; a heading of the first level holds those that follow."""
        outline = Outline()
        stems = {posixpath.basename(posixpath.splitext(path)[0]).lower(): path for path in reversed(list(pages))}
        for index in tree.named(*_INDEX):
            above: list[tuple[int, str]] = []
            for position, match in enumerate(_LINE.finditer(read_text(tree, index, report) or ""), start=1):
                if match["marks"]:
                    depth = len(match["marks"])
                    above = [each for each in above if each[0] < depth] + [(depth, match["title"])]
                    continue
                slug = match["link"].split("#")[0].rstrip("/").rpartition("/")[2].removesuffix(".md").lower()
                if slug in stems:
                    outline.places.setdefault(stems[slug], Place(tuple(title for _, title in above), position))
                elif not match["link"].startswith(("http:", "https:")):
                    report.problem(index, f"names {match['link']}, which is not there")
        return outline

    def cleaned(self, page: Page, tree: Tree, problem: Callable[[str, str], None]) -> str:
        """The macros in words."""

        def clean(text: str) -> str:
            if "{" not in text:
                return text
            text = _TAB.sub(lambda match: f"{match[1]}**{_words(match[2])}**\n", _TABS.sub("", text))
            return _GO.sub(
                lambda match: f"{match[1]}1. Go to **{_words(match['place'])}**{_within(match['area'])}.", text
            )

        return outside_code(page.body, clean)


def _words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def _within(area: str | None) -> str:
    return f" ({_words(area).lower()})" if area else " in the settings"
