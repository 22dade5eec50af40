"""Pictures without all that does not draw them: where and with what they were taken, comments, files hidden behind.

The parts of the file that draw are copied as they are, so no pixel, frame or colour changes, and nothing is decoded.
Everything else is left out: only what is known to draw is kept. That a picture stands upright is kept as well.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import ExifTags, Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_PARTS = frozenset(
    b"IHDR PLTE tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT IDAT IEND".split()
)
_WEBP_PARTS = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
#: Of the parts for programs, those that say how often an animation runs.
_GIF_PROGRAMS = (b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0")
#: A sign in the data of a JPEG that is neither an escaped byte, a restart, nor filling.
_JPEG_SIGN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def bare_picture(content: bytes) -> bytes:
    """The same picture and nothing else; a bare one comes back as it is. For PNG, JPEG, GIF and WebP.

    Raises:
        ValueError: it is none of these, or not built as they are.
    """
    for start, bare in _KINDS:
        if content.startswith(start):
            try:
                return b"".join(bare(content))
            except (struct.error, IndexError) as error:
                raise ValueError("The picture ends too early.") from error
    raise ValueError("The picture is of no known kind.")


def _orientation(content: bytes) -> bytes:
    """What says how the picture is turned, in the form of EXIF without its head; empty when it stands upright."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            turned = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # the library raises errors of many kinds for notes that are damaged
        return b""
    if turned not in range(2, 9):
        return b""
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHxxI", ExifTags.Base.Orientation, 3, 1, turned, 0)


def _png(content: bytes) -> Iterator[bytes]:
    """Source: Portable Network Graphics (third edition), 4.7 and 5."""
    turned = _orientation(content)
    yield _PNG
    at, name = len(_PNG), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise ValueError("A part of the PNG ends too early.")
        if name == b"IDAT" and turned:
            yield _png_part(b"eXIf", turned)
            turned = b""
        if name in _PNG_PARTS:
            yield content[at:end]
        at = end


def _png_part(name: bytes, told: bytes) -> bytes:
    return struct.pack(">I", len(told)) + name + told + struct.pack(">I", zlib.crc32(name + told))


def _jpeg(content: bytes) -> Iterator[bytes]:
    """Source: ITU-T T.81, annex B; JFIF 1.02. A picture that ends early is shown as far as it goes, as browsers do."""
    turned = _orientation(content)
    yield content[:2]
    at, is_first = 2, True
    while at < len(content):
        if content[at] != 0xFF:
            raise ValueError("A part of the JPEG is missing.")
        sign = content[at + 1]
        if sign == 0xFF:
            at += 1
            continue
        if sign == 0xD9:
            break
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if end < at + 4 or end > len(content):
            raise ValueError("A part of the JPEG ends too early.")
        kept = _jpeg_part(sign, content[at + 4 : end])
        if turned and not (is_first and sign == 0xE0):
            yield b"\xff\xe1" + struct.pack(">H", len(turned) + 8) + b"Exif\0\0" + turned
            turned = b""
        is_first = False
        if kept is not None:
            yield b"\xff" + bytes([sign]) + struct.pack(">H", len(kept) + 2) + kept
        if sign == 0xDA:
            found = _JPEG_SIGN.search(content, end)
            next_at = found.start() if found else len(content)
            yield content[end:next_at]
            end = next_at
        at = end
    yield b"\xff\xd9"


def _jpeg_part(sign: int, told: bytes) -> bytes | None:
    """A part as it is kept, or None. A small picture in the head is left out: it may show what was cut off."""
    if sign == 0xE0:
        return told[:12] + b"\0\0" if told.startswith(b"JFIF\0") and len(told) >= 14 else None
    if sign == 0xE2:
        return told if told.startswith(b"ICC_PROFILE\0") else None
    if sign == 0xEE:
        return told if told.startswith(b"Adobe") else None
    is_note = 0xE0 <= sign <= 0xEF or sign == 0xFE or 0xF0 <= sign <= 0xFD
    return None if is_note else told


def _gif(content: bytes) -> Iterator[bytes]:
    """Source: GIF89a specification, 15 to 27. The file may lack its last byte."""
    at = 13 + _gif_colours(content[10])
    if at >= len(content):
        raise ValueError("The GIF ends too early.")
    yield content[:at]
    while at < len(content) and content[at] != 0x3B:
        kind = content[at : at + 2]
        if kind[:1] == b"\x2c":
            end = _gif_blocks_end(content, at + 10 + _gif_colours(content[at + 9]) + 1)
            is_kept = True
        elif kind[:1] == b"\x21":
            end = _gif_blocks_end(content, at + 2)
            is_kept = kind == b"\x21\xf9" or (kind == b"\x21\xff" and content.startswith(_GIF_PROGRAMS, at + 2))
        else:
            raise ValueError("A part of the GIF is of no known kind.")
        if is_kept:
            yield content[at:end]
        at = end
    yield b"\x3b"


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks_end(content: bytes, at: int) -> int:
    """Behind the last of the blocks that begin here."""
    while at < len(content) and content[at]:
        at += content[at] + 1
    if at >= len(content):
        raise ValueError("A part of the GIF ends too early.")
    return at + 1


def _webp(content: bytes) -> Iterator[bytes]:
    """Source: RFC 9649, 2."""
    if content[8:12] != b"WEBP":
        raise ValueError("This is no WebP.")
    turned = _orientation(content)
    whole = min(len(content), 8 + struct.unpack_from("<I", content, 4)[0])
    parts: list[bytes] = []
    at = 12
    while at + 8 <= whole:
        name, length = struct.unpack_from("<4sI", content, at)
        told = content[at + 8 : at + 8 + length]
        if len(told) < length:
            raise ValueError("A part of the WebP ends too early.")
        if name == b"VP8X":
            told = bytes([told[0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turned else 0)]) + told[1:]
        if name in _WEBP_PARTS:
            parts.append(_webp_part(name, told))
        at += 8 + length + length % 2
    if turned and parts and parts[0].startswith(b"VP8X"):
        parts.append(_webp_part(b"EXIF", turned))
    if not any(each[:4] in (b"VP8 ", b"VP8L", b"ANMF") for each in parts):
        raise ValueError("The WebP holds no picture.")
    drawn = b"".join(parts)
    yield b"RIFF" + struct.pack("<I", 4 + len(drawn)) + b"WEBP" + drawn


def _webp_part(name: bytes, told: bytes) -> bytes:
    return name + struct.pack("<I", len(told)) + told + b"\0" * (len(told) % 2)


_KINDS: tuple[tuple[bytes, Callable[[bytes], Iterator[bytes]]], ...] = (
    (_PNG, _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"GIF87a", _gif),
    (b"GIF89a", _gif),
    (b"RIFF", _webp),
)
