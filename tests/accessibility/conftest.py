"""One filled site and its broken twins for all tests of this folder, and one browser window for whoever reads them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app import create_app
from app.foundation.database import db
from app.search import vectorizing
from config import Settings
from tests.accessibility.site import EDITOR, Server, fill
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.running_site import free_port
from tests.search.fake_encoder import use_fake_encoder
from tests.visitor import PASSWORD


@dataclasses.dataclass
class World:
    """The servers by name (`""` is the whole one), the addresses that `fill` found, and the windows that are open."""

    servers: dict[str, Server]
    found: dict[str, str]
    contexts: dict[str, BrowserContext]

    def address(self, path: str, server: str = "") -> str:
        """A whole address; `{article}` and the like stand for what `fill` found."""
        return self.servers[server].address + path.format(**self.found)

    def page(self, reader: str = "") -> Page:
        """A new page of a stranger, or of the administrator with `staff`."""
        page = self.contexts[reader].new_page()
        page.set_default_timeout(10_000)
        return page


def _settings(folder: pytest.TempPathFactory, databases: SqliteDatabases | PostgresqlDatabases) -> Settings:
    data_dir = folder.mktemp("accessibility") / "data"
    return Settings(
        data_dir=data_dir,
        secret_key="x" * 40,
        database_url=databases.fresh(data_dir),
        languages="en,de,ar",
        contact_email="help@example.com",
        contact_phone="+1 555 0100",
        contact_hours="Monday to Friday, 9:00 to 17:00",
        mail_host="127.0.0.1",
        site_url="http://127.0.0.1:1",
        limits=False,
        encoder="none",
    ).prepared()


@pytest.fixture(scope="package")
def world(
    tmp_path_factory: pytest.TempPathFactory, databases: SqliteDatabases | PostgresqlDatabases, browser: Browser
) -> Iterator[World]:
    """The sites and the windows; nothing here is left after the last test of the folder."""
    whole = _settings(tmp_path_factory, databases)
    with ExitStack() as stack:
        servers = {}
        for name, changes in _twins(whole, tmp_path_factory).items():
            port = free_port()
            app = create_app(dataclasses.replace(whole, site_url=f"http://127.0.0.1:{port}", **changes))  # type: ignore[arg-type]  # any setting
            app.extensions["trail_journal"].is_automatic = False
            servers[name] = Server(app, port)
            stack.callback(app.extensions["carrier"].close)
            stack.callback(_let_go, servers[name])
        found = fill(servers[""].app)
        use_fake_encoder(servers["by meaning"].app)
        with servers["by meaning"].app.app_context():
            vectorizing.catch_up()
        servers["down"].app.test_client().get("/")
        stack.enter_context(servers["down"].without_database())
        contexts = {name: _window(browser) for name in ("", "staff")}
        for context in contexts.values():
            stack.callback(context.close)
        world = World(servers, found, contexts)
        _sign_in(world)
        yield world


def _twins(whole: Settings, folder: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    return {
        "": {},
        "without index": {"index_dir": folder.mktemp("index")},
        "busy": {"limits": True, "limit_searches": 1},
        "by meaning": {},
        "down": {},
    }


def _let_go(server: Server) -> None:
    server.stop()
    with server.app.app_context():
        db.engine.dispose()


def _window(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en")


def _sign_in(world: World) -> None:
    page = world.page("staff")
    page.goto(world.address("/sign-in"))
    page.get_by_label("E-mail").fill(EDITOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(world.address("/**"))
    page.close()
