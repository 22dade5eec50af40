"""The search page's way to an article by its number."""

from flask import Flask
from sqlalchemy.orm import Session

from app.foundation.worker import run_due_jobs
from app.search import service
from tests.make import Make
from tests.visitor import Visitor


def test_the_number_of_an_article_leads_straight_to_it(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Reset")
    session.commit()
    run_due_jobs(app)
    for query in (f"{article.id}", f"%23{article.id}", f"+{article.id}+"):
        assert client.get(f"/search?q={query}").headers["Location"] == f"/articles/{article.id}-reset"
    assert client.get("/search?q=4711").status_code == 200
    assert client.get(f"/search?q={article.id}&exact=1").status_code == 200


def test_a_number_that_titles_speak_of_is_searched(app: Flask, session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    make.article(f"What does error {article.id} mean?")
    session.commit()
    run_due_jobs(app)
    searched = client.get(f"/search?q={article.id}")
    assert searched.status_code == 200
    assert f"What does error {article.id} mean?" in searched.text
    assert client.get(f"/search?q=%23{article.id}").status_code == 302


def test_a_process_warms_up_as_soon_as_there_is_an_index(app: Flask, session: Session, make: Make) -> None:
    assert not service.warm_up(app)
    run_due_jobs(app)
    make.article("Reset")
    session.commit()
    run_due_jobs(app)
    assert service.warm_up(app)


def test_the_number_of_a_hidden_article_leads_nowhere(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Secret plans", audience="staff")
    session.commit()
    run_due_jobs(app)
    answer = client.get(f"/search?q={article.id}")
    assert answer.status_code == 200
    assert "secret" not in answer.text.lower()
