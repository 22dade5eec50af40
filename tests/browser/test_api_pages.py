"""The pages about the API, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.fixtures import CheckAccessibility


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/api", "/api/problems"])
def test_the_pages_for_programmers_are_open_to_everybody(
    page: Page, check_accessibility: CheckAccessibility, path: str
) -> None:
    page.goto(path)
    check_accessibility()
