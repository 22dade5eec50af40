"""Text can be read: the contrast of every pair of colours that meet, light and dark, in any hue."""

from __future__ import annotations

import re

import pytest

from app.web.assets import FOLDER
from app.web.colours import Colour, accent_ramp, contrast

HUES = range(0, 360, 15)
BODY, OTHER, SHAPES = 7.0, 4.5, 3.0
GROUNDS = ("ground", "surface", "sunken")
MEANINGS = ("good", "warning", "danger", "information")
PAIRS = [
    *(("text", ground, BODY) for ground in (*GROUNDS, "accent-ground", "accent-tint")),
    *(("text-strong", ground, BODY) for ground in (*GROUNDS, "accent-ground", "accent-tint", "mark")),
    *(("text", f"{meaning}-tint", BODY) for meaning in MEANINGS),
    *(("text-quiet", ground, OTHER) for ground in (*GROUNDS, "accent-ground")),
    *(("accent-text", ground, OTHER) for ground in (*GROUNDS, "accent-ground", "accent-tint")),
    *((f"{meaning}-text", f"{meaning}-tint", OTHER) for meaning in MEANINGS),
    *((f"{meaning}-text", ground, OTHER) for meaning in MEANINGS for ground in GROUNDS[:2]),
    *((code, "sunken", OTHER) for code in ("code-name", "code-text", "code-word", "code-number")),
    ("on-accent", "accent-fill", OTHER),
    ("on-accent", "accent-fill-over", OTHER),
    *(("line-strong", ground, SHAPES) for ground in GROUNDS[:2]),
    *(("focus", ground, SHAPES) for ground in GROUNDS),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_that_meet_have_enough_contrast_in_every_hue(scheme: str, front: str, back: str, least: float) -> None:
    for hue in HUES:
        colours = palette(scheme, hue)
        assert contrast(colours[front], colours[back]) >= least, f"{front} on {back} in hue {hue}"


@pytest.mark.parametrize("hue", HUES)
def test_a_screen_can_show_every_accent(hue: int) -> None:
    assert all(colour.is_shown_exactly for colour in accent_ramp(hue))


@pytest.mark.parametrize("hue", HUES)
def test_accents_go_from_light_to_dark(hue: int) -> None:
    lightness = [colour.lightness for colour in accent_ramp(hue)]
    assert lightness == sorted(lightness, reverse=True)


def test_contrast_is_measured_as_wcag_defines_it() -> None:
    black, white = Colour(0, 0, 0), Colour(1, 0, 0)
    assert contrast(black, white) == pytest.approx(21, abs=0.01)
    assert contrast(white, white) == 1


def palette(scheme: str, hue: int) -> dict[str, Colour]:
    """Every colour that the tokens name, by name, as a browser would work them out."""
    light, _, dark = (FOLDER / "css" / "tokens.css").read_text(encoding="utf-8").partition("@media screen and (prefers")
    words = {f"accent-{number}": str(colour) for number, colour in enumerate(accent_ramp(hue), 1)}
    for block in (light, dark) if scheme == "dark" else (light,):
        words |= dict(re.findall(r"--([\w-]+):\s*([^;]+);", block.partition("@media")[0]))
    found = {name: _colour(name, words, hue) for name in words}
    return {name: colour for name, colour in found.items() if colour}


def _colour(name: str, words: dict[str, str], hue: int) -> Colour | None:
    word = words[name]
    if named := re.fullmatch(r"var\(--([\w-]+)\)", word):
        return _colour(named[1], words, hue)
    parts = re.fullmatch(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+|var\(--hue\))\)", word)
    if not parts:
        return None
    return Colour(float(parts[1]) / 100, float(parts[2]), hue if parts[3].startswith("var") else float(parts[3]))
