"""Front matter and other YAML from strangers: read safely, within bounds, with the line of what is wrong."""

from __future__ import annotations

import re
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

try:
    from yaml import CSafeDumper as Dumper
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without libyaml: slower, otherwise the same
    from yaml import SafeDumper as Dumper  # type: ignore[assignment]
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LARGEST = 256 * 2**10
MOST_VALUES = 200_000
DEEPEST = 50
# The boundary of the library swallows the blank lines behind it, which may belong to the text.
_HANDLER = YAMLHandler(fm_boundary=re.compile(r"^-{3,}[ \t]*$", re.MULTILINE))
_TOO_DEEP = re.compile(r"[\[{]\s*" * DEEPEST)
_BRACKET = re.compile(r"[\[\]{}]")


class BrokenYaml(Exception):
    """The YAML cannot be used; `line` counts from 1 within the text given."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def split(text: str) -> tuple[dict[str, Any], str]:
    """The front matter and the rest of a file; ({}, text) when it has none.

    Raises:
        BrokenYaml: it starts like front matter, which then cannot be read.
    """
    if not text.startswith("---"):
        return {}, text
    if not _HANDLER.detect(text):
        return {}, text
    try:
        header, body = _HANDLER.split(text)
    except ValueError:
        return {}, text  # one ruler at the top and no second one: that is text
    loaded = load(header, first_line=1)
    if loaded is None:
        return {}, body
    if not isinstance(loaded, dict):
        # A paragraph between two rulers is text as well.
        return {}, text
    return {str(key): value for key, value in loaded.items()}, body


def load(text: str, *, first_line: int = 1, largest: int = LARGEST) -> Any:
    """Read YAML into plain values.

    Raises:
        BrokenYaml: it is wrong, too large, too deep, or holds aliases that lead to themselves or to too many values.
    """
    if len(text) > largest:
        raise BrokenYaml(f"is larger than {largest // 2**10} KB", first_line)
    if _TOO_DEEP.search(text) or _indents(text) > DEEPEST * 2 or _brackets(text) > DEEPEST * 4:
        raise BrokenYaml("is nested too deep", first_line)
    loader = _LenientLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _measure(node)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYaml(error.problem or "cannot be read", first_line + (mark.line if mark else 0)) from error
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, OverflowError) as error:
        raise BrokenYaml(str(error).partition("\n")[0] or "cannot be read", first_line) from error
    finally:
        loader.dispose()


def dump(values: dict[str, Any] | list[Any]) -> str:
    """Plain values as YAML, keys in the order given, without aliases."""
    return yaml.dump(
        values, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10_000
    )


class _LenientLoader(Loader):
    """The safe loader; a tag that it does not know stands for nothing, as MkDocs files name Python functions."""


_LenientLoader.add_multi_constructor("", lambda loader, tag, node: None)


class _PlainDumper(Dumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _indents(text: str) -> int:
    deepest = 0
    for line in text.split("\n"):
        rest = line.lstrip(" ")
        dashes = len(rest) - len(rest.lstrip("- ")) if rest.startswith("- ") else 0
        deepest = max(deepest, len(line) - len(rest) + dashes if rest else 0)
    return deepest


def _brackets(text: str) -> int:
    """How many brackets are open at most; those in words count too, hence the wider bound."""
    depth = deepest = 0
    for match in _BRACKET.finditer(text):
        depth = max(0, depth + (1 if match[0] in "[{" else -1))
        deepest = max(deepest, depth)
    return deepest


def _measure(top: yaml.Node) -> int:
    """How many values the node stands for once every alias is followed; raises when there is no end to it."""
    known: dict[int, int] = {}
    open_nodes: set[int] = set()

    def count(node: yaml.Node) -> int:
        if id(node) in known:
            return known[id(node)]
        if id(node) in open_nodes:
            raise BrokenYaml("has an alias that leads to itself", node.start_mark.line + 1)
        open_nodes.add(id(node))
        total = 1
        if isinstance(node, yaml.MappingNode):
            total += sum(count(key) + count(value) for key, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(count(child) for child in node.value)
        if total > MOST_VALUES:
            raise BrokenYaml("has aliases that stand for too many values", node.start_mark.line + 1)
        open_nodes.discard(id(node))
        known[id(node)] = total
        return total

    return count(top)
