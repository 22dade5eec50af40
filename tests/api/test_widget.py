"""The widget's script and settings, which pages of other sites load, and the page of the desk that gives the tag."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.api.widget.pages import tag
from app.api.widget.script import FOLDER, widget_script
from app.web.colours import Colour, contrast
from tests.conftest import AppWith
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

SETTINGS = "/widget/settings.json"


@pytest.mark.parametrize("path", ["/widget.js", SETTINGS])
def test_pages_of_any_site_may_load_it_and_every_cache_may_keep_it(client: Visitor, path: str) -> None:
    answer = client.get(path, headers={"Accept-Encoding": "gzip", "Origin": "https://shop.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers["Vary"]
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_page_of_another_site_chooses_the_language_but_no_cookie_keeps_it(
    client: Visitor, make: Make, session: Session
) -> None:
    make.article("¿Cómo?", language="es")
    session.commit()
    answer = client.get(f"{SETTINGS}?lang=es")
    assert answer.json is not None
    assert answer.json["language"] == "es"
    assert "Set-Cookie" not in answer.headers


def test_a_page_in_arabic_gets_the_widget_from_right_to_left(client: Visitor, make: Make, session: Session) -> None:
    make.article("كيف؟", language="ar")
    session.commit()
    told = client.get(f"{SETTINGS}?lang=ar").json
    assert told is not None
    assert (told["interface"], told["direction"]) == ("ar", "rtl")
    assert "ar" in told["right_to_left"]


def test_the_script_finds_every_word_that_it_says(client: Visitor) -> None:
    told = client.get(SETTINGS).json
    assert told is not None
    source = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js"))
    said = set(re.findall(r'\bsay(?:About)?\("(\w+)"', source))
    said |= {"too_many", "gone", "unreachable", "found", "found_corrected", "found_elsewhere"}
    assert said == set(told["words"])
    for words in told["words"].values():
        assert "%(" not in words


@pytest.mark.parametrize("colour", ["", "#ff8800", "#000000", "#ffffff", "#00ff00", "#0055aa"])
def test_any_colour_of_a_page_is_made_readable(client: Visitor, colour: str) -> None:
    told = client.get(SETTINGS, query_string={"color": colour}).json
    assert told is not None
    for scheme in ("light", "dark"):
        found = {name: Colour.from_hex(value) for name, value in told["colours"][scheme].items()}
        for words, ground, least in (
            ("on-fill", "fill", 4.5),
            ("accent", "surface", 4.5),
            ("accent", "tint", 4.5),
            ("text", "surface", 7),
            ("quiet", "surface", 4.5),
            ("quiet", "sunken", 4.5),
            ("danger", "surface", 4.5),
            ("line-strong", "surface", 3),
        ):
            ratio = contrast(found[words], found[ground])
            assert ratio >= least, f"{words} on {ground}, {scheme}: {ratio:.2f}"


@pytest.mark.parametrize("colour", ["red", "#12", "#0055aa;}", '"><script>'])
def test_what_is_no_colour_gives_the_colours_of_the_site(client: Visitor, colour: str) -> None:
    asked = client.get(SETTINGS, query_string={"color": colour}).json
    own = client.get(SETTINGS).json
    assert asked is not None
    assert own is not None
    assert asked["colours"] == own["colours"]


def test_only_the_ways_that_there_are_are_offered(app_with: AppWith, client: Visitor) -> None:
    def contact(**changes: object) -> dict[str, Any]:
        told = app_with(**changes).test_client().get(SETTINGS).json
        assert told is not None
        found: dict[str, Any] = told["contact"]
        return found

    assert contact(contact_form=False)["form"] is False
    assert contact()["ways"] == []
    (way,) = contact(contact_email="help@example.com")["ways"]
    assert way["address"] == "mailto:help@example.com"


def test_the_script_is_one_function_that_makes_no_html_from_text() -> None:
    script = widget_script().decode()
    assert script.startswith("(() => {")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        ".style.",
    ):
        assert forbidden not in script


def test_the_tag_holds_only_what_was_chosen_and_nothing_breaks_out_of_it() -> None:
    assert tag("https://help.example.com/widget.js", {"label": "", "theme": "dark"}) == (
        '<script src="https://help.example.com/widget.js" data-theme="dark" defer></script>'
    )
    assert '"><img' not in tag("/widget.js", {"label": '"><img src=x>'})


def test_administrators_get_the_tag_with_its_options(client: Visitor, make: Make, session: Session) -> None:
    session.commit()
    administrator = make.account(Role.ADMINISTRATOR, password=PASSWORD)
    session.commit()
    client.sign_in(administrator.email)
    page = client.get("/desk/widget?label=Ask+%22us%22&color=%23b0006b&position=left&theme=strange")
    assert page.status_code == 200
    assert "data-color=&#34;#b0006b&#34;" in page.text
    assert 'data-label="Ask &#34;us&#34;"' in page.text
    assert "strange" not in page.text


@pytest.mark.parametrize("role", [Role.READER, Role.EDITOR, Role.MANAGER])
def test_nobody_else_does(client: Visitor, make: Make, session: Session, role: Role) -> None:
    account = make.account(role, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    assert client.get("/desk/widget").status_code == 403
