"""What makes the site look like its owner's: logo, colours, links at the foot, all from the settings."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from flask import Flask, current_app
from PIL import Image

from app.foundation.vector_images import vector_image_size
from app.web.colours import Brand, brand_hex, brand_ramp
from config import Settings, SettingsError

LARGEST_FILE = 2 * 2**20
LARGEST_VECTOR = 100 * 2**10
_MOST_PIXELS = 20_000_000
_SHOWN = (640, 160)
"""Width and height in pixels that a logo is brought down to: four times its size in the header, for sharp screens."""
_HEIGHT = 36
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Logo:
    """A checked picture: the name of its asset, its content, and its size in the header in pixels."""

    name: str
    content: bytes
    width: int
    height: int

    @property
    def is_vector(self) -> bool:
        """Whether it is an SVG, which most previews of links cannot show."""
        return self.name.endswith(".svg")


@dataclass(frozen=True)
class Branding:
    """What templates know of the brand; `footer_links` are (words, address), `ground` and `ground_dark` hex colours."""

    description: str
    logo: Logo | None
    logo_dark: Logo | None
    footer_links: tuple[tuple[str, str], ...]
    ground: str
    ground_dark: str


def install(app: Flask, settings: Settings) -> None:
    """Read the brand and give templates `branding`.

    Raises:
        SettingsError: the file of a logo is missing, too large, damaged, or does more than draw.
    """
    brand = brand_of(settings)
    colours = brand_hex(brand)
    app.extensions["branding"] = app.jinja_env.globals["branding"] = Branding(
        settings.site_description.strip(),
        read_logo(settings, "site_logo"),
        read_logo(settings, "site_logo_dark"),
        settings.footer_addresses,
        colours["ground"],
        colours["ground_dark"],
    )
    accent = brand_ramp(brand)[6]
    if settings.brand_color and accent.hex != settings.brand_color.lower():
        _log.info("KB_BRAND_COLOR %s would be hard to read: words use %s instead.", settings.brand_color, accent.hex)


def branding() -> Branding:
    """The brand of this site."""
    found: Branding = current_app.extensions["branding"]
    return found


def brand_of(settings: Settings) -> Brand:
    """What the colours of this site are made of; `colours.brand_hex` gives them for mail."""
    return Brand.from_settings(settings.brand_hue, settings.brand_color)


def read_logo(settings: Settings, setting: str) -> Logo | None:
    """The picture that a setting names, in the data folder or by its whole path; None when it names none.

    Raises:
        SettingsError: the file is missing, too large, damaged, or does more than draw.
    """
    written: str = getattr(settings, setting)
    if not written:
        return None
    path, name = settings.data_dir / Path(written).expanduser(), f"KB_{setting.upper()}"
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise SettingsError(
            f"{name}: {path} cannot be read ({error.strerror}): name an SVG, PNG or WebP file."
        ) from error
    if not content:
        raise SettingsError(f"{name}: {path} has {size} bytes: give a picture of up to {LARGEST_FILE // 2**20} MB.")
    asset = setting.removeprefix("site_").replace("_", "-")
    if b"<svg" in content[:4096]:
        return _vector(content, f"{asset}.svg", f"{name}: {path}")
    return _raster(content, f"{asset}.webp", f"{name}: {path}")


def _vector(content: bytes, name: str, what: str) -> Logo:
    is_clean, size = vector_image_size(content)
    if not is_clean:
        raise SettingsError(f"{what} does more than draw: save it as a plain SVG, without scripts and links.")
    if len(content) > LARGEST_VECTOR:
        raise SettingsError(f"{what} is larger than {LARGEST_VECTOR // 1024} kB: simplify it, or give a PNG.")
    return _sized(name, content, size or (_HEIGHT * 4, _HEIGHT))


def _raster(content: bytes, name: str, what: str) -> Logo:
    """The picture drawn anew, so that nothing of the file but its pixels is left."""
    try:
        with Image.open(BytesIO(content), formats=("PNG", "WEBP", "JPEG")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise SettingsError(f"{what} has {image.width} by {image.height} pixels: make it smaller.")
            drawn = image.convert("RGBA")
    except SettingsError:
        raise
    except Exception as error:  # the library raises errors of many kinds for damaged files
        raise SettingsError(f"{what} is no SVG, PNG or WebP picture, or damaged: save it again.") from error
    drawn.thumbnail(_SHOWN)
    written = BytesIO()
    drawn.save(written, "WEBP", lossless=drawn.width * drawn.height <= 50_000, quality=90)
    return _sized(name, written.getvalue(), drawn.size)


def _sized(name: str, content: bytes, size: tuple[int, int]) -> Logo:
    width, height = size
    return Logo(name, content, max(1, round(width * _HEIGHT / height)), _HEIGHT)
