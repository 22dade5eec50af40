"""Jekyll: `permalink`, `redirect_from`, collections in folders that start with `_`, Liquid and kramdown leftovers."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Sequence
from typing import Any

from app.knowledge.exchange.dialects.base import Page, Plain
from app.knowledge.exchange.markup import outside_code
from app.knowledge.exchange.reading import Tree

_ATTRIBUTES = re.compile(r"[ \t]*\{:[^}\n]{0,300}\}")
_LINK = re.compile(r"\{%-?[ \t]*(?:link|post_url)[ \t]+([^%\s]{1,300})[ \t]*-?%\}")
_BASE = re.compile(r"\{\{-?[ \t]*site\.(?:baseurl|url)[ \t]*-?\}\}")
_RELATIVE = re.compile(
    r"\{\{-?[ \t]*['\"]([^'\"\n]{1,300})['\"][ \t]*\|[ \t]*(?:relative_url|absolute_url)[ \t]*-?\}\}"
)
_CAPTURE = re.compile(
    r"\{%-?[ \t]*capture[ \t]+(\w{1,60})[ \t]*-?%\}(.{0,5000}?)\{%-?[ \t]*endcapture[ \t]*-?%\}\n?", re.S
)
_INCLUDE = re.compile(r"\{%-?\s{0,20}include\s{1,20}(?P<file>[\w./-]{1,100})(?P<options>[^%]{0,2000})-?%\}")
_OPTION = re.compile(r"(\w{1,40})[ \t]*=[ \t]*(?:\"([^\"]{0,1000})\"|'([^']{0,1000})'|([\w.]{1,100}))")
_TAG = re.compile(r"\{%[^%]{0,2000}%\}\n?")
_OUTPUT = re.compile(r"\{\{[^{}\n]{0,300}\}\}")
_FENCE = re.compile(r"[ \t]{0,3}(?:`{3,}|~{3,})")
_ROW = re.compile(r"[ \t]{0,3}\|[^\n]*\|[ \t]*")
_UNDER_HEAD = re.compile(r"[ \t|:+-]+")
_BLOCKS = "div|section|article|aside|details|figure|table|ul|ol|nav|header|footer|noscript"
_BLOCK = re.compile(rf"<(?:{_BLOCKS})\b", re.IGNORECASE)
_CLOSED = re.compile(rf"</(?:{_BLOCKS})\s*>", re.IGNORECASE)
_CALLOUTS = {
    "warning": "WARNING",
    "error": "CAUTION",
    "danger": "CAUTION",
    "emergency": "CAUTION",
    "success": "TIP",
    "tip": "TIP",
}


class Jekyll(Plain):
    """See the module."""

    name = "Jekyll"

    def is_spoken(self, tree: Tree, pages: Sequence[Page]) -> bool:
        """Its settings are there, or a page has a permalink."""
        return bool(tree.named("_config.yml")) or any("permalink" in page.header for page in pages)

    def cleaned(self, page: Page, tree: Tree, problem: Callable[[str, str], None]) -> str:
        """Without Liquid and kramdown: what has words keeps them, what calls a template is reported and left out."""
        captured: dict[str, str] = {}

        def capture(match: re.Match[str]) -> str:
            captured[match[1]] = match[2].strip()
            return ""

        def include(match: re.Match[str]) -> str:
            return _included(match, page, captured, problem)

        def unknown(match: re.Match[str]) -> str:
            problem(f"has {match[0].strip()[:60]!r}, which only Jekyll knows; it was left out", match[0].strip())
            return ""

        def clean(text: str) -> str:
            text = _ATTRIBUTES.sub("", text) if "{:" in text else text
            if "{{" in text or "{%" in text:
                text = _BASE.sub("", _RELATIVE.sub(r"\1", _LINK.sub(lambda match: _linked(match[1], tree), text)))
                text = _INCLUDE.sub(include, _CAPTURE.sub(capture, text))
                text = _OUTPUT.sub(unknown, _TAG.sub(unknown, text))
            return text

        return _with_table_heads(_without_html_indents(outside_code(page.body, clean)))


def _with_table_heads(text: str) -> str:
    """Tables without a line under their first row, which kramdown takes for tables and nobody else does."""
    if "|" not in text:
        return text
    lines: list[str] = []
    given = text.split("\n")
    is_fenced = False
    for at, line in enumerate(given):
        is_fenced ^= bool(_FENCE.match(line))
        lines.append(line)
        following = given[at + 1] if at + 1 < len(given) else ""
        is_first = _ROW.fullmatch(line) and _ROW.fullmatch(following) and not (at and _ROW.fullmatch(given[at - 1]))
        if is_first and not is_fenced and not _UNDER_HEAD.fullmatch(following) and not _UNDER_HEAD.fullmatch(line):
            lines.append("|" + "---|" * len(line.strip().strip("|").split("|")))
    return "\n".join(lines)


def _without_html_indents(text: str) -> str:
    """HTML blocks without indents: kramdown reads a block to its closing tag, CommonMark takes the rest for code."""
    if "<" not in text:
        return text
    depth = 0
    is_fenced = is_verbatim = False
    lines = []
    for line in text.split("\n"):
        is_fenced ^= bool(_FENCE.match(line)) and not depth
        if is_fenced:
            lines.append(line)
            continue
        if depth and not is_verbatim:
            line = line.lstrip(" \t")
        if depth or _BLOCK.match(line):
            depth = max(0, depth + len(_BLOCK.findall(line)) - len(_CLOSED.findall(line)))
        is_verbatim = ("<pre" in line or is_verbatim) and "</pre" not in line
        lines.append(line)
    return "\n".join(lines)


def _linked(wanted: str, tree: Tree) -> str:
    """The file that `{% link … %}` names, as an address from the top of the tree."""
    suffix = "/" + wanted.lstrip("/")
    found = tree.find(wanted) or next((path for path in tree.files if f"/{path}".endswith(suffix)), wanted)
    return f"/{found}"


def _included(match: re.Match[str], page: Page, captured: dict[str, str], problem: Callable[[str, str], None]) -> str:
    options = {
        found[1]: next(each for each in found.groups()[1:] if each is not None)
        for found in _OPTION.finditer(match["options"])
    }
    name = posixpath.basename(match["file"])
    words = captured.get(options.get("content", ""), "") if "content" in options else ""
    if words:
        kind = _CALLOUTS.get(options.get("type", ""), "NOTE")
        return "\n".join([f"> [!{kind}]", *(f"> {line.strip()}".rstrip() for line in words.split("\n"))]) + "\n"
    items = _items(page.header, options.get("items", ""))
    if items:
        image = options.get("image", "")
        picture = f"![{options.get('image_alt_text', '')}]({image})\n\n" if image else ""
        return picture + "\n".join(f"- {item}" for item in items) + "\n"
    if options.get("image"):
        words = html.escape(options.get("text") or options.get("caption") or "")
        alternative = html.escape(options.get("image_alt_text") or options.get("alt") or "")
        return f'<p><img src="{html.escape(options["image"])}" alt="{alternative}" /><br />{words}</p>'
    problem(f"includes {name}, which only Jekyll knows; it was left out", match[0].split("\n")[0])
    return ""


def _items(header: dict[str, Any], name: str) -> list[str]:
    found = header.get(name.removeprefix("page.")) if name.startswith("page.") else None
    return [" ".join(str(item).split()) for item in found] if isinstance(found, list) else []
