"""The whole store can be written out, and comes back equal."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.database import Base, reading, transaction
from app.foundation.errors import InvalidInput
from app.knowledge import attachments
from app.knowledge.categories import translate_category
from app.knowledge.exchange.exporting import export_content
from app.knowledge.models import Article, ArticleState, Confidence, Significance, Tag
from app.knowledge.publishing import ArticleText, archive, latest_revision, publish, save_revision, set_aliases
from app.knowledge.redirects import add_redirect
from tests.knowledge.exchange.trees import PNG, article_id, body, bring_in, looking, store_snapshot, titles
from tests.make import Make


def _export(app: Flask, path: Path) -> int:
    with app.app_context(), reading() as session:
        return export_content(session, path)[0]


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _forget_everything(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "accounts":
                session.execute(table.delete())
    shutil.rmtree(app.extensions["settings"].uploads_dir)
    app.extensions["settings"].uploads_dir.mkdir()


def _revise(session: Session, article: Article, text: ArticleText, language: str = "en", **options: object) -> None:
    latest = latest_revision(session, article.id, language)
    save_revision(
        session,
        article,
        language=language,
        text=text,
        significance=options.pop("significance", Significance.MINOR),  # type: ignore[arg-type]
        based_on=latest.id if latest else None,
        by=options.pop("by", None),  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )


@pytest.fixture
def store(app: Flask, session: Session, make: Make) -> Flask:
    """A store with one of everything."""
    editor = make.account(Role.EDITOR)
    picture = attachments.store(session, PNG, "a picture.png")
    first = make.article(
        "How: do I # pay?",
        f"See ![x](attachment:{picture.sha256}/a.png).",
        category="billing/cards",
        aliases=("pay", "no: card"),
        tags=("money",),
        short_answer="You pay: by card.",
        is_featured=True,
        position=3,
        owner_id=editor.id,
        review_due_on=date(2031, 2, 3),
        verified_at=clock.now(),
        verified_by_id=editor.id,
        confidence=Confidence.VALIDATED,
    )
    first.category.description = "All about\n\npaying"
    translate_category(session, first.category, "de", title="Karten: alles", description="Über Geld")
    translate_category(session, first.category, "zh-Hant-TW", title="信用卡")
    make.translation(first, "es", "¿Cómo pago?", f"[otra](article:{first.id}) [en](article:{first.id}:en#x)")
    make.translation(first, "zh-Hant-TW", "如何付款", "x", published=False)
    second = make.article(
        "includes",
        f"\n\n  [a](article:{first.id}#b) `[no](article:{first.id})` [z](article:9999)\n\n---\n",
        category="includes/es",
    )
    _revise(session, second, ArticleText("includes", "second text", "Short"), by=editor, comment="Why: because")
    publish(session, second, language="en", by=editor)
    _revise(session, second, ArticleText("includes", f"a draft [x](<article:{first.id}:es>)"))
    third = make.article("Gone", "x", category="billing")
    archive(session, third, by=None, replaced_by=first)
    make.article("Only a draft", "x", published=False, audience="staff", type="procedure")
    same = make.article("How: do I # pay?", "The same title beside it", category="billing/cards")
    same.state = ArticleState.IN_REVIEW
    set_aliases(session, same, "en", ["/looks/like/an/address"])
    _revise(
        session,
        first,
        ArticleText("¿Cómo pago?", "nuevo"),
        "es",
        source_revision_id=latest_revision(session, first.id, "en").id,
    )
    add_redirect(session, "/old/pay%20here", article=first, language="es")
    add_redirect(session, "/old/100%25", article=first)
    add_redirect(session, "/old/category", category=third.category)
    session.add(Tag(name="unused"))
    attachments.store(session, PNG + b" ", "unused.png")
    session.commit()
    return app


def test_export_and_import_give_an_equal_store_and_the_same_files(store: Flask, tmp_path: Path) -> None:
    before = store_snapshot(store)
    assert _export(store, tmp_path / "export") == 5
    _forget_everything(store)

    report = bring_in(store, tmp_path / "export")

    assert report.problems == []
    after = store_snapshot(store)
    for table in before:
        assert after[table] == before[table], table
    _export(store, tmp_path / "again")
    assert _files(tmp_path / "again") == _files(tmp_path / "export")


def test_an_export_is_readable_as_it_is(store: Flask, tmp_path: Path) -> None:
    _export(store, tmp_path / "export")

    files = _files(tmp_path / "export")
    spanish = files["articles/billing/cards/how-do-i-pay.es.md"].decode()
    assert "[otra](how-do-i-pay.es.md)" in spanish
    assert "[en](how-do-i-pay.md#x)" in spanish
    assert "title: ¿Cómo pago?" in spanish
    assert "/a.png)" in files["articles/billing/cards/how-do-i-pay.md"].decode()
    assert any(name.startswith("attachments/") and name.endswith("/a.png") for name in files)
    assert "title: Billing" in files["articles/billing/_category.yml"].decode()


def test_importing_an_export_into_its_own_store_changes_nothing(store: Flask, tmp_path: Path) -> None:
    _export(store, tmp_path / "export")
    before = store_snapshot(store)

    report = bring_in(store, tmp_path / "export")

    assert (report.created, report.changed, report.conflicts) == ([], [], [])
    assert store_snapshot(store) == before


def test_an_export_can_be_edited_and_brought_back(store: Flask, tmp_path: Path) -> None:
    _export(store, tmp_path / "export")
    file = tmp_path / "export/articles/billing/cards/how-do-i-pay.md"
    file.write_text(file.read_text().replace("See ", "Look at "))

    report = bring_in(store, tmp_path / "export")

    assert report.changed == ["articles/billing/cards/how-do-i-pay.md"]
    assert "Look at" in body(store, "How: do I # pay?")


def test_ids_that_are_taken_are_given_anew_and_links_follow(
    app: Flask, make: Make, session: Session, tmp_path: Path
) -> None:
    target = make.article("Target", "x")
    make.article("Source", f"[x](article:{target.id})")
    session.commit()
    _export(app, tmp_path / "export")
    _forget_everything(app)
    session.expunge_all()
    first = make.article("Somebody else", "x", article_id=target.id)
    session.commit()

    report = bring_in(app, tmp_path / "export")

    assert titles(app) == {"Target", "Source", "Somebody else"}
    assert article_id(app, "Target") != first.id
    assert f"(article:{article_id(app, 'Target')})" in body(app, "Source")
    assert "gets a new id" in report.problems[0].what


def test_new_articles_do_not_get_the_ids_that_were_brought_in(
    app: Flask, make: Make, session: Session, tmp_path: Path
) -> None:
    make.article("Far", "x", article_id=5000)
    session.commit()
    _export(app, tmp_path / "export")
    _forget_everything(app)
    bring_in(app, tmp_path / "export")

    assert make.article("New").id > 5000


def test_an_earlier_export_is_replaced_and_foreign_files_stay(store: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    _export(store, folder)
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("mine")
    (folder / "articles/notes.txt").write_text("mine too")
    with store.app_context(), transaction() as session:
        archive(session, session.get_one(Article, article_id(store, "includes")), by=None)

    _export(store, folder)

    assert (folder / ".git/config").read_text() == "mine"
    assert (folder / "articles/notes.txt").read_text() == "mine too"
    assert "state: archived" in (folder / "articles/includes/es/includes.md").read_text()


def test_a_folder_that_is_no_export_is_not_touched(store: Flask, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/a.txt").write_text("mine")

    with pytest.raises(InvalidInput, match="no export"):
        _export(store, tmp_path / "mine")

    assert _files(tmp_path / "mine") == {"a.txt": b"mine"}


def test_an_export_that_was_edited_is_not_overwritten(store: Flask, tmp_path: Path) -> None:
    _export(store, tmp_path / "export")
    file = tmp_path / "export/articles/billing/gone.md"
    file.write_text(file.read_text() + "more")

    with pytest.raises(InvalidInput, match="changed since"):
        _export(store, tmp_path / "export")


def test_an_empty_store_can_be_exported(app: Flask, tmp_path: Path) -> None:
    assert _export(app, tmp_path / "export") == 0
    with looking(app):
        assert (tmp_path / "export/knowledge.yml").is_file()
