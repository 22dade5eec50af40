"""What holds for every view, also for those that are not written yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from app.accounts.roles import Permission, Role
from app.foundation.database import db
from app.web.access import PUBLIC, required_permission
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

#: What strangers may open. A new public page is written down here, on purpose.
PUBLIC_VIEWS = {
    "accessibility.statement",
    "accounts.open_session",
    "accounts.sign_in",
    "accounts.sign_out",
    "attachments.attachment",
    "api.openapi",
    "api.problems",
    "api.reference",
    "api_nothing",
    "api_preflight",
    "api_v1_articles.article",
    "api_v1_articles.articles",
    "api_v1_categories.category",
    "api_v1_categories.category_tree",
    "api_v1_requests.send",
    "api_v1_search.search_articles",
    "api_v1_search.suggest",
    "api_v1_votes.cast_vote",
    "api_v1_votes.explain_vote",
    "glossary.terms",
    "health.alive",
    "health.ready",
    "knowledge.article",
    "knowledge.category",
    "contact.contact",
    "contact.send",
    "following.asked",
    "following.confirm",
    "following.follow_article",
    "following.follow_category",
    "following.manage",
    "following.stop",
    "knowledge.home",
    "knowledge.old_address",
    "votes.vote",
    "votes.vote_reason",
    "machines.area_feed",
    "machines.article_feed",
    "machines.browser_suggestions",
    "machines.feed",
    "machines.overview",
    "machines.rendition",
    "machines.robots",
    "machines.search_description",
    "machines.security_contact",
    "machines.sitemap_file",
    "machines.whole_sitemap",
    "machines.whole_text",
    "news.history",
    "reading.all_areas",
    "reading.article_changes",
    "search.results",
    "search.suggestions",
    "support.follow",
    "trail.beacon",
    "web.static",
    "widget.script",
    "widget.settings",
}
SAMPLES = {
    "article_id": 1,
    "form": "md",
    "news_id": 1,
    "path": "billing/invoices",
    "sha256": "0" * 64,
    "language": "en",
    "category_id": 1,
    "number": 1,
}


def requests_of(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint with each of its methods and a sample address."""
    addresses = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        numbers = {name for name, kind in rule._converters.items() if isinstance(kind, IntegerConverter)}
        values = {name: SAMPLES.get(name, 1 if name in numbers else "sample") for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            yield rule.endpoint, method, addresses.build(rule.endpoint, values, method=method)


def test_every_view_declares_who_may_open_it(app: Flask) -> None:
    known = {PUBLIC, *(permission.value for permission in Permission)}
    with app.app_context():
        for rule in app.url_map.iter_rules():
            assert required_permission(rule.endpoint) in known, rule.endpoint


def test_what_strangers_may_open_is_written_down(app: Flask) -> None:
    with app.app_context():
        open_to_all = {
            each.endpoint for each in app.url_map.iter_rules() if required_permission(each.endpoint) == PUBLIC
        }
    assert open_to_all == PUBLIC_VIEWS


def test_a_stranger_gets_nothing_that_is_not_public(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, address in requests_of(app):
        if endpoint not in PUBLIC_VIEWS:
            answer = client.open(address, method=method)
            assert answer.status_code in (302, 303, 401, 403, 404), f"{method} {address} answers {answer.status_code}"


def test_a_view_that_declares_nothing_is_shut(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/forgotten/page", "forgotten", lambda: "secret")
    assert client.get("/forgotten/page").status_code == 404


def test_a_post_from_another_site_is_refused_everywhere(app: Flask, client: FlaskClient) -> None:
    for endpoint, method, address in requests_of(app):
        # Where no cookie counts, another site can do no more than any program.
        if method == "POST" and not getattr(app.view_functions[endpoint], "looks_at_no_cookie", False):
            answer = client.post(address, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
            assert answer.status_code in (302, 303, 403), f"{address} answers {answer.status_code}"


@pytest.mark.parametrize("is_signed_in", [False, True], ids=["a stranger", "an administrator"])
def test_opening_pages_changes_nothing(
    app: Flask, client: Visitor, make: Make, session: Session, *, is_signed_in: bool
) -> None:
    article = make.article(category="billing/invoices")
    administrator = make.account(Role.ADMINISTRATOR, password=PASSWORD)
    session.commit()
    assert article.id == SAMPLES["article_id"]
    if is_signed_in:
        client.sign_in(administrator.email)
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            written.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    for _, method, address in requests_of(app):
        if method == "GET":
            client.get(address)
            assert not written, f"GET {address} writes: {written}"
