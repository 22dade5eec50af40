"""What every answer tells the browser it may do, and how far proxies in front are believed.

The pages have no script or style of their own inside, so the policy needs no nonce and pages can be shared by caches:
scripts and styles come from `/static/` alone, not from where files of articles lie. A view whose page needs another
policy, such as one that other sites may frame, says so with `content_policy`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings

View = TypeVar("View", bound=Callable[..., Any])

_OWN_FILES = "{own files}"
_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": _OWN_FILES,
    "style-src": _OWN_FILES,
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
}
#: What can stand in a policy as a host; others, such as IPv6 addresses, are not of its grammar.
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::\d{1,5})?")


def content_policy(**directives: str) -> Callable[[View], View]:
    """Declare how a view's policy differs: `content_policy(frame_ancestors="*")`; an empty text leaves a rule out.

    Whoever lets other sites frame the page (`frame_ancestors`) also loses the older header that forbids it.
    """

    def declare(view: View) -> View:
        view.policy_changes = {  # type: ignore[attr-defined]  # a mark on the function itself
            name.replace("_", "-"): value for name, value in directives.items()
        }
        return view

    return declare


def install(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; a header that the answer has already is kept."""
    headers = _HEADERS | _by_settings(settings)
    site_host = urlsplit(settings.site_url).netloc

    @app.after_request
    def add_headers(response: Response) -> Response:
        changes = _changes()
        for name, value in headers.items():
            if name != "X-Frame-Options" or "frame-ancestors" not in changes:
                response.headers.setdefault(name, value)
        if "Content-Security-Policy" not in response.headers:
            policy = _policy(request.host, site_host, tuple(changes.items()), is_secure=settings.secure_cookies)
            response.headers["Content-Security-Policy"] = policy
        return response

    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way


def _by_settings(settings: Settings) -> dict[str, str]:
    found = {}
    if settings.secure_cookies:
        subdomains = "; includeSubDomains" if settings.hsts_subdomains else ""
        found["Strict-Transport-Security"] = f"max-age=31536000{subdomains}"
    if not settings.allow_indexing:
        found["X-Robots-Tag"] = "noindex, nofollow"
    return found


def _changes() -> Mapping[str, str]:
    view = current_app.view_functions.get(request.endpoint or "")
    changes: Mapping[str, str] = getattr(view, "policy_changes", {})
    return changes


@lru_cache(maxsize=64)
def _policy(host: str, site_host: str, changes: tuple[tuple[str, str], ...], *, is_secure: bool) -> str:
    # A path needs a host before it. Who asks by another name than the public one still gets a page that works.
    hosts = dict.fromkeys(each for each in (host, site_host) if each)
    own = [f"{each}/static/" for each in hosts] if all(_HOST.fullmatch(each) for each in hosts) else []
    rules = {**_POLICY, **dict(changes)}
    written = [
        f"{name} {value}".replace(_OWN_FILES, " ".join(own) or "'self'") for name, value in rules.items() if value
    ]
    return "; ".join([*written, "upgrade-insecure-requests"] if is_secure else written)
