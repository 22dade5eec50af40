"""Old addresses and where they lead: listing, adding and removing them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from app.accounts.bearer import require
from app.accounts.tokens import Scope
from app.api.fields import Body, language, page_of, shown, text
from app.api.paging import counts, page_answer
from app.api.resource import Resource
from app.api.v1.articles import ARTICLE
from app.api.v1.categories import CATEGORY
from app.foundation import activity
from app.foundation.database import db
from app.foundation.errors import Conflict
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


class ToArticleSchema(Body):
    """An old address that shall lead to an article."""

    path = path_field(required=True)
    language = language("In which language; without one, the reader's.")


class ToCategorySchema(Body):
    """An old address that shall lead to a category."""

    path = path_field(required=True)


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
    f"{ARTICLE}/redirects",
    answer=RedirectSchema,
    status=201,
    body=ToArticleSchema,
    scope=Scope.REDIRECTS_WRITE,
    problems=[409],
)
def lead_to_article(body: dict[str, Any], article_id: int) -> Any:
    """Lead an old address to an article."""
    article = catalogue.existing_article(db.session, article_id)
    path = _led(body["path"], article=article, language=body.get("language"))
    return {"path": path, "article": article.id, "language": body.get("language"), "category": None}, 201


@resource.operation(
    "POST",
    f"{CATEGORY}/redirects",
    answer=RedirectSchema,
    status=201,
    body=ToCategorySchema,
    scope=Scope.REDIRECTS_WRITE,
    problems=[409],
)
def lead_to_category(body: dict[str, Any], category_id: int) -> Any:
    """Lead an old address to a category."""
    category = catalogue.existing_category(db.session, category_id)
    path = _led(body["path"], category=category)
    return {"path": path, "article": None, "language": None, "category": category.path}, 201


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


def _led(address: str, **target: Any) -> str:
    path = redirects.normalised(address)
    if not path:
        raise Conflict(f"{address!r} cannot be redirected: it is a page of ours, or of another site.")
    if not redirects.add_redirect(db.session, path, **target):
        raise Conflict(f"The address {path} leads elsewhere already: remove that redirect first.")
    _record("created", path)
    return path


def _shown(each: SlugRedirect, paths: dict[int, str]) -> dict[str, Any]:
    category = paths.get(each.category_id) if each.category_id else None
    return {"path": each.path, "article": each.article_id, "language": each.language, "category": category}


def _record(verb: str, path: str) -> None:
    by = require(Scope.REDIRECTS_WRITE).account
    activity.record(db.session, verb, "redirect", path, by_id=by.id)
