"""What readers are led on to after an article."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.errors import InvalidInput
from app.knowledge import next_steps, publishing
from app.knowledge.exchange.checking import broken_links
from app.knowledge.models import Audience, RelatedArticle
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

HEADING = "What to do next"


def test_readers_are_led_on_in_the_editors_order(session: Session, make: Make, client: Visitor) -> None:
    article, one, two = (make.article(title) for title in ("Reset", "First thing", "Second thing"))
    next_steps.set_next_steps(session, article, [two.id, one.id, two.id], by=None)
    session.commit()
    page = client.get(f"/articles/{article.id}-reset").text.partition(HEADING)[2]
    assert page.index("Second thing") < page.index("First thing")


def test_without_next_steps_related_articles_stand_alone(session: Session, make: Make, client: Visitor) -> None:
    article, related = make.article("Reset"), make.article("Related thing")
    session.add(RelatedArticle(article_id=article.id, related_id=related.id, position=0))
    session.commit()
    page = client.get(f"/articles/{article.id}-reset").text
    assert HEADING not in page
    assert "Related thing" in page


def test_a_next_step_is_not_related_once_more(session: Session, make: Make, client: Visitor) -> None:
    article, other = make.article("Reset"), make.article("Other thing")
    session.add(RelatedArticle(article_id=article.id, related_id=other.id, position=0))
    next_steps.set_next_steps(session, article, [other.id], by=None)
    session.commit()
    page = client.get(f"/articles/{article.id}-reset").text
    assert page.count("Other thing") == 1
    assert "You may also want" not in page


def test_after_a_yes_the_next_steps_stand_with_the_thanks(session: Session, make: Make, client: Visitor) -> None:
    article, other = make.article("Reset"), make.article("Other thing")
    next_steps.set_next_steps(session, article, [other.id], by=None)
    session.commit()
    client.post(f"/articles/{article.id}/votes", data={"fixed": "yes", "language": "en"})
    vote = client.get(f"/articles/{article.id}-reset").text.partition('id="vote"')[2].partition("</section>")
    assert "Other thing" in vote[0]
    assert HEADING not in vote[2]


def test_what_a_reader_may_not_see_is_no_step_for_them(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    hidden = [make.article("Inside", audience=Audience.STAFF), make.article("Draft", published=False)]
    next_steps.set_next_steps(session, article, [each.id for each in hidden], by=None)
    session.commit()
    page = client.get(f"/articles/{article.id}-reset").text
    assert HEADING not in page
    assert "Inside" not in page


def test_steps_that_lead_nowhere_are_refused(session: Session, make: Make) -> None:
    article = make.article("Reset")
    for wrong in ([article.id], [4711], [2**40], [0], list(range(1, 9))):
        with pytest.raises(InvalidInput):
            next_steps.set_next_steps(session, article, wrong, by=None)


def test_the_check_of_links_names_lost_steps_and_links_that_not_all_can_follow(session: Session, make: Make) -> None:
    staff, gone = make.article("Inside", audience=Audience.STAFF), make.article("Gone")
    article = make.article("Reset", f"[in](article:{staff.id})")
    next_steps.set_next_steps(session, article, [staff.id, gone.id], by=None)
    publishing.archive(session, gone, by=None)
    make.article("Also inside", f"[in](article:{staff.id})", audience=Audience.STAFF)
    session.commit()
    found = [(each.article_id, each.address) for each in broken_links(session)]
    assert sorted(found) == [
        (article.id, f"article:{staff.id}"),
        (article.id, f"next: {staff.id}"),
        (article.id, f"next: {gone.id}"),
    ]


def test_an_article_needs_as_many_queries_for_five_steps_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Reset")
    others = [make.article(f"Step {number}").id for number in range(5)]
    next_steps.set_next_steps(session, article, others[:1], by=None)
    session.commit()
    path = f"/articles/{article.id}-reset?q=x"
    one = count_queries(app, client, path)
    next_steps.set_next_steps(session, article, others, by=None)
    session.commit()
    assert count_queries(app, client, path) == one


def test_an_editor_sets_next_steps_by_number(session: Session, make: Make, client: Visitor) -> None:
    account = make.account(Role.EDITOR, password=PASSWORD)
    article, other = make.article("Reset"), make.article("Other thing")
    session.commit()
    client.sign_in(account.email)
    page = f"/desk/structure/next/{article.id}"
    assert client.get(f"/desk/structure/next?article={article.id}").headers["Location"] == page
    assert client.submit(page, page, next=f"{other.id}").status_code == 303
    assert "Other thing" in client.get(page).text
    refused = client.submit(page, page, next="4711 x")
    assert (refused.status_code, "4711 x" in refused.text) == (422, True)
    assert client.get("/desk/structure/next?article=x").status_code == 422
    assert client.get("/desk/structure/next/4711").status_code == 404
