"""Whole journeys with nothing but the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.accessibility.conftest import World

pytestmark = pytest.mark.browser


@pytest.fixture
def reader(world: World) -> Iterator[Page]:
    """A page of a stranger, of whom the site knows no vote of an earlier test."""
    page = world.page()
    page.context.clear_cookies()
    yield page
    page.close()
    page.context.clear_cookies(name="language")


def tab_to(page: Page, wanted: Locator, *, most: int = 60) -> None:
    """Press Tab until something has focus."""
    for _ in range(most):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} cannot be reached")


def test_from_a_search_to_a_person_with_the_keyboard_alone(world: World, reader: Page) -> None:
    reader.goto(world.address("/"))
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("link", name="Skip to the content")).to_be_focused()
    reader.keyboard.press("/")
    reader.keyboard.type("paint lamp")
    expect(reader.get_by_role("option").first).to_be_visible()
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/search?q=paint**")
    tab_to(reader, reader.get_by_role("link", name="Paint the lamp"))
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/articles/**")
    tab_to(reader, reader.get_by_role("button", name="No", exact=True))
    reader.keyboard.press("Space")
    expect(reader.locator("#vote-title")).to_be_focused()
    tab_to(reader, reader.get_by_label("I followed it and it did not work"), most=5)
    reader.keyboard.press("ArrowDown")
    reader.keyboard.press("ArrowDown")
    expect(reader.get_by_label("Something is missing")).to_be_checked()
    tab_to(reader, reader.get_by_role("button", name="Send what went wrong"), most=5)
    reader.keyboard.press("Enter")
    expect(reader.locator("#vote-title")).to_contain_text("Thank you")
    expect(reader.locator("#vote-title")).to_be_focused()
    tab_to(reader, reader.get_by_label("Your message"))
    reader.keyboard.type(" It is dry.")
    tab_to(reader, reader.locator(".ask").get_by_label("Your e-mail address"), most=3)
    reader.keyboard.type("kim@example.com")
    tab_to(reader, reader.get_by_role("button", name="Send to a person"), most=8)
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Thank you. We have your message.")


def test_an_answer_is_read_and_voted_on_among_the_results_with_the_keyboard_alone(world: World, reader: Page) -> None:
    address = world.address("/search?q=sell+the+lamp", "by meaning")
    reader.goto(address)
    expect(reader.get_by_role("region", name="Sell the lamp")).to_be_visible()
    expect(reader.locator("body")).to_be_focused()
    tab_to(reader, reader.get_by_role("button", name="No", exact=True))
    reader.keyboard.press("Space")
    expect(reader.locator("#vote-title")).to_be_focused()
    expect(reader.locator("#vote-title")).to_contain_text("What went wrong?")
    assert reader.url == address
    tab_to(reader, reader.get_by_label("Your message"))
    expect(reader.get_by_label("Your message")).to_have_value("sell the lamp")
    tab_to(reader, reader.locator(".change summary").last)
    reader.keyboard.press("Enter")
    tab_to(reader, reader.get_by_role("button", name="Yes, it fixed my problem"), most=3)
    reader.keyboard.press("Enter")
    expect(reader.locator("#vote-title")).to_contain_text("Thank you for telling us")
    assert reader.url == address


def test_words_are_explained_and_the_language_is_changed_with_the_keyboard(world: World, reader: Page) -> None:
    reader.goto(world.address("{article}"))
    tab_to(reader, reader.locator("a.term").first)
    note = reader.locator(".term-note")
    expect(note).to_be_visible()
    reader.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(reader.locator("a.term").first).to_be_focused()
    tab_to(reader, reader.locator("footer").get_by_role("link", name="Deutsch"))
    reader.keyboard.press("Enter")
    expect(reader.locator("html")).to_have_attribute("lang", "de")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Die Lampe reparieren")


def test_the_skip_link_passes_the_head(world: World, reader: Page) -> None:
    reader.goto(world.address("/search?q=lamp"))
    reader.keyboard.press("Tab")
    reader.keyboard.press("Enter")
    reader.keyboard.press("Tab")
    assert reader.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_request_is_answered_and_solved_with_the_keyboard(world: World) -> None:
    page = world.page("staff")
    page.goto(world.address("/desk/requests"))
    tab_to(page, page.locator("main").get_by_role("link", name="My key is gone."))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/requests/*")
    tab_to(page, page.locator("textarea").first)
    page.keyboard.type("We have it here.")
    page.keyboard.press("Tab")
    tab_to(page, page.locator("main form button[type=submit]").first, most=6)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("We have it here.")
    page.close()
