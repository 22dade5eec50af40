"""Whole addresses of this site's pages, and addresses that can be none."""

import logging

from flask import Flask, abort, current_app, has_request_context, request

from config import Settings

_log = logging.getLogger(__name__)


def install(app: Flask, settings: Settings) -> None:
    """Answer "not found" to paths that hold what no text here can hold; PostgreSQL would refuse the question."""
    if not settings.site_url and (settings.secure_cookies or settings.trusted_proxies):
        _log.warning("KB_SITE_URL is empty: whole addresses are made of what each request says the site is called.")

    @app.before_request
    def check_path() -> None:
        if "\0" in request.path:
            abort(404)


def site_address() -> str:
    """The address of the site without a slash at its end: the setting `site_url`, or else as the request names it.

    Without either, as in the worker of a site whose address nobody has set, it is empty.
    """
    base: str = current_app.extensions["settings"].site_url or (request.url_root if has_request_context() else "")
    return base.rstrip("/")


def absolute(path: str) -> str:
    """The whole address of a path on this site."""
    return site_address() + path
