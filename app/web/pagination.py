"""Long lists cut into pages."""

from __future__ import annotations

from dataclasses import dataclass

from app.foundation.text import whole_number


@dataclass(frozen=True)
class Pages:
    """Which page of a list is shown; pages count from 1, and an empty list has one empty page."""

    page: int
    pages: int
    total: int


def paged(total: int, *, page: int, size: int) -> tuple[Pages, int]:
    """Which page of a list of `total` is shown, and how many items come before it; a page too far is the last one."""
    pages = max(1, -(-total // size))
    shown = min(max(page, 1), pages)
    return Pages(shown, pages, total), (shown - 1) * size


def page_number(text: str | None) -> int:
    """The page that an address asks for; anything that is no page is the first one."""
    return whole_number(text or "", digits=6) or 1
