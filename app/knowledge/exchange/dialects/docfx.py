"""DocFX, which Microsoft's documentation is written for: TOC.md or toc.yml, redirections in JSON, `:::` blocks."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from app.knowledge.exchange import frontmatter
from app.knowledge.exchange.dialects.base import Moved, Outline, Page, Place, Plain
from app.knowledge.exchange.markup import outside_code
from app.knowledge.exchange.reading import Tree, read_text
from app.knowledge.exchange.report import Report
from app.knowledge.exchange.titles import in_words

REDIRECTIONS = ".openpublishing.redirection.json"
_LARGEST_REDIRECTIONS = 2 * 2**20
_TITLE = re.compile(
    r"^(?P<marks>#{1,12})[ \t]+"
    r"(?:\[(?P<link>[^\n]{1,300}?)\]\((?P<path>[^)\n]{0,500})\)|(?P<plain>[^\n]{1,300}?))[ \t#]*$",
    re.M,
)
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->)){0,20000}-->")
_IMAGE = re.compile(r":::[ \t]*image(?P<options>[^\n]{1,2000}?):::", re.IGNORECASE)
_OPTION = re.compile(r"([\w-]{1,40})[ \t]*=[ \t]*\"([^\"\n]{0,1500})\"")
_BLOCK = re.compile(
    r"^[ \t]*:::[ \t]*/?(?:image-end|row(?:-end)?|column(?:-end)?|moniker(?:-end)?|zone(?:-end)?|code)\b[^\n]*\n?",
    re.M | re.I,
)
_VIDEO = re.compile(r"^([ \t>]*)\[!VIDEO[ \t]+([^\]\s]{1,500})[ \t]*\]", re.M | re.I)
_DIV = re.compile(r"^[ \t>]*\[!div[^\]\n]{0,300}\][ \t]*\n?", re.M | re.I)
_CALLOUT = re.compile(r"^([ \t]*>)[ \t]*!?\[!(note|tip|important|warning|caution)\]", re.M | re.I)
#: A call-out that follows on the lines of another quote begins anew there.
_NEXT_CALLOUT = re.compile(
    r"((?:^[ \t]*>|\A)[^\n]*)\n(?=[ \t]*>[ \t]*!?\[!(?:note|tip|important|warning|caution)\])", re.M | re.I
)
_CODE = re.compile(r"\[!code(?:-[\w+#-]{1,30})?[ \t]*\[[^\]\n]{0,300}\]\((?P<path>[^)\n]{1,500})\)\]", re.I)


class DocFx(Plain):
    """See the module."""

    name = "DocFX"

    def is_spoken(self, tree: Tree, pages: Sequence[Page]) -> bool:
        """A table of contents, a list of redirections or a docfx.json is there."""
        return bool(_tables(tree)) or bool(tree.named("docfx.json", REDIRECTIONS))

    def leaves_out(self, path: str) -> str:
        """The tables of contents."""
        return "table of contents" if posixpath.basename(path).lower() == "toc.md" else ""

    def outline(self, tree: Tree, pages: Mapping[str, Page], report: Report) -> Outline:
        """Every TOC that lies in the tree; a page in several stands where the TOC of its own folder has it."""
        tables = _tables(tree)
        top = posixpath.commonpath([posixpath.dirname(path) or "." for path in tables]) if tables else ""
        found: dict[str, tuple[bool, Place]] = {}
        position = 0
        for table in tables:
            folder = posixpath.dirname(table)
            below = "" if top == "." else posixpath.relpath(folder or ".", top or ".")
            before = (
                tuple(in_words(part) for part in below.split("/")) if below not in (".", "") and len(tables) > 1 else ()
            )
            for titles, link in _entries(tree, table, report):
                position += 1
                target = tree.find(posixpath.normpath(posixpath.join(folder, _plain(link))))
                if target is not None and target in pages:
                    is_own = posixpath.commonpath([folder or ".", posixpath.dirname(target) or "."]) == (folder or ".")
                    if target not in found or (is_own and not found[target][0]):
                        found[target] = (is_own, Place((*before, *titles), position))
        return Outline(places={path: place for path, (_, place) in found.items()})

    def moved(self, tree: Tree, report: Report) -> list[Moved]:
        """The redirections of `.openpublishing.redirection.json` files."""
        return [move for path in tree.named(REDIRECTIONS) for move in _redirections(tree, path, report)]

    def cleaned(self, page: Page, tree: Tree, problem: Callable[[str, str], None]) -> str:
        """Images, rows, videos and call-outs in our Markdown; code that lies elsewhere is put in."""

        def sample(match: re.Match[str]) -> str:
            return _sample(match, page, tree, problem)

        def clean(text: str) -> str:
            if ":::" in text:
                text = _BLOCK.sub("", _IMAGE.sub(_image, text))
            if "[!" in text:
                text = _DIV.sub("", _VIDEO.sub(r"\1[Video](\2)", text))
                text = _NEXT_CALLOUT.sub(r"\1\n\n", text)
                text = _CALLOUT.sub(lambda match: f"{match[1]} [!{match[2].upper()}]", text)
                text = _CODE.sub(sample, text)
            return text

        return outside_code(page.body, clean)


def _tables(tree: Tree) -> list[str]:
    named = tree.named("toc.md", "toc.yml")
    return [path for path in named if "breadcrumb" not in path.lower()]


def _plain(link: str) -> str:
    return unquote(link.split("#")[0].split("?")[0]).replace("\\", "/").strip().removeprefix("~/")


def _entries(tree: Tree, table: str, report: Report) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each page of a table of contents: the titles above it and its address, in order."""
    text = read_text(tree, table, report)
    if text is None:
        return
    if table.lower().endswith(".md"):
        yield from _headed(text)
        return
    try:
        loaded = frontmatter.load(text)
    except frontmatter.BrokenYaml as error:
        report.problem(table, f"table of contents {error}", error.line)
        return
    yield from _listed(loaded.get("items") if isinstance(loaded, dict) else loaded, ())


def _headed(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    above: list[tuple[int, str]] = []
    for match in _TITLE.finditer(_COMMENT.sub("", text)):
        depth = len(match["marks"])
        while above and above[-1][0] >= depth:
            above.pop()
        if match["path"]:
            yield tuple(title for _, title in above), match["path"]
        above.append((depth, (match["link"] or match["plain"]).strip()))


def _listed(items: Any, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        for key in ("href", "topicHref"):
            if isinstance(item.get(key), str):
                yield above, item[key]
        if item.get("items"):
            yield from _listed(item["items"], (*above, str(item.get("name") or "").strip() or "More"))


def _redirections(tree: Tree, path: str, report: Report) -> Iterator[Moved]:
    file = tree.where(path)
    try:
        if file.stat().st_size > _LARGEST_REDIRECTIONS:
            raise ValueError("is too large")
        text = file.read_text(encoding="utf-8-sig")
        loaded = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        report.problem(path, f"cannot be read as JSON ({error})", getattr(error, "lineno", 0))
        return
    line = 1
    start = 0
    for each in loaded.get("redirections", []) if isinstance(loaded, dict) else []:
        old = (each.get("source_path_from_root") or each.get("source_path")) if isinstance(each, dict) else None
        new = each.get("redirect_url") if isinstance(each, dict) else None
        if not isinstance(old, str) or not isinstance(new, str):
            report.problem(path, "has a redirection without source_path and redirect_url")
            continue
        here = text.find(json.dumps(old), start)
        if here >= 0:
            line += text.count("\n", start, here)
            start = here
        yield Moved(old.lstrip("/"), new, path, line)


def _image(match: re.Match[str]) -> str:
    options = {key.lower(): value for key, value in _OPTION.findall(match["options"])}
    source = options.get("source", "")
    words = options.get("alt-text", "").replace("[", "(").replace("]", ")")
    return f"![{words}](<{source}>)" if " " in source else f"![{words}]({source})" if source else ""


def _sample(match: re.Match[str], page: Page, tree: Tree, problem: Callable[[str, str], None]) -> str:
    wanted = _plain(match["path"])
    found = tree.find(posixpath.normpath(posixpath.join(posixpath.dirname(page.path), wanted)))
    if found is None or tree.where(found).stat().st_size > 200_000:
        problem(f"takes code from {wanted}, which is not there", match[0])
        return ""
    code = tree.where(found).read_text(encoding="utf-8", errors="replace").rstrip("\n")
    fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", code)), default=0) + 1)
    return f"{fence}{posixpath.splitext(found)[1].lstrip('.')}\n{code}\n{fence}"
