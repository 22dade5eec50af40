"""Every page that people read, in every state that it has. A new page, or a new state of one, is added here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect


@dataclass(frozen=True)
class State:
    """A page in one state: where it is, what it answers with, who reads it, and what brings it about.

    `server` names the twin of the site that it is seen at, `opens` does what a reader does on the page first, `shows`
    is what then has to be in sight, so that no other state is looked at by mistake. `path` may name what `fill` found.
    A page that `is_long` is looked at by axe once only: it takes seconds.
    """

    name: str
    path: str
    shows: str
    status: int = 200
    reader: str = ""
    server: str = ""
    opens: Callable[[Page], None] | None = None
    is_long: bool = False


def _types(page: Page) -> None:
    page.get_by_role("combobox").first.fill("lamp")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")


def _says(answer: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.get_by_role("button", name=answer, exact=True).click()
        expect(page.locator("#vote")).to_have_attribute("data-state", "no" if answer == "No" else "yes")

    return press


def _says_and_returns(page: Page) -> None:
    _says(YES)(page)
    page.reload()


def _explains(page: Page) -> None:
    _says("No")(page)
    page.get_by_label("Something is missing").check()
    page.get_by_role("button", name="Send what went wrong").click()
    expect(page.locator("#vote-title")).to_contain_text("Thank you")


def _asks_what_a_word_means(page: Page) -> None:
    page.locator("a.term").first.focus()
    expect(page.locator(".term-note")).to_be_visible()


def _opens_all(page: Page) -> None:
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


def _sends(page: Page) -> None:
    page.get_by_role("button", name="Send to a person").click()
    page.wait_for_load_state()


def _signs_in_wrongly(page: Page) -> None:
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_load_state()


def _asks_to_follow(page: Page) -> None:
    page.get_by_text("Tell me when this changes").click()
    page.locator(".follow").get_by_label("Your e-mail address").fill("sam@example.com")
    page.locator(".follow").get_by_role("button").click()
    page.wait_for_url("**/following/asked")


def _repeats(page: Page) -> None:
    page.get_by_label("Words and short phrases").fill("lamp, torch")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()


def _adds(page: Page) -> None:
    page.get_by_role("button", name="Add the test").click()
    page.wait_for_load_state()


def _moves_nowhere(page: Page) -> None:
    _opens_all(page)
    page.get_by_label("Its number or title").first.fill("No such article")
    page.get_by_role("button", name="Move").first.click()
    page.wait_for_load_state()


def _pins_nothing(page: Page) -> None:
    page.get_by_role("button", name="Pin it").click()
    page.wait_for_load_state()


def _filters(page: Page) -> None:
    page.locator(".filters-wide a").first.click()
    page.wait_for_load_state()


NO_ANSWER = "why+does+my+telescope+sing+like+a+lamp+at+night"
YES = "Yes, it fixed my problem"
STATES = (
    State("home", "/", "What can we help you with?"),
    State("home in German", "/?lang=de", "Lamps"),
    State("home in Arabic", "/?lang=ar", "Lamps"),
    State("search: hint", "/search", "Write what happened"),
    State("search: typing", "/search", "suggestions", opens=_types),
    State("search: results", "/search?q=lamp", "results for"),
    State("search: filtered", "/search?q=lamp", "Take away the filter", opens=_filters),
    State("search: in Arabic", "/search?q=lamp&lang=ar", "Lamp number 1"),
    State("search: corrected", "/search?q=mednd+lamp", "Search instead for"),
    State("search: filtered out", "/search?q=wipe&category=shop", "The filters you chose hide"),
    State("search: other language", "/search?q=Wertstoffhof", "in other languages"),
    State("search: the answer", "/search?q=mend+the+lamp", "The answer", server="by meaning"),
    State(
        "search: the answer: no",
        "/search?q=varnish+the+lamp",
        "What went wrong?",
        server="by meaning",
        opens=_says("No"),
    ),
    State("search: the answer: yes", "/search?q=dust+the+lamp", "Thank you", server="by meaning", opens=_says(YES)),
    State(
        "search: the answer: said before",
        "/search?q=dust+the+lamp",
        "You said that this fixed your problem",
        server="by meaning",
        opens=_says_and_returns,
    ),
    State("search: may help", "/search?q=how+do+I+mend+the+lamp", "These may help", server="by meaning"),
    State("search: no answer", f"/search?q={NO_ANSWER}", "Nothing here answers that", server="by meaning"),
    State("search: no results", "/search?q=qwertzuiop", "We found nothing"),
    State("search: degraded", "/search?q=lamp", "Search is simpler than usual", server="without index"),
    State("search: down", "/search?q=lamp", "Search is not working just now", 503, server="down"),
    State("search: too many", "/search?q=lamp", "That was a lot in a short time", 429, server="busy"),
    State("article", "{article}", "Did this fix your problem?", opens=_opens_all),
    State("article in German", "{article}?lang=de", "Hat das Ihr Problem gelöst?"),
    State("article: found by its number", "/search?q=%231", "Did this fix your problem?"),
    State("article: an explanation is open", "{article}", "More in the glossary", opens=_asks_what_a_word_means),
    State("article: in another language", "{fallback}", "is not available in"),
    State("article: overdue, in an area with an incident", "{overdue}", "This article is due for a review"),
    State("article: yes", "{yes}", "Thank you for telling us", opens=_says(YES)),
    State("article: no", "{no}", "What went wrong?", opens=_says("No")),
    State("article: no, explained", "{explained}", "goes to the people who write this article", opens=_explains),
    State("article: removed", "{removed}", "This article was removed", 410),
    State("article: for members", "{signed_in}", "Sign in to read this article", 403),
    State("article: read by staff", "{staff}", "Only for staff", reader="staff"),
    State("article: what changed", "{article}-mend-the-lamp/changes?since=1", "What was added is underlined"),
    State("area", "/categories/lamps", "Mend the lamp", opens=_opens_all),
    State("all areas", "/categories", "All areas"),
    State("news", "/news", "Open on Saturdays"),
    State("glossary", "/glossary", "A letter that says what you owe"),
    State("accessibility", "/accessibility", "What we hold to"),
    State("nothing here", "/nothing/here", "There is no page at this address", 404),
    State("contact", "/contact", "Your message", opens=_opens_all),
    State("contact about an article", "/contact?q=lamp&article=1&language=en", "See exactly", opens=_opens_all),
    State("contact: with mistakes", "/contact", "Your message is not sent yet", opens=_sends),
    State("request: just sent", "{request}?sent=1", "Thank you. We have your message."),
    State("request", "{request}", "My key is gone."),
    State("following: asked", "{article}", "Look into your mailbox", opens=_asks_to_follow),
    State("following: to confirm", "{to_confirm}", "Mend the lamp"),
    State("following", "{following}", "Mend the lamp"),
    State("sign-in", "/sign-in", "Password"),
    State("sign-in: refused", "/sign-in", "Password", opens=_signs_in_wrongly),
    State("the API", "/api", "API", is_long=True),
    State("errors of the API", "/api/problems", "Problems that programs meet"),
    State("account", "/account", "Kim Editor", reader="staff"),
    State("tokens", "/account/tokens", "Kim Editor", reader="staff"),
    State("desk", "/desk", "Desk", reader="staff"),
    State("desk: requests", "/desk/requests", "My key is gone.", reader="staff"),
    State("desk: a request", "/desk/requests/{reference}", "My key is gone.", reader="staff"),
    State("desk: searches", "/desk/searches", "lamp", reader="staff"),
    State("desk: search", "/desk/search", "What it could not answer", reader="staff"),
    State(
        "desk: learned questions", "/desk/search/questions", "3 customers said yes", reader="staff", opens=_opens_all
    ),
    State(
        "desk: no such questions", "/desk/search/questions?show=accepted", "used whatever people say", reader="staff"
    ),
    State("desk: a blocked question", "/desk/search/questions?show=blocked", "free holiday voucher", reader="staff"),
    State(
        "desk: a question moved nowhere",
        "/desk/search/questions?show=waiting",
        "No published article has",
        reader="staff",
        opens=_moves_nowhere,
    ),
    State("desk: best bets", "/desk/search/best-bets", "rewire my chandelier", reader="staff"),
    State("desk: a bet refused", "/desk/search/best-bets", "Name the article by", reader="staff", opens=_pins_nothing),
    State("desk: synonyms", "/desk/search/synonyms", "They mean the same", reader="staff"),
    State("desk: synonyms refused", "/desk/search/synonyms", "stands with other words", reader="staff", opens=_repeats),
    State("desk: a set of synonyms", "/desk/search/synonyms/1", "Yes, take it out", reader="staff", opens=_opens_all),
    State("desk: tests of search", "/desk/search/tests", "This came instead", reader="staff", opens=_opens_all),
    State("desk: a test refused", "/desk/search/tests", "Write what customers search for", reader="staff", opens=_adds),
    State("desk: search log", "/desk/search/log", "Test: this must find", reader="staff"),
    State("desk: searches not answered", "/desk/search/log?only=unanswered", "Nothing found", reader="staff"),
    State("desk: votes", "/desk/votes", "Sell the lamp", reader="staff"),
    State("desk: news", "/desk/news", "Open on Saturdays", reader="staff", opens=_opens_all),
    State("desk: a piece of news", "/desk/news/1", "Open on Saturdays", reader="staff"),
    State("desk: glossary", "/desk/glossary", "Invoice", reader="staff"),
    State("desk: a term", "/desk/glossary/invoice", "Invoice", reader="staff"),
    State("desk: areas", "/desk/structure", "Lamps", reader="staff"),
    State("desk: next steps", "/desk/structure/next/1", "Mend the lamp", reader="staff"),
    State("desk: widget", "/desk/widget", "script", reader="staff"),
)
#: What answers programs, sends files, or leads on to another page at once.
NO_PAGES = frozenset(
    {
        "api.openapi", "api_nothing", "attachments.attachment", "health.alive", "health.ready", "machines.area_feed",
        "machines.article_feed", "machines.browser_suggestions", "machines.feed", "machines.overview",
        "machines.rendition", "machines.robots", "machines.search_description", "machines.security_contact",
        "machines.sitemap_file", "machines.whole_sitemap", "machines.whole_text", "reading.find_next",
        "requests.export_csv", "requests.export_json", "search.suggestions", "trail.searches_as_csv", "web.static",
        "widget.script", "widget.settings",
    }
)  # fmt: skip
