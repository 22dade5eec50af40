"""Pages used with the keyboard, in forced colours and without motion: what has focus is seen, and changes are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.accessibility import checks
from tests.accessibility.conftest import World
from tests.accessibility.site import Server, in_pieces
from tests.browser.fixtures import HEIGHT, WIDTHS
from tests.browser.test_look import WATCH_SHIFTS
from tests.running_site import free_port

pytestmark = pytest.mark.browser

#: Pages of every kind, by who reads them.
PAGES = [
    ("", "/"),
    ("", "/search?q=lamp"),
    ("", "{article}"),
    ("", "/contact?q=lamp"),
    ("", "/categories/lamps"),
    ("staff", "/desk/requests/{reference}"),
    ("staff", "/desk/news"),
]
NAMES = ["home", "results", "article", "contact", "area", "request on the desk", "news on the desk"]
#: What is pressed or written in, and cannot be told from words without its border.
CONTROLS = ".button:not(.button-main), .button-main, .input, .search-input, .search-go"


@pytest.fixture
def reader(world: World) -> Iterator[Page]:
    """A page of a stranger."""
    page = world.page()
    yield page
    page.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize(("who", "path"), PAGES, ids=NAMES)
def test_what_has_focus_is_marked_and_never_covered(world: World, who: str, path: str, width: int) -> None:
    page = world.page(who)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.goto(world.address(path))
    wrong = checks.focus_walk(page)
    page.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("who", "path"), PAGES, ids=NAMES)
def test_controls_keep_their_borders_in_forced_colours_and_nothing_moves(world: World, who: str, path: str) -> None:
    page = world.page(who)
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto(world.address(path))
    bare = page.locator(CONTROLS).evaluate_all(
        """controls => controls.filter((each) => each.checkVisibility()).filter((each) => {
          const style = getComputedStyle(each);
          return style.borderBlockEndStyle === "none" || parseFloat(style.borderBlockEndWidth) < 1;
        }).map((each) => each.outerHTML.slice(0, 120))"""
    )
    moving = page.locator("body *").evaluate_all(
        """all => all.filter((each) => {
          const style = getComputedStyle(each);
          const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
          return lasts(style.transitionDuration) || (style.animationName !== "none" && lasts(style.animationDuration));
        }).map((each) => each.outerHTML.slice(0, 120))"""
    )
    page.close()
    assert not bare, bare
    assert not moving, moving


def test_the_suggestions_follow_the_practice_of_a_combobox(world: World, reader: Page) -> None:
    reader.goto(world.address("/search"))
    field = reader.get_by_role("combobox").first
    options = reader.get_by_role("option")
    chosen = reader.get_by_role("option", selected=True)
    expect(field).to_have_attribute("aria-autocomplete", "list")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("lamp")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(reader.get_by_role("listbox")).to_have_accessible_name("Suggestions")
    expect(reader.get_by_role("search").get_by_role("status")).to_have_text("6 suggestions")
    assert field.get_attribute("aria-controls") == reader.get_by_role("listbox").get_attribute("id")
    expect(chosen).to_have_count(0)
    for key, place in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        field.press(key)
        expect(options.nth(place)).to_have_attribute("aria-selected", "true")
        expect(chosen).to_have_count(1)
        assert field.get_attribute("aria-activedescendant") == options.nth(place).get_attribute("id")
        expect(field).to_be_focused()
    field.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", "")
    field.press("ArrowUp")
    expect(chosen).to_contain_text("Search for")


@pytest.mark.parametrize(("key", "place"), [("Home", 0), ("End", 4), ("ArrowLeft", 3)])
def test_keys_that_move_in_the_text_lead_back_to_it(world: World, reader: Page, key: str, place: int) -> None:
    reader.goto(world.address("/search"))
    field = reader.get_by_role("combobox").first
    field.press_sequentially("lamp")
    expect(reader.get_by_role("option").first).to_be_visible()
    field.press("ArrowDown")
    field.press(key)
    expect(reader.get_by_role("option", selected=True)).to_have_count(0)
    assert field.get_attribute("aria-activedescendant") is None
    assert field.evaluate("field => field.selectionStart") == place


def test_a_chosen_suggestion_is_let_go_when_somebody_writes_on(world: World, reader: Page) -> None:
    reader.goto(world.address("/search"))
    field = reader.get_by_role("combobox").first
    field.press_sequentially("lamp")
    expect(reader.get_by_role("option").first).to_be_visible()
    field.press("ArrowDown")
    reader.keyboard.type("s")
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/search?q=lamps")


def test_alt_with_an_arrow_opens_and_closes_the_suggestions(world: World, reader: Page) -> None:
    reader.goto(world.address("/search"))
    field = reader.get_by_role("combobox").first
    field.press_sequentially("lamp")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("lamp")
    field.press("Alt+ArrowDown")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(reader.get_by_role("option", selected=True)).to_have_count(0)
    field.press("Alt+ArrowUp")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    expect(reader.get_by_role("option", selected=True)).to_have_count(1)
    reader.keyboard.press("Tab")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_wait_is_shown_once_after_a_moment_and_what_was_suggested_stays(world: World, reader: Page) -> None:
    reader.goto(world.address("/search"))
    field = reader.get_by_role("combobox").first
    field.press_sequentially("lamp")
    first = reader.get_by_role("option").first
    expect(first).to_be_visible()
    answers: list[Route] = []
    reader.route("**/search/suggest?**", lambda route: answers.append(route))
    reader.keyboard.type("s")
    expect(reader.locator(".search.is-waiting")).to_have_count(1)
    expect(reader.get_by_role("search").get_by_role("status")).to_have_text("Searching …")
    expect(first).to_be_visible()
    answers[0].continue_()
    expect(reader.locator(".search.is-waiting")).to_have_count(0)
    expect(reader.get_by_role("search").get_by_role("status")).to_contain_text("suggestion")


def test_a_quick_answer_shows_no_wait(world: World, reader: Page) -> None:
    reader.goto(world.address("/search"))
    reader.evaluate(
        """() => { window.waited = 0;
        new MutationObserver(() => { if (document.querySelector(".is-waiting")) window.waited += 1; })
          .observe(document.body, { subtree: true, attributes: true, attributeFilter: ["class"] }); }"""
    )
    reader.route("**/search/suggest?**", lambda route: route.fulfill(json={"query": "lamp", "suggestions": []}))
    reader.get_by_role("combobox").first.press_sequentially("lamp")
    expect(reader.get_by_role("search").get_by_role("status")).to_have_text("No suggestions")
    assert reader.evaluate("window.waited") == 0


def test_a_vote_and_what_is_wrong_with_a_form_are_told_without_being_looked_for(world: World, reader: Page) -> None:
    reader.goto(world.address("{overdue}"))
    reader.get_by_role("button", name="Yes, it fixed my problem").press("Enter")
    expect(reader.locator("#vote-title")).to_be_focused()
    expect(reader.get_by_role("status").filter(has_text="Thank you for telling us")).to_have_count(1)
    reader.goto(world.address("/contact"))
    reader.get_by_role("button", name="Send to a person").press("Enter")
    reader.wait_for_load_state()
    expect(reader.get_by_role("alert")).to_contain_text("Your message is not sent yet")
    expect(reader.get_by_role("alert")).to_be_focused()
    expect(reader.get_by_role("alert").get_by_role("link").first).to_be_visible()
    expect(reader.get_by_label("Your message")).to_have_attribute("aria-invalid", "true")


def test_nothing_moves_when_a_page_arrives_in_pieces(world: World) -> None:
    app = world.servers[""].app
    server = Server(app, free_port(), wsgi=in_pieces(app))
    page = world.page()
    page.add_init_script(WATCH_SHIFTS)
    for path in ("/", "/search?q=lamp", "{article}", "/contact", "/sign-in"):
        page.goto(server.address + path.format(**world.found), wait_until="networkidle")
        assert page.evaluate("window.shifted") == 0, path
    page.close()
    server.stop()
