"""The category tree: finding places in it and making, renaming and moving them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput
from app.foundation.text import one_line, slugified
from app.knowledge.models import Article, Category, CategoryTitle, Publication
from app.knowledge.redirects import add_redirect
from app.knowledge.site_version import raise_site_version
from app.search.indexing import request_indexing

DEEPEST = 12


class Taken(InvalidInput):
    """Another category has this address already."""

    status = 409


LONGEST_TITLE = 200


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
        _move(session, category, "/".join([*category.path.split("/")[:-1], new_slug]))
    raise_site_version(session)


def make_category(session: Session, *, title: str, slug: str = "", under: Category | None) -> Category:
    """Make an empty category at the top or under another; without a slug its address is made of the title.

    Raises:
        InvalidInput: the title is empty, or the place is too deep.
        Taken: there is a category at this address already.
    """
    if not one_line(title):
        raise InvalidInput(_("Give the category a title."), field="title")
    own = slugified(slug or title)
    path = f"{under.path}/{own}" if under else own
    _check_depth(path)
    taken = Taken(_("There is already a category at %(path)s: choose another name.", path=path), field="slug")
    if session.scalar(select(Category.id).where(Category.path == path)):
        raise taken
    try:
        with session.begin_nested():
            return _made(session, path, own, under, title)
    except IntegrityError as error:
        raise taken from error


def move_category(session: Session, category: Category, *, under: Category | None) -> None:
    """Put a category, with all below it, under another one or at the top; the old addresses redirect.

    Raises:
        InvalidInput: it would stand below itself or too deep, or a category with its slug stands there.
    """
    if under is not None and f"{under.path}/".startswith(f"{category.path}/"):
        raise InvalidInput(_("A category cannot stand below itself: choose another place."), field="parent")
    path = f"{under.path}/{category.slug}" if under else category.slug
    if path == category.path:
        return
    below = select(Category.path).where(Category.path.startswith(category.path + "/", autoescape=True))
    for each in [category.path, *session.scalars(below)]:
        _check_depth(path + each[len(category.path) :])
    _move(session, category, path)
    category.parent = under
    session.flush()
    raise_site_version(session)


def describe_category(
    session: Session, category: Category, *, description: str | None = None, position: int | None = None
) -> None:
    """Give a category another description, or another place among those beside it; None leaves either as it is."""
    if description is not None:
        category.description = one_line(description)
    if position is not None:
        category.position = position
    session.flush()
    raise_site_version(session)


def translate_category(
    session: Session, category: Category, language: str, *, title: str, description: str = ""
) -> None:
    """Call a category something in another language; without a title it is called there as everywhere.

    Raises:
        InvalidInput: the title is longer than `LONGEST_TITLE`.
    """
    words = one_line(title)
    if len(words) > LONGEST_TITLE:
        raise InvalidInput(
            _("The title has %(length)s characters: use at most %(most)s.", length=len(words), most=LONGEST_TITLE),
            field="title",
        )
    said = session.get(CategoryTitle, (category.id, language))
    if words:
        said = said or CategoryTitle(category_id=category.id, language=language)
        said.title, said.description = words, one_line(description)
        session.add(said)
    elif said is not None:
        session.delete(said)
    session.flush()
    raise_site_version(session)


def titles_of(session: Session, category: Category) -> dict[str, tuple[str, str]]:
    """What a category is called in other languages: (title, description) by language, in order of language."""
    said = select(CategoryTitle).where(CategoryTitle.category_id == category.id).order_by(CategoryTitle.language)
    return {each.language: (each.title, each.description) for each in session.scalars(said)}


def _check_depth(path: str) -> None:
    if path.count("/") >= DEEPEST:
        raise InvalidInput(
            _("“%(path)s” is too deep for a category: use at most %(most)s levels.", path=path, most=DEEPEST),
            field="parent",
        )


def _move(session: Session, category: Category, new: str) -> None:
    old = category.path
    if session.scalar(select(Category.id).where(Category.path == new)):
        raise Taken(_("There is already a category at %(path)s: choose another name.", path=new), field="slug")
    category.slug = new.rpartition("/")[2]
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
