"""What readers read: articles, their revisions and publications, votes, and their way in and out as Markdown."""

from collections.abc import Callable

from flask import Flask, request

from app.accounts.signing_in import reader_groups
from app.foundation import jobs
from app.foundation.database import db
from app.knowledge import (
    around,
    attachment_pages,
    commands,
    exchange,
    following_pages,
    glossary_pages,
    learned_keeping,
    learned_pages,
    machine_pages,
    models,
    news_pages,
    pages,
    queries,
    reading_pages,
    related,
    vote_pages,
    voters,
)
from app.knowledge.models import EVERYBODY
from app.knowledge.searchable import ArticleSource
from app.search.indexing import add_source
from app.search.pages import set_surroundings
from app.web import page_cache
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect the pages, commands and jobs of articles."""
    app.register_blueprint(pages.pages)
    attachment_pages.install(app)
    vote_pages.install(app)
    machine_pages.install(app)
    following_pages.install(app)
    around.install(app)
    news_pages.install(app)
    glossary_pages.install(app)
    reading_pages.install(app)
    learned_pages.install(app)
    learned_keeping.install(app)
    page_cache.PERSONAL_COOKIES.add(voters.COOKIE)
    app.extensions["published_languages"] = _published_languages()
    jobs.add_job_kind(app, "find_related", related.find_related)
    add_source(app, ArticleSource())
    set_surroundings(app, pages.around_search)
    exchange.install(app)
    exchange.commands.content.add_command(commands.publish_command)
    exchange.commands.content.add_command(commands.archive_command)


def _published_languages() -> Callable[[], list[str]]:
    known = page_cache.per_version(lambda: queries.published_languages(db.session))

    def languages() -> list[str]:
        # Who sends no cookie has not signed in: the pages read most are spared the question.
        readers = reader_groups() if request.cookies else EVERYBODY
        return [language for language, audiences in known().items() if audiences & readers]

    return languages
