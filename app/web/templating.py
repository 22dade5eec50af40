"""How pages are drawn: one Jinja environment, strict about unknown names, with the words that every page uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from flask import Flask, current_app
from jinja2 import FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.foundation.bare_links import linked
from app.web.addresses import site_address
from app.web.assets import static_url
from app.web.icons import area_icon, icon
from app.web.languages import direction, own_name, reader_language, site_languages
from app.web.translating import interface_locale
from config import Settings


@dataclass(frozen=True)
class ContactWays:
    """How to reach a person; each is empty when it is not offered."""

    email: str
    phone: str
    url: str
    hours: str


@dataclass(frozen=True)
class Site:
    """What every page says of the site. `languages` are (code, own name) of those that articles are written in."""

    name: str
    url: str
    languages: tuple[tuple[str, str], ...]
    contact: ContactWays


@dataclass(frozen=True)
class Reader:
    """The person at the page. `permissions` are words of `accounts.roles.Permission`."""

    language: str
    is_signed_in: bool = False
    display_name: str = ""
    permissions: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Whether the person holds a permission."""
        return permission in self.permissions


def install(app: Flask, settings: Settings) -> None:
    """Set Jinja up. Accounts put a function that gives the `Reader` at the page into `app.extensions["reader"]`."""
    folders = sorted(str(path) for path in Path(app.root_path).glob("*/templates"))
    app.jinja_loader = FileSystemLoader(folders)  # a cached property, to be set like this
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(date=date_in_words, machine_date=machine_date, number=number, percent=percent)
    environment.filters.update(quoted=quoted, own_name=own_name, direction=direction, linked=linked)
    environment.filters.update(bdi=bdi, ltr=ltr, strong=strong)
    environment.globals.update(static_url=static_url, icon=icon, area_icon=area_icon)
    app.context_processor(page_context)


def page_context() -> dict[str, Any]:
    """What every template knows: `site` and `reader`. Asks no database by itself."""
    return {"site": site(site_languages()), "reader": reader()}


def plain_context() -> dict[str, Any]:
    """The same for anybody, from the settings alone: for when nothing else can be asked."""
    default = current_app.extensions["settings"].default_language
    return {"site": site([default]), "reader": Reader(default)}


def site(languages: Sequence[str]) -> Site:
    """The site as its pages name it."""
    settings: Settings = current_app.extensions["settings"]
    contact = ContactWays(settings.contact_email, settings.contact_phone, settings.contact_url, settings.contact_hours)
    return Site(settings.site_name, site_address(), tuple((code, own_name(code)) for code in languages), contact)


def reader() -> Reader:
    """The person at the page; somebody who has not signed in when there are no accounts to ask."""
    known: Callable[[], Reader] | None = current_app.extensions.get("reader")
    return known() if known else Reader(reader_language())


def date_in_words(day: date) -> str:
    """A date as people write it in the language of the interface: 3 May 2026, 3. Mai 2026, 2026年5月3日."""
    return format_date(day, "long", locale=interface_locale())


def machine_date(day: date) -> str:
    """A date for `<time datetime>`: 2026-05-03."""
    return (day.date() if isinstance(day, datetime) else day).isoformat()


def number(count: int) -> str:
    """A count with its thousands apart, as the language of the interface writes it: 2,112 or 2.112."""
    return format_decimal(count, locale=interface_locale())


def percent(share: float) -> str:
    """A share of 1 in whole percent, as the language of the interface writes it: 84% or 84 %."""
    return format_percent(share, locale=interface_locale())


def bdi(text: str) -> Markup:
    """Words of somebody else inside a sentence, set apart so that neither turns the other's direction around."""
    return Markup("<bdi>{}</bdi>").format(text)


def strong(text: str) -> Markup:
    """The same, in strong type."""
    return Markup("<strong><bdi>{}</bdi></strong>").format(text)


def ltr(text: str) -> Markup:
    """What is written from left to right in every language: telephone numbers, addresses, references."""
    return Markup('<bdi class="count" dir="ltr">{}</bdi>').format(text)


def quoted(text: str) -> str:
    """A text as part of an address, also of a `mailto:` one."""
    return quote(text, safe="")
