"""The tree of categories: reading it, making, renaming and moving them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.accounts.bearer import bearer, require
from app.accounts.signing_in import reader_groups
from app.accounts.tokens import Scope
from app.api.fields import Body, Whole, about, shown, text
from app.api.resource import LOCATION, Resource
from app.foundation import activity
from app.foundation.database import db
from app.foundation.errors import NotFound
from app.knowledge import catalogue, categories
from app.knowledge.areas import category_url
from app.knowledge.catalogue import CategoryEntry
from app.knowledge.models import Category
from app.web.addresses import absolute

resource = Resource("categories", description="The tree that articles stand in.")

CATEGORY = "/categories/<number:category_id>"


class CategorySchema(Schema):
    """A category."""

    id = shown(fields.Integer, "Its permanent number; the path changes when it is renamed.", 4)
    path = shown(fields.String, "Its place: slugs from the top, joined by slashes.", "billing/invoices")
    parent = shown(fields.String, "The path of the category above it; empty at the top.", "billing")
    title = shown(fields.String, "Its title.", "Invoices")
    description = shown(fields.String, "What is in it, in a sentence; may be empty.", "Reading and paying them.")
    position = shown(fields.Integer, "Lower ones stand first; equal ones go by title.", 10)
    article_count = shown(fields.Integer, "How many articles this token can read in it and below it.", 8)
    url = shown(fields.Url, "The page for readers.", "https://help.example.com/categories/billing/invoices")


class CategoriesSchema(Schema):
    """The whole tree."""

    categories = shown(fields.Nested, "Each after the one above it, in order.", [], nested=CategorySchema, many=True)


def title_field(**settings: Any) -> Any:
    """The title of a category."""
    return text("Its title.", "Invoices", longest=120, is_needed=True, **settings)


def position_field() -> Whole:
    """Where a category stands among those beside it."""
    return Whole(
        validate=validate.Range(min=-10_000, max=10_000),
        metadata=about("Lower ones stand first; equal ones go by title.", 10),
    )


class NewCategorySchema(Body):
    """A category to make."""

    title = title_field(required=True)
    slug = text("Its name in addresses; without one it is made of the title.", "invoices", longest=80)
    parent = text("The path of the category above it; empty is the top.", "billing", longest=500, load_default="")
    description = text("What is in it, in a sentence.", "Reading and paying them.", longest=500)
    position = position_field()


class ChangedCategorySchema(Body):
    """What to change of a category; what is left out stays."""

    title = title_field()
    slug = text("Its name in addresses; the old address leads to the new one.", "invoices", longest=80)
    parent = text("The path of the category to put it under; empty is the top.", "billing", longest=500)
    description = text("What is in it, in a sentence.", "Reading and paying them.", longest=500)
    position = position_field()


@resource.operation("GET", "/categories", answer=CategoriesSchema, is_kept=True)
def category_tree() -> Any:
    """Read the whole tree.

    Without a token that may change categories, those with nothing in them to read are left out.
    """
    return {"categories": [_shown(each) for each in _tree()]}


@resource.operation("GET", CATEGORY, answer=CategorySchema, is_kept=True)
def category(category_id: int) -> Any:
    """Read one category."""
    return _one(category_id)


@resource.operation(
    "POST",
    "/categories",
    answer=CategorySchema,
    status=201,
    body=NewCategorySchema,
    scope=Scope.CATEGORIES_WRITE,
    answer_headers={"Location": LOCATION},
    problems=[404, 409],
)
def make_category(body: dict[str, Any]) -> Any:
    """Make an empty category."""
    under = _at(body["parent"])
    made = categories.make_category(db.session, title=body["title"], slug=body.get("slug", ""), under=under)
    _describe(made, body)
    _record("created", made)
    return _one(made.id), 201, {"Location": absolute(f"/api/v1/categories/{made.id}")}


@resource.operation(
    "PATCH",
    CATEGORY,
    answer=CategorySchema,
    body=ChangedCategorySchema,
    scope=Scope.CATEGORIES_WRITE,
    problems=[409],
)
def change_category(body: dict[str, Any], category_id: int) -> Any:
    """Rename a category, move it, or describe it anew. Its old address and those below it lead to the new ones."""
    found = catalogue.existing_category(db.session, category_id)
    if "title" in body or body.get("slug"):
        categories.rename_category(
            db.session, found, title=body.get("title", found.title), slug=body.get("slug") or None
        )
    if "parent" in body:
        categories.move_category(db.session, found, under=_at(body["parent"]))
    _describe(found, body)
    _record("changed", found)
    return _one(category_id)


def _describe(category: Category, body: dict[str, Any]) -> None:
    if "description" in body or "position" in body:
        categories.describe_category(
            db.session, category, description=body.get("description"), position=body.get("position")
        )


def _tree() -> list[CategoryEntry]:
    program = bearer()
    may_change = program is not None and Scope.CATEGORIES_WRITE in program.scopes
    return catalogue.category_tree(db.session, readers=reader_groups(), is_whole=may_change)


def _one(category_id: int) -> dict[str, Any]:
    for each in _tree():
        if each.id == category_id:
            return _shown(each)
    raise NotFound(f"There is no category {category_id}.")


def _at(path: str) -> Category | None:
    path = path.strip("/ ")
    return catalogue.category_by_path(db.session, path) if path else None


def _shown(each: CategoryEntry) -> dict[str, Any]:
    return {**vars(each), "url": absolute(category_url(each.path))}


def _record(verb: str, category: Category) -> None:
    by = require(Scope.CATEGORIES_WRITE).account
    activity.record(db.session, verb, "category", category.id, by_id=by.id, path=category.path)
