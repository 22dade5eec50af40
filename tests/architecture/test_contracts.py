"""The structure of the code holds, and a break would be noticed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

LONGEST_MODULE = 500
SOURCES = sorted((ROOT / "app").rglob("*.py"))


def lint_imports(config: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("lint-imports")
    command = [str(tool), "--config", str(config), "--no-cache"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    told = lint_imports(ROOT / "pyproject.toml")
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize(
    ("written", "broken"),
    [
        ('"app.knowledge",\n    "app.search",', '"app.search",\n    "app.knowledge",'),
        ('ignore_imports = ["app.search.engines.whoosh -> whoosh"]', ""),
        ('    "app.foundation.markdown -> nh3",\n', ""),
        ('    "app.search.encoders.minilm -> onnxruntime",\n', ""),
    ],
    ids=["order of packages", "whoosh", "sanitiser", "encoder"],
)
def test_a_broken_contract_is_noticed(tmp_path: Path, written: str, broken: str) -> None:
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert written in contracts
    config = tmp_path / "pyproject.toml"
    config.write_text(contracts.replace(written, broken), encoding="utf-8")
    told = lint_imports(config)
    assert told.returncode == 1, told.stdout
    assert "BROKEN" in told.stdout


def test_settings_stand_below_everything() -> None:
    assert not re.search(r"^\s*(from|import) app\b", (ROOT / "config.py").read_text(encoding="utf-8"), re.MULTILINE)


def test_nothing_but_the_settings_reads_the_environment() -> None:
    allowed = {ROOT / "app" / "foundation" / "commands.py"}  # tells where a setting comes from
    readers = [path for path in SOURCES if re.search(r"\bos\.environ|\bgetenv\b", path.read_text(encoding="utf-8"))]
    assert set(readers) <= allowed


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_short_and_say_what_they_are_for(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST_MODULE
    assert not lines or lines[0].startswith(('"""', 'r"""'))


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "common", "helpers", "helper", "misc", "manager", "core", "base_utils"}
    assert not [path for path in SOURCES if path.stem in vague or path.parent.name in vague]
