"""Commands that run and look after an installation: `flask serve`, `prepare`, `worker`, `jobs` and `settings`."""

from __future__ import annotations

import os
from contextvars import Context
from dataclasses import fields

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.foundation import jobs, starting, supervisor
from app.foundation.database import reading, transaction
from app.foundation.errors import ProductError
from config import PREFIX, Settings, SettingsError

SECRETS = frozenset({"secret_key", "database_url", "mail_password"})


def install(app: Flask) -> None:
    """Make the commands known."""
    for command in (serve, prepare, worker, jobs_group, settings):
        app.cli.add_command(command)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined, no-any-return]  # documented by Flask, untyped


@click.command()
@with_appcontext
def serve() -> None:
    """Run the whole site: web server and worker, until Ctrl-C."""
    try:
        # Outside the application context that commands run in: requests and jobs make their own.
        Context().run(supervisor.serve, _app(), say=click.echo)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@with_appcontext
def prepare() -> None:
    """Make an installation ready: database, starter articles, index."""
    try:
        starting.prepare(_app(), say=click.echo)
    except ProductError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@with_appcontext
def worker() -> None:
    """Run the worker alone; `flask serve` runs it too."""
    supervisor.run_worker(_app(), say=click.echo)


@click.group("jobs")
def jobs_group() -> None:
    """See what the worker has to do."""


@jobs_group.command("list")
@with_appcontext
def list_jobs() -> None:
    """List the jobs that wait, run or have failed."""
    with reading() as session:
        unfinished = jobs.unfinished_jobs(session)
    for job in unfinished:
        state = "failed" if job.failed_at else "running" if job.leased_by else "waiting"
        click.echo(f"{job.id:>6}  {state:<8} {job.name}  attempts: {job.attempts}, due: {job.due_at:%Y-%m-%d %H:%M:%S}")
        if job.last_error:
            click.echo(f"        {job.last_error.strip().splitlines()[-1]}")
    if not unfinished:
        click.echo("No job waits and none has failed.")


@jobs_group.command("retry")
@click.argument("job_id", type=int)
@with_appcontext
def retry_job(job_id: int) -> None:
    """Have the job JOB_ID tried again, with all its attempts."""
    with transaction() as session:
        job = jobs.retry(session, job_id)
    if job is None:
        raise click.ClickException(f"There is no job {job_id}: see 'flask jobs list'.")
    click.echo(f"Job {job_id} runs as soon as the worker is free.")


@click.command()
@with_appcontext
def settings() -> None:
    """List every setting, its value, where that comes from, and what it means."""
    in_force: Settings = current_app.extensions["settings"]
    for each in fields(Settings):
        name = PREFIX + each.name.upper()
        is_given = bool(os.environ.get(name, "").strip())
        value = getattr(in_force, each.name)
        shown = "(hidden)" if each.name in SECRETS and value else _written(value)
        origin = "environment" if is_given else "default" if value == each.default else "made on the first start"
        click.echo(
            f"{name} = {shown}  [{origin}; default: {_written(each.default)}]\n    {each.metadata['description']}"
        )


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return '""' if value in ("", None) else str(value)
