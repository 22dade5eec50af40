"""`GET /api/v1/search`: the site's search for other programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.accounts.signing_in import reader_groups
from app.foundation.database import db
from app.search.service import Result, SearchState, search
from app.web.access import PUBLIC, access
from app.web.addresses import absolute
from app.web.languages import reader_language
from app.web.pagination import page_number

resource = Blueprint("api_v1_search", __name__, url_prefix="/api/v1")

_FILTERS = ("category", "language", "type", "tag")


@resource.get("/search")
@access(PUBLIC)
def search_articles() -> tuple[dict[str, Any], int]:
    """Search with `q`; narrow with `category`, `language`, `type`, `tag`; `page` counts from 1; `lang` the reader's."""
    answer = search(
        db.session,
        request.args.get("q", ""),
        language=reader_language(),
        readers=reader_groups(),
        page=page_number(request.args.get("page")),
        filters={name: request.args[name] for name in _FILTERS if request.args.get(name)},
        exact=request.args.get("exact") == "1",
    )
    body = {
        "query": answer.query,
        "state": answer.state.value,
        "corrected_to": answer.corrected_to,
        "is_degraded": answer.is_degraded,
        "total": answer.total,
        "page": answer.page,
        "pages": answer.pages,
        "results": [_as_json(result) for result in answer.results],
        "nearest": [_as_json(result) for result in answer.nearest],
    }
    return body, 503 if answer.state is SearchState.DOWN else 200


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "id": int(result.key.partition(":")[0]),
        "language": result.language,
        "title": result.shown.title,
        "url": absolute(result.url),
        "passage": result.passage,
        "heading": result.heading,
        "area": list(result.shown.area),
        "fixed": result.shown.fixed,
        "votes": result.shown.votes,
        "score": round(result.score, 6),
    }
