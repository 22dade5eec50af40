"""Bursts of votes: what is set aside, what is not, and what staff make of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock, jobs
from app.foundation.activity import Activity
from app.foundation.database import transaction
from app.foundation.errors import Conflict, NotFound
from app.foundation.worker import run_due_jobs
from app.knowledge import bursts, feedback
from app.knowledge.fix_rates import fix_rate
from app.knowledge.models import BurstRule, FixVote, VoteBurst, VoteStanding
from tests.make import Make

OFFICE, ELSEWHERE = "0a" * 16, "1b" * 16


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def cast(
    session: Session, article_id: int, number: int, *, source: str | None = OFFICE, fixed: bool = False
) -> FixVote:
    return feedback.cast_vote(session, article_id, "en", fixed=fixed, voter=f"voter {number}", source=source)


def counted(session: Session, article_id: int) -> int:
    rate = fix_rate(session, article_id, "en")
    return rate.votes if rate else 0


def an_hour_later(session: Session) -> None:
    """Have all votes been cast more than an hour ago."""
    session.execute(update(FixVote).values(changed_at=clock.now() - timedelta(hours=2)))
    session.expire_all()


def test_a_few_votes_of_one_office_all_count(session: Session, make: Make) -> None:
    article = make.article()
    for number in range(5):
        cast(session, article.id, number)
    assert counted(session, article.id) == 5
    assert bursts.bursts(session, is_decided=False) == []


def test_too_many_votes_of_one_source_on_a_text_are_set_aside_with_those_before(session: Session, make: Make) -> None:
    article, other = make.article(), make.article("Another")
    cast(session, article.id, 100, source=ELSEWHERE, fixed=True)
    cast(session, other.id, 0)
    for number in range(6):
        cast(session, article.id, number, fixed=number < 2)
    assert counted(session, article.id) == 1
    assert counted(session, other.id) == 1
    (burst,) = bursts.bursts(session, is_decided=False)
    assert (burst.rule, burst.votes, burst.fixed) == (BurstRule.ONE_TEXT_IN_AN_HOUR, 6, 2)
    cast(session, article.id, 7)
    (burst,) = bursts.bursts(session, is_decided=False)
    assert burst.votes == 7


def test_votes_of_one_source_that_trickle_in_are_fewer_than_ranking_looks_at(session: Session, make: Make) -> None:
    article = make.article()
    for number in range(9):
        cast(session, article.id, number)
        an_hour_later(session)
    assert counted(session, article.id) == 9
    cast(session, article.id, 10)
    assert counted(session, article.id) == 0
    assert session.scalars(select(VoteBurst.rule)).all() == [BurstRule.ONE_TEXT_IN_A_DAY]


def test_too_many_votes_of_one_source_over_all_texts_are_set_aside_everywhere(session: Session, make: Make) -> None:
    articles = [make.article(f"Article {number}").id for number in range(21)]
    for number in range(42):
        cast(session, articles[number % 21], number)
    assert {counted(session, each) for each in articles} == {0}
    (burst,) = bursts.bursts(session, is_decided=False)
    assert (burst.rule, burst.votes, len(burst.articles)) == (BurstRule.ALL_TEXTS_IN_AN_HOUR, 42, 21)


def test_people_who_are_signed_in_are_never_a_burst(session: Session, make: Make) -> None:
    article = make.article()
    for number in range(30):
        cast(session, article.id, number, source=None)
    assert counted(session, article.id) == 30


def test_a_vote_set_aside_does_not_count_again_by_being_sent_from_elsewhere(session: Session, make: Make) -> None:
    article = make.article()
    for number in range(6):
        cast(session, article.id, number)
    vote = cast(session, article.id, 3, source=ELSEWHERE, fixed=True)
    assert (vote.fixed, vote.standing, vote.source) == (True, VoteStanding.SET_ASIDE, OFFICE)
    assert counted(session, article.id) == 0
    cast(session, article.id, 50, source=ELSEWHERE)
    assert counted(session, article.id) == 1


def test_votes_of_staff_are_kept_and_never_counted_nor_part_of_a_burst(session: Session, make: Make) -> None:
    article = make.article()
    for number in range(20):
        feedback.cast_vote(session, article.id, "en", fixed=True, voter=f"agent {number}", source=OFFICE, is_staff=True)
    cast(session, article.id, 1)
    assert counted(session, article.id) == 1
    assert session.scalar(select(func.count()).select_from(FixVote)) == 21


def test_staff_can_count_a_burst_after_all_and_what_joins_it_later(session: Session, make: Make) -> None:
    article, editor = make.article(), make.account(Role.EDITOR)
    for number in range(6):
        cast(session, article.id, number)
    (burst,) = bursts.bursts(session, is_decided=False)
    bursts.decide(session, burst.id, is_counted=True, by=editor)
    session.expire_all()
    cast(session, article.id, 7)
    assert counted(session, article.id) == 7
    (decided,) = bursts.bursts(session, is_decided=True)
    assert (decided.decision, decided.decided_by, decided.votes) == (VoteStanding.COUNTED, editor.display_name, 7)
    entry = session.scalars(select(Activity).where(Activity.subject_kind == "vote_burst")).one()
    assert (entry.verb, entry.by_id, entry.details["votes"]) == ("votes counted", editor.id, 6)


def test_staff_can_leave_a_burst_out_for_good_and_change_their_mind(session: Session, make: Make) -> None:
    article, editor = make.article(), make.account(Role.EDITOR)
    for number in range(6):
        cast(session, article.id, number)
    (burst,) = bursts.bursts(session, is_decided=False)
    bursts.decide(session, burst.id, is_counted=False, by=editor)
    session.expire_all()
    assert cast(session, article.id, 7).standing is VoteStanding.LEFT_OUT
    with pytest.raises(Conflict):
        bursts.decide(session, burst.id, is_counted=False, by=editor)
    bursts.decide(session, burst.id, is_counted=True, by=editor)
    assert counted(session, article.id) == 7


@pytest.mark.parametrize("number", [4711, 10**12])
def test_a_burst_that_does_not_exist_cannot_be_decided(session: Session, make: Make, number: int) -> None:
    with pytest.raises(NotFound):
        bursts.decide(session, number, is_counted=True, by=make.account(Role.EDITOR))


def test_where_votes_came_from_is_forgotten_after_three_days_and_bursts_stay(
    app: Flask, session: Session, make: Make
) -> None:
    article = make.article()
    for number in range(6):
        cast(session, article.id, number)
    cast(session, make.article("Another").id, 1)
    old = update(FixVote).where(FixVote.burst_id.is_not(None))
    session.execute(old.values(changed_at=clock.now() - timedelta(days=4)))
    session.execute(update(jobs.Job).where(jobs.Job.name == bursts.FORGET_JOB).values(due_at=clock.now()))
    session.commit()
    run_due_jobs(app)
    session.expire_all()
    assert session.scalars(select(FixVote.source).where(FixVote.source.is_not(None))).all() == [OFFICE]
    assert bursts.bursts(session, is_decided=False)[0].votes == 6
    # The job comes back for the vote that is not old enough yet.
    assert session.scalar(select(func.count()).where(jobs.Job.name == bursts.FORGET_JOB)) == 1


def test_a_source_that_is_forgotten_does_not_meet_its_old_burst_again(session: Session, make: Make) -> None:
    article = make.article()
    for number in range(6):
        cast(session, article.id, number)
    session.execute(update(FixVote).values(source=None))
    session.expire_all()
    cast(session, article.id, 50)
    assert counted(session, article.id) == 1


def test_votes_that_one_source_casts_at_once_are_all_set_aside(app: Flask, session: Session, make: Make) -> None:
    article_id = make.article().id
    session.commit()

    def vote(number: int) -> None:
        with app.app_context(), transaction() as own:
            cast(own, article_id, number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(vote, range(40)))
    session.expire_all()
    assert session.scalars(select(FixVote.standing).distinct()).all() == [VoteStanding.SET_ASIDE]
    assert [each.votes for each in bursts.bursts(session, is_decided=False)] == [40]
