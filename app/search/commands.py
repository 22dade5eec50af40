"""`flask search …`: build the index anew, compare it with the database, say how it is."""

from __future__ import annotations

import os
import sys
import time

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app.foundation.database import reading, transaction
from app.foundation.file_lock import FileLock
from app.foundation.jobs import Job
from app.foundation.migrating import make_ready
from app.search import checking, encoding, indexing, relevance, vectorizing
from app.search.answers import SearchState
from app.search.encoder_commands import prepare_encoder
from app.search.encoders.base import EncoderUnavailable
from app.search.engines.base import EngineBusy, EngineUnavailable
from app.search.evaluation.commands import evaluate_command
from app.search.models import RelevanceTest
from app.search.progress import progress_file
from app.search.vectors import VectorsUnavailable


@click.pass_context
def _make_ready(context: click.Context) -> None:
    """Make the tables ready for the commands that read them."""
    if context.invoked_subcommand not in (prepare_encoder.name, evaluate_command.name):
        make_ready()


search_commands = AppGroup(
    "search",
    callback=_make_ready,
    help="The search index: rebuild it, verify it, see how it is.",
)
search_commands.add_command(prepare_encoder)
search_commands.add_command(evaluate_command)

_POLL = 0.5
_MOST_LISTED = 50


@search_commands.command("rebuild")
def rebuild() -> None:
    """Build the search index anew from the database, while searches go on."""
    if _worker_runs():
        _ask_worker()
        return
    try:
        with click.progressbar(length=1, label="Indexing", file=sys.stderr) as bar:

            def report(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            written = indexing.rebuild_and_tell(report)
    except EngineBusy as error:
        raise click.ClickException(f"{error} Try again when it has ended.") from error
    except OSError as error:
        raise click.ClickException(f"The index cannot be written: {error}") from error
    click.echo(f"The search index holds {written} documents.")
    try:
        with click.progressbar(length=1, label="Reading what they mean", file=sys.stderr) as bar:

            def report_meaning(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            vectorizing.catch_up(report_meaning, threads=os.cpu_count() or 1)
    except (EngineUnavailable, VectorsUnavailable, EncoderUnavailable) as error:
        raise click.ClickException(f"{error} Until that is mended, search runs on words alone.") from error


@search_commands.command("verify")
@click.option("--repair", is_flag=True, help="Ask for every difference to be indexed again.")
def verify(*, repair: bool) -> None:
    """Compare the search index with the database; exits with 1 and a list when they differ."""
    try:
        with reading() as session:
            found = checking.differences(session)
    except EngineUnavailable as error:
        if repair:
            with transaction() as session:
                indexing.request_rebuild(session)
            click.echo("A rebuild was asked for; the worker does it.")
        raise click.ClickException(f"{error} Run 'flask search rebuild'.") from error
    for each in found[:_MOST_LISTED]:
        click.echo(f"{each.problem}: {each.kind} {each.key}")
    if len(found) > _MOST_LISTED:
        click.echo(f"… and {len(found) - _MOST_LISTED} more.")
    if not found:
        click.echo("The search index says what the database says.")
        return
    if repair:
        with transaction() as session:
            for kind in {each.kind for each in found}:
                indexing.request_indexing(session, kind, [each.key for each in found if each.kind == kind])
        click.echo(f"{len(found)} documents were asked for again; the worker indexes them.")
    raise SystemExit(1)


@search_commands.command("check")
def check() -> None:
    """Check the editors' tests of search; exits with 1 and says what came instead when one fails."""
    try:
        results = relevance.check_all()
    except relevance.CannotCheck as error:
        raise click.ClickException(f"{error} Run 'flask search rebuild'.") from error
    if not results:
        click.echo("There are no tests of search yet: editors add them on the desk, under Search.")
        return
    with transaction() as session:
        checked = relevance.keep_all(session, results)
        failing = [test for test in checked if not test.is_passed]
        for test in failing:
            _tell_failing(test)
    if failing:
        click.echo(f"{len(failing)} of {len(checked)} tests fail.")
        raise SystemExit(1)
    click.echo(f"All {len(checked)} tests hold.")


def _tell_failing(test: RelevanceTest) -> None:
    where = f"it is at place {test.place}" if test.place else "it is not on the first page"
    click.echo(
        f"“{test.question}” ({test.language}) should find {test.kind} {test.group} in the top {test.top}: {where}."
    )
    for place, other in enumerate(test.instead, 1):
        click.echo(f"    {place}. {other['title']} ({other['kind']} {other['key']})")
    if not test.instead:
        is_empty = test.state == SearchState.NO_RESULTS
        click.echo("    Nothing was found." if is_empty else "    Nothing came instead.")


@search_commands.command("status")
def status() -> None:
    """Say what the search index holds and what waits."""
    with reading() as session:
        waits, problems = indexing.waiting(session), indexing.problems(session)
    progress = progress_file().read()
    try:
        engine = indexing.current_engine()
        counts = engine.languages(None)
        told = ", ".join(f"{count} in {language}" for language, count in sorted(counts.items())) or "nothing"
        click.echo(f"Engine {engine.name}, generation {engine.generation()}: {told}.")
    except EngineUnavailable as error:
        click.echo(f"{error} Searches are answered from the database.")
    click.echo(f"Encoder: {encoding.encoder_state()[1]}.")
    known = vectorizing.counts()
    if known is not None:
        click.echo(f"The meaning of {known.made} of {known.wanted} documents is known.")
    click.echo(f"{waits} changes wait to be indexed.")
    for (kind, key), problem in problems.items():
        click.echo(f"Cannot be indexed: {kind} {key} ({problem}). It is tried again when it changes or in a rebuild.")
    if progress:
        click.echo(f"A rebuild runs: {progress[0]} of {progress[1]} documents.")


def _worker_runs() -> bool:
    return FileLock(current_app.extensions["settings"].data_dir / "worker.lock").is_held()


def _ask_worker() -> None:
    with transaction() as session:
        indexing.request_rebuild(session)
        session.flush()
        number = session.scalar(select(Job.id).where(Job.unique_key == indexing.REBUILD_JOB))
    click.echo("The worker builds the index anew.")
    before = 0
    with click.progressbar(length=100, label="Indexing", file=sys.stderr) as bar:
        while (error := _error_of(number)) is None:
            done, total = progress_file().read() or (0, 1)
            percent = 100 * done // max(total, 1)
            bar.update(max(percent - before, 0))
            before = max(before, percent)
            time.sleep(_POLL)
    if error:
        raise click.ClickException(f"The rebuild failed: {error.splitlines()[-1]}")
    click.echo("The search index is built.")


def _error_of(number: int | None) -> str | None:
    """Empty when the job has ended well, its error when it was given up, None while it is on its way."""
    with reading() as session:
        job = session.get(Job, number) if number is not None else None
        if job is None:
            return ""
        return job.last_error or "unknown" if job.failed_at else None
