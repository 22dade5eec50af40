"""Old addresses and where they lead: `GET`, `POST` and `DELETE /api/v1/redirects`."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from app.accounts.bearer import require
from app.accounts.tokens import Scope
from app.api.fields import Body, language, number, page_of, shown, text
from app.api.paging import counts, page_answer
from app.api.resource import Resource
from app.foundation import activity
from app.foundation.database import db
from app.foundation.errors import Conflict, InvalidInput
from app.knowledge import catalogue, redirects
from app.knowledge.models import SlugRedirect

resource = Resource("redirects", description="Old addresses that lead to articles and categories.")


def path_field(**settings: Any) -> Any:
    """An old address."""
    return text("The old address, as a path on this site.", "/faq/password", longest=500, is_needed=True, **settings)


class RedirectsQuery(Schema):
    """Which page."""

    page = page_of(500)["page"]
    per_page = page_of(500)["per_page"]


class RedirectQuery(Schema):
    """Which old address."""

    path = path_field(required=True)


class RedirectSchema(Schema):
    """An old address and where it leads: to an article, or to a category."""

    path = shown(fields.String, "The old address, as a path on this site.", "/faq/password")
    article = shown(fields.Integer, "The article that it leads to.", 12, allow_none=True)
    language = shown(fields.String, "In which language; null is the reader's.", "en", allow_none=True)
    category = shown(fields.String, "The path of the category that it leads to.", "billing", allow_none=True)


class RedirectsSchema(Schema):
    """One page of the old addresses."""

    redirects = shown(fields.Nested, "In order of address.", [], nested=RedirectSchema, many=True)
    total, page, pages = counts().values()


class NewRedirectSchema(Body):
    """An old address to lead to an article or to a category: exactly one of the two."""

    path = path_field(required=True)
    article = number("The article that it shall lead to.", 12)
    language = language("In which language; without one, the reader's.")
    category = text("The path of the category that it shall lead to.", "billing", longest=500)

    @validates_schema
    def check_target(self, data: dict[str, Any], **_: Any) -> None:
        """Raises ValidationError when there is no target or more than one."""
        if ("article" in data) == bool(data.get("category")):
            raise ValidationError("Give an article or a category, and not both.", "article")
        if "language" in data and "article" not in data:
            raise ValidationError("Only an article has languages.", "language")


@resource.operation(
    "GET",
    "/redirects",
    answer=RedirectsSchema,
    query=RedirectsQuery,
    scope=Scope.REDIRECTS_WRITE,
    is_paged=True,
)
def old_addresses(query: dict[str, Any]) -> Any:
    """List the old addresses."""
    page, size = query["page"], query["per_page"]
    found, total = catalogue.old_addresses(db.session, page=page, size=size)
    paths = catalogue.category_paths(db.session, [each.category_id for each in found if each.category_id])
    body, headers = page_answer("redirects", [_shown(each, paths) for each in found], total=total, page=page, size=size)
    return body, 200, headers


@resource.operation(
    "POST",
    "/redirects",
    answer=RedirectSchema,
    status=201,
    body=NewRedirectSchema,
    scope=Scope.REDIRECTS_WRITE,
    problems=[404, 409],
)
def add_redirect(body: dict[str, Any]) -> Any:
    """Lead an old address to an article or to a category."""
    path = redirects.normalised(body["path"])
    if not path:
        raise InvalidInput(f"{body['path']!r} cannot be redirected: give a path that is no page of ours.", field="path")
    article = catalogue.existing_article(db.session, body["article"]) if "article" in body else None
    category = catalogue.category_by_path(db.session, body["category"]) if body.get("category") else None
    is_led = redirects.add_redirect(db.session, path, article=article, language=body.get("language"), category=category)
    if not is_led:
        raise Conflict(f"The address {path} leads elsewhere already: remove that redirect first.")
    _record("created", path)
    return {
        "path": path,
        "article": article.id if article else None,
        "language": body.get("language"),
        "category": category.path if category else None,
    }, 201


@resource.operation(
    "DELETE",
    "/redirects",
    answer=None,
    status=204,
    query=RedirectQuery,
    scope=Scope.REDIRECTS_WRITE,
    problems=[404],
)
def remove_redirect(query: dict[str, Any]) -> Any:
    """Have an old address lead nowhere again."""
    redirects.remove_redirect(db.session, query["path"])
    _record("removed", query["path"])


def _shown(each: SlugRedirect, paths: dict[int, str]) -> dict[str, Any]:
    category = paths.get(each.category_id) if each.category_id else None
    return {"path": each.path, "article": each.article_id, "language": each.language, "category": category}


def _record(verb: str, path: str) -> None:
    by = require(Scope.REDIRECTS_WRITE).account
    activity.record(db.session, verb, "redirect", path, by_id=by.id)
