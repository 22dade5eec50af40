"""Whole addresses of this site's pages."""

from flask import current_app, request


def absolute(path: str) -> str:
    """The whole address of a path on this site, by the setting `site_url` or else by the request."""
    base: str = current_app.extensions["settings"].site_url or request.host_url
    return base.rstrip("/") + path
