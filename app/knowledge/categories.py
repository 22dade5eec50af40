"""The category tree: finding places in it and making, renaming and moving them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput
from app.foundation.text import one_line, slugified
from app.knowledge.models import Article, Category, Publication
from app.knowledge.redirects import add_redirect
from app.knowledge.site_version import raise_site_version
from app.search.indexing import request_indexing

DEEPEST = 12


def category_at(session: Session, path: str, *, titles: Mapping[str, str] | None = None) -> Category:
    """The category at a path of slugs such as `billing/invoices`; it and its ancestors are made when missing.

    Args:
        path: slugs from the top, joined by `/`; each is slugified.
        titles: titles by path, for what is made; otherwise the slug in words.

    Raises:
        InvalidInput: the path is empty or deeper than `DEEPEST`.
    """
    slugs = [slugified(part) for part in path.split("/") if part.strip()]
    if not slugs or len(slugs) > DEEPEST:
        raise InvalidInput(
            _(
                "“%(path)s” is no place for a category: give 1 to %(most)s names joined by a slash.",
                path=path,
                most=DEEPEST,
            )
        )
    path = "/".join(slugs)
    existing = session.scalar(select(Category).where(Category.path == path))
    if existing is not None:
        return existing
    parent = category_at(session, "/".join(slugs[:-1]), titles=titles) if len(slugs) > 1 else None
    return _made(session, path, slugs[-1], parent, (titles or {}).get(path, ""))


def rename_category(session: Session, category: Category, *, title: str, slug: str | None = None) -> None:
    """Give a category a new title and, with `slug`, a new address; the old addresses below it redirect.

    Raises:
        InvalidInput: the title is empty, or a category with this slug stands beside it.
    """
    if not one_line(title):
        raise InvalidInput(_("Give the category a title."), field="title")
    category.title = one_line(title)
    new_slug = slugified(slug) if slug else category.slug
    if new_slug != category.slug:
        _move(session, category, new_slug)
    raise_site_version(session)


def _move(session: Session, category: Category, new_slug: str) -> None:
    old = category.path
    new = "/".join([*old.split("/")[:-1], new_slug])
    if session.scalar(select(Category.id).where(Category.path == new)):
        raise InvalidInput(_("There is already a category at %(path)s: choose another name.", path=new), field="slug")
    category.slug = new_slug
    for moved in session.scalars(
        select(Category).where((Category.path == old) | Category.path.startswith(old + "/", autoescape=True))
    ):
        before = moved.path
        moved.path = new + before[len(old) :]
        session.flush()
        add_redirect(session, f"/categories/{before}", category=moved)
    request_indexing(session, "article", _keys_below(session, new))


def _keys_below(session: Session, path: str) -> list[str]:
    """The documents of what is published at a path and below: they are found by the path, too."""
    rows = session.execute(
        select(Publication.article_id, Publication.language)
        .join(Article, Article.id == Publication.article_id)
        .join(Category, Category.id == Article.category_id)
        .where((Category.path == path) | Category.path.startswith(path + "/", autoescape=True))
    )
    return [f"{article_id}:{language}" for article_id, language in rows]


def _made(session: Session, path: str, slug: str, parent: Category | None, title: str) -> Category:
    made = Category(
        path=path,
        slug=slug,
        parent=parent,
        title=one_line(title) or slug.replace("-", " ").capitalize(),
    )
    session.add(made)
    session.flush()
    raise_site_version(session)
    return made
