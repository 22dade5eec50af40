"""Plain-text tools: cleaning, folding and slugs."""

import re
import unicodedata

from anyascii import anyascii

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff\ufffe\uffff]")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def cleaned(text: str) -> str:
    """The text without control characters and lone surrogates, with Unix line ends, in Unicode form NFC."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def one_line(text: str) -> str:
    """The text cleaned, with every run of white space made one blank."""
    return " ".join(cleaned(text).split())


def folded(text: str) -> str:
    """The text for comparing: case folded, accents removed, white space made single blanks."""
    spread = unicodedata.normalize("NFKD", one_line(text).casefold())
    return unicodedata.normalize("NFC", "".join(letter for letter in spread if not unicodedata.combining(letter)))


def slugified(text: str, *, longest: int = 80) -> str:
    """A title as a part of an address: a-z, 0-9 and single hyphens, cut at a word; `untitled` when nothing is left."""
    slug = _NOT_SLUG.sub("-", anyascii(one_line(text)[:400]).lower()).strip("-")
    if len(slug) > longest:
        slug = slug[: longest + 1].rpartition("-")[0] or slug[:longest]
    return slug or "untitled"


def whole_number(text: str, *, digits: int = 9) -> int | None:
    """The number that a text of at most so many ASCII digits stands for; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
