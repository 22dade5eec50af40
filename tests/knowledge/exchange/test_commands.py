"""The commands say what they did, end with the right status, and start a new site with its own articles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

from app.foundation.file_lock import FileLock
from app.knowledge.exchange import starting
from app.knowledge.exchange.commands import content
from app.knowledge.exchange.importing import QUIET
from app.knowledge.publishing import archive
from tests.knowledge.exchange.trees import bring_in, titles, write
from tests.make import Make


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_import_prints_counts_and_problems_and_writes_a_report(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write(tmp_path / "docs", {"a.md": "# A\n\n[x](gone.md)", "b.md": "# B"})

    told = runner.invoke(content, ["import", str(tmp_path / "docs"), "--report", str(tmp_path / "report.json")])

    assert told.exit_code == 0
    assert "     2 created" in told.output
    assert "a.md:3: link to gone.md leads nowhere" in told.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["created"] == ["a.md", "b.md"]
    assert report["problems"] == [{"path": "a.md", "line": 3, "what": "link to gone.md leads nowhere"}]


def test_import_of_nothing_and_a_second_import_end_with_one_line(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write(tmp_path / "docs", {"a.md": "# A"})

    nothing = runner.invoke(content, ["import", str(tmp_path / "nowhere")])
    with FileLock(app.extensions["settings"].data_dir / "import.lock"):
        second = runner.invoke(content, ["import", str(tmp_path / "docs")])

    assert (nothing.exit_code, second.exit_code) == (1, 1)
    assert nothing.output.startswith("Error: ")
    assert second.output == "Error: Another import is running here: wait until it ends and run this one again.\n"


def test_export_prints_how_many_articles_it_wrote(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> None:
    bring_in(app, write(tmp_path / "docs", {"a.md": "# A"}))

    told = runner.invoke(content, ["export", str(tmp_path / "export")])

    assert told.output == f"1 articles were written to {tmp_path / 'export'}.\n"


def test_check_links_lists_what_is_broken(app: Flask, runner: FlaskCliRunner, session: Session, make: Make) -> None:
    target = make.article("Target", "## There\n\nx")
    hidden = make.article("Hidden", "x", published=False)
    make.article("Good", f"[a](article:{target.id}#there) [b](https://example.com)")
    session.commit()
    assert runner.invoke(content, ["check-links"]).exit_code == 0

    make.article("Bad", f"[a](article:{target.id}#gone) [b](article:{hidden.id}) [c](article:999) [d](gone.md)")
    session.commit()
    told = runner.invoke(content, ["check-links"])

    assert told.exit_code == 1
    assert f"article:{target.id}#gone: article {target.id} has no heading #gone" in told.output
    assert f"article {hidden.id} is not published" in told.output
    assert "there is no article 999" in told.output
    assert "gone.md: leads to no article" in told.output
    assert told.output.endswith("4 broken links\n")
    archive(session, target, by=None)
    session.commit()
    assert f"article {target.id} is not published" in runner.invoke(content, ["check-links"]).output


def test_an_empty_store_starts_with_the_starter_articles_and_any_other_does_not(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        starting, "STARTER_ARTICLES", write(tmp_path / "articles", {"help/read.md": "# How do I read?"})
    )
    with app.app_context():
        assert starting.start(app.extensions["settings"], QUIET).created == ["help/read.md"]
        assert starting.start(app.extensions["settings"], QUIET) is None

    assert titles(app) == {"How do I read?"}
