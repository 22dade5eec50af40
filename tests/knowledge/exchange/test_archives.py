"""Archives from strangers are unpacked without leaving the folder and without filling the disk."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from app.foundation.errors import InvalidInput
from app.knowledge.exchange.archives import unpack
from app.knowledge.exchange.report import Report


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "into"
    folder.mkdir(parents=True)
    return folder


def _zip(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def _everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["../evil.md", "/evil.md", "a/../../evil.md", "..\\evil.md", "C:\\evil.md", "C:/evil.md"]
)
def test_an_entry_that_would_leave_the_folder_is_left_out_and_the_others_arrive(
    tmp_path: Path, into: Path, name: str
) -> None:
    report = Report()

    unpack(_zip(tmp_path / "a.zip", (name, b"evil"), ("good.md", b"good")), into, report)

    assert _everything(tmp_path / "outer") == {"into/good.md"}
    assert "outside" in report.problems[0].what


def test_a_symbolic_link_is_left_out(tmp_path: Path, into: Path) -> None:
    link = zipfile.ZipInfo("link.md")
    link.external_attr = 0o120777 << 16
    report = Report()

    unpack(_zip(tmp_path / "a.zip", (link, b"/etc/passwd"), ("good.md", b"good")), into, report)

    assert _everything(into) == {"good.md"}
    assert report.problems[0].path == "link.md"


def test_links_and_devices_of_a_tar_are_left_out(tmp_path: Path, into: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("pipe", tarfile.FIFOTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        for name in ("top/good.md", "../evil.md"):
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, io.BytesIO(b"text"))
    report = Report()

    unpack(tmp_path / "a.tar.gz", into, report)

    assert _everything(tmp_path / "outer") == {"into/top/good.md"}
    assert len(report.problems) == 4


def test_a_single_folder_around_everything_is_looked_through(tmp_path: Path, into: Path) -> None:
    root = unpack(_zip(tmp_path / "a.zip", ("docs-main/a.md", b"a"), ("docs-main/b/c.md", b"c")), into, Report())

    assert root == into / "docs-main"


def test_a_bomb_is_refused_by_the_bytes_that_come_out(tmp_path: Path, into: Path) -> None:
    bomb = _zip(tmp_path / "bomb.zip", ("zeros.md", b"\0" * 40_000_000))

    with pytest.raises(InvalidInput, match="unpacks to more than"):
        unpack(bomb, into, Report())

    assert sum(path.stat().st_size for path in into.rglob("*")) < 15_000_000


def test_the_first_of_two_entries_of_one_name_is_taken(tmp_path: Path, into: Path) -> None:
    report = Report()
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = _zip(tmp_path / "a.zip", ("a.md", b"first"), ("a.md", b"second"))

    unpack(archive, into, report)

    assert (into / "a.md").read_bytes() == b"first"
    assert "twice" in report.problems[0].what


def test_a_damaged_entry_is_left_out_and_the_others_arrive(tmp_path: Path, into: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("bad.md", b"this will be damaged")
        archive.writestr("good.md", b"good")
    content = (tmp_path / "a.zip").read_bytes().replace(b"this will be damaged", b"THIS will be damaged")
    (tmp_path / "a.zip").write_bytes(content)
    report = Report()

    unpack(tmp_path / "a.zip", into, report)

    assert _everything(into) == {"good.md"}
    assert "damaged" in report.problems[0].what


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_what_is_no_archive_is_refused_in_words(tmp_path: Path, into: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no archive at all")

    with pytest.raises(InvalidInput, match="damaged or no archive"):
        unpack(tmp_path / name, into, Report())
