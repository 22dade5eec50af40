"""The description of the API is valid, whole, and true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from app.accounts.tokens import Scope
from app.api.problems import TYPES
from tests.visitor import Visitor


@pytest.fixture
def document(client: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield method.upper(), path, operation


def test_the_description_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_operation_is_described_and_every_described_one_is_there(app: Flask, document: dict[str, Any]) -> None:
    there = {
        (method, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.openapi"
    }
    assert {(method, path) for method, path, _ in operations(document)} == there


def test_every_operation_says_what_it_does_and_who_may(document: dict[str, Any]) -> None:
    scopes = set(Scope)
    for method, path, operation in operations(document):
        assert operation["summary"].endswith("."), f"{method} {path}"
        needed = operation["security"][0].get("token", [])
        assert set(needed) <= scopes, f"{method} {path}"
        assert ("403" in operation["responses"]) == bool(needed), f"{method} {path}"


def test_every_field_has_a_meaning_and_an_example(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, told in schema.get("properties", {}).items():
            assert told.get("description"), f"{name}.{field} says nothing"
            assert "example" in told, f"{name}.{field} shows nothing"


def test_every_parameter_has_a_meaning(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        shared = document["paths"][path].get("parameters", [])
        for parameter in [*shared, *operation.get("parameters", [])]:
            assert parameter.get("description"), f"{method} {path}: {parameter['name']}"
            assert "example" in {**parameter["schema"], **parameter}, f"{method} {path}: {parameter['name']}"


def test_the_description_for_people_shows_every_operation(client: Visitor, document: dict[str, Any]) -> None:
    page = client.get("/api").text
    for method, path, operation in operations(document):
        assert f"<code>{method} {path}</code>" in page
        assert operation["summary"].replace('"', "&#34;") in page
    assert all(scope in page for scope in Scope)


def test_every_type_of_problem_is_explained_under_its_address(client: Visitor) -> None:
    page = client.get("/api/problems").text
    for each in TYPES.values():
        assert f'id="{each.anchor}"' in page
        assert each.title in page
    kind = client.get("/api/v1/articles/4711").get_json(force=True)["type"]
    assert kind == "http://localhost/api/problems#not-found"


def test_the_description_names_this_site(client: Visitor, document: dict[str, Any]) -> None:
    assert document["servers"][0]["url"] == "http://localhost"


def test_what_narrows_a_list_is_described_beside_its_headers(document: dict[str, Any]) -> None:
    told = document["paths"]["/api/v1/articles"]["get"]["parameters"]
    names = {each["name"] for each in told}
    assert {"category", "language", "type", "tag", "updated_since", "page", "per_page", "If-None-Match"} == names
