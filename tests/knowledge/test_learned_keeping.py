"""What votes taught that were left out is forgotten in the end; what may still count is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.database import Base, transaction
from app.foundation.jobs import unfinished_jobs
from app.foundation.starting import prepare
from app.knowledge import bursts, feedback
from app.knowledge.learned_keeping import EVERY, FORGET_JOB, REVISED_WITHIN, forget_left_out
from app.knowledge.models import FixVote, VoteBurst
from app.search import deciding
from app.search.deciding import Decision
from app.search.models import QueryAssociation, QueryEvidence
from app.trail.ways import Way
from tests.conftest import AppWith
from tests.make import Make

ASKED, OTHER = "wobbly thing squeaks", "hinge makes noises"
KEPT = timedelta(days=90)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def editor(make: Make) -> Account:
    return make.account(Role.EDITOR)


@pytest.fixture
def burst(session: Session, make: Make) -> VoteBurst:
    """Votes of one source set aside, which taught a question, and one vote from elsewhere that taught another."""
    article_id = make.article("Adjust the hinge").id

    def vote(voter: str, question: str, source: str) -> None:
        way = Way(opened_from=(question,))
        feedback.cast_vote(session, article_id, "en", fixed=True, voter=voter, source=source, way=way)

    vote("elsewhere", OTHER, "1b" * 16)
    for number in range(bursts.MOST_ON_ONE_TEXT_IN_AN_HOUR + 1):
        vote(f"v {number}", ASKED, "0a" * 16)
    session.commit()
    return session.scalars(select(VoteBurst)).one()


def decided(session: Session, burst: VoteBurst, editor: Account, *, is_counted: bool = False) -> None:
    bursts.decide(session, burst.id, is_counted=is_counted, by=editor)
    session.commit()


def aged(session: Session, table: type[Base], age: timedelta, column: str) -> None:
    session.execute(update(table).values({column: clock.now() - age}))
    session.commit()


def left(session: Session) -> list[str]:
    """The questions that are kept, once the job has run."""
    with transaction() as own:
        forget_left_out(own)
    session.expire_all()
    found = list(session.scalars(select(QueryAssociation.text).order_by(QueryAssociation.text)))
    session.rollback()
    return found


def test_what_was_left_out_long_ago_is_forgotten_and_its_votes_stay(
    session: Session, burst: VoteBurst, editor: Account
) -> None:
    decided(session, burst, editor)
    aged(session, QueryEvidence, KEPT + timedelta(days=1), "at")
    assert left(session) == [OTHER, ASKED]
    aged(session, VoteBurst, KEPT + timedelta(days=1), "decided_at")
    assert left(session) == [OTHER]
    assert len(session.scalars(select(FixVote)).all()) == bursts.MOST_ON_ONE_TEXT_IN_AN_HOUR + 2
    references = session.scalars(select(QueryEvidence.reference)).all()
    assert references == ["vote 1"]


def test_what_came_later_than_the_decision_is_kept_as_long(session: Session, burst: VoteBurst, editor: Account) -> None:
    decided(session, burst, editor)
    aged(session, VoteBurst, KEPT + timedelta(days=1), "decided_at")
    assert left(session) == [OTHER, ASKED]


def test_votes_that_wait_for_a_decision_lose_nothing_however_long(
    session: Session, burst: VoteBurst, editor: Account
) -> None:
    aged(session, QueryEvidence, timedelta(days=2000), "at")
    aged(session, VoteBurst, timedelta(days=2000), "found_at")
    assert left(session) == [OTHER, ASKED]
    decided(session, burst, editor, is_counted=True)
    aged(session, VoteBurst, timedelta(days=2000), "decided_at")
    assert left(session) == [OTHER, ASKED]


def test_nothing_is_lost_that_an_editor_decided_about(session: Session, burst: VoteBurst, editor: Account) -> None:
    question = session.scalars(select(QueryAssociation).where(QueryAssociation.text == ASKED)).one()
    deciding.decide(session, question.id, Decision.BLOCK, seen=0, by=editor)
    decided(session, burst, editor)
    aged(session, QueryEvidence, KEPT + timedelta(days=1), "at")
    aged(session, VoteBurst, KEPT + timedelta(days=1), "decided_at")
    assert left(session) == [OTHER, ASKED]


def test_a_site_without_a_search_log_can_still_revise_a_decision(
    app_with: AppWith, session: Session, burst: VoteBurst, editor: Account
) -> None:
    decided(session, burst, editor)
    with app_with(search_log_days=0).app_context():
        for kept, age in (([OTHER, ASKED], -timedelta(days=1)), ([OTHER], timedelta(days=1))):
            aged(session, QueryEvidence, REVISED_WITHIN + age, "at")
            aged(session, VoteBurst, REVISED_WITHIN + age, "decided_at")
            assert left(session) == kept


def test_every_start_has_the_worker_forget_and_it_asks_for_the_next_time(app: Flask, session: Session) -> None:
    prepare(app, say=lambda line: None)
    assert [each.name for each in unfinished_jobs(session)].count(FORGET_JOB) == 1
    session.rollback()
    with transaction() as own:
        own.query(type(unfinished_jobs(own)[0])).delete()
        forget_left_out(own)
    [job] = [each for each in unfinished_jobs(session) if each.name == FORGET_JOB]
    assert job.due_at > clock.now() + EVERY / 2
