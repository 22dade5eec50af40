"""What a page has to be for everybody, as questions to a real browser. Each gives what is wrong, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

_AXE = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
_CHECKS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
#: Everything that axe knows, and the size of targets, which it leaves out by itself.
_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

#: What readers may set for themselves. Source: WCAG 2.2, success criterion 1.4.12.
_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }"""


def axe_finds(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(f"axe.run({json.dumps(_OPTIONS)}).then(({{violations}}) => violations)")
    return [f"{each['id']}: {node['html'][:160]} {node['failureSummary']}" for each in found for node in each["nodes"]]


def structure(page: Page) -> list[str]:
    """Headings, landmarks, title, language, the place of contact, and the size of what is pressed most."""
    return _asked(page, "structure")


def overflow(page: Page) -> list[str]:
    """What is wider than the window, or cut off."""
    return _asked(page, "fits")


def set_text_size(page: Page, percent: int) -> None:
    """Have text this much of its usual size, as readers set it in their browser."""
    page.evaluate("size => document.documentElement.style.setProperty('font-size', size)", f"{percent}%")


def set_spacing(page: Page) -> None:
    """Space text as wide as readers may."""
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet]; }",
        _SPACING,
    )


def focus_walk(page: Page, *, most: int = 50) -> list[str]:
    """Go through the page with Tab; tells of each stop that cannot be seen, is covered, or is not marked."""
    stops: dict[str, list[str]] = {}
    for _ in range(most):
        page.keyboard.press("Tab")
        name, *wrong = _asked(page, "focused")
        if name.startswith("BODY"):
            break
        stops.setdefault(name, wrong)  # the parts of a date are marked by the browser
    assert len(stops) > 5, f"there is little to go to: {stops}"
    return [f"{name}: {', '.join(wrong)}" for name, wrong in stops.items() if wrong]


def _asked(page: Page, question: str) -> list[str]:
    if not page.evaluate("'checks' in window"):
        page.evaluate(_CHECKS)
    return list(page.evaluate(f"checks.{question}()") or ())
