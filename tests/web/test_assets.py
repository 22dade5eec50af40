"""Style sheets and scripts come in few requests, are kept for a year and change their address with their content."""

from __future__ import annotations

import gzip
import re

from flask import Flask
from flask.testing import FlaskClient

from app.web.assets import FOLDER, STYLE_SHEETS, read_assets, static_url
from app.web.colours import Brand


def address_of(app: Flask, name: str) -> str:
    with app.test_request_context():
        return static_url(name)


def test_an_asset_is_kept_for_good_under_its_own_address(app: Flask, client: FlaskClient) -> None:
    answer = client.get(address_of(app, "site.css"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content_type == "text/css; charset=utf-8"


def test_an_outdated_address_gives_the_current_content_and_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/static/000000000000/vote.js")
    assert answer.status_code == 200
    assert "no-cache" in answer.headers["Cache-Control"]


def test_an_unknown_asset_is_not_found(client: FlaskClient) -> None:
    for name in ("nothing.css", "..%2Fconfig.py", "tokens.css"):
        assert client.get(f"/static/000000000000/{name}").status_code == 404


def test_assets_are_sent_packed_to_browsers_that_can_unpack_them(app: Flask, client: FlaskClient) -> None:
    address = address_of(app, "site.css")
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_the_hue_of_the_brand_is_in_the_style_sheet_and_changes_its_address() -> None:
    blue, green = read_assets(Brand(255))["site.css"], read_assets(Brand(150))["site.css"]
    assert b"--hue:255" in blue.content
    assert blue.digest != green.digest


def test_every_style_sheet_is_part_of_the_one_that_is_sent() -> None:
    assert {path.stem for path in (FOLDER / "css").glob("*.css")} == {*STYLE_SHEETS, "desk"}


def test_style_and_scripts_of_an_article_weigh_little() -> None:
    assets = read_assets(Brand(255))
    names = ("site.css", "combobox.js", "article.js", "icon.svg")
    assert sum(len(assets[name].packed or b"") for name in names) < 25_000


def test_style_sheets_and_scripts_load_nothing_from_elsewhere() -> None:
    for path in [*FOLDER.glob("css/*.css"), *FOLDER.glob("js/*.js")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"@import|url\(|https?://[a-z]|innerHTML|\beval\(", text), path.name


def test_style_sheets_lay_out_both_directions_of_writing() -> None:
    sided = r"^\s*(?:(?:margin|padding|border)-(?:left|right)|left|right|float|width|height|min-width|max-height)\s*:"
    for path in FOLDER.glob("css/*.css"):
        assert not re.findall(sided, path.read_text(encoding="utf-8"), re.MULTILINE), path.name


def test_colours_are_named_in_one_style_sheet_alone() -> None:
    for path in FOLDER.glob("css/*.css"):
        if path.stem != "tokens":
            screen = path.read_text(encoding="utf-8").partition("@media print")[0]
            assert not re.search(r"#[0-9a-f]{3,8}\b|oklch\(|rgb\(|hsl\(", screen), path.name
