"""An import loses nobody's text, changes nothing twice, and bears broken files, breaks and full disks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.foundation import clock
from app.foundation.database import Base, db, transaction
from app.foundation.errors import Conflict, InvalidInput, Unavailable
from app.foundation.file_lock import FileLock
from app.foundation.worker import run_due_jobs
from app.knowledge import publishing
from app.knowledge.models import Article, ArticleState, ImportedFile, Publication, Revision, Significance
from app.search import checking
from config import ROOT
from tests.knowledge.exchange.trees import (
    PNG,
    article_id,
    body,
    bring_in,
    looking,
    published,
    store_snapshot,
    titles,
    write,
)

TREE = {
    "a/first.md": "---\ntitle: First\ntags: [one, two]\naliases: [number one]\n---\n\nSee [second](../b/second.md).\n",
    "b/second.md": "---\ntitle: Second\n---\n\n![x](x.png)\n",
    "b/x.png": PNG,
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", TREE)


def _edit(app: Flask, title: str, text: str, *, is_published: bool = True) -> None:
    with app.app_context(), transaction() as session:
        revision = session.scalars(select(Revision).where(Revision.title == title).order_by(Revision.id.desc())).first()
        article = session.get_one(Article, revision.article_id)
        publishing.save_revision(
            session,
            article,
            language="en",
            text=publishing.ArticleText(title, text),
            significance=Significance.MODERATE,
            based_on=revision.id,
            by=None,
        )
        if is_published:
            publishing.publish(session, article, language="en", by=None)


def _revisions(app: Flask, title: str) -> int:
    with looking(app) as session:
        return session.scalar(select(func.count()).select_from(Revision).where(Revision.title == title)) or 0


def test_importing_twice_changes_nothing(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    before = store_snapshot(app)

    report = bring_in(app, tree)

    assert (report.created, report.changed, report.left_alone) == ([], [], ["a/first.md", "b/second.md"])
    assert store_snapshot(app) == before


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("date: 2024-05-06", date(2024, 5, 6)),
        ("last_updated: 2024-05-06 07:08:09", date(2024, 5, 6)),
        ("last_update: {date: 2024-05-06}", date(2024, 5, 6)),
        ("ms.date: 05/06/2024", date(2024, 5, 6)),
        ("date: 2999-01-01", None),
        ("date: yesterday", None),
    ],
)
def test_readers_are_told_when_the_text_was_changed_not_when_it_was_imported(
    app: Flask, tmp_path: Path, line: str, day: date | None
) -> None:
    bring_in(app, write(tmp_path / "one", {"a.md": f"---\ntitle: A\n{line}\n---\nText.\n"}))
    assert published(app, "A").published_at.date() == (day or clock.today())


def test_what_a_file_says_of_the_whole_article_is_found_in_its_other_languages(app: Flask, tmp_path: Path) -> None:
    source = write(
        tmp_path / "docs", {"one.md": "---\ntitle: One\n---\n\nA.\n", "one.es.md": "---\ntitle: Uno\n---\n\nB.\n"}
    )
    bring_in(app, source)
    run_due_jobs(app)
    write(source, {"one.md": "---\ntitle: One\ntags: [new]\n---\n\nA.\n"})
    assert bring_in(app, source).changed == ["one.md"]
    run_due_jobs(app)
    with looking(app) as session:
        assert len(session.scalars(select(Publication)).all()) == 2
        assert checking.differences(session) == []


def test_a_changed_file_makes_a_moderate_revision_that_is_published(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    write(tree, {"b/second.md": "---\ntitle: Second\n---\n\nNew words\n"})

    report = bring_in(app, tree)

    assert report.changed == ["b/second.md"]
    assert "New words" in published(app, "Second").html
    with looking(app) as session:
        revision = session.get_one(Revision, published(app, "Second").revision_id)
        assert (revision.number, revision.line, revision.significance) == (2, 1, Significance.MODERATE)


def test_a_changed_picture_renews_the_articles_that_show_it(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    before = body(app, "Second")
    write(tree, {"b/x.png": PNG + b" "})

    report = bring_in(app, tree)

    assert report.changed == ["b/second.md"]
    assert body(app, "Second") != before


def test_a_page_that_arrives_later_mends_the_links_to_it(app: Flask, tree: Path) -> None:
    (tree / "b/second.md").rename(tree.parent / "second.md")
    assert len(bring_in(app, tree).problems) == 1
    (tree.parent / "second.md").rename(tree / "b/second.md")

    report = bring_in(app, tree)

    assert (report.created, report.changed) == (["b/second.md"], ["a/first.md"])
    assert f"(article:{article_id(app, 'Second')})" in body(app, "First")


def test_an_edit_on_the_site_is_not_overwritten_and_the_file_is_kept_beside_it(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    _edit(app, "Second", "Edited here")
    write(tree, {"b/second.md": "---\ntitle: Second\n---\n\nChanged there\n"})

    report = bring_in(app, tree)

    assert report.conflicts == ["b/second.md"]
    assert "Edited here" in published(app, "Second").html
    assert body(app, "Second") == "Changed there"
    assert bring_in(app, tree).conflicts == []
    assert _revisions(app, "Second") == 3


def test_a_draft_begun_on_the_site_is_a_conflict_too(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    _edit(app, "Second", "Begun here", is_published=False)
    write(tree, {"b/second.md": "---\ntitle: Second\n---\n\nChanged there\n"})

    assert bring_in(app, tree).conflicts == ["b/second.md"]


def test_after_a_conflict_later_files_are_still_kept_aside(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    _edit(app, "Second", "Edited here")
    for words in ("Once", "Twice"):
        write(tree, {"b/second.md": f"---\ntitle: Second\n---\n\n{words}\n"})
        assert bring_in(app, tree).conflicts == ["b/second.md"]

    assert "Edited here" in published(app, "Second").html


def test_an_archived_article_is_not_published_again(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    with app.app_context(), transaction() as session:
        publishing.archive(session, session.get_one(Article, article_id(app, "Second")), by=None)
    write(tree, {"b/second.md": "---\ntitle: Second\n---\n\nChanged there\n"})

    assert bring_in(app, tree).conflicts == ["b/second.md"]
    assert titles(app) == {"First"}


def test_an_article_stays_when_its_file_is_gone(app: Flask, tree: Path) -> None:
    bring_in(app, tree)
    (tree / "b/second.md").unlink()

    report = bring_in(app, tree)

    assert report.vanished == ["b/second.md"]
    assert "Second" in titles(app)


def test_a_dry_run_writes_nothing_and_tells_the_same(app: Flask, tree: Path) -> None:
    before = store_snapshot(app)
    files = sorted(path for path in app.extensions["settings"].data_dir.rglob("*"))

    dry = bring_in(app, tree, is_dry_run=True)

    assert store_snapshot(app) == before
    assert sorted(path for path in app.extensions["settings"].data_dir.rglob("*")) == files
    wet = bring_in(app, tree)
    assert (dry.created, dry.problems, dry.links, dry.articles) == (wet.created, wet.problems, wet.links, wet.articles)


def test_drafts_can_be_asked_for(app: Flask, tree: Path) -> None:
    write(tree, {"c.md": "---\ntitle: Third\ndraft: true\n---\nx"})
    bring_in(app, tree, is_published=False)
    assert titles(app) == set()

    bring_in(app, tree, collection="other")
    assert titles(app) == {"First", "Second"}


def test_broken_files_stop_nothing_else(app: Flask, tree: Path) -> None:
    write(
        tree,
        {
            "bad/binary.md": bytes(range(256)) * 20,
            "bad/cp1252.md": "# Caf\u00e9".encode("cp1252"),
            "bad/empty.md": "",
            "bad/huge.md": "x" * 2_200_000,
            "bad/nul.md": "# With NUL\n\na\0b",
            "bad/utf16.md": "# \u00dcber".encode("utf-16"),
            "bad/yaml.md": "---\ntitle: [A\n---\n\nText",
            "bad/bomb.md": "---\n"
            + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(9))
            + "\n---\nx",
            "bad/loop.md": "---\na: &a [*a]\n---\nx",
            "bad/one.md": "---\ntitle: One\npermalink: /same/\n---\nx",
            "bad/two.md": "---\ntitle: Two\npermalink: /same/\n---\nx",
            "bad/three.md": "---\ntitle: Three\nid: 77\n---\nx",
            "bad/four.md": "---\ntitle: Four\nid: 77\n---\nx",
            "bad/long.md": f"---\ntitle: {'long ' * 200}\n---\nx",
        },
    )
    (tree / "bad/link.md").symlink_to("/etc/passwd")

    report = bring_in(app, tree)

    assert titles(app) >= {"First", "Second", "Café", "With NUL", "Über", "One", "Two", "Three", "Four"}
    told = {problem.path: problem.what for problem in report.problems}
    assert told.keys() == {
        f"bad/{name}.md"
        for name in ("binary", "cp1252", "empty", "huge", "nul", "yaml", "bomb", "loop", "two", "three", "link")
    }
    assert "Windows-1252" in told["bad/cp1252.md"]
    assert "article:" in body(app, "First")


def test_a_file_that_is_refused_is_reported_and_the_article_comes_in(app: Flask, tree: Path) -> None:
    write(tree, {"b/x.png": b"\x89PNG\r\n\x1a\n damaged"})
    dry = bring_in(app, tree, is_dry_run=True)

    report = bring_in(app, tree)

    assert "Second" in titles(app)
    assert [problem.path for problem in report.problems] == ["b/second.md"]
    assert "refused" in report.problems[0].what
    assert dry.problems == report.problems


def test_two_pictures_of_one_name_are_kept_apart(app: Flask, tree: Path) -> None:
    write(tree, {"b/second.md": "---\ntitle: Second\n---\n\n![x](x.png) ![y](y/x.png)\n", "b/y/x.png": PNG + b"  "})

    bring_in(app, tree)

    assert published(app, "Second").html.count("<img") == 2


def test_an_archive_and_a_folder_that_holds_only_one_are_read(app: Flask, tree: Path) -> None:
    folder = tree.parent / "download"
    folder.mkdir()
    subprocess.run(["tar", "czf", str(folder / "docs.tar.gz"), "-C", str(tree.parent), "docs"], check=True)
    write(folder, {"manifest.jsonl.gz": b"x"})

    report = bring_in(app, folder)

    assert titles(app) == {"First", "Second"}
    assert "docs.tar.gz" in report.source


def test_a_place_with_nothing_to_import_is_refused_in_words(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder and no archive"):
        bring_in(app, tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="holds no Markdown"):
        bring_in(app, write(tmp_path / "empty", {"a.txt": "x"}))


def test_a_second_import_at_the_same_time_says_so(app: Flask, tree: Path) -> None:
    with FileLock(app.extensions["settings"].data_dir / "import.lock"), pytest.raises(Conflict, match="Another import"):
        bring_in(app, tree)

    bring_in(app, tree)
    assert titles(app) == {"First", "Second"}


def test_a_full_disk_is_named_and_the_import_goes_on_afterwards(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("a full disk is made with a setting of SQLite")
    many = write(tmp_path / "many", {f"{n:03}.md": f"# Page {n}\n\n{'words ' * 400}" for n in range(300)})
    limit = ["PRAGMA max_page_count = 250"]

    def shrink(connection: object, *_: object) -> None:
        connection.execute(limit[0])  # type: ignore[attr-defined]

    with app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", shrink)
    with pytest.raises(Unavailable, match="disk is full"):
        bring_in(app, many)
    limit[0] = "PRAGMA max_page_count = 1000000"
    with app.app_context():
        db.engine.dispose()

    bring_in(app, many)

    assert len(titles(app)) == 300
    assert bring_in(app, many).left_alone == sorted(f"{n:03}.md" for n in range(300))


def _seen_by_readers(app: Flask) -> list[tuple[object, ...]]:
    """What readers see, articles counted in their order: a number that was given out once is not given out again."""
    with looking(app) as session:
        order = {number: place for place, number in enumerate(session.scalars(select(Article.id).order_by(Article.id)))}
        rows = session.execute(
            select(Publication.article_id, Publication.title, Publication.html, Revision.number, Revision.body)
            .join(Publication.revision)
            .order_by(Publication.article_id)
        ).all()

    def counted(text: str) -> str:
        return re.sub(r"(article[:s]/?)(\d+)", lambda match: f"{match[1]}{order[int(match[2])]}", text)

    return [(order[row[0]], row[1], counted(row[2]), row[3], counted(row[4])) for row in rows]


def test_an_import_that_was_killed_goes_on_and_ends_equal(app: Flask, tmp_path: Path) -> None:
    files = {f"{n % 7}/{n:03}.md": f"# Page {n}\n\n[next](../{(n + 1) % 7}/{n + 1:03}.md)\n" for n in range(220)}
    many = write(tmp_path / "many", files)
    settings = app.extensions["settings"]
    program = (
        "import sys; from pathlib import Path; from app import create_app; from config import Settings\n"
        "from app.knowledge.exchange.importing import QUIET, import_content\n"
        "if __name__ == '__main__':\n"
        "    app = create_app(Settings.from_environment())\n"
        "    with app.app_context(): import_content(app.extensions['settings'], Path(sys.argv[1]), steps=QUIET)\n"
    )
    script = tmp_path / "program.py"
    script.write_text(program)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "KB_DATA_DIR": str(settings.data_dir),
        "KB_SECRET_KEY": "x" * 40,
        "KB_DATABASE_URL": settings.database_url,
    }
    for wanted in (1, 100):
        process = subprocess.Popen([sys.executable, str(script), str(many)], env=environment)
        _wait_for(app, wanted, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with looking(app) as session:
        assert session.scalar(select(func.count()).select_from(Publication)) < 220

    bring_in(app, many)
    broken_off = _seen_by_readers(app)

    with app.app_context(), transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    bring_in(app, many)

    assert len(broken_off) == 220
    assert broken_off == _seen_by_readers(app)


def _wait_for(app: Flask, wanted: int, process: subprocess.Popen[bytes]) -> None:
    """Until so many texts are finished, or ids given when nothing is."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with looking(app) as session:
            finished = session.scalar(select(func.count()).select_from(ImportedFile).where(ImportedFile.digest != ""))
            begun = session.scalar(select(func.count()).select_from(ImportedFile))
        if (finished or 0) >= wanted or (wanted == 1 and begun):
            return
        time.sleep(0.02)


def test_archived_and_reviewed_articles_come_in_as_they_are(app: Flask, tree: Path) -> None:
    write(
        tree,
        {
            "c.md": "---\ntitle: Old\nstate: archived\n---\nx",
            "d.md": "---\ntitle: Inner\naudience: staff\ntype: reference\nfeatured: true\n"
            "review_due_on: 2030-01-02\n---\nx",
        },
    )

    bring_in(app, tree)

    assert titles(app) == {"First", "Second", "Inner"}
    with looking(app) as opened:
        old = opened.get_one(Article, article_id(app, "Old"))
        inner = opened.get_one(Article, article_id(app, "Inner"))
        assert old.state is ArticleState.ARCHIVED
        assert (inner.audience, inner.type, inner.is_featured) == ("staff", "reference", True)
        assert str(inner.review_due_on) == "2030-01-02"


def test_a_pipe_is_left_out_and_does_not_stop_the_import(app: Flask, tmp_path: Path) -> None:
    write(tmp_path / "tree", {"good.md": "# Good\n\nWords."})
    os.mkfifo(tmp_path / "tree/pipe.md")
    report = bring_in(app, tmp_path / "tree")
    assert len(report.created) == 1
    assert "is a pipe or a device and was left out" in [each.what for each in report.problems]


def test_includes_that_multiply_end_soon(app: Flask, tmp_path: Path) -> None:
    files = {f"includes/{number}.md": f"[!INCLUDE [x]({number + 1}.md)]\n" * 10 for number in range(9)}
    write(tmp_path / "tree", files | {"includes/9.md": "words " * 100, "bomb.md": "[!INCLUDE [x](includes/0.md)]\n"})
    report = bring_in(app, tmp_path / "tree", is_dry_run=True)
    assert "includes more than 4 MB; the rest was left out" in [each.what for each in report.problems]
