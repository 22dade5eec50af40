"""The site looks like its owner's, and stays readable and safe whatever the owner gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, PngImagePlugin

from app import create_app
from app.web.branding import LARGEST_VECTOR, read_logo
from app.web.colours import Brand, Colour, brand_hex, brand_ramp, contrast
from config import Settings, SettingsError

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><rect width="300" height="100"/></svg>'


def with_logo(settings: Settings, content: bytes, name: str = "logo.svg") -> Settings:
    (settings.data_dir / name).write_bytes(content)
    return dataclasses.replace(settings, site_logo=name)


def png(width: int, height: int, **told: str) -> bytes:
    notes = PngImagePlugin.PngInfo()
    for key, value in told.items():
        notes.add_text(key, value)
    written = BytesIO()
    Image.new("RGBA", (width, height), "teal").save(written, "PNG", pnginfo=notes)
    return written.getvalue()


def test_a_logo_stands_in_the_header(app: Flask, app_with: Callable[..., Flask], settings: Settings) -> None:
    client = app_with(site_logo=with_logo(settings, DRAWING.encode()).site_logo).test_client()
    page = client.get("/").text
    assert 'alt="Help centre" width="108" height="36"' in page
    address = page.split('<img src="')[1].split('"')[0]
    logo = client.get(address)
    assert logo.content_type == "image/svg+xml; charset=utf-8"
    assert logo.text == DRAWING


def test_a_picture_is_drawn_anew_and_brought_to_size(settings: Settings) -> None:
    logo = read_logo(with_logo(settings, png(2000, 1000, comment="secret note"), "logo.png"), "site_logo")
    assert logo is not None
    assert (logo.name, logo.width, logo.height, logo.is_vector) == ("logo.webp", 72, 36, False)
    with Image.open(BytesIO(logo.content)) as drawn:
        assert drawn.size == (320, 160)
    assert b"secret note" not in logo.content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (DRAWING.replace("<rect", "<script>alert(1)</script><rect").encode(), "does more than draw"),
        (DRAWING.replace("<rect", '<rect onload="alert(1)"').encode(), "does more than draw"),
        (DRAWING.replace("<rect", '<image href="https://evil.example/a.png"/><rect').encode(), "does more than draw"),
        (DRAWING.replace("/>", f"/><desc>{'x' * LARGEST_VECTOR}</desc>").encode(), "larger than"),
        (b"no picture", "is no SVG, PNG or WebP picture"),
        (png(10, 10)[:60], "is no SVG, PNG or WebP picture"),
        (b"", "0 bytes"),
    ],
    ids=["script", "handler", "another site", "large drawing", "text", "cut off", "empty"],
)
def test_a_file_that_is_no_plain_picture_stops_the_start(settings: Settings, content: bytes, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        create_app(with_logo(settings, content))


def test_a_logo_that_is_not_there_stops_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="KB_SITE_LOGO"):
        create_app(dataclasses.replace(settings, site_logo="nowhere.png"))


def test_a_logo_may_lie_elsewhere(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes(png(100, 100))
    assert read_logo(dataclasses.replace(settings, site_logo=str(tmp_path / "elsewhere.png")), "site_logo") is not None


def test_links_stand_at_the_foot_of_every_page(app: Flask, app_with: Callable[..., Flask]) -> None:
    linked = app_with(footer_links="Privacy=https://example.com/privacy, <Imprint>=/articles/12")
    page = linked.test_client().get("/").text
    assert '<a href="https://example.com/privacy">Privacy</a>' in page
    assert '<a href="/articles/12">&lt;Imprint&gt;</a>' in page


COLOURS = ("#0055aa", "#ffcc00", "#e4002b", "#000000", "#ffffff", "#00ff00", "#1a1a60", "#808080", "#ff00ff")


@pytest.mark.parametrize("colour", COLOURS)
def test_any_brand_colour_gives_accents_that_can_be_read(colour: str) -> None:
    ramp = brand_ramp(Brand.from_settings(255, colour))
    for ground in (*ramp[:2], Colour(1, 0, 0), Colour(0.966, 0.0045, 0)):
        assert contrast(ramp[6], ground) >= 4.5
    dark_ground = Colour(0.255, 0.015, 0)
    assert contrast(ramp[3], dark_ground) >= 4.5
    assert contrast(ramp[9], ramp[3]) >= 4.5
    lightness = [each.lightness for each in ramp]
    assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("colour", ["#0055aa", "#c0003c", "#1a1a60"])
def test_a_brand_colour_that_can_be_read_is_shown_as_it_is(colour: str) -> None:
    assert brand_hex(Brand.from_settings(0, colour))["accent"] == colour


@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_is_the_same_after_the_way_there_and_back(colour: str) -> None:
    assert Colour.from_hex(colour).hex == colour


def test_the_colour_of_the_brand_is_in_the_style_sheet_and_the_icon(settings: Settings) -> None:
    assets = create_app(dataclasses.replace(settings, brand_color="#c0003c")).extensions["assets"]
    assert f"--accent-7:{brand_ramp(Brand.from_settings(0, '#c0003c'))[6]};".encode() in assets["site.css"].content
    assert b"#c0003c" in assets["icon.svg"].content


def test_a_colour_that_had_to_be_changed_is_told_in_the_log(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    create_app(dataclasses.replace(settings, brand_color="#ffcc00"))
    assert "KB_BRAND_COLOR #ffcc00 would be hard to read" in caplog.text
