"""Requests that change something have to come from our own pages.

Two locks: where the request comes from, which the browser tells in headers that no other site can forge, and for
everything but anonymous forms the token that the page was given with its session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, has_request_context, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect

from app.foundation.errors import NotAllowed
from config import Settings

View = TypeVar("View", bound=Callable[..., Any])

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_USUAL_PORTS = {"http": 80, "https": 443}


def anonymous_form(view: View) -> View:
    """Declare a view open to anonymous posts: no token is asked for, so pages with its form can be cached for all.

    Such a view may do nothing in the name of an account.
    """
    view.accepts_anonymous_posts = True  # type: ignore[attr-defined]  # a mark on the function itself
    return view


def without_cookies(view: View) -> View:
    """Declare a view that looks at no cookie: nothing that a browser sends along by itself gives it any authority.

    So it does not matter which page its requests come from. Accounts hold to it: nobody is signed in at such a view.
    """
    view.looks_at_no_cookie = True  # type: ignore[attr-defined]  # a mark on the function itself
    return view


def looks_at_no_cookie() -> bool:
    """Whether the view of this request is declared `without_cookies`."""
    if not has_request_context() or request.endpoint is None:
        return False
    return bool(getattr(current_app.view_functions.get(request.endpoint), "looks_at_no_cookie", False))


def install(app: Flask, settings: Settings) -> None:
    """Check every request that changes something before its view runs."""
    # The token lives as long as the session, and the origin is checked here: the extension's own referrer check and
    # hour would only lose people their forms.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    tokens = CSRFProtect(app)

    @app.before_request
    def check_origin() -> None:
        if request.method in _SAFE or request.endpoint is None or looks_at_no_cookie():
            return
        is_anonymous = getattr(current_app.view_functions[request.endpoint], "accepts_anonymous_posts", False)
        if not _is_own(settings):
            raise NotAllowed(_("This request came from another site, so it was refused. Use the form on our own page."))
        if not is_anonymous:
            tokens.protect()


def _is_own(settings: Settings) -> bool:
    """Whether the request comes from a page of this site, or from a program that does not tell, which no page can be.

    Source: the order of checks is that of Go's net/http CrossOriginProtection; we refuse same-site requests too.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    # The host alone: behind a proxy that ends TLS the scheme we see may be another than the browser's.
    allowed = {_host(f"{request.scheme}://{request.host}"), _host(settings.site_url)} - {None}
    return _host(origin) in allowed


def _host(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    usual = port is None or port == _USUAL_PORTS.get(parts.scheme)
    return parts.hostname if usual else f"{parts.hostname}:{port}"
