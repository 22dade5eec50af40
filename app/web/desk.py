"""The desk: the rooms of staff. A part adds its page, and whoever may open it finds it in the menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, url_for

from app.web.templating import reader


@dataclass(frozen=True)
class DeskPage:
    """A line of the desk's menu. `title` gives its words in the reader's language."""

    endpoint: str
    title: Callable[[], str]
    icon: str
    permission: str
    position: int


def install(app: Flask) -> None:
    """Give templates `desk_menu()`."""
    app.extensions["desk_pages"] = []
    app.jinja_env.globals["desk_menu"] = desk_menu


def add_desk_page(
    app: Flask, endpoint: str, title: Callable[[], str], *, icon: str, permission: str, position: int = 50
) -> None:
    """Put a page into the menu of the desk; lower positions stand first."""
    pages: list[DeskPage] = app.extensions["desk_pages"]
    pages.append(DeskPage(endpoint, title, icon, permission, position))
    pages.sort(key=lambda page: page.position)


def desk_menu() -> list[tuple[str, str, str, str]]:
    """The lines that the reader may open, as (endpoint, title, address, icon)."""
    pages: list[DeskPage] = current_app.extensions["desk_pages"]
    at_page = reader()
    open_to_reader = (page for page in pages if at_page.may(page.permission))
    return [(page.endpoint, page.title(), url_for(page.endpoint), page.icon) for page in open_to_reader]
