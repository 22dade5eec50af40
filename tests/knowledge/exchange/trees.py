"""Small trees of files for the tests of content exchange, and what the store holds after them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.database import reading
from app.knowledge.exchange.importing import QUIET, import_content
from app.knowledge.exchange.report import Report
from app.knowledge.models import (
    Article,
    ArticleAlias,
    ArticleAttachment,
    ArticleTag,
    Attachment,
    Category,
    Publication,
    PublishedLink,
    Revision,
    SlugRedirect,
    Tag,
    Translation,
)


def _picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (2, 2)).save(content, "PNG")
    return content.getvalue()


PNG = _picture()


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, which is given back."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def bring_in(app: Flask, source: Path, **options: Any) -> Report:
    """Import a folder or archive."""
    with app.app_context():
        return import_content(app.extensions["settings"], source, steps=QUIET, **options)


@contextlib.contextmanager
def looking(app: Flask) -> Iterator[Session]:
    """A session that only reads, so that no import has to wait for it."""
    with app.app_context(), reading() as session:
        yield session


def published(app: Flask, title: str) -> Publication:
    """The publication with this title."""
    with looking(app) as session:
        return session.scalars(select(Publication).where(Publication.title == title)).one()


def titles(app: Flask) -> set[str]:
    """The titles that readers see."""
    with looking(app) as session:
        return set(session.scalars(select(Publication.title)))


def body(app: Flask, title: str) -> str:
    """The newest text with this title."""
    with looking(app) as session:
        found = session.scalars(select(Revision.body).where(Revision.title == title).order_by(Revision.id.desc()))
        return found.first() or ""


def article_id(app: Flask, title: str) -> int:
    """The id of the article that has a text with this title."""
    with looking(app) as session:
        return session.scalars(select(Revision.article_id).where(Revision.title == title)).first() or 0


def categories(app: Flask) -> dict[str, str]:
    """The titles of the categories by path."""
    with looking(app) as session:
        return dict(session.execute(select(Category.path, Category.title).order_by(Category.path)).all())


def category_of(app: Flask, title: str) -> str | None:
    """The path of the category that the article with this title is in."""
    with looking(app) as session:
        wanted = select(Revision.article_id).where(Revision.title == title)
        return session.scalars(select(Category.path).join(Article).where(Article.id.in_(wanted))).first()


def redirects(app: Flask) -> dict[str, tuple[int | None, str | None]]:
    """Where old addresses lead: article id and language."""
    with looking(app) as session:
        return {row.path: (row.article_id, row.language) for row in session.scalars(select(SlugRedirect))}


def store_snapshot(app: Flask) -> dict[str, Any]:
    """Every row of the knowledge store that an export holds, without ids that have no meaning of their own.

    Votes, bookkeeping of imports, related articles and the site version are derived or not part of an export.
    """
    with looking(app) as session:
        return _snapshot(session)


def _snapshot(session: Session) -> dict[str, Any]:
    numbers = {row.id: (row.article_id, row.language, row.number) for row in session.scalars(select(Revision))}
    paths = dict(session.execute(select(Category.id, Category.path)).all())
    known = {
        "revisions": {"id"},
        "published_links": {"id"},
        "article_aliases": {"id"},
        "categories": {"id"},
        "tags": {"id"},
    }
    tags = dict(session.execute(select(Tag.id, Tag.name)).all())
    found: dict[str, Any] = {}
    tables = (
        Article, Translation, Revision, Publication, PublishedLink, ArticleAlias, Tag, ArticleTag, SlugRedirect,
        Attachment, ArticleAttachment, Category,
    )  # fmt: skip
    for table in tables:
        rows = []
        for row in session.execute(select(table.__table__)).mappings():
            values = {key: value for key, value in row.items() if key not in known.get(table.__tablename__, ())}
            values.pop("related_found_at", None)
            for key in ("revision_id", "based_on_id", "source_revision_id"):
                if key in values:
                    values[key] = numbers.get(values[key])
            for key in ("category_id", "parent_id"):
                if key in values:
                    values[key] = paths.get(values[key])
            if "tag_id" in values:
                values["tag_id"] = tags[values["tag_id"]]
            rows.append(values)
        found[table.__tablename__] = sorted(rows, key=repr)
    return found
