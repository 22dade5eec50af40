"""Which pages of other sites may use the API from a browser: all of them, for what needs no token. No cookie counts."""

from __future__ import annotations

from typing import NoReturn

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map

from app.web.access import PUBLIC, access, required_permission
from app.web.origin import without_cookies

_EXPOSED = "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After"
_TAKEN = "Accept-Language, Content-Type, If-None-Match"
_A_DAY = "86400"
_ALL = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def install(app: Flask) -> None:
    """Answer the question that browsers ask first, once for every address of the API. To be called after all else."""
    methods: dict[str, dict[str, bool]] = {}
    with app.app_context():
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/api/v1/"):
                is_open = required_permission(rule.endpoint) == PUBLIC
                methods.setdefault(rule.rule, {}).update(dict.fromkeys(rule.methods or (), is_open))
    app.extensions["api_methods"] = methods
    app.extensions["api_map"] = _map_of(app)
    app.add_url_rule("/api/<path:rest>", "api_nothing", nothing, methods=_ALL, provide_automatic_options=False)
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


@access(PUBLIC)
@without_cookies
def nothing(rest: str) -> NoReturn:
    """What leads nowhere in the API: old addresses of articles are looked up for readers, and take GET alone.

    Raises:
        MethodNotAllowed: the address is right, the method is not.
        NotFound: there is no such address.
    """
    addresses: Map = current_app.extensions["api_map"]
    addresses.bind("").match(request.path, method=request.method)
    raise NotFound()


def share(response: Response) -> None:
    """Let scripts of any page read this answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def is_shared() -> bool:
    """Whether pages of other sites may read the answer: it is to something open to all, and asked without a token."""
    return "Authorization" not in request.headers and bool(_methods().get(request.method))


def _map_of(app: Flask) -> Map:
    """The addresses of the API alone."""
    rules = [rule.empty() for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")]
    return Map(rules, converters=app.url_map.converters)


def _methods() -> dict[str, bool]:
    """The methods of the address that was asked for, and whether each is open to everybody."""
    every: dict[str, dict[str, bool]] = current_app.extensions["api_methods"]
    return every.get(request.url_rule.rule, {}) if request.url_rule else {}
