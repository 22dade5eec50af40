"""What became of searches that were judged, told by what the same person did next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import transaction
from app.trail import recording
from app.trail.becoming import Became, JudgedSearch, judged_searches
from app.trail.models import SearchEvent, SelfServiceSession, SessionOutcome, SessionStep
from tests.trail.somebody import Somebody

SAID = recording.Judgement("answer", 0.8, "article 7:en")


def judged(app: Flask, session: Session) -> list[JudgedSearch]:
    assert recording.flush(app)
    session.rollback()
    found = judged_searches(session, since=clock.now() - timedelta(days=1), alike=share_a_word)
    session.rollback()
    return found


def share_a_word(one: str, other: str, language: str) -> bool:
    assert language == "en"
    return not set(one.split()).isdisjoint(other.split())


def looks_elsewhere(somebody: Somebody) -> None:
    somebody.votes(fixed=False)
    somebody.votes(fixed=True, key="8:en")


def changes_their_mind(somebody: Somebody) -> None:
    somebody.votes(fixed=True)
    somebody.votes(fixed=False)


def finds_it_by_other_words(somebody: Somebody) -> None:
    somebody.searches("something else")
    somebody.votes(fixed=True)


def searches_later(somebody: Somebody, query: str) -> None:
    """Six minutes after all they did before."""
    recording.flush(somebody.app)
    with somebody.app.app_context(), transaction() as session:
        for search in session.scalars(select(SearchEvent)):
            search.created_at -= timedelta(minutes=6)
        for step in session.scalars(select(SessionStep)):
            step.at -= timedelta(minutes=6)
    somebody.searches(query)


@pytest.mark.parametrize(
    ("does", "became"),
    [
        (lambda somebody: somebody.votes(fixed=True), Became.FIRST),
        (lambda somebody: somebody.votes(fixed=True, key="8:en"), Became.OTHER),
        (lambda somebody: somebody.votes(fixed=False), Became.NOT_SOLVED),
        (lambda somebody: somebody.asks(), Became.NOT_SOLVED),
        (lambda somebody: somebody.searches("something else"), Became.NOT_SOLVED),
        (lambda somebody: searches_later(somebody, "the fax machine is broken"), Became.UNKNOWN),
        (lambda somebody: searches_later(somebody, "find a lost thing"), Became.NOT_SOLVED),
        (lambda somebody: (somebody.votes(fixed=False), searches_later(somebody, "fax")), Became.NOT_SOLVED),
        (lambda somebody: somebody.reads(), Became.UNKNOWN),
        (lambda somebody: None, Became.UNKNOWN),
        (looks_elsewhere, Became.OTHER),
        (changes_their_mind, Became.NOT_SOLVED),
        (finds_it_by_other_words, Became.NOT_SOLVED),
    ],
)
def test_the_first_thing_that_tells_decides(
    app: Flask, session: Session, somebody: Somebody, does: Callable[[Somebody], object], became: Became
) -> None:
    somebody.searches("lost key", judgement=SAID)
    does(somebody)
    assert judged(app, session) == [JudgedSearch("answer", 0.8, became)]


def test_what_others_do_tells_nothing(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.searches("lost key", judgement=SAID)
    replace(somebody, address="192.0.2.9").votes(fixed=True)
    assert [each.became for each in judged(app, session)] == [Became.UNKNOWN]


def test_what_is_inferred_is_told_apart(app: Flask, session: Session, somebody: Somebody) -> None:
    somebody.searches("lost key", judgement=SAID)
    recording.flush(app)
    session.execute(update(SelfServiceSession).values(outcome=SessionOutcome.SOLVED_INFERRED))
    session.commit()
    assert [each.became for each in judged(app, session)] == [Became.PERHAPS]


def test_searches_that_were_not_judged_and_those_of_programs_are_left_out(
    app: Flask, session: Session, somebody: Somebody
) -> None:
    somebody.searches("lost key")
    replace(somebody, browser="curl/8.0", address="192.0.2.9").searches("lost key", judgement=SAID)
    assert judged(app, session) == []
