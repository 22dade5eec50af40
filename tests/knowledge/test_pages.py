"""The public pages of articles."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.database import db
from app.foundation.worker import run_due_jobs
from app.knowledge import feedback, publishing
from app.knowledge.models import FixVote, Significance
from app.knowledge.redirects import add_redirect
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import Visitor


def address(article_id: int, client: Visitor) -> str:
    return client.get(f"/articles/{article_id}").headers["Location"]


def test_home_shows_areas_with_what_is_in_them(session: Session, make: Make, client: Visitor) -> None:
    make.article("Where is my invoice?", category="billing/invoices")
    make.article("For the desk", category="internal", audience="staff")
    make.article("Not ready", category="drafts", published=False)
    session.commit()
    page = client.get("/").text
    assert "Billing" in page
    assert "Internal" not in page
    assert "Drafts" not in page


def test_an_empty_site_says_what_to_do(client: Visitor) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "/contact" in answer.text


def test_a_category_shows_its_children_and_articles(session: Session, make: Make, client: Visitor) -> None:
    make.article("Where is my invoice?", category="billing/invoices")
    make.article("Paying by card", category="billing")
    session.commit()
    page = client.get("/categories/billing").text
    assert "Paying by card" in page
    assert "/categories/billing/invoices" in page
    assert "Where is my invoice?" in client.get("/categories/billing/invoices").text
    assert client.get("/categories/nowhere").status_code == 404


def test_an_article_page_shows_the_article(session: Session, make: Make, client: Visitor) -> None:
    owner = make.account(display_name="Robin Example")
    article = make.article("Reset", "## Steps\n\nPress **start**.", short_answer="Press start.", owner_id=owner.id)
    session.commit()
    answer = client.get(f"/articles/{article.id}-reset")
    assert answer.status_code == 200
    for words in ("Press start.", "<strong>start</strong>", "Robin Example", 'id="steps"', "/contact?article="):
        assert words in answer.text


def test_an_old_or_missing_title_leads_to_the_present_address(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    session.commit()
    for path in (f"/articles/{article.id}", f"/articles/{article.id}-something-old?q=words"):
        answer = client.get(path)
        assert answer.status_code == 301
        assert answer.headers["Location"].startswith(f"/articles/{article.id}-reset")
    assert answer.headers["Location"].endswith("?q=words")


def test_the_slug_chooses_the_language(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    make.translation(article, "es", "Restablecer", "Pulse.")
    session.commit()
    assert 'lang="es"' in client.get(f"/articles/{article.id}-restablecer").text
    assert "Pulse." in client.get(f"/articles/{article.id}-restablecer", headers={"Accept-Language": "en"}).text
    answer = client.get(f"/articles/{article.id}", headers={"Accept-Language": "es"})
    assert answer.headers["Location"] == f"/articles/{article.id}-restablecer"


@pytest.mark.parametrize("columns", [{"published": False}, {"audience": "staff"}])
def test_what_is_not_for_everybody_reads_like_what_does_not_exist(
    session: Session, make: Make, client: Visitor, columns: dict[str, object]
) -> None:
    article = make.article("Secret plans", **columns)
    session.commit()
    hidden = client.get(f"/articles/{article.id}-secret-plans")
    assert hidden.status_code == 404
    assert "Secret plans" not in hidden.text
    assert client.get("/articles/999999-secret-plans").status_code == 404


def test_an_archived_article_says_what_replaced_it(session: Session, make: Make, client: Visitor) -> None:
    article, better = make.article("Old way"), make.article("New way")
    publishing.archive(session, article, by=None, replaced_by=better)
    session.commit()
    answer = client.get(f"/articles/{article.id}-old-way")
    assert answer.status_code == 410
    assert f"/articles/{better.id}-new-way" in answer.text


def test_a_title_that_changed_back_leads_nobody_in_circles(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("First")
    make.translation(article, "es", "Uno")
    for title in ("Dos", "Uno"):
        latest = publishing.latest_revision(session, article.id, "es")
        publishing.save_revision(
            session,
            article,
            language="es",
            text=publishing.ArticleText(title, "…"),
            significance=Significance.MINOR,
            based_on=latest.id if latest else None,
            by=None,
        )
        publishing.publish(session, article, language="es", by=None)
    publishing.archive(session, article, by=None)
    publishing.publish(session, article, language="en", by=None)
    session.commit()
    answer = client.get(f"/articles/{article.id}-uno")
    assert answer.headers["Location"] == f"/articles/{article.id}-first"
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("path", ["/articles/99999999999999999999", "/articles/99999999999999999999-x", "/%5C[x"])
def test_an_address_that_cannot_be_is_not_found(client: Visitor, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_address_of_the_old_site_leads_here(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    add_redirect(session, "/help/reset/", article=article)
    session.commit()
    answer = client.get("/help/reset/?x=1")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/articles/{article.id}-reset?x=1"
    assert client.get("/help/unknown").status_code == 404


def test_a_change_shows_at_once_although_pages_are_kept(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "Old words")
    session.commit()
    assert "Old words" in client.get(f"/articles/{article.id}-reset").text
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    publishing.save_revision(
        session,
        article,
        language="en",
        text=publishing.ArticleText("Reset", "New words"),
        significance=Significance.MINOR,
        based_on=latest.id,
        by=None,
    )
    publishing.publish(session, article, language="en", by=None)
    session.commit()
    assert "New words" in client.get(f"/articles/{article.id}-reset").text


def test_a_page_that_has_not_changed_is_not_sent_again(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    session.commit()
    first = client.get(f"/articles/{article.id}-reset")
    again = client.get(f"/articles/{article.id}-reset", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.headers.getlist("Set-Cookie") == []


def test_a_vote_is_recorded_and_can_be_changed(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    session.commit()
    path = f"/articles/{article.id}/votes"
    answer = client.post(path, data={"fixed": "no", "language": "en", "query": "lost key"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/articles/{article.id}-reset?q=lost+key#vote"
    client.post(path, data={"fixed": "yes", "language": "en"})
    vote = session.scalars(select(FixVote)).one()
    assert (vote.fixed, vote.query) == (True, "lost key")


def test_a_voter_sees_their_own_vote_and_nobody_elses(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Reset")
    session.commit()
    stranger = app.test_client()
    before = stranger.get(f"/articles/{article.id}-reset").text
    client.post(f"/articles/{article.id}/votes", data={"fixed": "no"})
    mine = client.get(f"/articles/{article.id}-reset").text
    assert "votes/reason" in mine
    assert stranger.get(f"/articles/{article.id}-reset").text == before


def test_after_a_no_the_reason_is_kept_and_a_person_is_one_press_away(
    session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Reset")
    session.commit()
    client.post(f"/articles/{article.id}/votes", data={"fixed": "no", "query": "lost key"})
    page = client.get(f"/articles/{article.id}-reset?q=lost+key").text
    assert f"/contact?article={article.id}&amp;language=en&amp;revision=1&amp;q=lost+key" in page
    answer = client.post(f"/articles/{article.id}/votes/reason", data={"reason": "did_not_work", "comment": "Step 3"})
    assert answer.status_code == 303
    vote = session.scalars(select(FixVote)).one()
    assert (vote.reason, vote.comment) == ("did_not_work", "Step 3")
    assert "Step 3" in client.get(f"/articles/{article.id}-reset").text


@pytest.mark.parametrize("fixed", ["", "maybe", "<script>"])
def test_a_vote_that_is_neither_yes_nor_no_is_explained(
    session: Session, make: Make, client: Visitor, fixed: str
) -> None:
    article = make.article("Reset")
    session.commit()
    answer = client.post(f"/articles/{article.id}/votes", data={"fixed": fixed})
    assert answer.status_code == 422
    assert "Yes or No" in answer.text


def test_nothing_is_voted_by_following_a_link(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    session.commit()
    client.get(f"/articles/{article.id}/votes?fixed=yes")
    client.get(f"/articles/{article.id}-reset?fixed=yes")
    assert session.scalars(select(FixVote)).all() == []


def test_a_vote_on_nothing_is_refused(client: Visitor) -> None:
    assert client.post("/articles/4711/votes", data={"fixed": "yes"}).status_code == 404


def test_contact_carries_what_was_read_and_searched(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset")
    session.commit()
    page = client.get(f"/contact?article={article.id}&revision=1&q=lost+key").text
    assert "Reset" in page
    assert "lost key" in page


def test_contact_says_again_what_was_told_here_and_nothing_that_was_not(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Reset")
    session.commit()
    app.extensions["settings"] = replace(app.extensions["settings"], contact_email="help@example.com")
    address = f"/contact?article={article.id}&language=en&revision=1"
    assert "did%20not%20fix" not in client.get(address).text
    client.post(f"/articles/{article.id}/votes", data={"fixed": "no"})
    client.post(f"/articles/{article.id}/votes/reason", data={"reason": "did_not_work", "comment": "Step 3 fails"})
    page = client.get(address).text
    assert '<dd dir="auto">Step 3 fails</dd>' in page
    assert "It%20did%20not%20fix%20my%20problem.%0D%0AI%20wrote%20there%3A%20Step%203%20fails" in page


@pytest.mark.parametrize("article", ["x", "-1", "9" * 30, "4711", "%00"])
def test_contact_opens_whatever_it_is_told(client: Visitor, article: str) -> None:
    assert client.get(f"/contact?article={article}&revision={article}&language={article}").status_code == 200


def test_an_overdue_article_says_so(session: Session, make: Make, client: Visitor) -> None:
    yesterday = clock.today() - timedelta(days=1)
    article = make.article("Reset", review_due_on=yesterday)
    session.commit()
    fresh = make.article("Fresh")
    session.commit()
    assert "due for a review" in client.get(address(article.id, client)).text
    assert "due for a review" not in client.get(address(fresh.id, client)).text


@pytest.mark.parametrize("page", ["/", "/categories/billing", "article"])
def test_a_page_needs_as_many_queries_for_five_rows_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor, page: str
) -> None:
    first = make.article("Article 0", category="billing", is_featured=True, tags=("a",))
    session.commit()
    path = page if page.startswith("/") else f"/articles/{first.id}-article-0?q=x"
    one = count_queries(app, client, path)
    for number in range(1, 6):
        article = make.article(f"Article {number}", category="billing", is_featured=True, tags=(str(number),))
        feedback.cast_vote(session, article.id, "en", fixed=True, voter="somebody")
    session.commit()
    assert count_queries(app, client, path) == one


@pytest.mark.parametrize("page", ["/search?q=article", "/search?q=%23999", "/api/v1/search?q=article"])
def test_a_search_needs_as_many_queries_for_five_rows_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor, page: str
) -> None:
    make.article("Article 0", category="billing", tags=("a",))
    session.commit()
    run_due_jobs(app)
    one = count_queries(app, client, page)
    for number in range(1, 6):
        article = make.article(f"Article {number}", category=f"area-{number}", tags=(str(number),))
        feedback.cast_vote(session, article.id, "en", fixed=True, voter="somebody")
    session.commit()
    run_due_jobs(app)
    assert count_queries(app, client, page) == one


def test_nobody_can_vote_words_of_their_own_onto_the_home_page(session: Session, make: Make, client: Visitor) -> None:
    article, internal = make.article("How do I pay an invoice?"), make.article("Pay bonuses", audience="staff")
    for number in range(4):
        feedback.cast_vote(session, article.id, "en", fixed=True, voter=f"a{number}", query="call 555 for refunds")
        feedback.cast_vote(session, internal.id, "en", fixed=True, voter=f"a{number}", query="pay bonuses")
    for number in range(2):
        feedback.cast_vote(session, article.id, "en", fixed=True, voter=f"b{number}", query="paying invoices")
    session.commit()
    page = client.get("/").text
    assert "555" not in page
    assert "bonuses" not in page
    assert "paying invoices" in page


def test_a_language_is_offered_to_those_who_can_read_something_in_it(
    session: Session, make: Make, client: Visitor
) -> None:
    make.article("Solo para el personal", language="es", audience="staff")
    make.article("Pour tous", language="fr")
    make.account(Role.EDITOR, email="ed@example.com", password="correct horse battery")
    session.commit()
    page = client.get("/").text
    assert "Français" in page
    assert "Español" not in page
    client.sign_in("ed@example.com", "correct horse battery")
    assert "Español" in client.get("/").text


@pytest.mark.parametrize(
    "path", ["/articles/99999999999999999999-x", "/api/v1/articles/99999999999999999999", "/categories/a%00b", "/%00"]
)
def test_an_address_that_no_database_can_look_up_leads_nowhere(client: Visitor, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_vote_that_cannot_be_kept_says_so_and_nothing_half_is_kept(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    votes = f"/articles/{make.article('Reset').id}/votes"
    session.commit()
    with app.app_context():
        engine = db.engine

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO fix_votes"):
            raise OperationalError(statement, {}, Exception("database or disk is full"))

    event.listen(engine, "before_cursor_execute", refuse)
    answer = client.post(votes, data={"fixed": "no", "language": "en"})
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers
    assert "/contact" in answer.text
    event.remove(engine, "before_cursor_execute", refuse)
    assert session.scalars(select(FixVote)).all() == []
    session.rollback()
    assert client.post(votes, data={"fixed": "no", "language": "en"}).status_code == 303
