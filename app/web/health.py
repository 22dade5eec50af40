"""For whoever watches over the site: `/healthz` tells that this process answers, `/readyz` how each part is."""

from __future__ import annotations

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from app.foundation import health
from app.web.access import PUBLIC, access

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(PUBLIC)
def alive() -> Response:
    """Answers as long as the process does; asks nothing of the database."""
    return _uncached(jsonify(status="ok"))


@blueprint.get("/readyz")
@access(PUBLIC)
def ready() -> Response:
    """How each part is: 200 `ready` or `degraded`, 503 `unavailable` when a part is down that readers need."""
    parts = health.parts()
    is_serving = all(part.is_ok for part in parts if part.is_needed)
    status = "unavailable" if not is_serving else "ready" if all(part.is_ok for part in parts) else "degraded"
    told = {part.name: {"ok": part.is_ok, "words": part.words} for part in parts}
    response = _uncached(jsonify(status=status, parts=told))
    response.status_code = 200 if is_serving else 503
    return response


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
