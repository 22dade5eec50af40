"""What the search log tells of searches and of how visits ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import transaction
from app.trail import queries, recording
from app.trail.models import SelfServiceSession, SessionOutcome
from app.trail.queries import Only
from tests.trail.somebody import Somebody

WEEK = timedelta(days=7)


def others(somebody: Somebody, count: int) -> list[Somebody]:
    """So many different people."""
    return [replace(somebody, address=f"192.0.2.{number}") for number in range(1, count + 1)]


@pytest.fixture
def week(app: Flask, somebody: Somebody) -> None:
    """Three looked for a password, of whom one opened something; two for a fax, in vain; one only typed."""
    one, two, three, four, five, six = others(somebody, 6)
    one.clicks(one.searches("reset password"))
    two.searches("Reset password!")
    three.searches("reset  PASSWORD")
    four.searches("fax", results=0)
    five.searches("fax?", results=0)
    six.searches("invoi", typed=True)
    replace(somebody, address="192.0.2.99", browser="curl/8.5.0").searches("fax", results=0)
    recording.flush(app)


@pytest.mark.usefixtures("week")
def test_queries_are_counted_however_they_are_written(session: Session) -> None:
    since = clock.now() - WEEK
    found = queries.searched_queries(session, since=since)
    assert [(each.words, each.searches, each.clicked, each.bounced, each.zero_result) for each in found] == [
        ("reset password", 3, 1, 2, 0),
        ("fax", 2, 0, 0, 2),
    ]
    assert queries.searched_query_count(session, since=since) == 2
    of_each = {
        only: queries.searched_queries(session, since=since, only=only) for only in (Only.NOTHING, Only.NO_CLICK)
    }
    assert [each.words for each in of_each[Only.NOTHING]] == ["fax"]
    assert [each.words for each in of_each[Only.NO_CLICK]] == ["reset password"]
    assert queries.searched_query_count(session, since=since, only=Only.NOTHING) == 1


@pytest.mark.usefixtures("week")
def test_click_through_is_the_share_of_searches_with_a_click(session: Session) -> None:
    totals = queries.search_totals(session, since=clock.now() - WEEK)
    assert (totals.searches, totals.clicked, totals.zero_result) == (5, 1, 2)
    assert totals.click_through == pytest.approx(0.2)
    assert totals.zero_result_share == pytest.approx(0.4)


def test_where_nothing_answers_and_where_the_answer_stands_are_told_apart(
    app: Flask, session: Session, somebody: Somebody
) -> None:
    somebody.searches("why is it blue", state="no_answer")
    somebody.searches("lost key", judgement=recording.Judgement("answer", 0.8, "article 7:en"))
    somebody.searches("key", judgement=recording.Judgement("may_help", 0.4, "article 7:en"))
    recording.flush(app)
    totals = queries.search_totals(session, since=clock.now() - WEEK)
    assert (totals.searches, totals.zero_result, totals.no_answer, totals.bounced) == (3, 0, 1, 2)
    assert totals.no_answer_share == pytest.approx(1 / 3)
    found = queries.searched_queries(session, since=clock.now() - WEEK, only=Only.NO_ANSWER)
    assert [(each.words, each.no_answer) for each in found] == [("why is it blue", 1)]
    found = queries.searched_queries(session, since=clock.now() - WEEK, only=Only.NO_CLICK)
    assert [each.words for each in found] == ["key", "why is it blue"]


@pytest.mark.usefixtures("week")
def test_older_searches_are_left_out(session: Session) -> None:
    assert queries.search_totals(session, since=clock.now() + timedelta(seconds=1)).searches == 0


def test_many_clicks_on_one_search_are_one_search_with_a_click(
    app: Flask, session: Session, somebody: Somebody
) -> None:
    token = somebody.searches("reset password")
    for number in range(5):
        somebody.clicks(token, number + 1, f"{number}:en")
    recording.flush(app)
    assert queries.search_totals(session, since=clock.now() - WEEK).click_through == 1


def test_an_empty_log_has_no_shares(session: Session) -> None:
    totals = queries.search_totals(session, since=clock.now() - WEEK)
    assert (totals.click_through, totals.zero_result_share) == (None, None)
    assert totals.no_answer_share is None
    assert queries.self_service_success(queries.outcome_counts(session, since=clock.now() - WEEK)) is None


def test_outcomes_are_counted_in_all_and_by_query(app: Flask, session: Session, somebody: Somebody) -> None:
    ended = [*["solved_confirmed"] * 3, "unsolved", "escalated", "solved_inferred", None]
    for person in others(somebody, len(ended)):
        person.searches("reset password")
    recording.flush(app)
    with app.app_context(), transaction() as writing:
        for number, outcome in enumerate(ended, start=1):
            one = update(SelfServiceSession).where(SelfServiceSession.id == number)
            writing.execute(one.values(outcome=SessionOutcome(outcome) if outcome else None))
    since = clock.now() - WEEK
    counts = queries.outcome_counts(session, since=since)
    assert (counts[SessionOutcome.SOLVED_CONFIRMED], counts[None], counts[SessionOutcome.ABANDONED]) == (3, 1, 0)
    assert queries.self_service_success(counts) == pytest.approx(3 / 5)
    (line,) = queries.searched_queries(session, since=since)
    assert line.outcomes[SessionOutcome.SOLVED_CONFIRMED] == 3
    assert line.outcomes[SessionOutcome.SOLVED_INFERRED] == 1
