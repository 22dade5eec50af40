"""What a real browser leaves in the search log, with JavaScript and without."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from app.accounts.roles import Role
from app.foundation import clock
from app.trail.models import SearchClick, SearchEvent, SelfServiceSession, SessionKind, SessionStep
from tests.browser.fixtures import CheckAccessibility, LiveSite, Screenshot
from tests.make import Make
from tests.visitor import PASSWORD

pytestmark = pytest.mark.browser
Value = TypeVar("Value")


def put(site: LiveSite, word: str) -> str:
    """An article with a word of its own that search finds; returns its key in the log."""
    with site.store() as session:
        article = Make(session).article(f"How do I clean the {word}?", f"Wipe the {word} with a dry cloth.")
        key = f"{article.id}:en"
    deadline = time.monotonic() + 20
    while not site.finds(word) and time.monotonic() < deadline:
        time.sleep(0.1)
    return key


def soon(ask: Callable[[], Value | None]) -> Value | None:
    """The answer, as soon as there is one: the log is written a moment later."""
    deadline = time.monotonic() + 5
    while not (found := ask()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def clicks(site: LiveSite, word: str) -> list[tuple[int, str]]:
    """Positions and keys of what was opened from searches for a word."""
    with site.store() as session:
        opened = select(SearchClick.position, SearchClick.key).join(SearchEvent)
        return [(at, key) for at, key in session.execute(opened.where(SearchEvent.query_norm.contains(word)))]


def seconds_read(site: LiveSite, key: str) -> int | None:
    with site.store() as session:
        return session.scalar(select(SessionStep.seconds).where(SessionStep.key == key))


def test_what_is_opened_and_read_is_noted_and_the_address_stays_clean(
    live_site: LiveSite, page: Page, request: pytest.FixtureRequest
) -> None:
    word = f"ewer{'wide' if 'wide' in request.node.name else 'narrow'}"
    key = put(live_site, word)
    page.goto(f"/search?q={word}")
    page.get_by_role("link", name=word).first.click()
    page.wait_for_load_state()
    assert "from=" not in page.url
    assert f"q={word}" in page.url
    page.wait_for_timeout(1200)
    page.goto("/")
    assert soon(lambda: clicks(live_site, word)) == [(1, key)]
    assert soon(lambda: seconds_read(live_site, key)) == 1


def test_without_script_what_is_opened_is_noted(live_site: LiveSite, plain_page: Page) -> None:
    key = put(live_site, "samovar")
    plain_page.goto("/search?q=samovar")
    plain_page.get_by_role("link", name="samovar").first.click()
    assert soon(lambda: clicks(live_site, "samovar")) == [(1, key)]


def test_a_suggestion_that_is_opened_is_one_search(
    live_site: LiveSite, page: Page, request: pytest.FixtureRequest
) -> None:
    word = f"urn{'wide' if 'wide' in request.node.name else 'narrow'}"
    key = put(live_site, word)
    page.goto("/")
    field = page.get_by_role("combobox").first
    field.press_sequentially(word, delay=60)
    page.get_by_role("option", name=word).first.click()
    page.wait_for_url("**/articles/**")
    # The line may have been there before the last letters were typed: then that is what it was opened from.
    assert soon(lambda: clicks(live_site, word[:4])) == [(1, key)]
    with live_site.store() as session:
        home = session.scalars(select(SearchEvent.session_id).join(SearchClick).where(SearchClick.key == key)).one()
        typed = select(SearchEvent.query_norm).where(SearchEvent.session_id == home)
        assert len([words for words in session.scalars(typed) if words.startswith(word[:4])]) == 1


def test_who_asks_for_privacy_is_not_noted(live_site: LiveSite, page: Page) -> None:
    key = put(live_site, "decanter")
    page.set_extra_http_headers({"Sec-GPC": "1"})
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {value: true})")
    page.goto("/search?q=decanter")
    link = page.get_by_role("link", name="decanter").first
    assert "from=" not in (link.get_attribute("href") or "")
    link.click()
    page.wait_for_timeout(1200)
    page.goto("/")
    page.wait_for_timeout(1000)
    assert seconds_read(live_site, key) is None
    assert clicks(live_site, "decanter") == []


def test_the_desk_tells_what_people_search_for(
    live_site: LiveSite, page: Page, check_accessibility: CheckAccessibility, screenshot: Screenshot
) -> None:
    with live_site.store() as session:
        email = Make(session).account(Role.AGENT, password=PASSWORD, email=f"agent{time.time_ns()}@example.com").email
        visitor = SelfServiceSession(visitor="0" * 32, kind=SessionKind.PERSON, language="en", events=9)
        visitor.started_at = visitor.last_event_at = clock.now()
        for query, state in (("how do I clean a very old ewer without breaking it", "results"), ("fax", "no_results")):
            event = SearchEvent(home=visitor, query_raw=query, query_norm=query.lower(), language="en", results=3, ms=2)
            event.mode, event.state, event.filters, event.is_typed = "keyword", state, {}, False
            event.created_at = event.last_at = clock.now()
            session.add(event)
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/desk/searches?days=28")
    page.get_by_role("rowheader", name="fax").first.wait_for()
    check_accessibility()
    screenshot("desk-searches")
