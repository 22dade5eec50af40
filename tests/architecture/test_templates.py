"""Templates hold to the strict content security policy, and their forms to the two locks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT

TEMPLATES = sorted((ROOT / "app").rglob("templates/**/*.html"))
LONGEST_TEMPLATE = 150
FORM = re.compile(r"<form\b(?P<head>[^>]*)>(?P<inside>.*?)</form>", re.DOTALL | re.IGNORECASE)
ACTION = re.compile(r'action="([^"]*)"')
FORBIDDEN = {
    "an inline script": r"<script(?![^>]*(?:\bsrc=|type=\"application/ld\+json\"))",
    "an inline style sheet": r"<style\b",
    "a style attribute": r"""\sstyle\s*=\s*["'{]""",
    "an event handler": r"""\son[a-z]+\s*=\s*["'{]""",
    "a javascript address": r"javascript:",
    "another site": r"""(src|srcset)\s*=\s*["']\s*(https?:)?//""",
    "unchecked HTML": r"\|\s*safe\b",
    "unescaped output": r"autoescape\s+false",
}

#: The error page's form posts to where the form came from: `handed_back` gives it to views for anybody alone. A vote
#: is sent to where its article, or what was found, says: tests/search/test_noting.py sends one without a token.
ELSEWHERE = {("error.html", "1"), ("vote.html", "1")}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_that_the_policy_forbids(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)]
    assert len(text.splitlines()) <= LONGEST_TEMPLATE


def posting_forms() -> list[tuple[str, str, str]]:
    """Every form that posts: its template, its address with samples for what is filled in, and what is inside."""
    found = []
    for path in TEMPLATES:
        for form in FORM.finditer(path.read_text(encoding="utf-8")):
            if re.search(r'method="post"', form["head"], re.IGNORECASE):
                address = ACTION.search(form["head"])
                assert address, f"a form of {path.name} says not where it posts to"
                found.append((path.name, re.sub(r"\{\{.*?\}\}", "1", address[1]), form["inside"]))
    return found


def test_every_form_carries_its_token_or_posts_to_a_view_for_anybody(app: Flask) -> None:
    assert posting_forms()
    addresses = app.url_map.bind("localhost")
    for template, address, inside in posting_forms():
        if (template, address) in ELSEWHERE:
            continue
        endpoint, _ = addresses.match(address, method="POST")
        is_anonymous = getattr(app.view_functions[endpoint], "accepts_anonymous_posts", False)
        has_token = "csrf_token" in inside or "hidden_tag()" in inside
        assert is_anonymous or has_token, f"{template}: the form that posts to {address} carries no token"
