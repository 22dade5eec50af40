"""Long lists in pages: the header `Link` and the counts that every list tells."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import fields

from app.api.fields import shown
from app.web.addresses import absolute


def counts() -> dict[str, Any]:
    """The fields of every list beside its rows."""
    return {
        "total": shown(fields.Integer, "How many there are on all pages.", 128),
        "page": shown(fields.Integer, "Which page this is.", 1),
        "pages": shown(fields.Integer, "How many pages there are; at least one.", 3),
    }


def page_answer(
    name: str, rows: list[Any], *, total: int, page: int, size: int
) -> tuple[dict[str, Any], dict[str, str]]:
    """A page of a list as its schema wants it, and the header that leads to the pages beside it.

    A page beyond the last one is empty: whoever asks on and on comes to an end.
    """
    pages = max(1, -(-total // size))
    return {name: rows, "total": total, "page": page, "pages": pages}, {"Link": _links(page, pages)}


def _links(page: int, pages: int) -> str:
    """Source: RFC 8288."""
    beside = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    return ", ".join(f'<{_address(at)}>; rel="{name}"' for name, at in beside.items() if 1 <= at <= pages)


def _address(page: int) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return absolute(f"{request.path}?{urlencode([*kept, ('page', page)], errors='replace')}")
