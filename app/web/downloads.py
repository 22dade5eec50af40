"""What is given as a file to keep, instead of as a page."""

from __future__ import annotations

from flask import Response


def download(content: str, media_type: str, name: str) -> Response:
    """A file under a name; what is in it is for whoever asked, so no cache keeps it."""
    response = Response(content, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
