"""News and incidents: where they stand, from when to when, and who writes them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.errors import InvalidInput
from app.foundation.jobs import Job
from app.knowledge import news
from app.knowledge.models import Category
from app.knowledge.news import News, NewsKind, NewsWords, Plan
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


def tell(
    session: Session, title: str = "Card payments fail", kind: NewsKind = NewsKind.INCIDENT, **plan: object
) -> News:
    """An incident that has begun, unless told otherwise."""
    values = {"starts_at": clock.now() - timedelta(hours=1)} | plan
    told = news.write_news(session, Plan(kind, **values), {"en": NewsWords(title, "We *know* of it.")}, by=None)  # type: ignore[arg-type]
    session.commit()
    return told


def test_an_incident_stands_on_every_page(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", category="billing")
    tell(session)
    for path in ("/", "/categories/billing", f"/articles/{article.id}-reset", "/search?q=x", "/nowhere"):
        page = client.get(path).text
        assert "Card payments fail" in page, path
        assert "<em>know</em>" in page


def test_news_without_area_stand_on_the_home_page_only(session: Session, make: Make, client: Visitor) -> None:
    make.article("Reset", category="billing")
    tell(session, "New opening hours", NewsKind.NEWS)
    assert "New opening hours" in client.get("/").text
    assert "New opening hours" not in client.get("/categories/billing").text
    assert "New opening hours" in client.get("/news").text


def test_an_incident_of_an_area_stays_in_that_area_and_at_the_entrance(
    session: Session, make: Make, client: Visitor
) -> None:
    inside, outside = make.article("Pay", category="billing/cards"), make.article("Sign in", category="account")
    session.flush()
    area = session.scalars(select(Category).where(Category.path == "billing")).one()
    tell(session, category_id=area.id)
    for path in ("/", "/categories/billing", "/categories/billing/cards", f"/articles/{inside.id}-pay"):
        assert "Card payments fail" in client.get(path).text, path
    for path in ("/categories/account", f"/articles/{outside.id}-sign-in"):
        assert "Card payments fail" not in client.get(path).text, path


def test_news_are_shown_from_their_start_to_their_end(session: Session, client: Visitor) -> None:
    now = clock.now()
    tell(session, "Planned work", starts_at=now + timedelta(days=1))
    tell(session, "Past work", starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))
    home, history = client.get("/").text, client.get("/news").text
    assert "Planned work" not in home + history
    assert "Past work" not in home
    assert "Past work" in history


def test_kept_pages_are_made_anew_when_planned_news_begin(session: Session) -> None:
    starts_at = clock.now() + timedelta(hours=3)
    tell(session, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    due = sorted(job.due_at for job in session.scalars(select(Job).where(Job.name == "show_news")))
    assert due == [starts_at, starts_at + timedelta(hours=1)]


def test_a_resolved_incident_says_so_and_no_longer_that_it_is_one(session: Session, client: Visitor) -> None:
    told = tell(session)
    assert "Incident:" in client.get("/").text
    news.resolve(session, told, {"en": "We are watching it."}, ends_at=clock.now() + timedelta(hours=1), by=None)
    session.commit()
    page = client.get("/").text
    assert "We are watching it." in page
    assert "Incident:" not in page
    news.reopen(session, told, by=None)
    session.commit()
    page = client.get("/").text
    assert "Incident:" in page
    assert "We are watching it." not in page


def test_news_can_be_put_away_and_incidents_cannot(session: Session, client: Visitor) -> None:
    tell(session)
    assert "news.js" not in client.get("/").text
    tell(session, "New opening hours", NewsKind.NEWS)
    page = client.get("/").text
    assert page.count("data-news=") == 1
    assert "news.js" in page


def test_news_are_told_in_the_readers_language_or_else_in_another(
    session: Session, make: Make, client: Visitor
) -> None:
    make.article("Hola", language="es")
    plan = Plan(NewsKind.INCIDENT, clock.now() - timedelta(hours=1))
    news.write_news(session, plan, {"en": NewsWords("Cards fail"), "es": NewsWords("Fallan las tarjetas")}, by=None)
    news.write_news(session, plan, {"en": NewsWords("Only in English")}, by=None)
    session.commit()
    page = client.get("/", headers={"Accept-Language": "es"}).text
    assert "Fallan las tarjetas" in page
    assert "Cards fail" not in page
    assert 'lang="en">Only in English' in page


def test_a_script_in_news_does_not_run(session: Session, client: Visitor) -> None:
    words = {"en": NewsWords("<b>x</b>", "<script>alert(1)</script> <img src=x onerror=alert(1)>")}
    news.write_news(session, Plan(NewsKind.INCIDENT, clock.now()), words, by=None)
    session.commit()
    page = client.get("/").text
    assert "alert(1)</script>" not in page
    assert "onerror" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("words", "plan", "field"),
    [
        ({"en": NewsWords(" ")}, {}, "title"),
        ({"en": NewsWords("x" * 121)}, {}, "title"),
        ({"en": NewsWords("x", "y" * 1001)}, {}, "text"),
        ({"en": NewsWords("x")}, {"ends_at": clock.now() - timedelta(days=9)}, "ends_at"),
        ({"en": NewsWords("x")}, {"article_id": 4711}, "article"),
        ({"en": NewsWords("x")}, {"article_id": 2**40}, "article"),
        ({"en": NewsWords("x")}, {"category_id": 4711}, "category"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    app: Flask, session: Session, words: dict[str, NewsWords], plan: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        news.write_news(session, Plan(NewsKind.NEWS, clock.now(), **plan), words, by=None)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_news_link_only_to_what_everybody_may_read(session: Session, make: Make) -> None:
    staff = make.article("Inside", audience="staff")
    with pytest.raises(InvalidInput, match="not for everybody"):
        tell(session, article_id=staff.id)


def test_the_page_of_all_news_needs_as_many_queries_for_five_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    for number in range(5):
        article = make.article("Reset", category=f"area-{number}")
        tell(session, f"News {number}", article_id=article.id, category_id=article.category_id)
        if number == 0:
            one = count_queries(app, client, "/news")
    assert count_queries(app, client, "/news") == one


def editor(make: Make, session: Session, client: Visitor, role: Role = Role.EDITOR) -> None:
    account = make.account(role, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)


def test_an_editor_previews_writes_changes_resolves_and_ends_news(
    session: Session, make: Make, client: Visitor
) -> None:
    editor(make, session, client)
    typed = {
        "kind": "incident",
        "title_en": "Cards fail",
        "text_en": "Pay by *transfer*.",
        "starts_at": "2026-01-01T08:00",
    }
    preview = client.submit("/desk/news", "/desk/news/0", do="preview", **typed)
    assert "<em>transfer</em>" in preview.text
    assert session.scalars(select(News)).all() == []
    session.commit()
    assert client.submit("/desk/news", "/desk/news/0", do="save", **typed).status_code == 303
    told = session.scalars(select(News)).one()
    session.commit()
    assert 'value="Cards fail"' in client.get(f"/desk/news/{told.id}").text
    client.submit("/desk/news", f"/desk/news/{told.id}", do="save", **(typed | {"title_en": "Cards are slow"}))
    assert "Cards are slow" in client.get("/").text
    client.submit("/desk/news", f"/desk/news/{told.id}/resolution", do="resolve", resolution_en="All is well.")
    assert "All is well." in client.get("/").text
    client.submit("/desk/news", f"/desk/news/{told.id}/end")
    assert "Cards are slow" not in client.get("/").text
    assert "Cards are slow" in client.get("/news").text


@pytest.mark.parametrize(
    "wrong", [{"title_en": ""}, {"starts_at": "tomorrow"}, {"kind": "rumour"}, {"article": "x"}, {"article": "4711"}]
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    session: Session, make: Make, client: Visitor, wrong: dict[str, str]
) -> None:
    editor(make, session, client)
    typed = {"kind": "news", "title_en": "Hello", "text_en": "Typed words", "starts_at": "2026-01-01T08:00"} | wrong
    answer = client.submit("/desk/news", "/desk/news/0", do="save", **typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Typed words" in answer.text
    assert session.scalars(select(News)).all() == []


def test_agents_do_not_write_news(session: Session, make: Make, client: Visitor) -> None:
    editor(make, session, client, Role.AGENT)
    assert client.get("/desk/news").status_code == 403


def test_the_name_of_an_area_is_told_to_whoever_may_see_something_in_it(
    client: Visitor, make: Make, session: Session
) -> None:
    secret = make.article("Merger", category="project-walnut", audience="staff")
    agent = make.account(Role.AGENT, password=PASSWORD)
    plan = Plan(NewsKind.NEWS, clock.now() - timedelta(hours=1), category_id=secret.category_id)
    news.write_news(session, plan, {"en": NewsWords("Quiet week")}, by=None)
    session.commit()
    for page in ("/", "/news", "/contact"):
        assert "walnut" not in client.get(page).text, page
    client.sign_in(agent.email)
    assert "Project walnut" in client.get("/news").text
