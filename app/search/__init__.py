"""Finding. Knows documents, not articles or tickets: each part hands in its own as a `DocumentSource`."""

from flask import Flask

from app.foundation.health import add_check
from app.foundation.jobs import add_job_kind
from app.foundation.starting import add_start_step
from app.search import (
    commands,
    desk,
    encoding,
    indexing,
    learning,
    likeness,
    meaning,
    models,
    pages,
    quality,
    readiness,
    rechecking,
    relevance,
    relevance_pages,
    service,
    synonym_pages,
    synonyms,
    vectorizing,
)
from app.search.engines import whoosh
from app.search.repairs import Repairs
from app.search.suggestions import Suggester
from app.search.vectors import VectorStore
from config import Settings

__all__ = ["install", "models"]


def install(app: Flask, settings: Settings) -> None:
    """Connect the engine, the encoder, the pages and the jobs. Raises SettingsError when the encoder is unknown."""
    app.extensions["search_engine"] = whoosh.open_engine(settings.search_index_dir)
    encoding.install(app, settings)
    meaning.install(app, VectorStore(settings.search_index_dir))
    app.extensions["search_repairs"] = Repairs(app)
    app.extensions["search_suggester"] = Suggester()
    quality.install(app)
    synonyms.install(app)
    add_job_kind(app, indexing.INDEX_JOB, indexing.index_requested)
    add_job_kind(app, indexing.REBUILD_JOB, indexing.rebuild_requested)
    add_job_kind(app, rechecking.CHECK_JOB, relevance.check_requested)
    add_job_kind(app, indexing.VECTORS_JOB, vectorizing.make_requested)
    add_job_kind(app, learning.LIKENESS_JOB, likeness.find_like_questions)
    app.extensions["warm_up"] = service.warm_up
    app.register_blueprint(pages.pages)
    desk.install(app)
    synonym_pages.install(app)
    relevance_pages.install(app)
    app.cli.add_command(commands.search_commands)
    # Without its index the site can still be read, so it keeps its visitors.
    add_check(app, "index", readiness.index_health, is_needed=False)
    add_check(app, "encoder", readiness.encoder_health, is_needed=False)
    add_start_step(app, "search index", readiness.make_sure_of_index)
    add_start_step(app, "search tests", rechecking.notice_other_settings)
