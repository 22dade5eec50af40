"""Every state of the pages around reading, each with its own words and without those of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock
from app.knowledge import feedback, next_steps, publishing
from app.knowledge.categories import category_at
from app.knowledge.models import Article, Audience
from app.knowledge.structure import structure
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

#: What an article's address says in each state, and in no other.
ARTICLE_WORDS = {
    "read": "Did this fix your problem?",
    "gone": "This article was removed",
    "for signed in": "Sign in to read this article",
    "nothing": "There is no page at this address",
}
#: Why articles stand on the home page.
USEFUL_WORDS = {
    "helped": "Helped most this month",
    "featured": "Good to know",
    "linked": "Good places to start",
    "new": "New articles",
    "empty": "There are no articles here yet",
}


def in_state(state: str, make: Make, session: Session) -> Article:
    """An article whose address is in this state for a stranger."""
    columns = {"for signed in": {"audience": Audience.SIGNED_IN}, "nothing": {"audience": Audience.STAFF}}
    article = make.article("The old secret", **columns.get(state, {}))  # type: ignore[arg-type]
    if state == "gone":
        publishing.archive(session, article, by=None)
    session.commit()
    return article


@pytest.mark.parametrize("state", ARTICLE_WORDS)
def test_an_article_is_in_one_state_only(session: Session, make: Make, client: Visitor, state: str) -> None:
    article = in_state(state, make, session)
    answer = client.get(f"/articles/{article.id}-the-old-secret")
    assert [each for each, words in ARTICLE_WORDS.items() if words in answer.text] == [state]
    assert answer.status_code == {"read": 200, "gone": 410, "for signed in": 403, "nothing": 404}[state]
    assert "/contact" in answer.text


@pytest.mark.parametrize("audience", [Audience.STAFF, Audience.SIGNED_IN])
@pytest.mark.parametrize("is_archived", [False, True])
def test_no_title_of_what_is_not_for_everybody_gets_out(
    session: Session, make: Make, client: Visitor, audience: Audience, *, is_archived: bool
) -> None:
    article = make.article("Hidden plan", category="hidden-area", audience=audience)
    replacement = make.article("Hidden successor", audience=audience)
    if is_archived:
        publishing.archive(session, article, by=None, replaced_by=replacement)
    session.commit()
    page = client.get(f"/articles/{article.id}").text + client.get(f"/articles/{article.id}-x?q=y").text
    assert "idden" not in page.replace("hidden>", "").replace("aria-hidden", "").replace('type="hidden"', "")


def test_what_is_for_staff_reads_to_the_letter_like_what_does_not_exist(
    session: Session, make: Make, client: Visitor
) -> None:
    staff, draft = make.article("Inside", audience=Audience.STAFF), make.article("Draft", published=False)
    session.commit()
    nothing = client.get("/articles/99999-inside")
    for article in (staff, draft):
        answer = client.get(f"/articles/{article.id}-inside")
        assert (answer.status_code, answer.text) == (nothing.status_code, nothing.text)


def test_who_signs_in_is_led_back_to_the_article(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("For members", audience=Audience.SIGNED_IN)
    account = make.account(Role.READER, password=PASSWORD)
    session.commit()
    page = client.get(f"/articles/{article.id}-for-members").text
    assert f"/sign-in?next=%2Farticles%2F{article.id}" in page
    answer = client.sign_in(account.email, next=f"/articles/{article.id}")
    assert "For members" in client.get(answer.headers["Location"], follow_redirects=True).text


def test_a_removed_article_says_what_replaced_it_and_searches_for_what_it_was_about(
    session: Session, make: Make, client: Visitor
) -> None:
    article, better = make.article("Pay by cheque"), make.article("Pay by card")
    publishing.archive(session, article, by=None, replaced_by=better)
    session.commit()
    page = client.get(f"/articles/{article.id}-pay-by-cheque").text
    assert 'value="Pay by cheque"' in page
    assert f'href="/articles/{better.id}-pay-by-card"' in page


def test_a_title_from_before_an_article_was_for_everybody_is_not_searched_for(
    session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Internal name", audience=Audience.STAFF)
    article.audience = Audience.PUBLIC
    publishing.archive(session, article, by=None)
    session.commit()
    answer = client.get(f"/articles/{article.id}")
    assert answer.status_code == 410
    assert "Internal name" not in answer.text


def make_useful(kind: str, make: Make, session: Session) -> None:
    if kind == "empty":
        return
    target = make.article("Target", is_featured=kind in ("featured", "helped"))
    if kind != "new":
        for number in range(2):
            make.article(f"Link {number}", f"[a](article:{target.id})")
    if kind == "helped":
        for number in range(2):
            feedback.cast_vote(session, target.id, "en", fixed=True, voter=f"v{number}")
    session.commit()


@pytest.mark.parametrize("kind", USEFUL_WORDS)
def test_the_home_page_says_truly_why_it_shows_articles(
    session: Session, make: Make, client: Visitor, kind: str
) -> None:
    make_useful(kind, make, session)
    page = client.get("/").text
    assert [each for each, words in USEFUL_WORDS.items() if words in page] == [kind]
    assert ("Target" in page) == (kind != "empty")


def vote(session: Session, article: Article, yes: int, no: int, *, days_ago: int = 0) -> None:
    for number in range(yes + no):
        cast = feedback.cast_vote(session, article.id, "en", fixed=number < yes, voter=f"{article.id} {number}")
        cast.changed_at = clock.now() - timedelta(days=days_ago)
    session.flush()


def test_what_helped_most_is_ranked_by_solutions_that_can_be_relied_on(
    session: Session, make: Make, client: Visitor
) -> None:
    sure, doubtful = make.article("Sure and many"), make.article("Many but as many not")
    few, alone = make.article("Few but all"), make.article("Only one")
    old, bad = make.article("Long ago"), make.article("Mostly not")
    vote(session, sure, 20, 1)
    vote(session, doubtful, 21, 20)
    vote(session, few, 4, 0)
    vote(session, alone, 1, 0)
    vote(session, old, 9, 0, days_ago=31)
    vote(session, bad, 5, 6)
    session.commit()
    page = client.get("/").text.partition("Helped most this month")[2]
    assert page.index("Sure and many") < page.index("Many but as many not") < page.index("Few but all")
    for title in ("Only one", "Long ago", "Mostly not"):
        assert title not in page


def test_the_home_page_shows_eight_areas_and_leads_to_all(session: Session, make: Make, client: Visitor) -> None:
    for number in range(10):
        make.article(f"Article {number}", category=f"area-{number}/inner-{number}")
    make.article("For the desk", category="internal", audience=Audience.STAFF)
    category_at(session, "empty")
    session.commit()
    home, areas = client.get("/").text, client.get("/categories").text
    assert home.count('class="card"') == 8
    assert 'href="/categories"' in home
    for number in range(10):
        assert f"/categories/area-{number}/inner-{number}" in areas
    for hidden in ("/categories/internal", "/categories/empty"):
        assert hidden not in home + areas


def test_breadcrumbs_end_with_the_page_itself(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Where is my invoice?", category="billing")
    session.commit()
    paths = {
        f"/articles/{article.id}-where-is-my-invoice": "Where is my invoice?",
        "/categories/billing": "Billing",
        "/categories": "All areas",
        "/news": "News",
        "/glossary": "Glossary",
        f"/articles/{article.id}-where-is-my-invoice/changes": "What changed",
    }
    for path, here in paths.items():
        trail = client.get(path).text.partition('class="breadcrumbs"')[2].partition("</nav>")[0]
        assert trail.partition('aria-current="page"')[2].partition(">")[2].startswith(here), path


def test_editors_see_what_is_empty_loose_or_lost(session: Session, make: Make, client: Visitor) -> None:
    account = make.account(Role.EDITOR, password=PASSWORD)
    first, second = make.article("Pay", category="billing"), make.article("Loose end")
    category_at(session, "billing/empty")
    next_steps.set_next_steps(session, first, [second.id], by=None)
    publishing.archive(session, second, by=None)
    third = make.article("Loose")
    session.commit()
    client.sign_in(account.email)
    page = client.get("/desk/structure").text
    assert page.count("Empty: hidden from the public") == 1
    with client.application.test_request_context():
        found = structure(session, language="en")
    assert [each.path for each in found.areas] == ["billing", "billing/empty"]
    assert [each.id for each in found.without_area] == [third.id]
    assert [each.id for each in found.lost_steps] == [first.id]


@pytest.mark.parametrize("page", ["/categories", "/"])
def test_pages_of_areas_need_as_many_queries_for_five_rows_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor, page: str
) -> None:
    make.article("Article 0", category="area-0/below")
    session.commit()
    one = count_queries(app, client, page)
    for number in range(1, 6):
        make.article(f"Article {number}", category=f"area-{number}/below")
    session.commit()
    assert count_queries(app, client, page) == one
