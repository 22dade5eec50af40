"""The texts of an article in one language: reading the newest, and saving another without overwriting anybody."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from marshmallow import Schema, fields

from app.accounts.bearer import require
from app.accounts.tokens import Scope
from app.api.fields import Body, number, page_of, shown, word
from app.api.paging import counts, page_answer
from app.api.problems import ConflictWith, NothingRead, ReadTooEarly
from app.api.resource import LARGEST_TEXT, LOCATION, Resource
from app.api.v1.articles import ARTICLE
from app.api.v1.writing import body as body_field
from app.api.v1.writing import changeable, comment, short_answer, title
from app.foundation.database import db
from app.foundation.errors import Conflict
from app.knowledge import catalogue, publishing
from app.knowledge.models import Revision, Significance
from app.knowledge.publishing import ArticleText
from app.web.addresses import absolute

resource = Resource("translations", description="The texts of an article in each language, drafts too.")

TRANSLATION = f"{ARTICLE}/translations/<language:language>"
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the text that the writer had before them, instead of `based_on`; `*` overwrites any.",
    "schema": {"type": "string", "example": '"r118"'},
}
_TAG = re.compile(r'"r(\d{1,10})"')


class RevisionSchema(Schema):
    """A text in a list."""

    id = shown(fields.Integer, "What `based_on` takes.", 118)
    number = shown(fields.Integer, "Its number among the texts in this language, from 1.", 3)
    title = shown(fields.String, "Its title.", "How do I reset my password?")
    short_answer = shown(fields.String, "The answer in a sentence; may be empty.", "Press Forgot password.")
    significance = shown(
        fields.Enum,
        "How much it changed; a major one starts a new line of votes.",
        "minor",
        enum=Significance,
        by_value=True,
    )
    comment = shown(fields.String, "What was changed, and why; may be empty.", "New button.")
    created_at = shown(fields.AwareDateTime, "When it was saved.", "2026-05-03T09:30:00+00:00")
    is_published = shown(fields.Boolean, "Whether readers see it.", False)


class TextSchema(RevisionSchema):
    """A text with all its words."""

    body = shown(fields.String, "The text in Markdown.", "Press **Forgot password**.")


class RevisionsSchema(Schema):
    """One page of the texts in a language."""

    revisions = shown(fields.Nested, "Newest first.", [], nested=RevisionSchema, many=True)
    total, page, pages = counts().values()


class RevisionsQuery(Schema):
    """Which page."""

    page = page_of()["page"]
    per_page = page_of()["per_page"]


class NewTextSchema(Body):
    """A text to save."""

    title = title(required=True)
    body = body_field(required=True)
    short_answer = short_answer()
    significance = word(
        Significance,
        "How much it changes; a major one starts a new line of votes.",
        "minor",
        load_default=Significance.MODERATE.value,
    )
    comment = comment()
    based_on = number(
        "The id of the newest text when the writer began; null for the first one in a language.", 118, allow_none=True
    )


@resource.operation("GET", TRANSLATION, answer=TextSchema, scope=Scope.ARTICLES_WRITE)
def newest_text(article_id: int, language: str) -> Any:
    """Read the newest text in a language, published or not. Its ETag serves as If-Match when saving another."""
    found = catalogue.newest_text(db.session, article_id, language)
    published = catalogue.published_revision(db.session, article_id, language)
    return _shown(found, published), 200, {"ETag": f'"r{found.id}"'}


@resource.operation(
    "GET",
    f"{TRANSLATION}/revisions",
    answer=RevisionsSchema,
    query=RevisionsQuery,
    scope=Scope.ARTICLES_WRITE,
    is_paged=True,
)
def revisions(query: dict[str, Any], article_id: int, language: str) -> Any:
    """List the texts in a language, newest first."""
    page, size = query["page"], query["per_page"]
    found, published, total = catalogue.texts_of(db.session, article_id, language, page=page, size=size)
    rows = [_shown(each, published) for each in found]
    body, headers = page_answer("revisions", rows, total=total, page=page, size=size)
    return body, 200, headers


@resource.operation(
    "GET",
    f"{TRANSLATION}/revisions/<number:number>",
    answer=TextSchema,
    scope=Scope.ARTICLES_WRITE,
)
def revision(article_id: int, language: str, number: int) -> Any:
    """Read one text by its number."""
    found = catalogue.text_of(db.session, article_id, language, number)
    return _shown(found, catalogue.published_revision(db.session, article_id, language))


@resource.operation(
    "POST",
    f"{TRANSLATION}/revisions",
    answer=TextSchema,
    status=201,
    body=NewTextSchema,
    scope=Scope.ARTICLES_WRITE,
    headers=[IF_MATCH],
    answer_headers={"Location": LOCATION},
    problems=[409, 412, 428],
    largest=LARGEST_TEXT,
)
def save_text(body: dict[str, Any], article_id: int, language: str) -> Any:
    """Save another text, as a draft.

    Tell which text the writer had before them, by `based_on` or If-Match: if somebody saved another one meanwhile,
    nothing is overwritten, and the problem shows theirs. The first text in a language needs neither.
    """
    article = changeable(db.session, article_id)
    latest = publishing.latest_revision(db.session, article_id, language)
    based_on = _based_on(body, latest)
    try:
        saved = publishing.save_revision(
            db.session,
            article,
            language=language,
            text=ArticleText(body["title"], body["body"], body["short_answer"]),
            significance=Significance(body["significance"]),
            based_on=based_on,
            by=require(Scope.ARTICLES_WRITE).account,
            comment=body["comment"],
        )
    except Conflict as conflict:
        raise ConflictWith(str(conflict), _current(latest)) from conflict
    address = absolute(f"/api/v1/articles/{article_id}/translations/{language}/revisions/{saved.number}")
    published = catalogue.published_revision(db.session, article_id, language)
    return _shown(saved, published), 201, {"Location": address, "ETag": f'"r{saved.id}"'}


def _based_on(body: dict[str, Any], latest: Revision | None) -> int | None:
    """The id of the text that the writer had before them, by the body or else by the header."""
    if "based_on" in body:
        based_on: int | None = body["based_on"]
        return based_on
    shown_tag = request.headers.get("If-Match", "").strip()
    if not shown_tag:
        if latest is None:
            return None
        raise NothingRead(
            "Say which text you had before you, with `based_on` or If-Match, so that none is overwritten."
        )
    tags = {int(each) for each in _TAG.findall(shown_tag)}
    if latest is None or (shown_tag != "*" and latest.id not in tags):
        raise ReadTooEarly("Somebody saved this article meanwhile: read it again, compare, and save once more.")
    return latest.id


def _current(latest: Revision | None) -> dict[str, Any]:
    if latest is None:
        return {}
    return {"id": latest.id, "number": latest.number, "title": latest.title, "body": latest.body}


def _shown(each: Revision, published: int | None) -> dict[str, Any]:
    return {
        "id": each.id,
        "number": each.number,
        "title": each.title,
        "short_answer": each.short_answer,
        "body": each.body,
        "significance": each.significance,
        "comment": each.comment,
        "created_at": each.created_at,
        "is_published": each.id == published,
    }
