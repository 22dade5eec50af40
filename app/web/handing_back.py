"""Nothing that somebody wrote is lost: when a form cannot be taken, the error page holds it, to be sent again.

For forms that anybody may send (`origin.anonymous_form`): they carry no token that could have expired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class HandedBack:
    """A form as it was sent: where to, what somebody wrote as (field, text), and its other fields."""

    action: str
    written: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]


def hands_back(*names: str) -> Callable[[View], View]:
    """Declare which fields of the view's form hold what people write."""

    def declare(view: View) -> View:
        view.handed_back = names  # type: ignore[attr-defined]  # a mark on the function itself
        return view

    return declare


def install(app: Flask) -> None:
    """Give the error page `handed_back()`."""
    app.jinja_env.globals["handed_back"] = handed_back


def handed_back() -> HandedBack | None:
    """What the form of this request held, or None when its view takes none or nobody wrote anything."""
    if request.method != "POST" or request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    is_for_anybody = getattr(view, "accepts_anonymous_posts", False)
    names: tuple[str, ...] = getattr(view, "handed_back", ()) if is_for_anybody else ()
    try:
        fields = list(request.form.items(multi=True)) if names else []
    except HTTPException:
        return None  # it was too large to be read
    written = tuple((name, text) for name, text in fields if name in names and text.strip())
    kept = tuple((name, text) for name, text in fields if name not in names)
    return HandedBack(request.full_path.rstrip("?"), written, kept) if written else None
