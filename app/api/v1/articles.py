"""`GET /api/v1/articles/<id>`: one published article."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.accounts.signing_in import reader_groups
from app.foundation.database import db
from app.knowledge.article_page import article_page
from app.knowledge.feedback import fix_rate
from app.web.access import PUBLIC, access
from app.web.addresses import absolute
from app.web.languages import reader_language

resource = Blueprint("api_v1_articles", __name__, url_prefix="/api/v1")


@resource.get("/articles/<int:article_id>")
@access(PUBLIC)
def article(article_id: int) -> dict[str, Any]:
    """An article in the language asked for with `lang`, or else in the best one that there is."""
    language = request.args.get("lang") or reader_language()
    shown = article_page(db.session, article_id, "", language=language, readers=reader_groups())
    rate = fix_rate(db.session, article_id, shown.language)
    return {
        "id": shown.id,
        "language": shown.language,
        "title": shown.title,
        "url": absolute(shown.url),
        "short_answer": shown.short_answer,
        "html": str(shown.html),
        "contents": shown.contents,
        "category": shown.category_path,
        "tags": list(shown.tags),
        "audience": shown.audience.value,
        "revision": shown.revision_number,
        "updated_on": shown.updated_on.isoformat(),
        "reviewed_on": shown.reviewed_on.isoformat() if shown.reviewed_on else None,
        "translations": {language: absolute(url) for language, _, url in shown.translations},
        "fix_rate": {"fixed": rate.fixed, "votes": rate.votes, "low": rate.low, "high": rate.high} if rate else None,
    }
