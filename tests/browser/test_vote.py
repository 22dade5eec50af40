"""The vote over a bad line: it keeps trying, says so, and loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import CheckAccessibility, LiveSite
from tests.make import Make

pytestmark = pytest.mark.browser

LABEL = "What should we know?"


@pytest.fixture
def article(live_site: LiveSite) -> str:
    """The address of a published article."""
    with live_site.store() as session:
        return f"/articles/{Make(session).article('Mend the telescope', slug='telescope').id}-telescope"


def test_a_vote_that_does_not_arrive_is_sent_again_by_itself(
    page: Page, article: str, complaints: list[str], check_accessibility: CheckAccessibility
) -> None:
    page.goto(article)
    page.route("**/votes", lambda route: route.abort())
    page.get_by_role("button", name="Yes, it fixed my problem").click()
    expect(page.get_by_role("alert")).to_contain_text("We keep trying")
    expect(page.get_by_role("button", name="Yes, it fixed my problem")).to_have_attribute("aria-pressed", "true")
    check_accessibility()
    page.unroute("**/votes")
    expect(page.locator("#vote")).to_have_attribute("data-state", "yes", timeout=10_000)
    complaints.clear()


def test_a_site_that_is_busy_is_asked_again_and_a_refusal_is_not(
    page: Page, article: str, complaints: list[str]
) -> None:
    page.goto(article)
    asked = []

    def refuse(status: int) -> None:
        page.unroute("**/votes")
        page.route("**/votes", lambda route: (asked.append(status), route.fulfill(status=status, body=""))[1])

    refuse(503)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("We keep trying")
    refuse(422)
    expect(page.get_by_role("alert")).not_to_contain_text("We keep trying", timeout=10_000)
    page.wait_for_timeout(2500)
    assert asked == [503, 422]
    complaints.clear()


def test_a_comment_outlives_a_reload_until_it_has_arrived(page: Page, article: str) -> None:
    page.goto(article)
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("Something is missing").check()
    page.get_by_label(LABEL).fill("Step two is missing.")
    page.reload()
    expect(page.get_by_label(LABEL)).to_have_value("Step two is missing.")
    page.get_by_role("button", name="Send what went wrong").click()
    expect(page.locator("#vote-title")).to_contain_text("Thank you")
    assert page.evaluate("sessionStorage.length") == 0


def test_without_a_script_a_comment_comes_back_on_the_error_page(
    plain_page: Page, article: str, complaints: list[str]
) -> None:
    page = plain_page
    page.goto(article)
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("Something is missing").check()
    page.get_by_label(LABEL).evaluate("field => field.removeAttribute('maxlength')")
    page.get_by_label(LABEL).fill("Too long. " * 500)
    page.get_by_role("button", name="Send what went wrong").click()
    field = page.get_by_label("What you wrote is still here")
    expect(field).to_have_value("Too long. " * 500)
    field.fill("Shorter.")
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("#vote-title")).to_contain_text("Thank you")
    complaints.clear()


def test_a_comment_is_asked_for_once_a_reason_is_chosen_and_a_person_is_in_sight_before(
    page: Page, article: str
) -> None:
    page.goto(article)
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("heading", name="Talk to a person").first).to_be_in_viewport()
    expect(page.get_by_label(LABEL)).to_be_hidden()
    page.get_by_label("Something else").check()
    expect(page.get_by_label(LABEL)).to_be_visible()
    expect(page.get_by_role("button", name="Send what went wrong")).to_be_visible()
