"""Colour arithmetic: OKLCH and sRGB, contrast as WCAG defines it, and the colours that a brand gives the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, cbrt, cos, degrees, hypot, radians, sin

#: Lightness and chroma wanted for accent 1 to 10, from a tint to almost black. Steps 7 and 8 carry words on tints.
_ACCENT_STEPS = (
    (0.976, 0.014),
    (0.948, 0.032),
    (0.898, 0.062),
    (0.820, 0.098),
    (0.730, 0.130),
    (0.620, 0.155),
    (0.500, 0.150),
    (0.430, 0.130),
    (0.330, 0.085),
    (0.255, 0.052),
)
_DARKEST = 0.25
"""Lightness of the darkest step 7: below it there is no room for the darker steps."""
_READABLE = 4.6
"""Contrast kept between step 7 and step 2; a little over the 4.5 of WCAG 1.4.3, for rounding."""


@dataclass(frozen=True)
class Colour:
    """A colour in OKLCH: lightness 0 to 1, chroma from 0, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def __str__(self) -> str:
        return f"oklch({self.lightness * 100:.2f}% {self.chroma:.4f} {self.hue:g})"

    @property
    def linear_rgb(self) -> tuple[float, float, float]:
        """Linear-light sRGB; parts outside 0 to 1 are colours that a screen cannot show.

        Source: Björn Ottosson, "A perceptual color space for image processing" (2020).
        """
        a = self.chroma * cos(radians(self.hue))
        b = self.chroma * sin(radians(self.hue))
        long = (self.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (self.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )

    @classmethod
    def from_hex(cls, written: str) -> Colour:
        """The colour written as `#0055aa`. Source: as `linear_rgb`, the other way round.

        Raises:
            ValueError: it is no colour of six hexadecimal digits.
        """
        parts = [int(written[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
        medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
        short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
        lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
        a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
        return cls(lightness, hypot(a, b), round(degrees(atan2(b, a)) % 360, 1))

    @property
    def hex(self) -> str:
        """The nearest colour that a screen can show, as `#0055aa`: for mail and other places that know no OKLCH."""
        parts = (min(max(part, 0.0), 1.0) for part in self.linear_rgb)
        shown = (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in parts)
        return "#" + "".join(f"{round(part * 255):02x}" for part in shown)

    @property
    def is_shown_exactly(self) -> bool:
        """Whether an sRGB screen can show it."""
        return all(-0.0005 <= part <= 1.0005 for part in self.linear_rgb)

    @property
    def luminance(self) -> float:
        """Relative luminance, 0 to 1 (WCAG 2)."""
        red, green, blue = (min(max(part, 0.0), 1.0) for part in self.linear_rgb)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    darker, lighter = sorted((one.luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True)
class Brand:
    """What the accents are made of: a hue in degrees, how vivid (1 is usual), and how light step 7 may be (0 to 1)."""

    hue: float
    vividness: float = 1.0
    lightness: float = _ACCENT_STEPS[6][0]

    @classmethod
    def from_settings(cls, hue: int, colour: str) -> Brand:
        """The brand of the settings `brand_hue` and `brand_color`; the colour, such as `#0055aa`, wins."""
        if not colour:
            return cls(hue)
        wanted = Colour.from_hex(colour)
        return cls(wanted.hue, wanted.chroma / _ACCENT_STEPS[6][1], wanted.lightness)


def accent_ramp(hue: float, vividness: float = 1.0, lightness: float = _ACCENT_STEPS[6][0]) -> tuple[Colour, ...]:
    """Ten accents of a brand, lightest first, as vivid as a screen can show; step 7 is readable on steps 1 and 2.

    Args:
        hue: in degrees.
        vividness: chroma as a multiple of the usual one; 0 gives greys. Tints stay tints: they take at most 1.3.
        lightness: wanted for step 7, 0 to 1; it is made darker until it is readable, and never darker than black ink.
    """
    tinted = min(vividness, 1.3)
    ramp = [_shown(Colour(step, chroma * tinted, hue)) for step, chroma in _ACCENT_STEPS]
    chroma = _ACCENT_STEPS[6][1] * vividness
    ramp[6] = _shown(Colour(max(lightness, _DARKEST), chroma, hue))
    while contrast(ramp[6], ramp[1]) < _READABLE:
        ramp[6] = _shown(Colour(ramp[6].lightness - 0.005, chroma, hue))
    for step in (7, 8, 9):
        darker = min(ramp[step].lightness, ramp[step - 1].lightness - 0.05)
        ramp[step] = _shown(Colour(darker, _ACCENT_STEPS[step][1] * tinted, hue))
    return tuple(ramp)


def brand_ramp(brand: Brand) -> tuple[Colour, ...]:
    """The ten accents of a brand."""
    return accent_ramp(brand.hue, brand.vividness, brand.lightness)


def brand_css(brand: Brand) -> str:
    """The style sheet that gives the site its accent: custom properties for the hue and the ten steps."""
    steps = "".join(f"--accent-{number}:{colour};" for number, colour in enumerate(brand_ramp(brand), 1))
    return f":root{{--hue:{brand.hue:g};{steps}}}\n"


def brand_hex(brand: Brand) -> Mapping[str, str]:
    """The colours of the site as `#rrggbb`, for mail and browser bars.

    Names: `accent` for links and buttons, `on_accent` for words on them, `tint` behind boxes, `ground` of the page and
    `ground_dark` of the dark one, `text`, `text_quiet`, `line`.
    """
    ramp = brand_ramp(brand)
    neutral = {
        "on_accent": (1.0, 0.0),
        "ground": (0.988, 0.0025),
        "ground_dark": (0.19, 0.013),
        "text": (0.245, 0.015),
        "text_quiet": (0.45, 0.016),
        "line": (0.885, 0.008),
    }
    greys = {name: Colour(lightness, chroma, brand.hue).hex for name, (lightness, chroma) in neutral.items()}
    return {"accent": ramp[6].hex, "tint": ramp[1].hex, **greys}


def _shown(wanted: Colour) -> Colour:
    """The colour with no more chroma than an sRGB screen can show."""
    while not wanted.is_shown_exactly and wanted.chroma > 0:
        wanted = Colour(wanted.lightness, max(wanted.chroma - 0.002, 0.0), wanted.hue)
    return wanted
