"""Writing by the API: articles from draft to archive, categories, old addresses, votes and messages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.activity import Activity
from app.foundation.worker import run_due_jobs
from app.knowledge.models import Article, FixVote
from app.support.models import Ticket
from tests.api.conftest import Programs
from tests.make import Make

TEXT = {"language": "en", "title": "Reset the device", "body": "Press **start**."}


def test_an_article_is_written_published_found_and_taken_down(app: Flask, program: Programs, make: Make) -> None:
    make.article(category="devices")
    make.session.commit()
    robot, stranger = program(Role.EDITOR), program(None)
    made = robot.post("/articles", TEXT | {"category": "devices", "tags": ["Pin"], "aliases": ["hang up"]})
    assert made.status_code == 201
    given = made.get_json()
    assert (given["state"], given["category"], given["tags"], given["published"]) == ("draft", "devices", ["pin"], [])
    assert robot.get(made.headers["Location"].partition("/api/v1")[2]).get_json() == given
    path = f"/articles/{given['id']}"
    assert stranger.get(path).status_code == 404
    assert robot.post(f"{path}/publish", {"language": "en"}).get_json()["published"] == ["en"]
    run_due_jobs(app)
    assert stranger.get(path).get_json()["title"] == "Reset the device"
    assert [each["id"] for each in stranger.get("/search?q=hang up").get_json()["results"]] == [given["id"]]
    assert robot.post(f"{path}/archive", {}).get_json()["state"] == "archived"
    assert stranger.get(path).status_code == 410


def test_what_a_program_does_is_logged_under_its_account(program: Programs, session: Session) -> None:
    robot = program(Role.EDITOR)
    number = robot.post("/articles", TEXT).get_json()["id"]
    robot.post(f"/articles/{number}/publish", {"language": "en"})
    logged = session.scalars(select(Activity).where(Activity.subject_kind == "article")).all()
    assert [each.verb for each in logged] == ["created", "published"]
    assert all(each.by_id is not None for each in logged)


def test_the_same_request_makes_one_article(program: Programs, session: Session) -> None:
    robot = program(Role.EDITOR)
    first = robot.post("/articles", TEXT, Idempotency_Key="abc")
    again = robot.post("/articles", TEXT, Idempotency_Key="abc")
    assert first.get_json() == again.get_json()
    assert robot.post("/articles", TEXT | {"title": "Other"}, Idempotency_Key="abc").status_code == 409
    assert program(Role.EDITOR).post("/articles", TEXT, Idempotency_Key="abc").get_json() != first.get_json()
    assert session.scalar(select(func.count()).select_from(Article)) == 2


def test_the_same_request_sent_many_times_at_once_makes_one_article(program: Programs, session: Session) -> None:
    robot = program(Role.EDITOR)
    together = Barrier(4)

    def ask(_number: int) -> int:
        together.wait(10)
        return robot.post("/articles", TEXT, Idempotency_Key="abc").status_code

    with ThreadPoolExecutor(4) as threads:
        answered = set(threads.map(ask, range(4)))
    assert 201 in answered
    assert answered <= {201, 409}
    assert session.scalar(select(func.count()).select_from(Article)) == 1


def test_nobody_is_overwritten(program: Programs, make: Make, session: Session) -> None:
    article = make.article("Reset", "One.")
    session.commit()
    robot, path = program(Role.AGENT), f"/articles/{article.id}/translations/en"
    newest = robot.get(path)
    text = {"title": "Reset", "body": "Two."}
    assert robot.post(f"{path}/revisions", text).status_code == 428
    saved = robot.post(f"{path}/revisions", text, If_Match=newest.headers["ETag"])
    assert (saved.status_code, saved.get_json()["number"]) == (201, 2)
    late = robot.post(f"{path}/revisions", text | {"based_on": newest.get_json()["id"]})
    assert late.status_code == 409
    current = late.get_json(force=True)["current"]
    assert (current["id"], current["body"]) == (saved.get_json()["id"], "Two.")
    assert robot.post(f"{path}/revisions", text, If_Match=newest.headers["ETag"]).status_code == 412
    assert robot.post(f"{path}/revisions", text | {"based_on": saved.get_json()["id"]}).status_code == 201
    listed = robot.get(f"{path}/revisions").get_json()["revisions"]
    assert [(each["number"], each["is_published"]) for each in listed] == [(3, False), (2, False), (1, True)]


def test_a_translation_begins_with_its_first_text(program: Programs, make: Make, session: Session) -> None:
    article = make.article("Reset")
    session.commit()
    robot, path = program(Role.EDITOR), f"/articles/{article.id}"
    assert robot.get(f"{path}/translations/es").status_code == 404
    made = robot.post(f"{path}/translations/es/revisions", {"title": "Restablecer", "body": "Pulse."})
    assert made.status_code == 201
    robot.post(f"{path}/publish", {"language": "es"})
    assert robot.get(f"{path}?lang=es").get_json()["title"] == "Restablecer"


def test_an_older_text_can_be_shown_again(program: Programs, make: Make, session: Session) -> None:
    article = make.article("First")
    session.commit()
    robot, path = program(Role.EDITOR), f"/articles/{article.id}"
    robot.post(f"{path}/translations/en/revisions", {"title": "Second", "body": "B"}, If_Match="*")
    robot.post(f"{path}/publish", {"language": "en"})
    assert robot.get(path).get_json()["title"] == "Second"
    robot.post(f"{path}/publish", {"language": "en", "revision": 1})
    assert robot.get(path).get_json()["title"] == "First"
    assert robot.post(f"{path}/publish", {"language": "en", "revision": 9}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (TEXT | {"colour": "red"}, 422, "colour"),
        (TEXT | {"title": " \x00 "}, 422, "title"),
        (TEXT | {"title": "x" * 301}, 422, "title"),
        (TEXT | {"type": "poem"}, 422, "type"),
        (TEXT | {"language": "English!"}, 422, "language"),
        (TEXT | {"category": "nowhere"}, 404, ""),
        ([], 422, ""),
        ("text", 422, ""),
    ],
)
def test_what_cannot_be_an_article_is_refused(program: Programs, body: Any, status: int, field: str) -> None:
    answer = program(Role.EDITOR).post("/articles", body)
    assert answer.status_code == status
    if field:
        assert [each["field"] for each in answer.get_json(force=True)["errors"]] == [field]


@pytest.mark.parametrize(
    ("sent", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 422),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b"\xff\xfe", "application/json", 400),
        (b'{"fixed": true, "query": "' + b"x" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_what_is_no_json_is_refused(
    app: Flask, make: Make, session: Session, sent: bytes, kind: str, status: int
) -> None:
    article = make.article()
    session.commit()
    answer = app.test_client().post(f"/api/v1/articles/{article.id}/votes", data=sent, content_type=kind)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_letters_that_no_database_keeps_are_left_out(program: Programs) -> None:
    made = program(Role.EDITOR).post(
        "/articles", TEXT | {"title": "A\x00B\ud800", "tags": ["a\x00b"], "comment": "\x00"}
    )
    assert made.status_code == 201
    assert made.get_json()["tags"] == ["ab"]


def test_categories_are_made_renamed_moved_and_described(program: Programs) -> None:
    robot = program(Role.EDITOR)
    money = robot.post("/categories", {"title": "Money"}).get_json()
    bills = robot.post("/categories", {"title": "Bills", "parent": "money", "position": 3}).get_json()
    assert (bills["path"], bills["parent"], bills["position"]) == ("money/bills", "money", 3)
    assert program(None).get("/categories").get_json()["categories"] == []
    assert [each["path"] for each in robot.get("/categories").get_json()["categories"]] == ["money", "money/bills"]
    path = f"/categories/{bills['id']}"
    changed = robot.ask("PATCH", path, {"title": "Invoices", "slug": "invoices", "description": "All of them."})
    assert (changed.get_json()["path"], changed.get_json()["description"]) == ("money/invoices", "All of them.")
    assert robot.ask("PATCH", path, {"parent": ""}).get_json()["path"] == "invoices"
    assert robot.post("/categories", {"title": "Invoices"}).status_code == 409
    assert robot.ask("PATCH", f"/categories/{money['id']}", {"parent": "money"}).status_code == 422
    old = [each["path"] for each in robot.get("/redirects").get_json()["redirects"]]
    assert old == ["/categories/money/bills", "/categories/money/invoices"]


def test_old_addresses_are_led_on_and_forgotten(app: Flask, program: Programs, make: Make, session: Session) -> None:
    article = make.article("Reset", category="devices")
    session.commit()
    robot, to_article = program(Role.EDITOR), f"/articles/{article.id}/redirects"
    assert robot.post(to_article, {"path": "faq/reset/"}).get_json()["path"] == "/faq/reset"
    assert app.test_client().get("/faq/reset").headers["Location"] == f"/articles/{article.id}-reset"
    assert robot.post(f"/categories/{article.category_id}/redirects", {"path": "/faq/reset"}).status_code == 409
    assert robot.post(to_article, {"path": "/search"}).status_code == 409
    assert robot.ask("DELETE", "/redirects?path=/faq/reset").status_code == 204
    assert robot.ask("DELETE", "/redirects?path=/faq/reset").status_code == 404
    assert app.test_client().get("/faq/reset").status_code == 404


def test_a_vote_is_changed_by_whoever_cast_it(program: Programs, make: Make, session: Session) -> None:
    article = make.article()
    session.commit()
    reader, path = program(None), f"/articles/{article.id}/votes"
    first = reader.post(path, {"fixed": True, "query": "log in"})
    assert "Set-Cookie" not in first.headers
    voter = first.get_json()["voter"]
    assert reader.post(f"{path}/reason", {"voter": voter, "reason": "incomplete"}).status_code == 404
    reader.post(path, {"fixed": False, "voter": voter})
    told = reader.post(f"{path}/reason", {"voter": voter, "reason": "incomplete", "comment": "No button."}).get_json()
    assert (told["fixed"], told["reason"], told["voter"]) == (False, "incomplete", voter)
    vote = session.scalars(select(FixVote)).one()
    assert (vote.fixed, vote.comment, vote.query) == (False, "No button.", "log in")
    assert voter not in vote.voter
    session.rollback()
    assert reader.post(path, {"fixed": True}).get_json()["voter"] != voter
    assert reader.post(path, {"fixed": True, "voter": "made up"}).status_code == 422


def test_few_votes_are_told_to_staff_alone(program: Programs, make: Make, session: Session) -> None:
    article = make.article()
    session.commit()
    path = f"/articles/{article.id}"
    assert program(None).post(f"{path}/votes", {"fixed": True}).get_json()["fix_rate"] is None
    assert program(None).get(path).get_json()["fix_rate"] is None
    counted = program(Role.AGENT, "votes:read").get(f"{path}/votes").get_json()["fix_rate"]
    assert (counted["fixed"], counted["votes"]) == (1, 1)


def test_a_message_reaches_a_person_once(program: Programs, make: Make, session: Session) -> None:
    article = make.article("Reset")
    session.commit()
    body = {
        "message": "The link never came.",
        "email": "kim@example.com",
        "article": article.id,
        "query": "reset link",
        "form_token": "abc",
    }
    sent = program(None).post("/requests", body)
    assert sent.status_code == 201
    assert program(None).post("/requests", body).get_json() == sent.get_json()
    ticket = session.scalars(select(Ticket)).one()
    assert sent.get_json()["reference"] == ticket.reference
    assert ticket.context is not None
    assert (ticket.context.packet["article"], ticket.context.packet["query"]) == (article.id, "reset link")
    session.rollback()
    assert program(None).post("/requests", {"message": "Help"}).status_code == 422


def test_who_sends_nothing_along_tells_not_even_the_area(program: Programs, make: Make, session: Session) -> None:
    article = make.article("Mend the lamp", category="lamps")
    session.commit()
    body = {"message": "Help me.", "email": "kim@example.com", "article": article.id, "with_trail": False}
    assert program(None).post("/requests", body).status_code == 201
    ticket = session.scalars(select(Ticket)).one()
    assert (ticket.category_id, ticket.context) == (None, None)
