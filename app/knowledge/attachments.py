"""Files that articles use: checked by their content, stored once under the SHA-256 of it, served to who may read.

A file lies at `<uploads>/<first two digits>/<sha256>`; its name is only ever a label. What a browser would run is never
served as what it is: only checked images are shown, everything else is a download. Of photographs and the like readers
get a copy that only draws, without place, camera and comments; it lies beside the file, which exports give back whole.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from flask import current_app
from flask_babel import gettext as _
from PIL import Image
from sqlalchemy import Exists, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.bare_pictures import FORMATS, bare_picture
from app.foundation.errors import InvalidInput, NotFound, Unavailable
from app.foundation.text import one_line
from app.foundation.vector_images import VECTOR_IMAGE, vector_image_size
from app.knowledge.models import Article, ArticleAttachment, Attachment, Audience, Publication
from config import Settings

#: Larger images are refused: decoding one takes four bytes of memory a pixel.
MOST_PIXELS = 50_000_000
SHOWN_TYPES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp", VECTOR_IMAGE))

#: MPO is what many telephones write: a JPEG with further pictures behind it.
_IMAGE_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
_SHOWN = ".shown"
_IMAGE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"attachment:([0-9a-f]{64})/")

# The size is checked here, from the header, before anything is decoded; the library's own check only warns.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class StoredFile:
    """An attachment that a person may have. `is_public`: everybody may."""

    path: Path
    media_type: str
    filename: str
    is_public: bool

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show it; otherwise it is a download."""
        return self.media_type in SHOWN_TYPES


@dataclass(frozen=True)
class _Kind:
    media_type: str
    size: tuple[int, int] | None = None


def store(session: Session, content: bytes, filename: str) -> Attachment:
    """Keep a file, once however often it is given.

    Raises:
        InvalidInput: the file is empty, too large, or an image that is damaged or too large to be shown.
        Unavailable: the disk is full or cannot be written; nothing is left half-written.
    """
    name = safe_filename(filename)
    _check_size(content, name)
    digest = hashlib.sha256(content).hexdigest()
    known = session.get(Attachment, digest)
    kind = _Kind(known.media_type) if known else _kind_of(content, name)
    _write(path_of(digest), content, name)
    _as_served(path_of(digest), kind.media_type)
    return known or _added(session, digest, kind, len(content))


def check(content: bytes, filename: str) -> None:
    """Keep nothing, but raise InvalidInput when `store` would refuse this file."""
    name = safe_filename(filename)
    _check_size(content, name)
    _kind_of(content, name)


def path_of(attachment_sha256: str) -> Path:
    """Where an attachment lies. Raises NotFound for what is no SHA-256 in hexadecimal digits."""
    if not _SHA256.fullmatch(attachment_sha256):
        raise NotFound(_("There is no such file. Search for what you need."))
    return _settings().uploads_dir / attachment_sha256[:2] / attachment_sha256


def safe_filename(filename: str) -> str:
    """A file's name as a harmless label: the last part of a path, without unseen or special letters, at most 120."""
    last = re.split(r"[/\\]", one_line(filename))[-1]
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = re.sub(r"[\s<>:\"'|?*;`$&%#{}]+", "-", seen).strip(" .-")
    stem, dot, extension = plain.rpartition(".")
    if dot and 0 < len(extension) <= 10:
        return f"{stem[: 119 - len(extension)] or 'file'}.{extension}"
    return plain[:120] or "file"


def readable_file(session: Session, attachment_sha256: str, filename: str, *, readers: frozenset[str]) -> StoredFile:
    """The file for a person of these reader groups, under a name that an article gives it: `filename` if one does.

    Raises:
        NotFound: there is no such file, or no published article uses it that this person may read
            (staff may also see the files of drafts).
    """
    path = path_of(attachment_sha256)
    uses = (
        select(Attachment.media_type, Article.audience, ArticleAttachment.filename, _is_published())
        .join(ArticleAttachment, ArticleAttachment.sha256 == Attachment.sha256)
        .join(Article, Article.id == ArticleAttachment.article_id)
        .where(Attachment.sha256 == attachment_sha256)
    )
    is_staff = Audience.STAFF.value in readers
    found = [use for use in session.execute(uses) if use[1].value in readers and (use[3] or is_staff)]
    if not found or not path.is_file():
        raise NotFound(_("There is no such file, or it is not open to you. Search for what you need."))
    is_public = any(use[1] is Audience.PUBLIC and use[3] for use in found)
    names = sorted({safe_filename(unquote(use[2])) for use in found})
    wanted = safe_filename(unquote(filename))
    media_type, shown = _as_served(path, found[0][0])
    return StoredFile(shown, media_type, wanted if wanted in names else names[0], is_public)


def image_sizes(session: Session, body: str) -> Callable[[str], tuple[int, int] | None]:
    """What `markdown.render` asks for the size of an image, in pixels, for the attachments that a text names."""
    used = sorted(set(_ADDRESS.findall(body)))
    rows = session.execute(
        select(Attachment.sha256, Attachment.width, Attachment.height).where(Attachment.sha256.in_(used))
    )
    sizes = {sha256: (width, height) for sha256, width, height in rows if width and height}

    def size_of(address: str) -> tuple[int, int] | None:
        found = _ADDRESS.match(address)
        return sizes.get(found[1]) if found else None

    return size_of


def _as_served(path: Path, media_type: str) -> tuple[str, Path]:
    """What readers get of a file, as (type, path): of pictures the copy that only draws, made when first asked for."""
    if media_type not in _IMAGE_TYPES.values():
        return media_type, path
    shown = path.with_name(path.name + _SHOWN)
    if not shown.is_file():
        content = path.read_bytes()
        try:
            bare = bare_picture(content)
        except ValueError:
            return "application/octet-stream", path  # kept before pictures were taken apart: a download, then
        if bare != content:
            _write(shown, bare, path.name)
            return media_type, shown
        with contextlib.suppress(OSError):  # folders that know no second name for a file: it is looked at again
            os.link(path, shown)
        return media_type, path
    return media_type, shown


def _is_published() -> Exists:
    return exists().where(Publication.article_id == Article.id).correlate(Article)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _added(session: Session, digest: str, kind: _Kind, byte_size: int) -> Attachment:
    width, height = kind.size or (None, None)
    row = Attachment(
        sha256=digest,
        media_type=kind.media_type,
        byte_size=byte_size,
        width=width,
        height=height,
        created_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return session.get_one(Attachment, digest)  # somebody else has just stored the same content
    return row


def _check_size(content: bytes, name: str) -> None:
    limit = _settings().upload_limit_mb
    if not content:
        raise InvalidInput(_("The file %(name)s is empty. Choose another one.", name=name), field="file")
    if len(content) > limit * 2**20:
        raise InvalidInput(
            _("The file %(name)s is larger than %(limit)s MB. Make it smaller or link to it.", name=name, limit=limit),
            field="file",
        )


def _kind_of(content: bytes, name: str) -> _Kind:
    if content.startswith(_IMAGE_STARTS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return _image_kind(content, name)
    if content.startswith(b"%PDF-"):
        return _Kind("application/pdf")
    if b"<svg" in content[:4096]:
        is_clean, size = vector_image_size(content)
        return _Kind(VECTOR_IMAGE, size) if is_clean else _Kind("application/octet-stream")
    try:
        is_text = b"\0" not in content and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        is_text = False
    return _Kind("text/plain" if is_text else "application/octet-stream")


def _image_kind(content: bytes, name: str) -> _Kind:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            media_type, size = _IMAGE_TYPES[image.format or ""], image.size
            if size[0] * size[1] > MOST_PIXELS:
                raise InvalidInput(
                    _(
                        "The image %(name)s has %(width)s by %(height)s pixels, which is too many to show. "
                        "Make it smaller.",
                        name=name,
                        width=size[0],
                        height=size[1],
                    ),
                    field="file",
                )
            image.verify()
        bare_picture(content)
    except InvalidInput:
        raise
    except Exception as error:  # the library raises errors of many kinds for damaged files
        raise InvalidInput(
            _("The image %(name)s is damaged. Save it again and retry.", name=name), field="file"
        ) from error
    return _Kind(media_type, size)


def _write(path: Path, content: bytes, name: str) -> None:
    """Write a file whole or not at all."""
    try:
        if path.is_file() and path.stat().st_size == len(content):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(draft).unlink()
            raise
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        words = (
            _("The file %(name)s was not stored: the disk is full. Tell whoever runs the site.", name=name)
            if is_full
            else _(
                "The file %(name)s was not stored: the folder of uploads cannot be written (%(reason)s). "
                "Tell whoever runs the site.",
                name=name,
                reason=error.strerror,
            )
        )
        raise Unavailable(words) from error
