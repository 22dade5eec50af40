"""Pictures that readers get: every pixel, and nothing that was not meant for them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageSequence

from app.foundation.bare_pictures import FORMATS, bare_picture

SECRET = b"taken at Elm Street 7"
SIDEWAYS = 6


def exif(orientation: int = 1) -> bytes:
    """Notes of a camera: how it was held, who held it, and where."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010E] = SECRET.decode()
    notes.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.5)})
    return notes.tobytes()


def picture(kind: str, mode: str = "RGB", **saved: Any) -> bytes:
    """A small picture that is no two sides alike."""
    image = Image.linear_gradient("L").resize((24, 16)).convert(mode)
    file = BytesIO()
    image.save(file, kind, **saved)
    return file.getvalue()


def moving(kind: str) -> bytes:
    """An animation of three frames."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    file = BytesIO()
    notes = {"comment": SECRET} if kind == "GIF" else {"exif": exif()}
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=3, **notes)
    return file.getvalue()


def seen(content: bytes) -> object:
    """All that is seen of a picture: its frames, how long each stands, how often, its colours, and how it is turned."""
    with Image.open(BytesIO(content)) as image:
        frames = [(each.convert("RGBA").tobytes(), each.info.get("duration")) for each in ImageSequence.Iterator(image)]
        told = image.info.get("loop"), image.info.get("icc_profile"), image.info.get("transparency")
        return image.format, image.size, frames, told, image.getexif().get(0x0112, 1)


def png_part(name: bytes, told: bytes) -> bytes:
    return struct.pack(">I", len(told)) + name + told + struct.pack(">I", zlib.crc32(name + told))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, SIDEWAYS])
def test_place_and_camera_are_left_out_and_the_picture_stands_upright(kind: str, orientation: int) -> None:
    whole = picture(kind, exif=exif(orientation))
    bare = bare_picture(whole)
    assert SECRET in whole
    assert SECRET not in bare
    assert seen(bare) == seen(whole)
    with Image.open(BytesIO(bare)) as image:
        assert dict(image.getexif()) == ({0x0112: SIDEWAYS} if orientation == SIDEWAYS else {})


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_keeps_its_frames_their_times_and_how_often_it_runs(kind: str) -> None:
    whole = moving(kind)
    assert SECRET in whole
    assert SECRET not in bare_picture(whole)
    assert seen(bare_picture(whole)) == seen(whole)


@pytest.mark.parametrize(
    ("kind", "mode", "saved"),
    [
        ("JPEG", "RGB", {"progressive": True, "comment": SECRET}),
        ("JPEG", "CMYK", {"comment": SECRET}),
        ("JPEG", "L", {"restart_marker_blocks": 1, "comment": SECRET}),
        ("JPEG", "RGB", {"icc_profile": b"colours " * 9000, "comment": SECRET}),
        ("PNG", "RGBA", {"icc_profile": b"colours", "dpi": (72, 72)}),
        ("PNG", "P", {"transparency": 3}),
        ("PNG", "1", {}),
        ("GIF", "P", {"transparency": 3, "comment": SECRET}),
        ("WEBP", "RGBA", {"lossless": True, "xmp": SECRET, "icc_profile": b"colours"}),
    ],
)
def test_colours_stay_as_they_are(kind: str, mode: str, saved: dict[str, Any]) -> None:
    whole = picture(kind, mode, **saved)
    bare = bare_picture(whole)
    assert SECRET not in bare
    assert seen(bare) == seen(whole)
    assert bare_picture(bare) == bare


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_hidden_behind_a_picture_is_left_out(kind: str) -> None:
    plain = picture(kind)
    assert bare_picture(plain + b"<script>alert(1)</script>PK\x05\x06") == bare_picture(plain)


def test_notes_between_the_parts_of_a_png_are_left_out() -> None:
    plain = picture("PNG")
    notes = [(name, SECRET) for name in (b"tEXt", b"iTXt", b"zTXt", b"tIME", b"prVt")]
    whole = plain[:33] + b"".join(png_part(*each) for each in notes) + plain[33:]
    assert bare_picture(whole) == plain


def test_the_small_picture_inside_a_jpeg_is_left_out() -> None:
    plain = picture("JPEG")
    told = b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01" + b"abc"
    whole = plain[:2] + b"\xff\xe0" + struct.pack(">H", len(told) + 2) + told + plain[20:]
    assert bare_picture(whole) == plain


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_not_built_like_a_picture_is_refused(kind: str) -> None:
    plain = picture(kind)
    for damaged in (plain[:12], plain[:3] + b"\0" * 50, plain[: len(plain) // 4], b"", b"GIF89a/*\0\1\0\0;*/alert(1)"):
        with pytest.raises(ValueError, match=r"picture|PNG|JPEG|GIF|WebP"):
            bare_picture(damaged)


@pytest.mark.parametrize("kind", FORMATS)
def test_no_damage_makes_it_fail_otherwise_or_run_for_ever(kind: str) -> None:
    plain = picture(kind)
    for place in range(len(plain)):
        for sign in (0x00, 0xFF, plain[place] ^ 0x01):
            damaged = plain[:place] + bytes([sign]) + plain[place + 1 :]
            try:
                assert len(bare_picture(damaged)) <= len(plain) + 100
            except ValueError:
                continue
