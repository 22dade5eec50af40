"""MkDocs: the `nav` of mkdocs.yml, files below `docs/`, `!!!` call-outs as Python-Markdown has them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.knowledge.exchange import frontmatter
from app.knowledge.exchange.dialects.base import Moved, Outline, Page, Place, Plain
from app.knowledge.exchange.reading import Tree, line_of, read_text
from app.knowledge.exchange.report import Report

_DOCS = "docs"


class MkDocs(Plain):
    """See the module."""

    name = "MkDocs"

    def is_spoken(self, tree: Tree, pages: Sequence[Page]) -> bool:
        """A mkdocs.yml is there."""
        return bool(tree.named("mkdocs.yml", "mkdocs.yaml"))

    def outline(self, tree: Tree, pages: Mapping[str, Page], report: Report) -> Outline:
        """The `nav`; addresses are those that MkDocs gives to pages."""
        outline = Outline()
        for settings in tree.named("mkdocs.yml", "mkdocs.yaml"):
            loaded = _settings(tree, settings, report)
            docs = posixpath.normpath(posixpath.join(posixpath.dirname(settings), str(loaded.get("docs_dir") or _DOCS)))
            for position, (titles, name) in enumerate(_nav(loaded.get("nav"), ()), start=1):
                path = tree.find(posixpath.normpath(posixpath.join(docs, name)))
                if path is not None and path in pages:
                    outline.places.setdefault(path, Place(titles, position))
                elif name.lower().endswith(".md"):
                    report.problem(
                        settings,
                        f"nav names {name}, which is not there",
                        line_of(tree.where(settings).read_text(errors="replace"), name),
                    )
            for path in pages:
                if path.startswith(f"{docs}/"):
                    stem = posixpath.splitext(posixpath.relpath(path, docs))[0]
                    address = (
                        posixpath.dirname(stem) if posixpath.basename(stem).lower() in ("index", "readme") else stem
                    )
                    if address:
                        outline.addresses.setdefault(f"/{address}", path)
        return outline

    def moved(self, tree: Tree, report: Report) -> list[Moved]:
        """The `redirect_maps` of the redirects plug-in."""
        found = []
        for settings in tree.named("mkdocs.yml", "mkdocs.yaml"):
            plugins = _settings(tree, settings, report).get("plugins")
            for plugin in plugins if isinstance(plugins, list) else []:
                options = plugin.get("redirects") if isinstance(plugin, dict) else None
                maps = options.get("redirect_maps") if isinstance(options, dict) else None
                for old, new in (maps or {}).items() if isinstance(maps, dict) else ():
                    found.append(Moved(str(old), posixpath.join(_DOCS, str(new)), settings))
        return found


def _settings(tree: Tree, path: str, report: Report) -> dict[str, Any]:
    try:
        loaded = frontmatter.load(read_text(tree, path, report) or "")
    except frontmatter.BrokenYaml as error:
        report.problem(path, f"settings {error}", error.line)
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _nav(items: Any, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, str):
            yield above, item
        elif isinstance(item, dict):
            for title, value in item.items():
                if isinstance(value, str):
                    yield above, value
                else:
                    yield from _nav(value, (*above, str(title)))
