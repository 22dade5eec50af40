"""Reading by the API: lists, pages, languages, what is kept, what pages of other sites may do, and errors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.worker import run_due_jobs
from app.knowledge import publishing
from tests.api.conftest import Programs
from tests.make import Make


def test_an_article_comes_as_html_markdown_and_text(program: Programs, make: Make, session: Session) -> None:
    article = make.article("Reset", "Press **start**.\n\n## Then\n\nWait.", short_answer="Press it.", tags=("pin",))
    session.commit()
    given = program(None).get(f"/articles/{article.id}").get_json()
    assert given["markdown"] == "Press **start**.\n\n## Then\n\nWait."
    assert given["text"] == "Press start.\n\nThen\nWait."
    assert "<strong>start</strong>" in given["html"]
    assert given["contents"] == [{"anchor": "then", "level": 2, "text": "Then"}]
    assert given["fix_rate"] is None


def test_the_list_is_narrowed_by_every_filter(program: Programs, make: Make, session: Session) -> None:
    one = make.article("One", category="billing/invoices", tags=("pin",), type="problem")
    make.article("Two", category="account")
    make.translation(one, "es", "Uno")
    session.commit()
    robot = program(None)

    def titles(query: str) -> list[str]:
        return [each["title"] for each in robot.get(f"/articles?{query}").get_json()["articles"]]

    assert titles("") == ["One", "Uno", "Two"]
    assert titles("category=billing") == ["One", "Uno"]
    assert titles("language=es") == ["Uno"]
    assert titles("type=problem&language=en") == ["One"]
    assert titles("tag=pin&language=en") == ["One"]
    later = (clock.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert titles(f"updated_since={later}") == []
    assert titles("updated_since=2020-01-01T00:00:00Z") == ["One", "Uno", "Two"]


def test_a_long_list_leads_from_page_to_page(program: Programs, make: Make, session: Session) -> None:
    for number in range(5):
        make.article(f"Article {number}")
    session.commit()
    robot = program(None)
    first = robot.get("/articles?per_page=2&lang=en")
    assert (first.get_json()["total"], first.get_json()["pages"]) == (5, 3)
    assert '<http://localhost/api/v1/articles?per_page=2&lang=en&page=2>; rel="next"' in first.headers["Link"]
    last = robot.get("/articles?per_page=2&page=3")
    assert len(last.get_json()["articles"]) == 1
    assert 'rel="next"' not in last.headers["Link"]
    assert robot.get("/articles?per_page=2&page=4").get_json()["articles"] == []


def test_the_list_needs_as_many_queries_for_five_rows_as_for_one(
    app: Flask, program: Programs, make: Make, session: Session, queries_of: object
) -> None:
    make.article("One", tags=("a",))
    session.commit()
    assert callable(queries_of)
    one = queries_of(lambda: program(None).get("/articles?per_page=50"))
    for number in range(4):
        make.article(f"More {number}", tags=(f"tag{number}",))
    session.commit()
    assert queries_of(lambda: program(None).get("/articles?per_page=51")) == one


def test_the_language_is_asked_for_by_parameter_or_header(program: Programs, make: Make, session: Session) -> None:
    article = make.article("Reset")
    make.translation(article, "es", "Restablecer")
    session.commit()
    robot, path = program(None), f"/articles/{article.id}"
    assert robot.get(path).get_json()["title"] == "Reset"
    assert robot.get(path, Accept_Language="es-MX, es;q=0.9").get_json()["title"] == "Restablecer"
    assert robot.get(f"{path}?lang=es").get_json()["is_fallback"] is False
    given = robot.get(f"{path}?lang=fr")
    assert given.get_json()["is_fallback"] is True
    assert "Set-Cookie" not in given.headers


def test_what_has_not_changed_is_not_sent_again(program: Programs, make: Make, session: Session) -> None:
    article = make.article("Reset")
    session.commit()
    robot = program(None)
    for path in (f"/articles/{article.id}", "/articles", "/categories", "/search?q=x", "/suggest?q=x", "/openapi.json"):
        tag = robot.get(path).headers["ETag"]
        again = robot.get(path, If_None_Match=tag)
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["ETag"] == tag
    text = publishing.ArticleText("Reset it", "New.")
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    publishing.save_revision(
        session, article, language="en", text=text, significance=latest.significance, based_on=latest.id, by=None
    )
    tag = robot.get(f"/articles/{article.id}").headers["ETag"]
    publishing.publish(session, article, language="en", by=None)
    session.commit()
    changed = robot.get(f"/articles/{article.id}", If_None_Match=tag)
    assert changed.get_json()["title"] == "Reset it"


def test_long_answers_are_compressed_for_those_who_take_it(program: Programs) -> None:
    robot = program(None)
    whole = robot.get("/openapi.json")
    assert "Content-Encoding" not in whole.headers
    pressed = robot.get("/openapi.json", Accept_Encoding="gzip")
    assert pressed.headers["Content-Encoding"] == "gzip"
    assert len(pressed.data) * 4 < len(whole.data)


def test_every_answer_tells_what_is_left_of_the_limit(program: Programs) -> None:
    answer = program(None).get("/articles")
    assert answer.headers["RateLimit-Policy"] == '"api";q=600;w=60'
    assert answer.headers["RateLimit"].startswith('"api";r=599;t=')


def test_pages_of_other_sites_may_read_what_is_open(program: Programs) -> None:
    robot = program(None)
    for path in ("/search?q=x", "/suggest?q=x", "/articles", "/articles/4711"):
        assert robot.get(path, Origin="https://shop.example").headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in robot.get(path).headers


@pytest.mark.parametrize(
    ("path", "method", "is_shared"),
    [
        ("/articles/1/votes", "POST", True),
        ("/requests", "POST", True),
        ("/articles", "GET", True),
        ("/articles", "POST", False),
        ("/articles/1/votes", "GET", False),
        ("/articles/1/publish", "POST", False),
        ("/redirects", "DELETE", False),
    ],
)
def test_a_browser_is_told_what_pages_of_other_sites_may_do(
    program: Programs, path: str, method: str, *, is_shared: bool
) -> None:
    told = program(None).ask("OPTIONS", path, Origin="https://shop.example", Access_Control_Request_Method=method)
    assert told.status_code == 204
    assert method in told.headers["Allow"]
    assert ("Access-Control-Allow-Origin" in told.headers) is is_shared
    assert (method in told.headers.get("Access-Control-Allow-Methods", "")) is is_shared
    assert "Authorization" not in told.headers.get("Access-Control-Allow-Headers", "")


def test_what_was_taken_down_leads_on(program: Programs, make: Make, session: Session) -> None:
    old, new = make.article("Old"), make.article("New")
    publishing.archive(session, old, by=None, replaced_by=new)
    session.commit()
    answer = program(None).get(f"/articles/{old.id}")
    assert answer.status_code == 410
    assert answer.get_json(force=True)["replaced_by"] == f"http://localhost/articles/{new.id}-new"


@pytest.mark.parametrize(
    ("method", "path", "status", "anchor"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/articles/0", 404, "not-found"),
        ("DELETE", "/articles", 405, "wrong-method"),
        ("GET", "/requests", 405, "wrong-method"),
        ("GET", "/articles?page=x", 422, "invalid"),
        ("GET", "/articles?type=poem", 422, "invalid"),
        ("GET", "/articles%00", 404, "not-found"),
        ("GET", "/articles?tag=%00%ed%a0%80", 200, ""),
        ("GET", "/search?q=%00%ff", 200, ""),
    ],
)
def test_whatever_goes_wrong_is_a_problem(program: Programs, method: str, path: str, status: int, anchor: str) -> None:
    answer = program(None).ask(method, path)
    assert answer.status_code == status
    if anchor:
        problem = answer.get_json(force=True)
        assert answer.content_type == "application/problem+json"
        assert problem["type"] == f"http://localhost/api/problems#{anchor}"
        assert problem["status"] == status


def test_a_value_that_cannot_be_used_is_named(program: Programs) -> None:
    problem = program(None).get("/articles?per_page=1000&type=poem").get_json(force=True)
    assert {(each["place"], each["field"]) for each in problem["errors"]} == {("query", "per_page"), ("query", "type")}


def test_suggestions_are_those_of_the_page(app: Flask, program: Programs, make: Make, session: Session) -> None:
    for number in range(8):
        make.article(f"Reset the device {number}", category="devices")
    session.commit()
    run_due_jobs(app)
    given = program(None).get("/suggest?q=reset").get_json()
    page = app.test_client().get("/search/suggest?q=reset").get_json()
    assert len(given["suggestions"]) == 6
    assert [each["title"] for each in given["suggestions"]] == [each["title"] for each in page["suggestions"]]
    assert set(given["suggestions"][0]) == {"title", "url", "area"}
