"""Version 1 of the API."""

from flask import Flask
from sqlalchemy.orm import Session

from app.foundation.worker import run_due_jobs
from tests.make import Make
from tests.visitor import Visitor


def test_search_gives_its_state_and_results(app: Flask, session: Session, make: Make, client: Visitor) -> None:
    article = make.article("How do I reset my password?", "Intro.\n\n## Steps\n\nOpen the vault.", category="account")
    session.commit()
    run_due_jobs(app)
    found = client.get("/api/v1/search?q=vault").get_json()
    assert (found["query"], found["state"], found["total"]) == ("vault", "results", 1)
    (result,) = found["results"]
    assert result["id"] == article.id
    assert result["title"] == "How do I reset my password?"
    assert result["url"] == f"http://localhost/articles/{article.id}-how-do-i-reset-my-password#steps"
    assert "vault" in result["passage"]
    assert result["area"] == ["Account"]
    assert (found["fit"], found["confidence"], found["by_meaning"]) == ("unjudged", None, False)


def test_search_without_a_query_is_a_hint(app: Flask, client: Visitor) -> None:
    run_due_jobs(app)
    assert client.get("/api/v1/search").get_json()["state"] == "hint"


def test_an_article_is_given_in_the_language_asked_for(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "Press **start**.", category="account", tags=("pin",))
    make.translation(article, "es", "Restablecer", "Pulse.")
    session.commit()
    english = client.get(f"/api/v1/articles/{article.id}").get_json()
    assert (english["language"], english["title"], english["tags"]) == ("en", "Reset", ["pin"])
    assert "<strong>start</strong>" in english["html"]
    assert english["translations"]["es"] == f"http://localhost/articles/{article.id}-restablecer"
    assert client.get(f"/api/v1/articles/{article.id}?lang=es").get_json()["title"] == "Restablecer"


def test_what_is_not_public_is_not_found(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Secret", audience="staff")
    session.commit()
    for address in (f"/api/v1/articles/{article.id}", "/api/v1/articles/4711", "/api/v1/nothing"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
        assert "Secret" not in answer.text
