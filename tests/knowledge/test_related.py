"""Related articles are found by the worker, without keeping anybody from writing."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.foundation.database import transaction
from app.foundation.worker import run_due_jobs
from app.knowledge import feedback, publishing, related
from app.knowledge.models import Article, FixVote, RelatedArticle, Significance
from app.search import indexing, service
from app.search.documents import Document
from app.search.engines.base import Engine, Written
from tests.make import Make


def cast_in_another_connection(article_id: int) -> None:
    with transaction() as other:
        feedback.cast_vote(other, article_id, "en", fixed=True, voter="somebody else")


def related_to(session: Session, article_id: int) -> list[int]:
    found = select(RelatedArticle.related_id).where(RelatedArticle.article_id == article_id)
    return list(session.scalars(found.order_by(RelatedArticle.position)))


def find(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        related.find_related(session)


def test_related_articles_are_those_that_speak_of_the_same(app: Flask, session: Session, make: Make) -> None:
    printer, paper, card = (
        make.article("Printer jam"),
        make.article("Paper for a printer"),
        make.article("Card", "Pay."),
    )
    session.commit()
    run_due_jobs(app)
    find(app)
    assert related_to(session, printer.id) == [paper.id]
    assert related_to(session, card.id) == []


def test_a_vote_is_taken_while_related_articles_are_looked_for(
    app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make.article("Printer jam")
    session.commit()
    run_due_jobs(app)

    def similar(_session: Session, _kind: str, key: str, *, most: int) -> list[str]:
        cast_in_another_connection(article.id)
        return []

    monkeypatch.setattr(service, "similar", similar)
    find(app)
    assert session.scalars(select(FixVote.voter)).all()


def test_an_article_published_anew_meanwhile_is_looked_at_again(
    app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = make.article("Printer jam")
    latest = publishing.latest_revision(session, article.id, "en")
    session.commit()
    run_due_jobs(app)
    assert latest is not None

    def similar(_session: Session, _kind: str, key: str, *, most: int) -> list[str]:
        with transaction() as other:
            again = other.get_one(Article, article.id)
            text = publishing.ArticleText("Printer jam", "Open the lid.")
            publishing.save_revision(
                other,
                again,
                language="en",
                text=text,
                significance=Significance.MAJOR,
                based_on=latest.id,
                by=None,
            )
            publishing.publish(other, again, language="en", by=None)
        return []

    monkeypatch.setattr(service, "similar", similar)
    find(app)
    session.expire_all()
    assert article.related_found_at is None


def test_a_vote_is_taken_while_the_index_is_written(app: Flask, session: Session, make: Make) -> None:
    article = make.article("Printer jam")
    session.commit()
    run_due_jobs(app)
    engine: Engine = app.extensions["search_engine"]
    session.execute(update(Article).values(related_found_at=article.created_at))
    indexing.request_indexing(session, "article", [f"{article.id}:en"])
    session.commit()

    class Slow:
        """The engine, with a vote cast in the middle of its work."""

        def __getattr__(self, name: str) -> object:
            return getattr(engine, name)

        def write(self, documents: Iterable[Document], gone: Iterable[tuple[str, str]] = ()) -> Written:
            cast_in_another_connection(article.id)
            return engine.write(documents, gone)

    app.extensions["search_engine"] = Slow()
    run_due_jobs(app)
    assert session.scalars(select(FixVote.voter)).all()
    assert not indexing.is_behind(session)
