"""Whole addresses of this site's pages, and addresses that can be none."""

from flask import Flask, abort, current_app, request


def install(app: Flask) -> None:
    """Answer "not found" to paths that hold what no text here can hold; PostgreSQL would refuse the question."""

    @app.before_request
    def check_path() -> None:
        if "\0" in request.path:
            abort(404)


def absolute(path: str) -> str:
    """The whole address of a path on this site, by the setting `site_url` or else by the request."""
    base: str = current_app.extensions["settings"].site_url or request.host_url
    return base.rstrip("/") + path
