"""Next steps, the glossary and what was published when go out and come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.database import transaction
from app.knowledge import glossary, next_steps, publishing
from app.knowledge.glossary import GlossaryTerm, TermWords
from app.knowledge.models import Article, Publication, Significance
from app.knowledge.published import PublishedRevision, last_title
from tests.knowledge.exchange.test_exporting import _export, _files, _forget_everything
from tests.knowledge.exchange.trees import bring_in, looking, write
from tests.make import Make

EVERYBODY = frozenset({"public"})


@pytest.fixture
def store(app: Flask, session: Session, make: Make) -> Flask:
    """Two versions of an article, one that is gone, a next step and two terms."""
    first, second, gone = make.article("Reset", "First words."), make.article("Sign in again"), make.article("Gone")
    latest = publishing.latest_revision(session, first.id, "en")
    assert latest is not None
    text = publishing.ArticleText("Reset", "Other words.")
    publishing.save_revision(
        session, first, language="en", text=text, significance=Significance.MODERATE, based_on=latest.id, by=None
    )
    publishing.publish(session, first, language="en", by=None)
    publishing.archive(session, gone, by=None)
    next_steps.set_next_steps(session, first, [second.id], by=None)
    words = {"en": TermWords("Token", "A secret word.", ("tokens of access",)), "es": TermWords("Ficha", "Una clave.")}
    glossary.write_term(session, words, article_id=second.id, by=None)
    glossary.write_term(session, {"en": TermWords("SSO", "One sign-in for all.")}, article_id=None, by=None)
    session.commit()
    return app


def test_an_export_comes_back_to_the_letter(store: Flask, tmp_path: Path) -> None:
    _export(store, tmp_path / "export")
    _forget_everything(store)
    assert bring_in(store, tmp_path / "export").problems == []
    _export(store, tmp_path / "again")
    assert _files(tmp_path / "again") == _files(tmp_path / "export")
    with looking(store) as session:
        assert len(session.scalars(select(PublishedRevision)).all()) == 4
        gone = session.scalars(select(Article).where(Article.archived_at.is_not(None))).one()
        assert last_title(session, gone.id, language="en", readers=EVERYBODY) == "Gone"


def test_a_glossary_that_was_changed_is_not_written_over(store: Flask, tmp_path: Path) -> None:
    _export(store, tmp_path / "export")
    (tmp_path / "export" / "glossary.yml").write_text("[]", encoding="utf-8")
    with pytest.raises(Exception, match=r"glossary\.yml was changed"):
        _export(store, tmp_path / "export")


def test_terms_of_the_site_keep_their_words(store: Flask, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "docs",
        {
            "page.md": "# Page\n\nText",
            "glossary.yml": "- slug: sso\n  texts: {en: {term: SSO, definition: Else}}\n"
            "- slug: new\n  texts: {en: {term: New, definition: A new word.}}\n"
            "- slug: broken\n  texts: {en: {term: Broken}}\n- nonsense\n",
        },
    )
    told = " ".join(problem.what for problem in bring_in(store, folder).problems)
    assert "sso is explained otherwise" in told
    assert "broken could not be stored" in told
    with looking(store) as session:
        assert set(session.scalars(select(GlossaryTerm.slug))) == {"new", "sso", "token"}


def ids_by_title(app: Flask) -> dict[str, int]:
    with looking(app) as session:
        return dict(session.execute(select(Publication.title, Publication.article_id)).all())


def steps_of(app: Flask, title: str) -> list[int]:
    with looking(app) as session:
        return next_steps.next_ids(session, ids_by_title(app)[title])


def test_files_name_next_steps_by_path(app: Flask, tmp_path: Path) -> None:
    files = {
        "a/one.md": "---\nnext: [two.md, ../b/three.md, nowhere.md]\n---\n# One\n\nx",
        "a/two.md": "---\nnext: two-and-more\n---\n# Two\n\nx",
        "b/three.md": "# Three\n\nx",
    }
    report = bring_in(app, write(tmp_path / "docs", files))
    ids = ids_by_title(app)
    assert steps_of(app, "One") == [ids["Two"], ids["Three"]]
    assert ["nowhere.md" in problem.what for problem in report.problems] == [True]
    assert steps_of(app, "Two") == []


def test_a_file_that_names_none_leaves_the_editors_steps(app: Flask, tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"one.md": "# One\n\nx", "two.md": "# Two\n\nx"})
    bring_in(app, folder)
    ids = ids_by_title(app)
    with app.app_context(), transaction() as session:
        next_steps.set_next_steps(session, session.get_one(Article, ids["One"]), [ids["Two"]], by=None)
    write(folder, {"one.md": "# One\n\nchanged"})
    bring_in(app, folder)
    assert steps_of(app, "One") == [ids["Two"]]
    write(folder, {"one.md": "---\nnext: []\n---\n# One\n\nchanged"})
    bring_in(app, folder)
    assert steps_of(app, "One") == []
