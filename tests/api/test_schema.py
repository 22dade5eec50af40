"""What the description promises holds for whatever programs send: right, wrong, or made up to do harm.

Schemathesis draws requests from the OpenAPI document and holds the answers to it. The draws are the same on every run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, FuzzScenarioFinished, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi import from_url
from werkzeug.serving import WSGIRequestHandler, make_server

from app.accounts.roles import Role
from app.foundation.worker import run_due_jobs
from app.knowledge.redirects import add_redirect
from config import Settings
from tests.api.conftest import Programs
from tests.api.program import Program
from tests.databases import PostgresqlDatabases, SqliteDatabases
from tests.make import Make

CONFIG: dict[str, Any] = {
    "seed": 20,
    "generation": {"deterministic": True, "max-examples": 6, "no-shrink": True, "database": "none"},
    "phases": {"stateful": {"max-steps": 4, "generation": {"max-examples": 4}}},
    # A well formed request may still meet an article that is gone, or a text that somebody else changed.
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "428"]
        }
    },
}


@pytest.fixture
def settings(tmp_path: Any, databases: SqliteDatabases | PostgresqlDatabases) -> Settings:
    """A site that does not slow anybody down."""
    data_dir = tmp_path / "data"
    address = databases.fresh(data_dir)
    return Settings(data_dir, database_url=address, secret_key="x" * 40, limits=False, encoder="none").prepared()


@pytest.fixture
def filled(app: Flask, make: Make, program: Programs) -> Program:
    """A site with something of everything, and a program that may do all."""
    article = make.article(
        "How do I reset my password?", "Press.\n\n## Steps\n\nOpen.", category="account", tags=("pin",)
    )
    make.translation(article, "es", "Restablecer")
    make.article("Only for staff", audience="staff")
    make.article("A draft", published=False)
    add_redirect(make.session, "/faq/old", article=article)
    may_all = program(Role.ADMINISTRATOR)
    run_due_jobs(app)
    return may_all


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the site answers over HTTP, as programs meet it."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(WSGIRequestHandler):
    """Says nothing of each request, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """See werkzeug."""


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_every_answer_is_one_that_the_description_promises(address: str, filled: Program) -> None:
    config = SchemathesisConfig.from_dict(CONFIG)
    config.projects.default.update(headers={"Authorization": f"Bearer {filled.secret}"})
    broken: list[str] = []
    asked = 0
    for event in from_schema(from_url(f"{address}/api/v1/openapi.json", config=config)).execute():
        if isinstance(event, NonFatalError | FatalError):
            broken.append(str(getattr(event, "value", None) or getattr(event, "exception", event)))
        if isinstance(event, ScenarioFinished | FuzzScenarioFinished):
            asked += len(event.recorder.interactions)
            broken += told(event.recorder)
    assert not broken, "\n\n".join(sorted(set(broken)))
    assert asked > 500


def told(recorder: ScenarioRecorder) -> list[str]:
    """What the answers of a scenario broke, each with a command that shows it again."""
    failed = [each.failure_info for checks in recorder.checks.values() for each in checks if each.failure_info]
    return [f"{recorder.label}: {each.failure.title}\n{each.failure.message}\n{each.code_sample}" for each in failed]
