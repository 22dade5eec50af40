"""News, explained words and changes, in a real browser, on a telephone and on a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from app.foundation import clock
from app.knowledge import glossary, news, publishing
from app.knowledge.glossary import GlossaryTerm, TermWords
from app.knowledge.models import Significance
from app.knowledge.news import News, NewsKind, NewsText, NewsWords, Plan
from app.knowledge.site_version import raise_site_version
from tests.browser.fixtures import CheckAccessibility, LiveSite, Screenshot
from tests.make import Make

BODY = "Look at the invoice before you pay.\n\n" + "More words follow here.\n\n" * 20


@pytest.fixture(autouse=True)
def leave_no_news(live_site: LiveSite) -> object:
    """The site is shared by all tests of the process: nothing of these may stand on the pages of others."""
    yield
    with live_site.store() as session:
        for table in (NewsText, News):
            session.execute(delete(table))
        for term in glossary.every_term(session):
            session.delete(term)
        raise_site_version(session)


def write_article(site: LiveSite, body: str = BODY) -> tuple[int, str]:
    with site.store() as session:
        article = Make(session).article("Paying what you owe", body)
        return article.id, f"/articles/{article.id}-paying-what-you-owe"


def write_term(site: LiveSite) -> None:
    with site.store() as session:
        words = {"en": TermWords("Invoice", "A letter that says what you owe.")}
        written: GlossaryTerm = glossary.write_term(session, words, article_id=None, by=None)
        assert written.slug == "invoice"


def tell(site: LiveSite, kind: NewsKind, title: str) -> None:
    with site.store() as session:
        plan = Plan(kind, clock.now() - timedelta(minutes=1))
        news.write_news(session, plan, {"en": NewsWords(title, "What to do *meanwhile*.")}, by=None)


def test_an_explanation_opens_by_keyboard_stays_and_is_closed_by_escape(
    live_site: LiveSite, page: Page, check_accessibility: CheckAccessibility, screenshot: Screenshot
) -> None:
    _, path = write_article(live_site)
    write_term(live_site)
    page.goto(path)
    term = page.locator("a.term")
    note = page.locator(".term-note")
    expect(note).to_be_hidden()
    term.focus()
    expect(note).to_be_visible()
    expect(term).to_have_accessible_description("A letter that says what you owe.")
    check_accessibility()
    screenshot("8-term")
    page.keyboard.press("Tab")
    expect(note.get_by_role("link", name="More in the glossary")).to_be_focused()
    expect(note).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(term).to_be_focused()


def test_an_explanation_can_be_pointed_at(live_site: LiveSite, page: Page) -> None:
    _, path = write_article(live_site)
    write_term(live_site)
    page.goto(path)
    note = page.locator(".term-note")
    page.locator("a.term").hover()
    expect(note).to_be_visible()
    note.get_by_text("A letter that says").hover()
    page.wait_for_timeout(400)
    expect(note).to_be_visible()
    page.mouse.move(1, 1)
    expect(note).to_be_hidden()


def test_without_script_a_term_leads_to_the_glossary(live_site: LiveSite, plain_page: Page) -> None:
    _, path = write_article(live_site)
    write_term(live_site)
    plain_page.goto(path)
    plain_page.locator("a.term").click()
    expect(plain_page).to_have_url(f"{live_site.address}/glossary#invoice")
    expect(plain_page.locator("#invoice")).to_contain_text("A letter that says what you owe.")


def test_news_that_were_put_away_stay_away_and_incidents_stay(
    live_site: LiveSite, page: Page, check_accessibility: CheckAccessibility, screenshot: Screenshot
) -> None:
    tell(live_site, NewsKind.NEWS, "Open on Saturdays")
    tell(live_site, NewsKind.INCIDENT, "Cards do not work")
    page.goto("/")
    check_accessibility()
    screenshot("9-news")
    region = page.get_by_role("region", name="Open on Saturdays")
    region.get_by_role("button", name="Hide").click()
    expect(region).to_be_hidden()
    page.reload()
    expect(page.get_by_text("Cards do not work")).to_be_visible()
    expect(page.get_by_text("Open on Saturdays")).to_be_hidden()


def test_this_browser_knows_which_text_it_showed_last(
    live_site: LiveSite, page: Page, check_accessibility: CheckAccessibility, screenshot: Screenshot
) -> None:
    article_id, path = write_article(live_site)
    page.goto(path)
    expect(page.locator(".what-changed")).to_have_count(0)
    with live_site.store() as session:
        latest = publishing.latest_revision(session, article_id, "en")
        article = session.get_one(publishing.Article, article_id)
        assert latest is not None
        publishing.save_revision(
            session,
            article,
            language="en",
            text=publishing.ArticleText("Paying what you owe", BODY.replace("before", "after")),
            significance=Significance.MODERATE,
            based_on=latest.id,
            by=None,
        )
        publishing.publish(session, article, language="en", by=None)
    page.goto(path)
    link = page.get_by_role("link", name="Changed since you read it")
    link.click()
    expect(page.locator("del")).to_contain_text("before")
    expect(page.locator("ins")).to_contain_text("after")
    check_accessibility()
    screenshot("10-changes")
    page.goto(path)
    expect(page.get_by_role("link", name="What changed")).to_be_visible()
