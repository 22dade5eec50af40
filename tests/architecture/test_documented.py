"""What people set and type is written down where they look for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask import Flask

from config import PREFIX, ROOT, Settings

#: Commands of Flask and Alembic, which their own documentation tells of.
NOT_OURS = {"run", "shell", "routes", "db"}


def documentation() -> str:
    """All that we write for people who run or extend the site."""
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "content").rglob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in texts if path.exists())


def commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def test_every_command_is_documented(app: Flask) -> None:
    ours = [each for each in commands(app.cli, "flask") if each[0].split()[1] not in NOT_OURS]
    text = documentation()
    assert not [name for name, _ in ours if name not in text]


def test_every_command_says_what_it_does(app: Flask) -> None:
    for name, command in commands(app.cli, "flask"):
        assert command.help, name


def test_every_setting_is_listed_with_its_meaning(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["settings"]).output
    for each in fields(Settings):
        assert PREFIX + each.name.upper() in told
        assert each.metadata["description"] in told


def test_secrets_are_not_listed(app: Flask, settings: Settings) -> None:
    told = app.test_cli_runner().invoke(args=["settings"]).output
    assert settings.secret_key not in told
    assert "KB_SECRET_KEY = (hidden)" in told


def test_every_make_target_is_listed() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    targets = next(line for line in lines if line.startswith(".PHONY:")).split()[1:]
    assert not [name for name in targets if not any(line.startswith(f"{name}: ") and "## " in line for line in lines)]


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_later(word: str) -> None:
    sources = [path for folder in ("app", "tests", "deploy") for path in (ROOT / folder).rglob("*.py")]
    here = Path(__file__)
    assert not [path for path in sources if path != here and word in path.read_text(encoding="utf-8")]
