"""The harness itself: a page that misbehaves is noticed."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.fixtures import CheckAccessibility, Screenshot


def test_the_home_page_opens(page: Page, check_accessibility: CheckAccessibility, screenshot: Screenshot) -> None:
    page.goto("/")
    check_accessibility()
    screenshot("home")


def test_an_inline_script_is_stopped_and_noticed(page: Page, complaints: list[str]) -> None:
    page.goto("/")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'stolen = 1'}))")
    page.wait_for_timeout(100)
    assert "Content Security Policy" in complaints.pop()
    assert page.evaluate("typeof stolen") == "undefined"
