"""A real Chromium that visits a real site: fixtures for the tests of pages in `tests/browser` and `tests/journeys`.

A page that complains in its console, is stopped by the content security policy, or asks another site for anything fails
its test. Screenshots are kept in `tests/browser/screenshots`.
"""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from sqlalchemy.orm import Session

from app import create_app
from app.foundation.database import db, transaction
from config import Settings
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.needs import browser as installed_browser
from tests.running_site import RunningSite, running_site

SCREENSHOTS = Path(__file__).parent / "screenshots"
HEIGHT = 800
WIDTHS = {"narrow": 360, "wide": 1280}
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

CheckAccessibility = Callable[[], None]
Screenshot = Callable[[str], None]


class LiveSite:
    """A site that runs beside the tests, and a way to put things into its store."""

    def __init__(self, running: RunningSite, settings: Settings) -> None:
        self.address = running.address
        self.running = running
        self.settings = settings
        self.app = create_app(settings)

    @contextlib.contextmanager
    def store(self) -> Iterator[Session]:
        """A transaction in the store of the site; what it asks of the worker is done soon after."""
        with self.app.test_request_context(), transaction() as session:
            yield session

    def finds(self, word: str) -> bool:
        """Whether a search for a word gives an article with it in its title."""
        with urllib.request.urlopen(f"{self.address}/api/v1/search?q={quote(word)}", timeout=10) as answer:
            return any(word in result["title"] for result in json.load(answer)["results"])


@pytest.fixture(scope="session")
def live_site(
    tmp_path_factory: pytest.TempPathFactory, databases: SqliteDatabases | PostgresqlDatabases
) -> Iterator[LiveSite]:
    """A whole site with web server and worker, one for all tests of a process: let each make articles of its own."""
    data_dir = tmp_path_factory.mktemp("live") / "data"
    address = databases.live()
    with running_site(
        data_dir, database_url=address, KB_CONTACT_EMAIL="help@example.com", KB_LIMIT_MESSAGES="1000"
    ) as running:
        site = LiveSite(running, Settings(data_dir, address, encoder="none").prepared())
        yield site
        with site.app.app_context():
            db.engine.dispose()
        site.app.extensions["carrier"].close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser, started once a process."""
    path = installed_browser()
    if path is None:
        pytest.fail("Chromium is not installed: run 'make test', or install the package 'chromium'.")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def complaints(live_site: LiveSite) -> Iterator[list[str]]:
    """What the browser complained about. A test that means to meet an error page clears the list."""
    noted: list[str] = []
    yield noted
    assert not noted, "\n".join(noted)


@pytest.fixture(params=WIDTHS)
def page(
    request: pytest.FixtureRequest, browser: Browser, live_site: LiveSite, complaints: list[str]
) -> Iterator[Page]:
    """A page of a reader with JavaScript, on a telephone and on a desk."""
    with _visit(browser, live_site, complaints, width=WIDTHS[request.param], has_scripts=True) as opened:
        yield opened


@pytest.fixture
def plain_page(browser: Browser, live_site: LiveSite, complaints: list[str]) -> Iterator[Page]:
    """A page of a reader without JavaScript."""
    with _visit(browser, live_site, complaints, width=WIDTHS["wide"], has_scripts=False) as opened:
        yield opened


@pytest.fixture
def check_accessibility(page: Page) -> CheckAccessibility:
    """Has axe look at the page as it is, and fails on what it finds."""

    def check() -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page is {overflow} px wider than the window"

    return check


@pytest.fixture
def screenshot(page: Page) -> Screenshot:
    """Keeps a picture of the page as it is."""

    def keep(name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)

    return keep


@contextlib.contextmanager
def _visit(browser: Browser, site: LiveSite, complaints: list[str], *, width: int, has_scripts: bool) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=site.address,
        viewport={"width": width, "height": HEIGHT},
        java_script_enabled=has_scripts,
        reduced_motion="reduce",
        locale="en",
    )
    page = context.new_page()
    page.set_default_timeout(10_000)

    def note_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((site.address, "data:", "blob:")):
            complaints.append(f"{page.url}: asks another site: {request.url}")

    page.on("console", note_message)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", note_request)
    try:
        yield page
    finally:
        context.close()
