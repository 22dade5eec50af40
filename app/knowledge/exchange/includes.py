"""Pulling in the files that others include: DocFX's `[!INCLUDE [x](x.md)]` and Zulip's `{!x.md!}`."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from app.knowledge.exchange import frontmatter
from app.knowledge.exchange.markup import replace_addresses
from app.knowledge.exchange.reading import Tree, line_of, read_text
from app.knowledge.exchange.report import Report

FOLDERS = frozenset({"include", "includes", "_include", "_includes", "_snippets", "snippets", "_partials"})
DEEPEST = 10
LARGEST = 4 * 2**20
#: What an include costs of that at least: many empty ones take long, too.
LEAST = 256
_DOCFX = re.compile(
    r"\[!INCLUDE[ \t]*\[[^\]\n]{0,300}\][ \t]*\([ \t]*(?P<path>[^)\n]{1,300}?)[ \t]*\)[ \t]*\]", re.IGNORECASE
)
_ZULIP = re.compile(r"\{!(?P<path>[\w./-]{1,200})!\}")
_LEADS_AWAY = re.compile(r"(?:[a-z][a-z0-9+.-]*:|/|#|~|\{)", re.IGNORECASE)


def is_include(path: str) -> bool:
    """Whether the file lies in a folder of files that are only there to be included."""
    return any(part in FOLDERS for part in path.lower().split("/")[:-1])


@dataclass
class _Room:
    """How many characters may still be pulled into a page, however deep they lie."""

    left: int


@dataclass
class Includer:
    """Resolves the includes of one tree; each included file is read once."""

    tree: Tree
    report: Report
    _texts: dict[str, str | None] = field(default_factory=dict)

    def resolved(self, text: str, path: str, raw: str) -> str:
        """The text of the file at `path` with every include in it replaced; what cannot be is reported and left out.

        Args:
            raw: the file as it stands on the disk, to name the line of a problem.
        """
        room = _Room(LARGEST)
        whole = self._resolved(text, path, raw, (path,), room)
        if room.left < 0:
            self.report.problem(path, "includes more than 4 MB; the rest was left out")
        return whole

    def _resolved(self, text: str, path: str, raw: str, trail: tuple[str, ...], room: _Room) -> str:
        if "[!INCLUDE" not in text and "{!" not in text and "[!include" not in text.lower():
            return text

        def put_in(match: re.Match[str]) -> str:
            return "" if room.left < 0 else self._included(match, path, raw, trail, room)

        return _ZULIP.sub(put_in, _DOCFX.sub(put_in, text))

    def _included(self, match: re.Match[str], path: str, raw: str, trail: tuple[str, ...], room: _Room) -> str:
        line = line_of(raw, match[0])
        target = self._find(match["path"], path)
        if target is None:
            self.report.problem(path, f"includes {match['path']}, which is not there", line)
            return ""
        if target in trail or len(trail) > DEEPEST:
            self.report.problem(path, f"includes {match['path']}, which leads back to itself", line)
            return ""
        text = self._text(target)
        if text is None:
            return ""
        room.left -= max(len(text), LEAST)
        if room.left < 0:
            return ""
        inner = self._resolved(text, target, text, (*trail, target), room).strip("\n")
        return replace_addresses(inner, lambda address: _rebased(address, target, path))

    def _find(self, wanted: str, path: str) -> str | None:
        wanted = wanted.replace("\\", "/").strip()
        here = posixpath.dirname(path)
        places = [wanted.removeprefix("~/")] if wanted.startswith(("~/", "/")) else [posixpath.join(here, wanted)]
        places += [posixpath.join(here, folder, wanted) for folder in ("include", "includes")]
        for place in places:
            found = self.tree.find(posixpath.normpath(place).lstrip("/"))
            if found:
                return found
        return None

    def _text(self, target: str) -> str | None:
        if target not in self._texts:
            text = read_text(self.tree, target, self.report)
            try:
                self._texts[target] = None if text is None else frontmatter.split(text)[1].strip("\n")
            except frontmatter.BrokenYaml as error:
                self.report.problem(target, f"front matter {error}", error.line)
                self._texts[target] = None
        return self._texts[target]


def _rebased(address: str, source: str, target: str) -> str:
    """A relative address in an included file, as seen from the file that includes it."""
    if _LEADS_AWAY.match(address):
        return address
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(source), address))
    return posixpath.relpath(joined, posixpath.dirname(target) or ".")
