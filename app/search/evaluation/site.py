"""A throw-away site: the product as it is, in a folder of its own, with a collection in place of its documents."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from flask import Flask, current_app

from app.foundation.database import Base, db
from app.search import encoding, indexing
from app.search.encoders import ENCODERS
from app.search.encoders.base import EncoderKind
from app.search.evaluation.kept_vectors import KeptVectors
from app.search.evaluation.source import EvaluatedSource
from config import Settings


@contextlib.contextmanager
def throw_away_site(settings: Settings, language: str, *, keep: Path | None) -> Iterator[tuple[Flask, EvaluatedSource]]:
    """A site like that of these settings, in its application context, and its one source of documents, still empty.

    Needs the application context of a site. Its own database, files and index are gone at the end.

    Args:
        language: of the documents.
        keep: a folder for what was encoded, so that the next site need not encode it again; None keeps nothing.

    Raises:
        ProductError: nothing can be kept there.
    """
    create_app: Callable[[Settings], Flask] = current_app.extensions["create_app"]
    with tempfile.TemporaryDirectory(prefix="evaluation-") as folder:
        own = dataclasses.replace(
            settings,
            data_dir=Path(folder),
            database_url="",
            index_dir=None,
            encoder_dir=settings.encoders_dir,
            secret_key=secrets.token_urlsafe(48),
        ).prepared()
        app = create_app(own)
        source = EvaluatedSource(Path(folder) / "entries.sqlite", language)
        app.extensions["search_sources"] = {}
        indexing.add_source(app, source)
        try:
            with app.app_context():
                Base.metadata.create_all(db.engine)
                if keep is not None:
                    _keep_vectors(app, own, keep)
                yield app, source
        finally:
            _close(app)
            source.close()


def time_queries() -> None:
    """From now on encode anew what was encoded before, so that it takes the time that it takes."""
    encoder = encoding.current_encoder()
    if isinstance(encoder, KeptVectors):
        encoder.is_keeping = False


def _keep_vectors(app: Flask, settings: Settings, keep: Path) -> None:
    kind = ENCODERS.get(settings.encoder)
    if kind is not None:
        keeping = EncoderKind(kind.name, kind.recipe, lambda folder: KeptVectors(kind.open(folder), keep))
        encoding.use(app, encoding.Encoding(keeping, settings.encoders_dir / kind.name))


def _close(app: Flask) -> None:
    app.extensions["search_quality"].close()
    with app.app_context():
        encoder = encoding.current_encoder()
        if isinstance(encoder, KeptVectors):
            encoder.close()
        db.engine.dispose()
    app.extensions["carrier"].close()
