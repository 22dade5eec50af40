"""Commands for single articles, in the group `flask content`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.foundation.database import transaction
from app.foundation.errors import NotFound, ProductError
from app.knowledge import publishing
from app.knowledge.models import Article

_ID = click.IntRange(1, 2**31 - 1)


@click.command("publish")
@click.argument("article_id", type=_ID)
@click.option("--language", default="", help="Only this language. Default: every language that it is written in.")
@with_appcontext
def publish_command(article_id: int, language: str) -> None:
    """Show the latest text of article ARTICLE_ID to readers; also brings an archived article back."""
    with _told(), transaction() as session:
        article = _article(session, article_id)
        languages = [language] if language else [each.language for each in article.translations]
        for each in languages:
            publishing.publish(session, article, language=each, by=None)
    click.echo(f"Article {article_id} is published in: {', '.join(languages)}.")


@click.command("archive")
@click.argument("article_id", type=_ID)
@click.option("--replaced-by", type=_ID, help="The article that readers of the old address are sent to.")
@with_appcontext
def archive_command(article_id: int, replaced_by: int | None) -> None:
    """Take article ARTICLE_ID away from readers. Its texts are kept, and `flask content publish` brings it back."""
    with _told(), transaction() as session:
        article = _article(session, article_id)
        replacement = _article(session, replaced_by) if replaced_by is not None else None
        publishing.archive(session, article, by=None, replaced_by=replacement)
    click.echo(f"Article {article_id} is archived.")


def _article(session: Session, article_id: int) -> Article:
    article = session.get(Article, article_id)
    if article is None:
        raise NotFound(f"There is no article {article_id}: its number stands in its address.")
    return article


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ProductError as error:
        raise click.ClickException(str(error)) from error
