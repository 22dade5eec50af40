"""The main journey: somebody has a problem, searches, reads, says whether it helped, and if not turns to a person."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from app.knowledge.models import FixVote
from tests.browser.fixtures import CheckAccessibility, LiveSite, Screenshot
from tests.make import Make

#: Words that no other article has and none of which is nearly another, so that a journey finds its own.
_WORDS = iter(
    "gantry spindle turbine sprocket flywheel gasket camshaft piston clutch throttle radiator dynamo bellows chisel"
    " trowel mallet gimlet lathe anvil pulley rivet bracket".split()
)
BODY = "First unplug it.\n\n## If it still rattles\n\nWait a minute, then plug it in again."

pytestmark = pytest.mark.browser


@pytest.fixture
def word(live_site: LiveSite) -> str:
    """A word that leads to one published article, which can be found already."""
    word = next(_WORDS)
    with live_site.store() as session:
        Make(session).article(f"Why does the {word} rattle?", BODY, short_answer=f"The {word} is loose.")
    deadline = time.monotonic() + 10
    while not live_site.finds(word):
        assert time.monotonic() < deadline, f"{word} cannot be found: {live_site.running.told()}"
        time.sleep(0.05)
    return word


def votes(site: LiveSite, word: str) -> list[FixVote]:
    with site.store() as session:
        session.expire_on_commit = False
        return list(session.query(FixVote).filter(FixVote.query.contains(word)))


def search_field(page: Page) -> Locator:
    return page.locator("input[name=q]:visible").first


def test_search_read_no_reason_contact(
    page: Page, word: str, live_site: LiveSite, check_accessibility: CheckAccessibility, screenshot: Screenshot
) -> None:
    page.goto("/")
    check_accessibility()
    screenshot("1-home")

    search_field(page).fill(f"{word} rattle")
    search_field(page).press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    check_accessibility()
    screenshot("2-results")

    page.get_by_role("main").get_by_role("link", name=f"Why does the {word} rattle?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Why does the {word} rattle?")
    check_accessibility()
    screenshot("3-article")

    address = page.url
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator("#vote-title")).to_contain_text("What went wrong?")
    expect(page.locator("#vote-title")).to_be_focused()
    assert page.url == address
    check_accessibility()
    screenshot("4-no")

    page.get_by_label("I followed it and it did not work").check()
    page.get_by_label("What should we know?").fill("It rattles louder now.")
    page.get_by_role("button", name="Send what went wrong").click()
    expect(page.locator("#vote-title")).to_contain_text("Thank you")
    check_accessibility()
    screenshot("5-thanks")

    (vote,) = votes(live_site, word)
    assert not vote.fixed
    assert vote.reason == "did_not_work"
    assert vote.comment == "It rattles louder now."

    page.get_by_role("banner").get_by_role("link", name="Contact").click()
    expect(page.get_by_role("main")).to_contain_text(f"Why does the {word} rattle?")
    expect(page.get_by_role("main")).to_contain_text(f"{word} rattle")
    check_accessibility()
    screenshot("6-contact")


def test_a_yes_can_be_changed_into_a_no(page: Page, word: str, live_site: LiveSite) -> None:
    page.goto(f"/search?q={word}")
    page.get_by_role("main").get_by_role("link", name=f"Why does the {word} rattle?").click()
    page.get_by_role("button", name="Yes, it fixed my problem").click()
    expect(page.locator("#vote")).to_have_attribute("data-state", "yes")
    page.get_by_text("Change it?").click()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator("#vote")).to_have_attribute("data-state", "no")
    page.reload()
    expect(page.locator("#vote")).to_have_attribute("data-state", "no")
    assert [vote.fixed for vote in votes(live_site, word)] == [False]


def test_the_journey_with_the_keyboard_alone(page: Page, word: str, screenshot: Screenshot) -> None:
    page.goto("/")
    page.keyboard.press("/")
    expect(search_field(page)).to_be_focused()
    page.keyboard.type(f"{word} ratt")
    expect(page.get_by_role("option").first).to_contain_text(word)
    screenshot("7-suggestions")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Why does the {word} rattle?")
    _tab_to(page, "No")
    page.keyboard.press("Enter")
    expect(page.locator("#vote-title")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("I followed it and it did not work")).to_be_checked()
    _tab_to(page, "Send what went wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#vote")).to_have_attribute("data-state", "no")


def test_the_skip_link_leads_past_the_header(page: Page) -> None:
    page.goto("/contact")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_journey_without_javascript(plain_page: Page, word: str, live_site: LiveSite) -> None:
    page = plain_page
    page.goto("/")
    search_field(page).fill(f"{word} rattle")
    search_field(page).press("Enter")
    page.get_by_role("main").get_by_role("link", name=f"Why does the {word} rattle?").click()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page).to_have_url(re.compile("#vote$"))
    page.get_by_label("Something is missing").check()
    page.get_by_role("button", name="Send what went wrong").click()
    expect(page.locator("#vote-title")).to_contain_text("Thank you")
    (vote,) = votes(live_site, word)
    assert vote.reason == "incomplete"


def test_an_article_is_found_within_two_seconds_of_its_publication(live_site: LiveSite) -> None:
    word = next(_WORDS)
    with live_site.store() as session:
        Make(session).article(f"Where is the {word}?")
    published_at = time.monotonic()
    while not live_site.finds(word):
        assert time.monotonic() - published_at < 2
        time.sleep(0.02)


@pytest.mark.parametrize(
    "query", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{7*7}}", "🤷" * 90]
)
def test_hostile_words_in_the_search_box_do_nothing(page: Page, query: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.goto("/")
    search_field(page).fill(query)
    search_field(page).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(search_field(page)).to_have_value(query)


def _tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and (focused.text_content() or "").strip() == name:
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")
