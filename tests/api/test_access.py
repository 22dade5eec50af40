"""Who may do what by the API: every operation, tried as a stranger and with every scope, and what a cookie is worth."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account, ApiToken
from app.accounts.roles import Role
from app.accounts.tokens import Scope
from app.foundation import clock
from app.foundation.worker import run_due_jobs
from app.knowledge.models import Governance
from tests.api.conftest import Programs
from tests.api.program import Program
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

TEXT = {"language": "en", "title": "T", "body": "B"}
#: What takes a scope: method, path, a body that would do, and the scope.
SCOPED: list[tuple[str, str, Any, Scope]] = [
    ("POST", "/articles", TEXT, Scope.ARTICLES_WRITE),
    ("GET", "/articles/1/work", None, Scope.ARTICLES_WRITE),
    ("PUT", "/articles/1/tags", {"tags": ["a"]}, Scope.ARTICLES_WRITE),
    ("PUT", "/articles/1/aliases/en", {"aliases": ["a"]}, Scope.ARTICLES_WRITE),
    ("GET", "/articles/1/translations/en", None, Scope.ARTICLES_WRITE),
    ("GET", "/articles/1/translations/en/revisions", None, Scope.ARTICLES_WRITE),
    ("GET", "/articles/1/translations/en/revisions/1", None, Scope.ARTICLES_WRITE),
    ("POST", "/articles/1/translations/en/revisions", {"title": "T", "body": "B"}, Scope.ARTICLES_WRITE),
    ("POST", "/articles/1/publish", {"language": "en"}, Scope.ARTICLES_PUBLISH),
    ("POST", "/articles/1/archive", {}, Scope.ARTICLES_PUBLISH),
    ("POST", "/categories", {"title": "New"}, Scope.CATEGORIES_WRITE),
    ("PATCH", "/categories/1", {"title": "New"}, Scope.CATEGORIES_WRITE),
    ("GET", "/redirects", None, Scope.REDIRECTS_WRITE),
    ("POST", "/articles/1/redirects", {"path": "/old"}, Scope.REDIRECTS_WRITE),
    ("POST", "/categories/1/redirects", {"path": "/old"}, Scope.REDIRECTS_WRITE),
    ("DELETE", "/redirects?path=/faq/old", None, Scope.REDIRECTS_WRITE),
    ("GET", "/articles/1/votes", None, Scope.VOTES_READ),
]
#: What everybody may.
OPEN: list[tuple[str, str, Any]] = [
    ("GET", "/articles", None),
    ("GET", "/articles/1", None),
    ("GET", "/categories", None),
    ("GET", "/categories/1", None),
    ("GET", "/search?q=x", None),
    ("GET", "/suggest?q=x", None),
    ("POST", "/articles/1/votes", {"fixed": True}),
    ("POST", "/requests", {"message": "Help", "email": "kim@example.com"}),
]


@pytest.fixture(autouse=True)
def article(make: Make, session: Session) -> None:
    """One article that everybody may read."""
    make.article(category="account")
    session.commit()


def status(program: Program, method: str, path: str, body: Any) -> int:
    return program.ask(method, path, body).status_code


def test_every_operation_is_in_one_of_the_tables(client: Visitor) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    described = [
        (method.upper(), (operation["security"][0].get("token") or [""])[0])
        for methods in document["paths"].values()
        for method, operation in methods.items()
        if method != "parameters"
    ]
    tables = [(method, scope.value) for method, _, _, scope in SCOPED] + [(method, "") for method, *_ in OPEN]
    # Beside the tables stands only the reason of a vote, which takes a vote first.
    assert sorted(described) == sorted([*tables, ("POST", "")])


def test_a_stranger_is_asked_for_a_token(program: Programs) -> None:
    for method, path, body, scope in SCOPED:
        answer = program(None).ask(method, path, body)
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="API"'
        assert scope in answer.get_json(force=True)["detail"]
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_token_without_the_scope_is_told_which_one_it_lacks(program: Programs) -> None:
    for scope in Scope:
        robot = program(Role.ADMINISTRATOR, *(each for each in Scope if each is not scope))
        for method, path, body, _ in (each for each in SCOPED if each[3] is scope):
            answer = robot.ask(method, path, body)
            assert answer.status_code == 403, f"{method} {path}"
            assert scope in answer.get_json(force=True)["detail"]
            assert answer.headers["WWW-Authenticate"].endswith(f'error="insufficient_scope", scope="{scope}"')


def test_a_token_with_the_scope_may(program: Programs) -> None:
    for scope in Scope:
        robot = program(Role.ADMINISTRATOR, scope)
        for method, path, body, _ in (each for each in SCOPED if each[3] is scope):
            assert status(robot, method, path, body) not in (401, 403), f"{method} {path}"


def test_a_token_does_not_outlive_the_rights_of_its_account(program: Programs, session: Session) -> None:
    robot = program(Role.ADMINISTRATOR)
    session.execute(update(Account).values(role=Role.READER))
    session.commit()
    for method, path, body, _ in SCOPED:
        assert status(robot, method, path, body) == 403, f"{method} {path}"


def test_what_is_open_needs_no_token_but_refuses_a_bad_one(app: Flask, program: Programs) -> None:
    for method, path, body in OPEN:
        assert status(program(None), method, path, body) in (200, 201), f"{method} {path}"
        refused = Program(app, "kb_nothing").ask(method, path, body)
        assert refused.status_code == 401, f"{method} {path}"
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("ending", ["revoked_at", "expires_at"])
def test_a_token_that_has_ended_opens_nothing(program: Programs, session: Session, ending: str) -> None:
    robot = program(Role.ADMINISTRATOR)
    session.execute(update(ApiToken).values({ending: clock.now()}))
    session.commit()
    assert status(robot, "GET", "/articles", None) == 401


def test_a_session_is_worth_nothing_to_the_api(client: Visitor, make: Make, session: Session) -> None:
    administrator = make.account(Role.ADMINISTRATOR, password=PASSWORD)
    secret = make.article("Only for staff", audience="staff")
    session.commit()
    client.sign_in(administrator.email)
    assert client.get(f"/articles/{secret.id}", follow_redirects=True).status_code == 200
    assert client.get(f"/api/v1/articles/{secret.id}").status_code == 404
    assert client.post("/api/v1/articles", json=TEXT).status_code == 401


def test_articles_for_some_are_read_with_the_right_token_alone(
    app: Flask, program: Programs, make: Make, session: Session
) -> None:
    for audience in ("signed_in", "staff"):
        make.article(f"For {audience}", "Only a few know the tangerine.", audience=audience, category=audience)
    session.commit()
    run_due_jobs(app)

    def titles(robot: Program) -> set[str]:
        listed = {each["title"] for each in robot.get("/articles").get_json()["articles"]}
        found = {each["title"] for each in robot.get("/search?q=tangerine").get_json()["results"]}
        suggested = {each["title"] for each in robot.get("/suggest?q=For").get_json()["suggestions"]}
        areas = {each["title"] for each in robot.get("/categories").get_json()["categories"]}
        assert found == suggested == {each for each in listed if each.startswith("For")}
        assert areas - {"Account"} == {each[4:].replace("_", " ").capitalize() for each in found}
        return found

    assert titles(program(None)) == set()
    assert titles(program(Role.ADMINISTRATOR, "articles:write", "votes:read", "redirects:write")) == set()
    assert titles(program(Role.READER, "articles:read")) == {"For signed_in"}
    assert titles(program(Role.AGENT, "articles:read")) == {"For signed_in", "For staff"}


def test_what_is_kept_for_everybody_holds_nothing_of_tokens(program: Programs, make: Make, session: Session) -> None:
    secret = make.article("Only for staff", audience="staff")
    session.commit()
    agent = program(Role.AGENT, "articles:read")
    for _ in range(2):
        assert agent.get(f"/articles/{secret.id}").status_code == 200
        assert program(None).get(f"/articles/{secret.id}").status_code == 404
    assert agent.get("/articles").headers["Cache-Control"] == "private, no-cache"


def test_a_controlled_article_takes_the_right_to_publish(program: Programs, make: Make, session: Session) -> None:
    controlled = make.article("Rules", governance=Governance.CONTROLLED)
    session.commit()
    path = f"/articles/{controlled.id}/tags"
    assert status(program(Role.EDITOR, "articles:write"), "PUT", path, {"tags": []}) == 403
    assert status(program(Role.EDITOR, "articles:write", "articles:publish"), "PUT", path, {"tags": []}) == 200


def test_tokens_that_fail_are_slowed_down(app: Flask) -> None:
    guesser = Program(app, "kb_" + "x" * 46)
    statuses = [status(guesser, "GET", "/articles", None) for _ in range(22)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_of_the_use_of_a_token_the_day_is_kept(program: Programs, session: Session) -> None:
    robot = program(Role.EDITOR)
    assert status(robot, "POST", "/articles", TEXT) == 201
    assert robot.get("/articles").status_code == 200
    assert session.scalars(select(ApiToken.last_used_on)).one() == clock.today()
