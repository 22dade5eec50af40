"""Which pages of other sites may use the API from a browser: all of them, for what needs no token. No cookie counts."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from app.web.access import PUBLIC, access, required_permission
from app.web.origin import without_cookies

_EXPOSED = "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After"
_TAKEN = "Accept-Language, Content-Type, If-None-Match"
_A_DAY = "86400"


def install(app: Flask) -> None:
    """Answer the question that browsers ask first, once for every address of the API. To be called after all else."""
    methods: dict[str, dict[str, bool]] = {}
    with app.app_context():
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/api/v1/"):
                is_open = required_permission(rule.endpoint) == PUBLIC
                methods.setdefault(rule.rule, {}).update(dict.fromkeys(rule.methods or (), is_open))
    app.extensions["api_methods"] = methods
    for address in methods:
        app.add_url_rule(address, "api_preflight", preflight, methods=["OPTIONS"], provide_automatic_options=False)


@access(PUBLIC)
@without_cookies
def preflight(**_values: object) -> Response:
    """Which methods an address knows, and which of them a page of another site may use."""
    known = _methods()
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(sorted({"OPTIONS", *known}))
    if known.get(request.headers.get("Access-Control-Request-Method", "")):
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(each for each in known if known[each]))
        response.headers["Access-Control-Allow-Headers"] = _TAKEN
        response.headers["Access-Control-Max-Age"] = _A_DAY
        share(response)
    return response


def share(response: Response) -> None:
    """Let scripts of any page read this answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def is_shared() -> bool:
    """Whether pages of other sites may read the answer: it is to something open to all, and asked without a token."""
    return "Authorization" not in request.headers and bool(_methods().get(request.method))


def _methods() -> dict[str, bool]:
    """The methods of the address that was asked for, and whether each is open to everybody."""
    every: dict[str, dict[str, bool]] = current_app.extensions["api_methods"]
    return every.get(request.url_rule.rule, {}) if request.url_rule else {}
