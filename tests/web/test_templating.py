"""Every template compiles, is strict, and holds nothing that the content security policy forbids."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError
from markupsafe import Markup

from app.web import templating
from app.web.icons import FOLDER as ICONS
from app.web.icons import area_icon, icon
from app.web.languages import direction, own_name

ROOT = Path(templating.__file__).parent.parent
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
NAMES = [str(path.relative_to(ROOT)) for path in TEMPLATES]


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_template_compiles(app: Flask, path: Path) -> None:
    folder = next(each for each in path.parents if each.name == "templates")
    app.jinja_env.get_template(str(path.relative_to(folder)))


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    script = r"<script(?![^>]*(?:\ssrc=|type=\"application/ld\+json\"))[^>]*>"
    forbidden = rf"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|{script}"
    assert not re.findall(forbidden, text, re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_no_template_trusts_a_text(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_templates_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150


def test_an_unknown_name_in_a_template_is_an_error(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ nothing_of_the_kind }}")


def test_texts_are_escaped(app: Flask) -> None:
    with app.test_request_context():
        assert render_template_string("{{ words }}", words="<script>") == "&lt;script&gt;"


def test_every_page_knows_the_site_and_its_reader(app: Flask) -> None:
    with app.test_request_context("/"):
        page = render_template_string("{{ site.name }} {{ reader.language }} {{ reader.may('edit_articles') }}")
    assert page == "Help centre en False"


def test_dates_numbers_and_shares_are_written_for_people() -> None:
    assert templating.date_in_words(date(2026, 5, 3)) == "3 May 2026"
    assert templating.machine_date(datetime(2026, 5, 3, 23, 59, tzinfo=UTC)) == "2026-05-03"
    assert templating.number(2112) == "2,112"
    assert templating.percent(0.844) == "84%"
    assert templating.quoted("a b&c/é") == "a%20b%26c%2F%C3%A9"


def test_languages_are_named_in_their_own_words_and_run_their_own_way() -> None:
    assert (own_name("de"), own_name("tlh")) == ("Deutsch", "tlh")
    assert (direction("ar"), direction("en")) == ("rtl", "ltr")


@pytest.mark.parametrize("name", sorted(path.stem for path in ICONS.glob("*.svg")))
def test_every_icon_is_drawn_inline_and_hidden_from_screen_readers(name: str) -> None:
    drawn = icon(name)
    assert isinstance(drawn, Markup)
    assert drawn.startswith("<svg ")
    assert 'aria-hidden="true"' in drawn
    assert not re.search(r"<script|\son\w+=|style=|href=", drawn)


def test_every_icon_that_a_template_names_is_there() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    for name in re.findall(r"icon\(\"([\w-]+)\"\)", text):
        icon(name)


def test_an_area_gets_an_icon_that_suits_it_or_a_neutral_one() -> None:
    assert area_icon("Billing and invoices") == icon("receipt")
    assert area_icon("Xyzzy") == icon("file-text")
