"""Votes and the fix rate."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation.database import transaction
from app.foundation.errors import InvalidInput, NotFound
from app.knowledge import feedback, publishing
from app.knowledge.fix_rates import fix_rate
from app.knowledge.models import FixVote, Significance, VoteReason
from app.knowledge.publishing import ArticleText
from tests.make import Make


def test_a_second_answer_replaces_the_first(session: Session, make: Make) -> None:
    article = make.article()
    feedback.cast_vote(session, article.id, "en", fixed=False, voter="somebody", query="lost key")
    feedback.cast_vote(session, article.id, "en", fixed=True, voter="somebody")
    rate = fix_rate(session, article.id, "en")
    assert rate is not None
    assert (rate.fixed, rate.votes) == (1, 1)
    assert session.scalars(select(FixVote.query)).one() == "lost key"


def test_a_no_can_be_explained_and_a_repeated_no_keeps_the_explanation(session: Session, make: Make) -> None:
    article = make.article()
    feedback.cast_vote(session, article.id, "en", fixed=False, voter="somebody")
    feedback.explain_vote(session, article.id, "en", voter="somebody", reason="confusing", comment="Step 3?")
    vote = feedback.cast_vote(session, article.id, "en", fixed=False, voter="somebody")
    assert (vote.reason, vote.comment) == (VoteReason.CONFUSING, "Step 3?")


def test_a_yes_takes_the_explanation_back(session: Session, make: Make) -> None:
    article = make.article()
    feedback.cast_vote(session, article.id, "en", fixed=False, voter="somebody")
    feedback.explain_vote(session, article.id, "en", voter="somebody", reason="other", comment="Hm")
    vote = feedback.cast_vote(session, article.id, "en", fixed=True, voter="somebody")
    assert (vote.reason, vote.comment) == (None, "")


def test_only_a_no_can_be_explained(session: Session, make: Make) -> None:
    article = make.article()
    feedback.cast_vote(session, article.id, "en", fixed=True, voter="somebody")
    with pytest.raises(NotFound):
        feedback.explain_vote(session, article.id, "en", voter="somebody", reason="other", comment="")


@pytest.mark.parametrize(("reason", "comment", "field"), [("bored", "", "reason"), ("", "x" * 4001, "comment")])
def test_an_explanation_that_cannot_be_kept_is_refused(
    session: Session, make: Make, reason: str, comment: str, field: str
) -> None:
    article = make.article()
    feedback.cast_vote(session, article.id, "en", fixed=False, voter="somebody")
    with pytest.raises(InvalidInput) as refused:
        feedback.explain_vote(session, article.id, "en", voter="somebody", reason=reason, comment=comment)
    assert refused.value.field == field


def test_a_draft_takes_no_votes(session: Session, make: Make) -> None:
    article = make.article(published=False)
    with pytest.raises(NotFound):
        feedback.cast_vote(session, article.id, "en", fixed=True, voter="somebody")


def test_a_major_revision_starts_the_fix_rate_anew_and_keeps_the_old_votes(session: Session, make: Make) -> None:
    article = make.article()
    feedback.cast_vote(session, article.id, "en", fixed=False, voter="somebody")
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    publishing.save_revision(
        session,
        article,
        language="en",
        text=ArticleText("Rewritten", "…"),
        significance=Significance.MAJOR,
        based_on=latest.id,
        by=None,
    )
    publishing.publish(session, article, language="en", by=None)
    assert fix_rate(session, article.id, "en") is None
    assert session.scalar(select(func.count()).select_from(FixVote)) == 1


def test_votes_that_arrive_at_once_are_all_kept(app: Flask, session: Session, make: Make) -> None:
    article_id = make.article().id
    session.commit()

    def cast(number: int) -> None:
        with app.app_context(), transaction() as own:
            feedback.cast_vote(own, article_id, "en", fixed=number % 2 == 0, voter=f"voter {number % 20}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(cast, range(60)))
    rate = fix_rate(session, article_id, "en")
    assert rate is not None
    assert rate.votes == 20
