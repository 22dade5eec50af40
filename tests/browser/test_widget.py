"""The widget on a page of another site, whose styles mean harm and whose policy allows as little as it can."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Route, expect

from app.accounts.roles import Role
from tests.browser.fixtures import SCREENSHOTS, CheckAccessibility, LiveSite, Screenshot
from tests.make import Make
from tests.visitor import PASSWORD

pytestmark = pytest.mark.browser

HEAVIEST = 12_000
"""Bytes over the wire of script and settings together; the promise is 30,000."""
HOSTILE = """
body * { display: none !important; opacity: 0 !important; box-sizing: content-box !important; float: left !important;
  font: italic 60px/4 fantasy !important; color: lime !important; letter-spacing: 1em !important;
  pointer-events: none !important; text-transform: uppercase !important; transform: rotate(90deg) !important;
  visibility: hidden !important; }
html { font-size: 62px; }
button, input, dialog, textarea { all: unset !important; }
"""
COMPUTED = """(element) => {
  const style = getComputedStyle(element);
  return [style.fontSize, style.textTransform, style.fontStyle, style.letterSpacing];
}"""
PLAIN = "body { font-family: serif; margin: 2rem } button { min-height: 44px }"
PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/style.css"></head><body><main><h1>A shop</h1><p>Things to buy.</p>
<button type="button" id="ask" data-query="{ask}">Ask us</button></main>
<script src="{site}/widget.js" {options} defer></script></body></html>"""
NAMES = (f"{first}{second}" for first, second in itertools.product(("gondola", "harbour"), "abcdefghijklmnopqrs"))


@dataclass
class Shop:
    """Another site, at another address than ours. `policy` is its content security policy."""

    site: str
    address: str = ""
    styles: str = PLAIN
    options: str = ""
    lang: str = "en"
    dir: str = "ltr"
    ask: str = ""
    policy: str = ""
    received: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[str, str]:
        """Media type and content of a file of this site."""
        if path == "/style.css":
            return "text/css", self.styles
        named = {name: getattr(self, name) for name in ("site", "options", "lang", "dir", "ask")}
        return "text/html; charset=utf-8", PAGE.format(**named)


@pytest.fixture
def shop(live_site: LiveSite) -> Iterator[Shop]:
    """The other site, running: by another name of this machine, so that browsers take it for another one."""
    made = Shop(live_site.address)
    made.policy = (
        f"default-src 'none'; style-src 'self'; script-src {made.site}; connect-src {made.site}; base-uri 'none'"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, content = made.answer(self.path)
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Security-Policy", made.policy)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.address = f"http://localhost:{server.server_address[1]}/"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def name(live_site: LiveSite) -> str:
    """A word that only one published article is about."""
    word = next(NAMES)
    body = (
        "Turn it.\n\n## When it sticks\n\n1. Oil it.\n2. [Read on](https://example.com/more)\n\n![A wheel](missing.png)"
    )
    with live_site.store() as session:
        Make(session).article(f"Steer the {word}", body, short_answer="Turn the wheel.", slug=word)
    live_site.running.wait("/readyz")
    _until(lambda: live_site.finds(word))
    return word


Open = Callable[..., Page]


@pytest.fixture(params=[360, 1280], ids=["narrow", "wide"])
def visit(request: pytest.FixtureRequest, browser: Browser, shop: Shop) -> Iterator[Open]:
    """Opens the other site's page; whatever the browser complains about fails the test, unless it is expected."""
    complaints: list[str] = []
    with contextlib.ExitStack() as opened:

        def visit_shop(*, scheme: str = "light", expected: str = "") -> Page:
            context = browser.new_context(
                viewport={"width": request.param, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]  # one of two words
                reduced_motion="reduce",
                locale="en",
            )
            opened.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: complaints.append(str(error)))

            def note(message: ConsoleMessage) -> None:
                if message.type in ("error", "warning") and not (expected and expected in message.text):
                    complaints.append(message.text)

            page.on("console", note)
            page.goto(shop.address)
            return page

        yield visit_shop
    assert not complaints, "\n".join(complaints)


def test_the_whole_journey_by_mouse(visit: Open, name: str) -> None:
    page = visit()
    opener(page).click()
    field_of(page).fill(f"steer {name}")
    page.get_by_role("option", name=f"Steer the {name}").wait_for()
    page.get_by_role("button", name="Search", exact=True).click()
    hit = page.get_by_role("link", name=f"Steer the {name}")
    check(page, "widget-results")
    hit.click()
    expect(page.get_by_role("heading", name=f"Steer the {name}")).to_be_focused()
    expect(page.get_by_text("Turn the wheel.")).to_be_visible()
    expect(page.get_by_role("link", name="Read on")).to_have_attribute("target", "_blank")
    check(page, "widget-article")
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("heading", name="What went wrong?")).to_be_focused()
    reason = page.get_by_role("button", name="Something is missing")
    reason.click()
    expect(reason).to_have_attribute("aria-pressed", "true")
    message = page.get_by_label("What happened?")
    expect(message).to_have_value(f"steer {name}")
    check(page, "widget-no")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    expect(page.get_by_text("Please write your e-mail address")).to_be_visible()
    page.get_by_label("Your e-mail address").fill("kim@example.com")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="We have your message")).to_be_focused()
    expect(page.get_by_text("Its reference is")).to_be_visible()
    check(page, "widget-sent")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("link", name=f"Steer the {name}")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(opener(page)).to_be_focused()


def test_the_whole_journey_by_keyboard_alone(visit: Open, name: str) -> None:
    page = visit()
    tab_to(page, opener(page))
    page.keyboard.press("Enter")
    expect(field_of(page)).to_be_focused()
    page.keyboard.type(f"steer {name}", delay=5)
    page.get_by_role("option", name=f"Steer the {name}").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name=f"Steer the {name}").wait_for()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name=f"Steer the {name}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Steer the {name}")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Yes, it fixed my problem"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Good to hear")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener(page)).to_be_focused()


def test_the_keyboard_never_leaves_the_panel(visit: Open) -> None:
    page = visit()
    opener(page).click()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("['HELP-WIDGET', 'BODY'].includes(document.activeElement.tagName)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_styles_of_the_page_do_not_reach_it(visit: Open, shop: Shop, name: str, scheme: str) -> None:
    shop.styles = HOSTILE
    page = visit(scheme=scheme)
    expect(opener(page)).to_be_visible()
    opener(page).click()
    field_of(page).fill(name)
    page.keyboard.press("Enter")
    hit = page.get_by_role("link", name=f"Steer the {name}")
    expect(hit).to_be_visible()
    styles = hit.evaluate(COMPUTED)
    assert styles == ["16px", "none", "normal", "normal"]
    assert page.locator("help-widget dialog").bounding_box()["width"] <= 400  # type: ignore[index]  # it is visible
    hit.click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("heading", name="What went wrong?").wait_for()
    picture(page, f"widget-hostile-{scheme}")


def test_it_leaves_one_name_and_nothing_else_on_the_page(visit: Open, shop: Shop) -> None:
    page = visit()
    opener(page).wait_for()
    own = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    shop.options = "type=application/json"
    bare = set(visit().evaluate("Object.getOwnPropertyNames(window)"))
    assert own - bare == {"HelpWidget"}


def test_the_page_opens_it_with_its_own_button_and_words(visit: Open, shop: Shop, name: str) -> None:
    shop.options, shop.ask = 'data-open-on="#ask" data-button="none"', name
    page = visit()
    page.wait_for_function("window.HelpWidget")
    assert opener(page).count() == 0
    page.get_by_role("button", name="Ask us").click()
    expect(page.get_by_role("link", name=f"Steer the {name}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Ask us")).to_be_focused()
    page.evaluate("HelpWidget.open()")
    expect(field_of(page)).to_be_focused()
    page.evaluate("HelpWidget.close()")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_answers_for_the_page_are_there_before_anything_is_typed(visit: Open, shop: Shop, name: str) -> None:
    shop.options = f'data-query="{name}" data-label="Ask the crew" data-position="left" data-color="#b0006b"'
    page = visit()
    button = page.get_by_role("button", name="Ask the crew")
    button.click()
    expect(page.get_by_role("heading", name="Answers for this page")).to_be_visible()
    expect(page.get_by_role("link", name=f"Steer the {name}")).to_be_visible()
    assert button.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(176, 0, 107)"
    check(page, "widget-for-this-page")


def test_nothing_found_leads_to_a_person_with_the_question_kept(visit: Open) -> None:
    page = visit()
    opener(page).click()
    field_of(page).fill("xyzzyqwv plughtrn")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What happened?")).to_have_value("xyzzyqwv plughtrn")
    check(page, "widget-nothing")


def _judges(page: Page, **judged: object) -> None:
    """Have the site say this of the results of searches from now on."""

    def answer(route: Route) -> None:
        told = route.fetch()
        found = told.json()
        if judged.get("fit") == "answer":
            found["results"][0]["passage_html"] = '<ol><li>Turn <a href="/articles/1">it</a></li></ol><script></script>'
        nearest = found["results"] if judged.get("state") == "no_answer" else []
        route.fulfill(response=told, json=found | {"nearest": nearest} | judged)

    page.route("**/api/v1/search?**", answer)


def test_the_answer_is_read_and_voted_on_where_it_was_found(visit: Open, name: str, live_site: LiveSite) -> None:
    page = visit()
    _judges(page, fit="answer", confidence=0.9)
    opener(page).click()
    field_of(page).fill(name)
    page.keyboard.press("Enter")
    answer = page.get_by_role("region", name=f"Steer the {name}")
    expect(answer).to_contain_text("The answer")
    expect(answer.get_by_role("listitem")).to_have_text("Turn it")
    check(page, "widget-answer")
    answer.get_by_role("button", name="Yes, it fixed my problem").click()
    expect(answer.get_by_role("heading", name="Thank you for telling us")).to_be_focused()


def test_where_nothing_answers_the_widget_says_so_and_keeps_what_holds_the_words_in_reach(
    visit: Open, name: str
) -> None:
    page = visit()
    _judges(page, state="no_answer", fit="nothing", results=[])
    opener(page).click()
    field_of(page).fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("help-widget [data-said]")).to_contain_text("Nothing here answers")
    expect(page.get_by_role("link", name=f"Steer the {name}")).to_be_visible()
    expect(page.get_by_role("link", name="All results on the help site")).to_have_attribute(
        "href", re.compile("[?&]all=1")
    )
    expect(page.get_by_label("What happened?")).to_have_value(name)


def test_it_runs_from_right_to_left(visit: Open, shop: Shop, live_site: LiveSite, name: str) -> None:
    with live_site.store() as session:
        Make(session).article(f"إصلاح {name}", "أدره.", language="ar")
    address = f"{live_site.address}/api/v1/search?lang=ar&q={name}"
    _until(lambda: "إصلاح" in _said(address))
    shop.lang, shop.dir = "ar", "rtl"
    page = visit()
    opened = page.locator("help-widget .opener")
    assert opened.bounding_box()["x"] < 100  # type: ignore[index]  # it is visible
    opened.click()
    page.locator("help-widget #field").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=f"إصلاح {name}").wait_for()
    expect(page.locator("help-widget .frame")).to_have_attribute("dir", "rtl")
    check(page, "widget-arabic")


def test_it_works_where_the_page_shuts_html_out(visit: Open, shop: Shop, name: str) -> None:
    shop.policy += "; require-trusted-types-for 'script'"
    page = visit()
    opener(page).click()
    field_of(page).fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=f"Steer the {name}").click()
    expect(page.get_by_text("Oil it.")).to_be_visible()


def test_a_site_that_does_not_answer_is_told_apart_from_nothing_found(visit: Open) -> None:
    page = visit(expected="Failed to load resource")
    opener(page).click()
    page.route("**/api/v1/**", lambda route: route.abort())
    field_of(page).fill("anything")
    page.keyboard.press("Enter")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("does not answer")
    expect(notice.get_by_role("link", name="Open the help site")).to_be_visible()
    check(page, "widget-unreachable")
    page.unroute("**/api/v1/**")
    notice.get_by_role("button", name="Try again").click()
    expect(notice).to_be_hidden()


def test_too_many_requests_say_when_to_come_again(visit: Open) -> None:
    page = visit(expected="Failed to load resource")
    opener(page).click()

    def refuse(route: Route) -> None:
        open_to_all = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
        route.fulfill(status=429, headers={**open_to_all, "Retry-After": "30"}, json={"status": 429})

    page.route("**/api/v1/**", refuse)
    field_of(page).fill("anything")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("30 seconds")
    expect(page.get_by_role("alert").get_by_role("link", name="Contact a person")).to_be_visible()


def test_a_wait_is_told_and_what_was_found_stays_meanwhile(visit: Open, name: str) -> None:
    page = visit()
    opener(page).click()
    field_of(page).fill(name)
    page.keyboard.press("Enter")
    hit = page.get_by_role("link", name=f"Steer the {name}")
    hit.wait_for()
    held: list[Route] = []
    page.route("**/api/v1/search**", lambda route: held.append(route))
    field_of(page).fill(f"{name} again")
    page.keyboard.press("Enter")
    expect(page.locator("help-widget .busy")).to_be_visible()
    expect(hit).to_be_visible()
    held[0].continue_()
    expect(page.locator("help-widget .busy")).to_be_hidden()


def test_administrators_try_it_where_they_get_the_tag(
    page: Page, live_site: LiveSite, check_accessibility: CheckAccessibility, screenshot: Screenshot
) -> None:
    with live_site.store() as session:
        email = f"admin{time.time_ns()}@example.com"
        Make(session).account(Role.ADMINISTRATOR, password=PASSWORD, email=email)
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/desk/widget")
    page.get_by_label("Words on the button").fill("Ask the crew")
    page.get_by_role("button", name="Show the tag").click()
    expect(page.get_by_text('data-label="Ask the crew"')).to_be_visible()
    button = page.get_by_role("button", name="Ask the crew")
    expect(button).to_be_visible()
    check_accessibility()
    screenshot("desk-widget")
    button.click()
    expect(field_of(page)).to_be_focused()


def test_it_is_light(live_site: LiveSite) -> None:
    assert sum(_bytes(live_site.address + path) for path in ("/widget.js", "/widget/settings.json")) < HEAVIEST * 1.25
    script = _bytes(live_site.address + "/widget.js")
    assert script < HEAVIEST, f"the script has {script} bytes"


def opener(page: Page) -> Locator:
    """The button that the widget puts on the page."""
    return page.get_by_role("button", name="Help", exact=True)


def field_of(page: Page) -> Locator:
    """The search field of the widget."""
    return page.get_by_role("combobox", name="What do you need help with?")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press the tabulator until something has the focus."""
    for _ in range(40):
        if wanted.evaluate("(e) => e.getRootNode().activeElement === e"):
            return
        page.keyboard.press("Tab")
    pytest.fail("the tabulator never gets there")


def check(page: Page, name: str) -> None:
    """Have axe look at the page and everything in the panel, keep a picture, and fail on what is too wide or small."""
    violations = Axe().run(page).response["violations"]
    assert not violations, [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in violations]
    main = page.locator("help-widget .main")
    assert main.evaluate("(e) => e.scrollWidth - e.clientWidth") <= 0
    for target in page.locator("help-widget :is(button, .row > a, input[type=email], textarea)").all():
        box = target.bounding_box()
        assert box is None or box["height"] >= 43.5, target.evaluate("(e) => e.outerHTML")
    picture(page, name)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the window."""
    SCREENSHOTS.mkdir(exist_ok=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png")


def _said(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(json.load(answer)["results"])


def _bytes(address: str) -> int:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert gzip.decompress(content)
        return len(content)


def _until(holds: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(100):
        if holds():
            return
        waiting.wait(0.1)
    pytest.fail("it does not come true")
