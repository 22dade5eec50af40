"""What can only be seen in a browser: nothing jumps, nothing is too wide or too heavy, and the scripts only add."""

from __future__ import annotations

import itertools
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import CheckAccessibility, LiveSite
from tests.make import Make

pytestmark = pytest.mark.browser

_NAMES = (f"{first}{second}" for first, second in itertools.product(("lantern", "compass", "anchor"), "abcdefghijklm"))
BODY = """First look at it.

## Donaudampfschifffahrtsgesellschaftskapitänsmützenversicherung

1. Unplug it.
2. Wait a minute.

> [!WARNING]
> It may be hot.

## When it does not help

| What you see | What it means |
|---|---|
| A red light | It is on |

```python
print("a line of code that is much longer than a telephone is wide, so that it has to scroll inside itself")
```

## Words used here

Light
: What shines.
"""
WATCH_SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def article(live_site: LiveSite) -> str:
    """The address of a published article with a bit of everything."""
    name = next(_NAMES)
    with live_site.store() as session:
        made = Make(session).article(f"Mend the {name}", BODY, short_answer="Unplug it.", slug=name, tags=("lamps",))
        return f"/articles/{made.id}-{name}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_article_is_accessible_and_fits_in_light_and_dark(
    page: Page, article: str, scheme: str, check_accessibility: CheckAccessibility
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
    page.goto(article)
    check_accessibility()


@pytest.mark.parametrize("path", ["/", "/search?q=lantern", "/contact", "/sign-in", "article"])
def test_nothing_moves_while_a_page_loads(page: Page, article: str, path: str) -> None:
    page.add_init_script(WATCH_SHIFTS)
    page.goto(article if path == "article" else path, wait_until="networkidle")
    assert page.evaluate("window.shifted") == 0


@pytest.mark.parametrize("path", ["/", "/search?q=lantern", "/contact", "/sign-in", "article"])
def test_text_of_twice_the_size_fits(page: Page, article: str, path: str) -> None:
    page.goto(article if path == "article" else path)
    page.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_an_article_needs_few_requests_and_little_data(page: Page, article: str) -> None:
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(article, wait_until="networkidle")
    assert len(sizes) <= 6
    assert sum(sizes) <= 60_000


def test_suggestions_are_used_with_the_keyboard(page: Page, article: str, live_site: LiveSite) -> None:
    name = article.rpartition("-")[2]
    _wait_until_found(live_site, name)
    page.goto("/")
    page.keyboard.press("/")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type(f"mend the {name}")
    expect(page.get_by_role("option").first).to_contain_text(name)
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value(f"mend the {name}")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text(name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{article}?q=mend+the+{name}")


def test_the_slash_key_can_be_switched_off(page: Page, article: str) -> None:
    page.goto(article)
    page.get_by_role("button", name="Turn off the / key for search").click()
    page.reload()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).not_to_be_focused()


def test_a_comment_outlives_a_broken_line(page: Page, article: str, complaints: list[str]) -> None:
    page.goto(article)
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("Something is missing").check()
    page.get_by_label("What should we know?").fill("Step two is missing.")
    page.route("**/votes/reason", lambda route: route.abort())
    page.get_by_role("button", name="Send what went wrong").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing you wrote is lost.")
    expect(page.get_by_label("What should we know?")).to_have_value("Step two is missing.")
    page.unroute("**/votes/reason")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#vote-title")).to_contain_text("Thank you")
    complaints.clear()


def test_a_vote_that_does_not_arrive_stays_pressed(page: Page, article: str, complaints: list[str]) -> None:
    page.goto(article)
    page.route("**/votes", lambda route: route.abort())
    page.get_by_role("button", name="Yes, it fixed my problem").click()
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    expect(page.get_by_role("button", name="Yes, it fixed my problem")).to_have_attribute("aria-pressed", "true")
    complaints.clear()


def _wait_until_found(site: LiveSite, word: str) -> None:
    deadline = time.monotonic() + 10
    while not site.finds(word):
        assert time.monotonic() < deadline, f"{word} cannot be found: {site.running.told()}"
        time.sleep(0.05)
