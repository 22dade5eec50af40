"""WCAG 2.2 AA on every page and in every state, in light and dark, wide and narrow, with large and with loose text."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility import checks
from tests.accessibility.conftest import World
from tests.accessibility.states import NO_PAGES, STATES, State
from tests.browser.fixtures import HEIGHT, WIDTHS

pytestmark = pytest.mark.browser


@pytest.fixture(params=STATES, ids=[each.name for each in STATES])
def state(request: pytest.FixtureRequest) -> State:
    """Each state in turn."""
    found: State = request.param
    return found


@pytest.fixture
def opened(world: World, state: State) -> Iterator[Page]:
    """The page in its state, on a wide window in light colours."""
    address = world.address(state.path, state.server)
    if state.server == "busy":
        _ask_once(address)
    if not state.reader:
        world.contexts[""].clear_cookies()  # an answer to a vote may be from another test
    page = world.page(state.reader)
    try:
        answer = page.goto(address)
        assert answer
        assert answer.status == state.status
        if state.opens:
            state.opens(page)
        expect(page.locator("body")).to_contain_text(state.shows, use_inner_text=True)
        yield page
    finally:
        page.close()
        world.contexts[state.reader].clear_cookies(name="language")


def _ask_once(address: str) -> None:
    try:
        urllib.request.urlopen(address, timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()


def test_a_page_is_for_everybody_in_each_of_its_states(opened: Page, state: State) -> None:
    wrong = {"light, wide": checks.axe_finds(opened) + checks.structure(opened)}
    checks.set_text_size(opened, 200)
    wrong["text of twice the size"] = checks.overflow(opened)
    checks.set_text_size(opened, 100)
    opened.emulate_media(color_scheme="dark", reduced_motion="reduce")
    opened.set_viewport_size({"width": WIDTHS["narrow"], "height": HEIGHT})
    wrong["dark, narrow"] = [] if state.is_long else checks.axe_finds(opened)
    opened.set_viewport_size({"width": 320, "height": HEIGHT})
    wrong["320 pixels"] = checks.overflow(opened)
    checks.set_spacing(opened)
    wrong["loose text"] = checks.overflow(opened)
    told = [f"{where}: {each}" for where, found in wrong.items() for each in found]
    assert not told, "\n".join(told)


def test_every_page_is_in_the_table(world: World) -> None:
    app = world.servers[""].app
    addresses = app.url_map.bind("localhost")
    root = world.servers[""].address
    looked_at = {addresses.match(world.address(each.path).removeprefix(root).partition("?")[0])[0] for each in STATES}
    reads = [each for each in app.url_map.iter_rules() if "GET" in (each.methods or ())]
    pages = {each.endpoint for each in reads if not each.rule.startswith("/api/v1")}
    assert pages - NO_PAGES - looked_at - {"following.asked"} == set(), "add them to tests/accessibility/states.py"
    assert not NO_PAGES & looked_at


def test_pages_have_titles_of_their_own(world: World) -> None:
    seen: dict[str, str] = {}
    for each in STATES:
        if each.status == 200 and not (each.reader or each.server or each.opens or "lang=" in each.path):
            with urllib.request.urlopen(world.address(each.path), timeout=10) as answer:
                title = answer.read().decode().partition("<title>")[2].partition("</title>")[0]
            what = each.name.replace(":", "").split()[0]
            assert seen.setdefault(title, what) == what, each.name


def _adds(html: str, **style: str) -> str:
    """A script that puts something on the page; the policy for content lets scripts set styles, and no markup."""
    return f"main.insertAdjacentHTML('beforeend', {html!r}); Object.assign(main.lastElementChild.style, {style!r})"


LONG = "words and more of them " * 60
BROKEN = {
    "an image without words": _adds("<img src=/static/x.svg>"),
    "grey on grey": _adds("<p>Words</p>", color="#999", background="#aaa"),
    "a second h1": _adds("<h1>Again</h1>"),
    "a level left out": _adds("<h5>Deep</h5>"),
    "contact elsewhere": "document.querySelector('header').append(document.querySelector('.site-name'))",
    "a wide line": _adds(f"<p>{LONG}</p>", whiteSpace="nowrap"),
    "a small button": _adds("<button class=button-main>Go</button>", fontSize="8px"),
    "words cut off": _adds(f"<p>{LONG}</p>", blockSize="1em", overflow="hidden"),
}


@pytest.mark.parametrize("break_it", BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_noticed(world: World, break_it: str) -> None:
    page = world.page()
    page.goto(world.address("/accessibility"))
    page.evaluate(f"() => {{ const main = document.querySelector('main .page'); {break_it}; }}")
    found = checks.axe_finds(page) + checks.structure(page) + checks.overflow(page)
    page.close()
    assert found
