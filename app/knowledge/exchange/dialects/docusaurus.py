"""Docusaurus: `docs/`, number prefixes, `sidebar_position`, `_category_.json`, `i18n/<language>/…`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.knowledge.exchange import frontmatter
from app.knowledge.exchange.dialects.base import Outline, Page, Place, Plain
from app.knowledge.exchange.markup import outside_code
from app.knowledge.exchange.reading import Tree, read_text
from app.knowledge.exchange.report import Report

_NUMBER = re.compile(r"^(\d{1,4})[-_. ]+(?=\D)")
_IMPORT = re.compile(r"^(?:import|export)[ \t][^\n]{0,500}(?:from[ \t]+['\"][^'\"\n]+['\"]|=[^\n]*);?[ \t]*$\n?", re.M)
_ADMONITION = re.compile(
    r"^:::(note|tip|info|warning|caution|danger|important)(?:\[([^\]\n]*)\]|[ \t]+([^\n]+))?[ \t]*\n(.*?)^:::[ \t]*$",
    re.M | re.S,
)
_KINDS = {"info": "NOTE", "danger": "CAUTION"}


def without_number(name: str) -> str:
    """A file or folder name without the number that orders it: `02-setup` is `setup`."""
    return _NUMBER.sub("", name)


class Docusaurus(Plain):
    """See the module."""

    name = "Docusaurus"

    def is_spoken(self, tree: Tree, pages: Sequence[Page]) -> bool:
        """Its settings, a category file or a page with a sidebar position is there."""
        files = ("docusaurus.config.js", "docusaurus.config.ts", "sidebars.js", "_category_.json", "_category_.yml")
        return bool(tree.named(*files)) or any("sidebar_position" in page.header for page in pages)

    def leaves_out(self, path: str) -> str:
        """Files that start with `_`, which Docusaurus takes as parts of others."""
        return "part of other pages" if posixpath.basename(path).startswith("_") else ""

    def outline(self, tree: Tree, pages: Mapping[str, Page], report: Report) -> Outline:
        """Folders below `docs`, with the titles and positions that their category files give."""
        top = _top(pages)
        labels: dict[str, tuple[str, int]] = {}
        for path in tree.named("_category_.json", "_category_.yml"):
            labels[posixpath.dirname(path)] = _category(tree, path, report)
        outline = Outline()
        for path, page in pages.items():
            if "/i18n/" in f"/{path}" and page.group != posixpath.splitext(path)[0]:
                continue
            folders = [each for each in posixpath.dirname(path).split("/") if each]
            titles, here = [], ""
            for folder in folders:
                here = posixpath.join(here, folder)
                if here != top and not top.startswith(here + "/"):
                    titles.append(labels.get(here, ("", 0))[0] or _words(folder))
            outline.places[path] = Place(
                tuple(titles), _position(page.header.get("sidebar_position"), posixpath.basename(path))
            )
            identity = str(page.header.get("slug") or page.header.get("id") or "")
            stem = "/".join(
                without_number(part) for part in posixpath.splitext(posixpath.relpath(path, top or "."))[0].split("/")
            )
            for address in (stem, f"docs/{stem}", identity, posixpath.join(posixpath.dirname(stem), identity)):
                if address.strip("/"):
                    outline.addresses.setdefault("/" + address.strip("/"), path)
        return outline

    def cleaned(self, page: Page, tree: Tree, problem: Callable[[str, str], None]) -> str:
        """Call-outs in our Markdown, without the imports of MDX."""

        def clean(text: str) -> str:
            if page.path.endswith(".mdx"):
                text = _IMPORT.sub("", text)
            return _ADMONITION.sub(_callout, text) if ":::" in text else text

        return outside_code(page.body, clean)


def _top(pages: Mapping[str, Page]) -> str:
    docs = [path for path in pages if path.startswith("docs/") or "/docs/" in path]
    if docs:
        first = f"/{docs[0]}"
        return first[: first.index("/docs/") + 5].strip("/")
    return ""


def _category(tree: Tree, path: str, report: Report) -> tuple[str, int]:
    text = read_text(tree, path, report)
    try:
        loaded: Any = frontmatter.load(text or "")  # JSON is YAML
    except frontmatter.BrokenYaml as error:
        report.problem(path, f"category file {error}", error.line)
        return "", 0
    if not isinstance(loaded, dict):
        return "", 0
    return str(loaded.get("label") or ""), _position(loaded.get("position"), "")


def _position(given: object, name: str) -> int:
    if isinstance(given, (int, float)) and not isinstance(given, bool) and abs(given) < 10**6:
        return int(given)
    match = _NUMBER.match(name)
    return int(match[1]) if match else 0


def _words(folder: str) -> str:
    return re.sub(r"[-_]+", " ", without_number(folder)).strip().capitalize() or folder


def _callout(match: re.Match[str]) -> str:
    title = (match[2] or match[3] or "").strip()
    lines = ([f"**{title}**", ""] if title else []) + match[4].strip("\n").split("\n")
    kind = _KINDS.get(match[1], match[1].upper())
    return "\n".join([f"> [!{kind}]", *(f"> {line}".rstrip() for line in lines)]) + "\n"
