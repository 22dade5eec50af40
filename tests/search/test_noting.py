"""Searches and suggestions are noted, and the links from them are known again without JavaScript."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.worker import run_due_jobs
from app.search import noting
from app.search.answers import Fit, SearchAnswer, SearchState
from app.trail import recording
from app.trail.models import SearchClick, SearchEvent, SessionStep
from tests.make import Make
from tests.trail.somebody import FIREFOX, Somebody
from tests.visitor import Visitor

LINK = re.compile(r'href="(/articles/[^"]+from=[^"]+)"')


@pytest.fixture
def reader(app: Flask, client: Visitor, make: Make, session: Session) -> Visitor:
    """A browser at a site with one article in its index."""
    make.article("How do I reset my password?")
    session.commit()
    run_due_jobs(app)
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return client


def events(app: Flask, session: Session) -> list[SearchEvent]:
    assert recording.flush(app)
    found = list(session.scalars(select(SearchEvent).order_by(SearchEvent.id)))
    session.rollback()
    return found


def link_from(reader: Visitor, address: str) -> str:
    found = LINK.search(reader.get(address).get_data(as_text=True))
    assert found is not None
    return found.group(1).replace("&amp;", "&")


def test_a_search_is_noted_as_it_was_answered(app: Flask, session: Session, reader: Visitor) -> None:
    reader.get("/search?q=password&type=how_to")
    reader.get("/search?q=zeppelin")
    first, second = events(app, session)
    assert (first.query_norm, first.mode, first.filters) == ("password", "keyword", {"type": "how_to"})
    assert (second.state, second.results, second.is_typed) == ("no_results", 0, False)


def test_an_empty_search_is_not_noted(app: Flask, session: Session, reader: Visitor) -> None:
    reader.get("/search")
    reader.get("/search?q=%20")
    reader.get("/search/suggest?q=")
    assert events(app, session) == []


def test_a_result_that_is_opened_is_noted_with_its_position(app: Flask, session: Session, reader: Visitor) -> None:
    assert reader.get(link_from(reader, "/search?q=password")).status_code == 200
    (event,) = events(app, session)
    assert event.clicks == 1
    click = session.scalars(select(SearchClick)).one()
    assert (click.position, click.kind, click.key) == (1, "article", "1:en")


def test_a_suggestion_that_is_opened_is_noted(app: Flask, session: Session, reader: Visitor) -> None:
    (suggestion,) = reader.get("/search/suggest?q=passw").json["suggestions"]  # type: ignore[index]
    assert suggestion["url"].startswith("/articles/1-how-do-i-reset-my-password?q=passw&from=")
    assert reader.get(suggestion["url"]).status_code == 200
    (event,) = events(app, session)
    assert (event.clicks, event.is_typed) == (1, True)


def test_the_number_of_an_article_is_a_search_that_was_answered(app: Flask, session: Session, reader: Visitor) -> None:
    assert reader.get("/search?q=%231").status_code == 302
    (event,) = events(app, session)
    assert (event.state, event.results, event.clicks) == ("number", 1, 1)


@pytest.mark.parametrize(
    "mark", ["", ".", "x", "x.1", "A" * 16, "A" * 16 + ".1", "A" * 16 + ".-1", "A" * 16 + ".1e9", "'; --.1", "%00.1"]
)
def test_a_forged_mark_shows_the_article_and_counts_for_nothing(
    app: Flask, session: Session, reader: Visitor, mark: str
) -> None:
    reader.get("/search?q=password")
    assert reader.get(f"/articles/1-how-do-i-reset-my-password?from={mark}").status_code == 200
    (event,) = events(app, session)
    assert event.clicks == 0


def test_a_page_with_a_mark_names_its_clean_address(reader: Visitor) -> None:
    page = reader.get(link_from(reader, "/search?q=password")).get_data(as_text=True)
    (canonical,) = re.findall(r'<link rel="canonical" href="([^"]+)"', page)
    assert canonical.endswith("/articles/1-how-do-i-reset-my-password")


def test_searches_go_on_when_nothing_is_noted(app: Flask, session: Session, reader: Visitor) -> None:
    page = reader.get("/search?q=password", headers={"DNT": "1"}).get_data(as_text=True)
    assert "from=" not in page
    assert "/articles/1-how-do-i-reset-my-password?q=password" in page
    assert events(app, session) == []


def noted(app: Flask, session: Session, answer: SearchAnswer) -> SearchEvent:
    """What is noted when somebody gets this answer."""
    somebody = Somebody(app)
    somebody.does(lambda: noting.note_search(answer, language="en", filters={}, begun=0.0))
    (event,) = events(app, session)
    return event


def test_a_gap_is_noted_with_how_sure_search_was(app: Flask, session: Session) -> None:
    gap = SearchAnswer("lost key", SearchState.NO_ANSWER, total=7, fit=Fit.NOTHING, confidence=0.12, by_meaning=True)
    event = noted(app, session, gap)
    assert (event.state, event.mode, event.fit, event.confidence) == ("no_answer", "hybrid", "nothing", 0.12)


@pytest.mark.parametrize(
    "answer",
    [
        SearchAnswer("lost key", SearchState.RESULTS, total=30, page=2, pages=3, fit=Fit.ANSWER, confidence=0.9),
        SearchAnswer("lost key", SearchState.RESULTS, total=30, fit=Fit.NOTHING, confidence=0.1),
        SearchAnswer("lost key", SearchState.RESULTS, total=30, confidence=0.4),
        SearchAnswer("lost key", SearchState.RESULTS, total=30),
    ],
)
def test_where_the_page_says_nothing_of_the_first_result_nothing_is_noted(
    app: Flask, session: Session, answer: SearchAnswer
) -> None:
    assert noted(app, session, answer).fit is None


def test_a_vote_on_a_result_where_it_was_found_is_noted_with_its_search(
    app: Flask, session: Session, reader: Visitor
) -> None:
    mark = link_from(reader, "/search?q=password").partition("from=")[2].partition("#")[0]
    answer = reader.post(
        "/articles/1/votes", data={"language": "en", "query": "password", "from": mark, "fixed": "yes"}
    )
    assert answer.location == "/articles/1-how-do-i-reset-my-password?q=password#vote"
    (event,) = events(app, session)
    assert event.clicks == 1
    (click,) = session.scalars(select(SearchClick))
    (step,) = session.scalars(select(SessionStep))
    assert (click.position, click.key) == (1, "1:en")
    assert (step.what, step.key, step.fixed, step.session_id) == ("voted", "1:en", True, event.session_id)
