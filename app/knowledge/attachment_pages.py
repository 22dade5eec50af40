"""The address of an article's files."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, send_file

from app.accounts.signing_in import reader_groups
from app.foundation.database import db
from app.knowledge import attachments
from app.web.access import PUBLIC, access

pages = Blueprint("attachments", __name__)

_YEAR = 365 * 24 * 3600
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def install(app: Flask) -> None:
    """Add the address."""
    app.register_blueprint(pages)


@pages.get("/attachments/<sha256>/<filename>")
@access(PUBLIC)
def attachment(sha256: str, filename: str) -> Response:
    """A file. Its content never changes; who may have it can, so only public ones are kept by others."""
    found = attachments.readable_file(db.session, sha256, filename, readers=reader_groups())
    response = send_file(
        found.path,
        mimetype=found.media_type,
        as_attachment=not found.is_shown,
        download_name=found.filename,
        etag=sha256,
    )
    kept = f"public, max-age={_YEAR}, immutable" if found.is_public else "private, no-cache"
    response.headers["Cache-Control"] = kept
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    if found.is_public:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
