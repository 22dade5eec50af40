"""The OpenAPI document as a page can show it: operations by resource, their fields flat."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A parameter or field. `name` has dots between levels, `place` is `path`, `query`, `header` or empty."""

    name: str
    kind: str
    description: str
    example: str
    is_required: bool
    place: str = ""


@dataclass(frozen=True)
class Operation:
    """One thing that the API does. `problems` are (status, what it is)."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    status: str
    answer: tuple[Field, ...]
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """The operations of one resource."""

    title: str
    operations: tuple[Operation, ...]


def groups_of(document: Document) -> list[Group]:
    """All operations of a document, by resource, in its order."""
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                shared = methods.get("parameters", [])
                by_tag[operation["tags"][0]].append(_operation(document, path, method, operation, shared))
    return [Group(tag["description"], tuple(by_tag[tag["name"]])) for tag in document["tags"]]


def _operation(document: Document, path: str, method: str, operation: Document, shared: list[Any]) -> Operation:
    answers = operation["responses"]
    success = min(code for code in answers if code.startswith("2"))
    scopes = operation["security"][0].get("token", [])
    return Operation(
        anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=scopes[0] if scopes else "",
        parameters=tuple(_parameter(document, each) for each in [*shared, *operation.get("parameters", [])]),
        body=tuple(_fields_of(document, operation.get("requestBody"))),
        status=success,
        answer=tuple(_fields_of(document, answers[success])),
        problems=tuple((code, answers[code]["description"]) for code in sorted(answers) if code >= "4"),
    )


def _parameter(document: Document, parameter: Document) -> Field:
    schema = _resolved(document, parameter["schema"])
    return Field(
        name=parameter["name"],
        kind=_kind(document, schema),
        description=parameter.get("description", ""),
        example=_example({**schema, **parameter}),
        is_required=parameter.get("required", False),
        place=parameter["in"],
    )


def _fields_of(document: Document, carrier: Document | None) -> Iterator[Field]:
    for content in (carrier or {}).get("content", {}).values():
        yield from _fields(document, content["schema"], "")


def _fields(document: Document, schema: Document, above: str) -> Iterator[Field]:
    schema = _resolved(document, schema)
    for name, written in schema.get("properties", {}).items():
        field = _resolved(document, written)
        whole = f"{above}{name}"
        yield Field(
            name=whole,
            kind=_kind(document, field),
            description=written.get("description") or field.get("description", ""),
            example=_example({**field, **written}),
            is_required=name in schema.get("required", []),
        )
        below = field.get("items", field)
        yield from _fields(document, below, f"{whole}.")


def _resolved(document: Document, schema: Document) -> Document:
    """The schema behind a reference, also where it stands beside null."""
    choices = [each for each in schema.get("anyOf", schema.get("allOf", [])) if each.get("type") != "null"]
    reference = schema.get("$ref") or (choices[0].get("$ref") if choices else None)
    if not reference:
        return schema
    found: Document = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _kind(document: Document, schema: Document) -> str:
    schema = _resolved(document, schema)
    kinds = schema.get("type", "object")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if words.startswith("array"):
        return f"array of {_kind(document, schema.get('items', {}))}"
    return words


def _example(schema: Document) -> str:
    example = schema.get("example")
    return "" if example is None or example == [] else json.dumps(example, ensure_ascii=False)
