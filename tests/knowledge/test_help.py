"""Our own help in `content/`: it comes in without a problem, and names only what there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.knowledge.exchange import checking, starting
from app.knowledge.exchange.importing import QUIET
from app.knowledge.exchange.report import Report
from app.knowledge.models import Article, Audience, Publication
from config import PREFIX, ROOT, Settings

TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "content").rglob("*.md"))]


@pytest.fixture
def report(app: Flask, settings: Settings) -> Report:
    with app.app_context():
        report = starting.start(settings, QUIET)
    assert report is not None
    return report


def test_the_starter_articles_come_in_without_a_problem(report: Report, session: Session) -> None:
    assert report.problems == []
    assert report.left_out == {}
    assert checking.broken_links(session) == []


def test_every_starter_article_answers_in_short(report: Report, session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(Publication).where(Publication.short_answer == "")) == 0


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.STAFF])
def test_readers_and_staff_find_help_on_the_first_day(report: Report, session: Session, audience: Audience) -> None:
    assert session.scalars(select(Article).where(Article.audience == audience, Article.is_featured)).first() is not None


def test_the_help_comes_in_once(app: Flask, settings: Settings, report: Report) -> None:
    with app.app_context():
        assert starting.start(settings, QUIET) is None


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_is_named_exists(app: Flask, path: Path) -> None:
    named = re.findall(r"\bflask ([a-z-]+)(?: ([a-z-]+))?", path.read_text(encoding="utf-8"))
    assert [words for words in named if not _exists(app.cli, *words)] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8")))
    assert named <= {PREFIX + name.upper() for name in Settings.__dataclass_fields__}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_between_texts_leads_somewhere(path: Path) -> None:
    assert [target for target in _linked(path) if not (path.parent / target).exists()] == []


def _exists(group: click.Group, name: str, below: str) -> bool:
    command = group.commands.get(name)
    if isinstance(command, click.Group) and below:
        return below in command.commands
    return command is not None


def _linked(path: Path) -> Iterator[str]:
    words = re.sub(r"(`+).*?\1", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)#:\s]+\.md)(?:#[^)]*)?\)", words)
