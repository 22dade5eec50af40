"""The lists of the desk ask the database as often for five rows as for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts import tokens
from app.accounts.roles import Role
from app.foundation import clock
from app.knowledge import glossary, news, next_steps
from app.knowledge.glossary import TermWords
from app.knowledge.news import NewsKind, NewsWords, Plan
from app.search import relevance, synonym_sets
from app.trail import recording
from tests.counting import count_queries
from tests.make import Make
from tests.trail.somebody import Somebody
from tests.visitor import PASSWORD, Visitor

PAGES = (
    "/desk/searches", "/desk/search", "/desk/search/synonyms", "/desk/search/tests", "/desk/search/log",
    "/desk/structure", "/desk/news", "/desk/glossary",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_list_of_the_desk_needs_as_many_queries_for_five_rows_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor, page: str
) -> None:
    account = make.account(Role.ADMINISTRATOR, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)

    def add(number: int) -> None:
        article = make.article(f"Article {number}", category=f"area-{number}/below")
        hidden = make.article(f"Loose {number}", published=False)
        make.article(f"Without area {number}")
        next_steps.set_next_steps(session, article, [hidden.id], by=None)
        plan = Plan(NewsKind.NEWS, clock.now(), category_id=article.category_id, article_id=article.id)
        news.write_news(session, plan, {"en": NewsWords(f"News {number}")}, by=None)
        glossary.write_term(session, {"en": TermWords(f"Term {number}", "A word.")}, article_id=article.id, by=None)
        session.commit()
        synonym_sets.write_set(session, "en", [f"left{number}x", f"right{number}x"], by=account)
        key = f"{article.id}:en"
        test = relevance.add_test(session, f"search {number}", language="en", kind="article", key=key, by=account)
        test.instead = [{"kind": "article", "key": key, "title": "Something"}]
        session.commit()
        somebody = Somebody(app, address=f"192.0.2.{number + 1}")
        somebody.searches(f"wrong{number} words", results=0)
        somebody.clicks(somebody.searches(f"right{number} words"), key=key)
        somebody.votes(fixed=True, key=key)
        recording.flush(app)

    assert _grows_in_rows_alone(add, lambda: count_queries(app, client, page))


def test_the_page_of_tokens_needs_as_many_queries_for_five_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    account = make.account(Role.ADMINISTRATOR, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)

    def add(number: int) -> None:
        scopes = [tokens.Scope.ARTICLES_READ]
        tokens.make_token(session, account, name=f"Program {number}", scopes=scopes, days=30, by=account)
        session.commit()

    assert _grows_in_rows_alone(add, lambda: count_queries(app, client, "/account/tokens"))


def _grows_in_rows_alone(add: Callable[[int], None], count: Callable[[], int]) -> bool:
    add(0)
    one = count()
    for number in range(1, 5):
        add(number)
    return count() == one
