"""Search by meaning as its page shows it: the answer with its vote, what may help, and that nothing answers."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.worker import run_due_jobs
from app.knowledge.models import FixVote
from app.search import vectorizing
from app.trail import recording
from app.trail.models import SearchClick, SearchEvent, SessionStep
from tests.make import Make
from tests.search.fake_encoder import use_fake_encoder
from tests.trail.somebody import FIREFOX
from tests.visitor import Visitor

ANSWERED = "/search?q=reset+your+password"
PERHAPS = "/search?q=how+do+I+reset+my+password"
UNANSWERED = "/search?q=why+is+my+blue+telescope+key+so+very+cold+today"


@pytest.fixture
def reader(app: Flask, client: Visitor, make: Make, session: Session) -> Visitor:
    """A browser at a site whose search goes by meaning."""
    use_fake_encoder(app)
    make.article("Reset your password", "Intro.\n\n## Steps\n\nYou need:\n\n- a key\n- a lamp\n")
    for title in ("Pay an invoice", "Order a key", "Change the key", "Sell a telescope"):
        make.article(title)
    session.commit()
    run_due_jobs(app)
    with app.app_context():
        vectorizing.catch_up()
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return client


def noted(app: Flask, session: Session) -> SearchEvent:
    assert recording.flush(app)
    event = session.scalars(select(SearchEvent)).one()
    session.rollback()
    return event


def vote_of_card(page: str) -> tuple[str, dict[str, str]]:
    """Where the vote of the answer is sent, and its fields."""
    (form,) = re.findall(r'<form class="buttons".*?</form>', page, re.DOTALL)
    (address,) = re.findall(r'action="([^"]+)"', form)
    return address, dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def test_the_answer_is_voted_on_without_a_script_as_on_its_article(
    app: Flask, session: Session, reader: Visitor
) -> None:
    page = reader.get(ANSWERED).text
    address, fields = vote_of_card(page)
    answer = reader.post(address, data=fields | {"fixed": "no"})
    assert answer.location == "/articles/1-reset-your-password?q=reset+your+password#vote"
    assert "What went wrong?" in reader.get(answer.location).text
    event = noted(app, session)
    vote = session.scalars(select(FixVote)).one()
    click = session.scalars(select(SearchClick)).one()
    step = session.scalars(select(SessionStep)).one()
    assert (vote.article_id, vote.language, vote.fixed, vote.query) == (1, "en", False, "reset your password")
    assert (click.event_id, click.position) == (event.id, 1)
    assert (step.what, step.key, step.session_id) == ("voted", "1:en", event.session_id)


@pytest.mark.parametrize(
    ("fixed", "told"),
    [("yes", "You said that this fixed your problem."), ("no", "You said that this did not fix your problem.")],
)
def test_what_was_said_of_the_answer_is_not_asked_anew(reader: Visitor, fixed: str, told: str) -> None:
    address, fields = vote_of_card(reader.get(ANSWERED).text)
    reader.post(address, data={**fields, "fixed": fixed})
    page = reader.get(ANSWERED).text
    assert told in page
    assert "Did this fix your problem?" not in page
    (link,) = re.findall(r'<a href="(/articles/[^"]+#vote)"', page)
    assert reader.get(link.replace("&amp;", "&")).status_code == 200
    stranger = reader.application.test_client()
    assert "Did this fix your problem?" in stranger.get(ANSWERED).text


def test_what_was_said_of_the_first_result_is_noted(app: Flask, session: Session, reader: Visitor) -> None:
    reader.get(ANSWERED)
    event = noted(app, session)
    assert (event.mode, event.state, event.fit, event.best) == ("hybrid", "results", "answer", "article 1:en")
    assert event.confidence is not None
    assert 0.6 <= event.confidence <= 1


def test_a_single_word_names_a_topic_and_is_not_answered(reader: Visitor) -> None:
    page = reader.get("/search?q=telescope").text
    assert "Sell a telescope" in page
    assert "The answer</p>" not in page


def test_results_of_middling_confidence_may_help(reader: Visitor) -> None:
    page = reader.get(PERHAPS).text
    assert "These may help" in page
    assert "The answer</p>" not in page


def test_where_nothing_answers_all_results_are_one_press_away(app: Flask, session: Session, reader: Visitor) -> None:
    page = reader.get(UNANSWERED).text
    assert "Nothing here answers that" in page
    (all_of_them,) = re.findall(r'href="(/search\?[^"]*all=1)"', page)
    assert "4 results for “" in reader.get(all_of_them.replace("&amp;", "&")).text
    event = noted(app, session)
    assert (event.state, event.fit, event.mode) == ("no_answer", "nothing", "hybrid")
