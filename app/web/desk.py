"""The desk: the rooms of staff, and the page that leads into them.

A part adds its page, and whoever may open it finds it in the menu. What an administrator has to do on a new site is
listed until it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, url_for
from flask_babel import gettext as _

from app.web.access import access
from app.web.templating import reader
from config import Settings

STAFF = "read_staff"
OWNER = "run_the_site"

pages = Blueprint("desk", __name__)


@dataclass(frozen=True)
class DeskPage:
    """A line of the desk's menu. `title`, `about` and `waiting` give words in the reader's language.

    `waiting` says what somebody has to look at; it is empty when nothing waits.
    """

    endpoint: str
    title: Callable[[], str]
    icon: str
    permission: str
    position: int
    about: Callable[[], str]
    waiting: Callable[[], str]

    @property
    def url(self) -> str:
        """Its address."""
        return url_for(self.endpoint)


@dataclass(frozen=True)
class FirstStep:
    """Something to do once on a new site. `title` and `about` give words in the reader's language."""

    title: Callable[[], str]
    about: Callable[[], str]
    is_done: Callable[[], bool]


def install(app: Flask, settings: Settings) -> None:
    """Connect the first page of the desk, and give templates `desk_menu()`."""
    app.extensions["desk_pages"] = []
    app.extensions["first_steps"] = []
    app.jinja_env.globals["desk_menu"] = desk_menu
    app.register_blueprint(pages)
    _add_steps_of_settings(app, settings)


def add_desk_page(
    app: Flask,
    endpoint: str,
    title: Callable[[], str],
    *,
    icon: str,
    permission: str,
    position: int = 50,
    about: Callable[[], str] = str,
    waiting: Callable[[], str] = str,
) -> None:
    """Put a page into the menu of the desk; lower positions stand first."""
    known: list[DeskPage] = app.extensions["desk_pages"]
    known.append(DeskPage(endpoint, title, icon, permission, position, about, waiting))
    known.sort(key=lambda page: page.position)


def add_first_step(app: Flask, title: Callable[[], str], about: Callable[[], str], is_done: Callable[[], bool]) -> None:
    """Put something to do on a new site on the administrators' list."""
    steps: list[FirstStep] = app.extensions["first_steps"]
    steps.append(FirstStep(title, about, is_done))


def desk_menu() -> list[DeskPage]:
    """The pages that the reader may open."""
    known: list[DeskPage] = current_app.extensions["desk_pages"]
    at_page = reader()
    return [page for page in known if at_page.may(page.permission)]


@pages.get("/desk")
@access(STAFF)
def home() -> Response:
    """What one may do here, what waits, and what a new site still lacks."""
    steps: list[FirstStep] = current_app.extensions["first_steps"] if reader().may(OWNER) else []
    first_steps = [(step, step.is_done()) for step in steps]
    page = make_response(
        render_template("desk_home.html", first_steps=first_steps, done=sum(is_done for _step, is_done in first_steps))
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _add_steps_of_settings(app: Flask, settings: Settings) -> None:
    add_first_step(
        app,
        lambda: _("Name the site, and say where it is"),
        lambda: _("Set %(settings)s.", settings="KB_SITE_NAME, KB_SITE_URL"),
        lambda: bool(settings.site_url) and settings.site_name != Settings.site_name,
    )
    add_first_step(
        app,
        lambda: _("Give it your logo or your colour"),
        lambda: _("Set %(settings)s.", settings="KB_SITE_LOGO, KB_BRAND_COLOR"),
        lambda: bool(settings.site_logo or settings.brand_color) or settings.brand_hue != Settings.brand_hue,
    )
    add_first_step(
        app,
        lambda: _("Say how customers reach a person"),
        lambda: _("Set %(settings)s.", settings="KB_CONTACT_EMAIL, KB_CONTACT_PHONE, KB_CONTACT_HOURS"),
        lambda: bool(settings.contact_email or settings.contact_phone or settings.contact_url),
    )
    add_first_step(
        app,
        lambda: _("Have the site send mail"),
        lambda: _("Set %(settings)s.", settings="KB_MAIL_HOST, KB_MAIL_FROM"),
        lambda: bool(settings.mail_host),
    )
