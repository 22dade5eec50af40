"""The commands of content exchange: `flask content …`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.foundation.database import reading
from app.foundation.errors import ProductError
from app.foundation.migrating import make_ready
from app.knowledge.exchange import checking, exporting, importing, starting
from config import Settings

content = AppGroup(
    "content",
    callback=make_ready,
    help="Bring articles in as Markdown, write them out, and check their links.",
)


@content.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done; nothing is written.")
@click.option(
    "--collection", default="", help="Name under which these files are known again. Default: the folder's name."
)
@click.option(
    "--publish/--draft", default=True, help="Show new articles to readers (default), or bring them in as drafts."
)
@click.option(
    "--report", "report_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the whole report as JSON."
)
def import_command(path: Path, dry_run: bool, collection: str, publish: bool, report_file: Path | None) -> None:
    """Bring in PATH: a folder of Markdown, or a .zip or .tar.gz of one.

    Understands our own export, plain Markdown, Jekyll, MkDocs, Docusaurus, DocFX, and trees with a sidebar index.
    Run again, it renews what changed in the files. A file whose article was edited here meanwhile is kept beside it as
    an unpublished revision. Broken off, it goes on where it stopped.
    """
    report = _told(
        lambda: importing.import_content(
            _settings(), path, steps=_STEPS, collection=collection, is_dry_run=dry_run, is_published=publish
        )
    )
    if report_file is not None:
        report.write(report_file)
    click.echo(report.as_text())


@content.command("export")
@click.argument("path", type=click.Path(path_type=Path))
def export_command(path: Path) -> None:
    """Write the whole store to PATH as Markdown with front matter, with every revision, file and old address.

    PATH must be new, empty or an earlier export, which is replaced. Votes and accounts are not part of it: owners and
    authors are named by e-mail address, and found again by it.
    """
    with reading() as session:
        count, missing = _told(lambda: exporting.export_content(session, path))
    for each in missing:
        click.echo(each, err=True)
    click.echo(f"{count} articles were written to {path}.")


@content.command("check-links")
def check_links_command() -> None:
    """List the links of published articles that lead nowhere; ends with status 1 when there are any."""
    with reading() as session:
        broken = checking.broken_links(session)
    for each in broken:
        click.echo(str(each))
    click.echo(f"{len(broken)} broken links" if broken else "No broken links.")
    if broken:
        sys.exit(1)


@content.command("start")
def start_command() -> None:
    """Bring in the starter articles of this product when the store is empty."""
    report = _told(lambda: starting.start(_settings(), _STEPS))
    click.echo("There are articles already; nothing was done." if report is None else report.as_text())


def start_quietly() -> str:
    """The step of every start of the site: the starter articles where there is no article yet."""
    report = starting.start(_settings(), _STEPS)
    return f"{len(report.created)} starter articles were brought in." if report and report.created else ""


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _told(run: Callable[[], Any]) -> Any:
    """Run it; an error that is meant for people ends the command with its message."""
    try:
        return run()
    except ProductError as error:
        raise click.ClickException(str(error)) from error


def _over(items: Iterable[Any], label: str) -> Iterator[Any]:
    with click.progressbar(list(items), label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield from bar


@contextlib.contextmanager
def _of(length: int, label: str) -> Iterator[Callable[[int], None]]:
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update


_STEPS = importing.Steps(over=_over, of=_of)
