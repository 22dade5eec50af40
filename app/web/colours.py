"""Colour arithmetic: OKLCH to sRGB, contrast as WCAG defines it, and the accent ramp of a brand hue."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

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


def accent_ramp(hue: int) -> tuple[Colour, ...]:
    """Ten accents of this hue, lightest first, as vivid as a screen can show; step 7 is readable on steps 1 and 2."""
    ramp = [_shown(Colour(lightness, chroma, hue)) for lightness, chroma in _ACCENT_STEPS]
    while contrast(ramp[6], ramp[1]) < _READABLE:
        ramp[6] = _shown(Colour(ramp[6].lightness - 0.005, _ACCENT_STEPS[6][1], hue))
    return tuple(ramp)


def brand_css(hue: int) -> str:
    """The style sheet that gives the site its accent: custom properties for the hue and the ten steps."""
    steps = "".join(f"--accent-{number}:{colour};" for number, colour in enumerate(accent_ramp(hue), 1))
    return f":root{{--hue:{hue};{steps}}}\n"


def _shown(wanted: Colour) -> Colour:
    """The colour with no more chroma than an sRGB screen can show."""
    while not wanted.is_shown_exactly and wanted.chroma > 0:
        wanted = Colour(wanted.lightness, max(wanted.chroma - 0.002, 0.0), wanted.hue)
    return wanted
