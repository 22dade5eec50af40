"""Who may open a page, and who may keep it. Every view declares it; a view that declares nothing is shut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "read_public"


def access(permission: str) -> Callable[[View], View]:
    """Declare which permission a view needs; `access(PUBLIC)` opens it to everybody."""

    def declare(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]  # a mark on the function itself
        return view

    return declare


def install(app: Flask) -> None:
    """Check every request's view before it runs. Accounts set `app.extensions["has_permission"]`."""

    @app.before_request
    def check_access() -> Response | None:
        if request.endpoint is None:
            return None
        needed = required_permission(request.endpoint)
        if needed == PUBLIC:
            return None
        if needed is None:
            abort(404)
        may: Callable[[str], bool] = current_app.extensions["has_permission"]
        if may(needed):
            return None
        refuse: Callable[[], Response] = current_app.extensions["refuse_access"]
        return refuse()

    @app.after_request
    def keep_nothing(response: Response) -> Response:
        """What a view says nothing of is kept by nobody else, and what not everybody may open by nobody at all."""
        is_public = request.endpoint is None or required_permission(request.endpoint) == PUBLIC
        response.headers.setdefault("Cache-Control", "private, no-cache" if is_public else "no-store")
        return response


def required_permission(endpoint: str) -> str | None:
    """What the view behind an endpoint needs, or None when it declares nothing."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    view = current_app.view_functions[endpoint]
    needed = getattr(view, "required_permission", None)
    return str(needed) if needed is not None else None
