"""Reaching a person: after a "no", after a search that finds nothing, and straight from the contact page."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.support.models import Ticket
from tests.browser.fixtures import CheckAccessibility, LiveSite, Screenshot
from tests.make import Make

pytestmark = pytest.mark.browser

_NAMES = (f"{first}{second}" for first, second in itertools.product(("barrel", "kettle", "ladder"), "abcdefghijklm"))


@pytest.fixture
def article(live_site: LiveSite) -> tuple[str, str]:
    """A published article that can be found, as (the word that it is about, its address)."""
    word = next(_NAMES)
    with live_site.store() as session:
        made = Make(session).article(f"Mend the {word}", "Glue it.", slug=word)
        address = f"/articles/{made.id}-{word}"
    deadline = time.monotonic() + 20
    while not live_site.finds(word):
        assert time.monotonic() < deadline, "the article cannot be found"
        time.sleep(0.05)
    return word, address


def packet_of(live_site: LiveSite, page: Page) -> dict[str, object] | None:
    """What went along with the request whose thanks are shown."""
    shown = re.search(r"[0-9A-Z]{3}-[0-9A-Z]{4}", page.locator("main").inner_text())
    assert shown
    with live_site.store() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.reference == shown[0])).one()
        return ticket.context.packet if ticket.context else None


def test_a_no_leads_to_a_person_who_knows_it_already(
    page: Page,
    live_site: LiveSite,
    article: tuple[str, str],
    check_accessibility: CheckAccessibility,
    screenshot: Screenshot,
) -> None:
    name, address = article
    page.goto(f"{address}?q=broken+{name}")
    page.get_by_role("button", name="No", exact=True).click()
    message = page.get_by_label("Your message")
    expect(message).to_have_value(f"broken {name}")
    check_accessibility()
    message.fill(f"The {name} still leaks.")
    page.get_by_label("It is hard to follow").check()
    page.get_by_role("button", name="Send what went wrong").click()
    expect(page.locator("#vote-title")).to_contain_text("Thank you")
    expect(page.get_by_label("Your message")).to_have_value(f"The {name} still leaks.")
    page.get_by_label("Your e-mail address").first.fill("kim@example.com")
    page.get_by_role("button", name="Send to a person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. We have your message.")
    check_accessibility()
    screenshot("contact-thanks")
    packet = packet_of(live_site, page)
    assert packet
    assert (packet["query"], packet["reason"], packet["article_title"]) == (
        f"broken {name}",
        "confusing",
        f"Mend the {name}",
    )


def test_a_mistake_is_told_beside_the_field_and_nothing_is_lost(
    page: Page, complaints: list[str], check_accessibility: CheckAccessibility, screenshot: Screenshot
) -> None:
    page.goto("/contact?q=lost+key")
    page.get_by_label("Your message").fill("My key is gone.")
    page.get_by_role("button", name="Send to a person").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Write your e-mail address or telephone number")
    expect(page.get_by_label("Your message")).to_have_value("My key is gone.")
    check_accessibility()
    screenshot("contact-mistake")
    alert.get_by_role("link").click()
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    page.keyboard.type("kim@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. We have your message.")
    complaints.clear()


def test_suggestions_stand_beside_the_form_and_open_apart(page: Page, article: tuple[str, str]) -> None:
    name = article[0]
    page.goto("/contact")
    page.get_by_label("Your message").fill(f"I cannot mend the {name}")
    suggested = page.get_by_role("link", name=f"Mend the {name}")
    expect(suggested).to_be_visible()
    expect(suggested).to_have_attribute("target", "_blank")
    expect(page.get_by_label("Your message")).to_be_visible()
    expect(page.get_by_role("button", name="Send to a person")).to_be_enabled()


def test_nothing_found_is_asked_on_the_same_page_without_javascript(plain_page: Page, live_site: LiveSite) -> None:
    plain_page.goto("/search?q=qwertzuiop")
    expect(plain_page.get_by_role("heading", level=1)).to_contain_text("We found nothing")
    expect(plain_page.get_by_label("Your message")).to_have_value("qwertzuiop")
    plain_page.get_by_text("Add a telephone number or your name").click()
    plain_page.get_by_label("Telephone number").fill("+1 555 0100")
    plain_page.get_by_label("Send along what I did before").uncheck()
    plain_page.get_by_role("button", name="Send to a person").click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Thank you. We have your message.")
    assert packet_of(live_site, plain_page) is None
    plain_page.get_by_role("link", name="Open my request").click()
    expect(plain_page.locator("main")).to_contain_text("qwertzuiop")
    expect(plain_page.locator("main")).not_to_contain_text("+1 555 0100")


def test_a_person_is_asked_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/contact")
    page.get_by_label("Your message").focus()
    page.keyboard.type("Help.")
    page.keyboard.press("Tab")
    page.keyboard.type("kim@example.com")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. We have your message.")
