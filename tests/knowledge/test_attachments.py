"""Files of articles: what is taken, how it is kept, and who gets it."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput, NotFound, Unavailable
from app.knowledge import attachments
from app.knowledge.models import Article, Audience
from config import Settings
from tests.make import Make

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="9" height="9" fill="teal"/></svg>'


def image(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    """A small image of one colour."""
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header names a size that its content does not have."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rest = image()[33:]
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)) + rest


def article_with(make: Make, content: bytes, filename: str, **columns: Any) -> tuple[Article, str]:
    """An article that shows a file, and the address of the file."""
    stored = attachments.store(make.session, content, filename)
    article = make.article(body=f"![Picture](attachment:{stored.sha256}/{filename})", **columns)
    make.session.commit()
    return article, f"/attachments/{stored.sha256}/{filename}"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_an_image_is_kept_with_its_type_and_size(session: Session, kind: str) -> None:
    stored = attachments.store(session, image(kind), "picture.bin")
    assert (stored.media_type, stored.width, stored.height) == (f"image/{kind.lower()}", 4, 3)
    assert attachments.path_of(stored.sha256).read_bytes() == image(kind)


def test_the_same_content_is_kept_once(session: Session, settings: Settings) -> None:
    first = attachments.store(session, b"hello", "a.txt")
    assert attachments.store(session, b"hello", "b.txt") is first
    assert first.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert [path.name for path in settings.uploads_dir.rglob("*") if path.is_file()] == [first.sha256]


def test_a_file_lost_from_the_folder_is_put_back(session: Session) -> None:
    path = attachments.path_of(attachments.store(session, b"hello", "a.txt").sha256)
    path.unlink()
    attachments.store(session, b"hello", "a.txt")
    assert path.read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("content", "filename", "words"),
    [
        (b"", "empty.png", "empty"),
        (b"\x89PNG\r\n\x1a\n", "cut.png", "damaged"),
        (b"\xff\xd8\xff\xe0", "cut.jpg", "damaged"),
        (image()[:40], "cut.png", "damaged"),
        (png_that_claims(60_000, 60_000), "huge.png", "60000 by 60000"),
        (b"RIFF\x00\x00\x00\x00WEBP", "cut.webp", "damaged"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(
    session: Session, settings: Settings, content: bytes, filename: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        attachments.store(session, content, filename)
    assert filename in str(caught.value)
    assert not [path for path in settings.uploads_dir.rglob("*") if path.is_file()]


def test_a_file_over_the_limit_is_refused(session: Session, settings: Settings) -> None:
    with pytest.raises(InvalidInput, match="larger than 20 MB"):
        attachments.store(session, b"x" * (settings.upload_limit_mb * 2**20 + 1), "big.bin")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<html><script>alert(1)</script></html>", "text/plain"),
        (b"%PDF-1.7 <script>", "application/pdf"),
        (b"plain words", "text/plain"),
        ("söme".encode("latin-1"), "application/octet-stream"),
        (b"MZ\x00\x01", "application/octet-stream"),
        (DRAWING, "image/svg+xml"),
    ],
)
def test_the_content_decides_the_type_not_the_name(session: Session, content: bytes, media_type: str) -> None:
    assert attachments.store(session, content, "picture.png").media_type == media_type


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<image href="https://elsewhere.example/x.png"/>',
        '<use href="data:image/svg+xml,x"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
        "<style>@import url(https://elsewhere.example/x.css);</style>",
        '<rect style="fill:url(https://elsewhere.example/x)"/>',
        '<set attributeName="href" to="x"/>',
        "<?xml-stylesheet href='x'?>",
        "<broken>",
        "<g>" * 300 + "</g>" * 300,
    ],
)
def test_a_drawing_that_does_more_than_draw_is_a_download(session: Session, inside: str) -> None:
    content = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()
    assert attachments.store(session, content, "x.svg").media_type == "application/octet-stream"


def test_a_drawing_with_entities_is_a_download(session: Session) -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + DRAWING
    assert attachments.store(session, bomb, "x.svg").media_type == "application/octet-stream"


def test_a_drawing_tells_its_size(session: Session) -> None:
    stored = attachments.store(session, DRAWING, "x.svg")
    assert (stored.width, stored.height) == (20, 10)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\win.ini", "win.ini"),
        ("", "file"),
        ("..", "file"),
        (".env", "env"),
        ("x\r\nSet-Cookie: a=1.png", "x-Set-Cookie-a=1.png"),
        ('"><img src=x>.png', "img-src=x-.png"),
        ("x\u202egnp.exe", "xgnp.exe"),
        ("Übersicht 2.png", "Übersicht-2.png"),
        ("图片.png", "图片.png"),
        ("a" * 500 + ".png", "a" * 116 + ".png"),
    ],
)
def test_a_file_name_becomes_a_harmless_label(given: str, kept: str) -> None:
    assert attachments.safe_filename(given) == kept


@pytest.mark.parametrize("name", ["..", "../x", "A" * 64, "0" * 63, "", "0" * 64 + "/.."])
def test_only_a_hash_names_a_place(session: Session, name: str) -> None:
    with pytest.raises(NotFound):
        attachments.path_of(name)


@pytest.fixture
def _small_disk() -> Iterator[None]:
    """Files cannot grow beyond a megabyte, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_without_room_leaves_nothing_half_written(
    session: Session, settings: Settings, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("_small_disk")
    with pytest.raises(Unavailable, match="was not stored"):
        attachments.store(session, b"x" * 2**21, "big.txt")
    assert not [path for path in settings.uploads_dir.rglob("*") if path.is_file()]


def test_a_folder_that_cannot_be_written_is_told(session: Session, settings: Settings) -> None:
    digest = hashlib.sha256(b"hello").hexdigest()
    (settings.uploads_dir / digest[:2]).write_text("in the way")
    with pytest.raises(Unavailable, match=os.strerror(errno.EEXIST)):
        attachments.store(session, b"hello", "a.txt")


def test_readers_get_an_image_that_browsers_keep(app: Flask, client: FlaskClient, make: Make) -> None:
    _, address = article_with(make, image(), "picture.png")
    answer = client.get(address, buffered=True)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", image())
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert not answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(address, buffered=True, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_what_is_no_image_is_a_download(app: Flask, client: FlaskClient, make: Make) -> None:
    _, address = article_with(make, b"<script>alert(1)</script>", "page.html")
    answer = client.get(address, buffered=True)
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"] == "attachment; filename=page.html"


def test_an_address_cannot_rename_a_download(app: Flask, client: FlaskClient, make: Make) -> None:
    _, address = article_with(make, b"words", "notes.txt")
    answer = client.get(address.replace("notes.txt", "setup.exe"), buffered=True)
    assert answer.headers["Content-Disposition"] == "attachment; filename=notes.txt"


@pytest.mark.parametrize("audience", [Audience.SIGNED_IN, Audience.STAFF])
def test_a_file_of_an_article_for_others_is_not_found(
    app: Flask, client: FlaskClient, make: Make, audience: Audience
) -> None:
    _, address = article_with(make, image(), "picture.png", audience=audience)
    assert client.get(address, buffered=True).status_code == 404


def test_staff_get_files_of_their_articles_which_nobody_else_keeps(app: Flask, session: Session, make: Make) -> None:
    _, address = article_with(make, image(), "picture.png", audience=Audience.STAFF)
    sha256 = address.split("/")[2]
    everyone = frozenset(Audience)
    found = attachments.readable_file(
        session, sha256, "picture.png", readers=frozenset(word.value for word in everyone)
    )
    assert found.is_shown
    assert not found.is_public


def test_a_file_that_a_public_article_uses_too_is_public(app: Flask, client: FlaskClient, make: Make) -> None:
    article_with(make, image(), "picture.png", audience=Audience.STAFF)
    _, address = article_with(make, image(), "picture.png")
    assert client.get(address, buffered=True).status_code == 200


def test_a_file_of_a_draft_is_not_found(app: Flask, client: FlaskClient, make: Make) -> None:
    _, address = article_with(make, image(), "picture.png", published=False)
    assert client.get(address, buffered=True).status_code == 404


def test_a_file_that_no_article_uses_is_not_found(app: Flask, client: FlaskClient, session: Session) -> None:
    stored = attachments.store(session, image(), "picture.png")
    session.commit()
    assert client.get(f"/attachments/{stored.sha256}/picture.png").status_code == 404


def test_a_file_gone_from_the_disk_is_not_found(app: Flask, client: FlaskClient, make: Make) -> None:
    _, address = article_with(make, image(), "picture.png")
    Path(attachments.path_of(address.split("/")[2])).unlink()
    assert client.get(address, buffered=True).status_code == 404


def test_pages_know_the_size_of_the_images_of_a_text(session: Session) -> None:
    stored = attachments.store(session, image(), "picture.png")
    address = f"attachment:{stored.sha256}/picture.png"
    size_of = attachments.image_sizes(session, f"![]({address})")
    assert size_of(address) == (4, 3)
    assert size_of("https://elsewhere.example/x.png") is None


def photograph(kind: str = "JPEG") -> bytes:
    """A picture with the notes of a camera, and something behind it."""
    notes = Image.Exif()
    notes[0x010E] = "Taken at Elm Street 7"
    file = BytesIO()
    Image.new("RGB", (4, 3), "teal").save(file, kind, exif=notes.tobytes())
    return file.getvalue() + b"<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_readers_get_a_picture_without_place_and_camera_at_its_old_address(
    client: FlaskClient, make: Make, kind: str
) -> None:
    _, address = article_with(make, photograph(kind), "beach.jpg")
    answer = client.get(address, buffered=True)
    assert answer.mimetype == f"image/{kind.lower()}"
    assert b"Elm Street" not in answer.data
    assert b"script" not in answer.data
    assert hashlib.sha256(photograph(kind)).hexdigest() in address
    assert Image.open(BytesIO(answer.data)).getpixel((1, 1)) == Image.open(BytesIO(photograph(kind))).getpixel((1, 1))


def test_what_was_kept_before_is_served_bare_too(client: FlaskClient, make: Make, session: Session) -> None:
    _, address = article_with(make, photograph(), "beach.jpg")
    path = attachments.path_of(address.split("/")[2])
    path.with_name(path.name + ".shown").unlink()
    assert b"Elm Street" not in client.get(address, buffered=True).data
    # What cannot be taken apart is a download.
    path.with_name(path.name + ".shown").unlink()
    path.write_bytes(b"GIF89a/*\0\1\0\0;*/alert(1)")
    answer = client.get(address, buffered=True)
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_exports_give_a_picture_back_byte_for_byte(session: Session) -> None:
    stored = attachments.store(session, photograph(), "beach.jpg")
    assert attachments.path_of(stored.sha256).read_bytes() == photograph()


def test_the_pictures_of_telephones_that_hold_several_are_taken(client: FlaskClient, make: Make) -> None:
    file = BytesIO()
    pictures = [Image.new("RGB", (8, 8), colour) for colour in ("teal", "red")]
    pictures[0].save(file, "MPO", save_all=True, append_images=pictures[1:])
    _, address = article_with(make, file.getvalue(), "phone.jpg")
    answer = client.get(address, buffered=True)
    assert answer.mimetype == "image/jpeg"
    with Image.open(BytesIO(answer.data)) as shown:
        assert (shown.format, getattr(shown, "n_frames", 1)) == ("JPEG", 1)
