"""`flask search evaluate`: how good search is on questions whose answers are known."""

from __future__ import annotations

import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from app.foundation.errors import ProductError
from app.search.evaluation.running import QUERIES, Evaluation, Number, evaluate
from config import Settings

_EVERY = 5.0
"""Seconds between two lines about the same stage."""


@click.command("evaluate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--queries", default=QUERIES, show_default=True, help="Another file of questions in the folder.")
@click.option("--learn", "learned", default="", help="A file of questions in the folder to learn first.")
@click.option("--language", default="", help="Language of the articles and questions; without it the site's own.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder that keeps what was encoded, so that the next run is quick.",
)
@click.option("--json", "only_json", is_flag=True, help="Print nothing but the line of JSON.")
@with_appcontext
def evaluate_command(
    *, folder: Path, queries: str, learned: str, language: str, keep: Path | None, only_json: bool
) -> None:
    """Measure search on questions whose answers are known, in a throw-away site: FOLDER holds them as BEIR lays out.

    corpus.jsonl has the articles ({"_id", "title", "text"}), queries.jsonl the questions ({"_id", "text"}),
    qrels/test.tsv what answers them (question, article, grade); unanswerable.jsonl, if there, has questions that
    nothing answers, and a file to learn has questions that an article solved ({"doc_id", "text"}). Files may end in
    .gz or .xz. An answer is right from grade 2 on where there are such grades, else from 1. The last line is JSON.
    """
    settings: Settings = current_app.extensions["settings"]
    wanted = Evaluation(folder, language or settings.default_language, queries, learned, keep)
    try:
        with _clears_up():
            numbers = evaluate(settings, wanted, stage=_silent if only_json else _progress())
    except ProductError as error:
        raise click.ClickException(str(error)) from error
    if not only_json:
        for name, value in numbers.items():
            click.echo(f"{name.replace('_', ' '):<32}{_told(value)}")
    click.echo(json.dumps(numbers))


@contextlib.contextmanager
def _clears_up() -> Iterator[None]:
    """Within it whoever is told to end clears up first, as after Ctrl-C: the throw-away site can be gigabytes."""

    def end(number: int, _frame: FrameType | None) -> None:
        for each in before:
            # What tells a process to end often tells it twice, and the second time would find it clearing up.
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    # What is ignored, as under nohup, stays so.
    told = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in told}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _silent(what: str, done: int, total: int) -> None:
    """Say nothing."""


def _progress() -> Callable[[str, int, int], None]:
    """Says on standard error what is done: every stage when it begins, and every few seconds how far it is."""
    last: dict[str, float] = {}

    def report(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what not in last:
            click.echo(f"{what} …", err=True)
            last[what] = now
        elif now - last[what] > _EVERY:
            click.echo(f"{what} … {done} of {total}", err=True)
            last[what] = now

    return report


def _told(value: Number) -> str:
    return "–" if value is None else str(value)
