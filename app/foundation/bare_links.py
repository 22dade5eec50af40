"""Bare addresses in plain text, made into links. The only file that knows bleach, which does this and no sanitising."""

from __future__ import annotations

from functools import cache

from bleach.linkifier import Linker
from markupsafe import Markup, escape

_SIGNS = ("http://", "https://", "www.")


def linked(text: str) -> Markup:
    """Plain text as HTML in which bare web addresses are links; everything else is escaped."""
    safe = escape(text)
    if not any(sign in text for sign in _SIGNS):
        return safe
    return Markup(_linker().linkify(str(safe)))  # noqa: S704  # escaped above; the linker only adds links


@cache
def _linker() -> Linker:
    return Linker(callbacks=[_only_web])


def _only_web(attributes: dict[object, str], new: bool = False) -> dict[object, str] | None:
    """Link what says that it is a web address; `file.py` and `example.com` in a sentence stay words."""
    address = attributes.get((None, "href"), "")
    if not attributes.get("_text", "").startswith(_SIGNS) or not address.startswith(("http://", "https://")):
        return None
    return attributes | {(None, "rel"): "noopener nofollow"}
