"""What votes add up to, and how far they move an article in search."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.proportions import wilson_interval
from app.knowledge import feedback, publishing
from app.knowledge.fix_rates import FixRate, fix_rate, multiplier, multipliers
from app.knowledge.models import Article, FixVote, Publication, Significance, VoteStanding
from app.knowledge.publishing import ArticleText
from app.search import indexing
from app.search.service import search
from tests.make import Make

ONE_SOURCE = "0a" * 16
PUBLIC = frozenset({"public"})


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def add_votes(
    session: Session, article: Article, *, yes: int = 0, no: int = 0, prefix: str = "", **columns: object
) -> None:
    """Votes of so many people from as many places, put in at once."""
    publication = session.get_one(Publication, (article.id, "en"))
    now = clock.now()
    values = {
        "article_id": article.id, "language": "en", "line": publication.revision.line,
        "revision_id": publication.revision_id, "reason": None, "comment": "", "query": "", "source": None,
        "standing": VoteStanding.COUNTED, "burst_id": None, "created_at": now, "changed_at": now,
    } | columns  # fmt: skip
    rows = [
        values | {"voter": f"{prefix}{number} of {publication.revision_id}", "fixed": number < yes}
        for number in range(yes + no)
    ]
    session.execute(insert(FixVote), rows)


def revise(session: Session, article: Article, significance: Significance) -> None:
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    publishing.save_revision(
        session, article, language="en", text=ArticleText(f"{latest.title}!", "…"), significance=significance,
        based_on=latest.id, by=None,
    )  # fmt: skip
    publishing.publish(session, article, language="en", by=None)


def order(session: Session, app: Flask, query: str) -> list[int]:
    """The articles that a search finds, best first."""
    app.extensions["search_quality"].forget()
    answer = search(session, query, language="en", readers=PUBLIC)
    return [int(each.key.partition(":")[0]) for each in answer.results]


@pytest.fixture
def twins(session: Session, make: Make) -> tuple[Article, Article, Article]:
    """Two articles that fit the same search about equally well, the first a little better, and one that does not."""
    first = make.article("Reset the boiler", "Press reset.", category="heating/boilers")
    second = make.article("Reset the boiler now", "Press reset.", category="heating/boilers")
    stranger = make.article("Pay an invoice", "Open it.", category="heating/boilers")
    session.commit()
    indexing.rebuild()
    return first, second, stranger


def test_a_minor_change_keeps_votes_a_moderate_one_halves_their_weight_and_people_are_counted_whole(
    session: Session, make: Make
) -> None:
    article = make.article()
    add_votes(session, article, yes=20)
    revise(session, article, Significance.MINOR)
    before = fix_rate(session, article.id, "en")
    assert before is not None
    assert (before.fixed, before.votes, before.weight) == (20, 20, 20.0)
    revise(session, article, Significance.MODERATE)
    add_votes(session, article, no=10)
    rate = fix_rate(session, article.id, "en")
    assert rate is not None
    assert (rate.fixed, rate.votes, rate.weight) == (20, 30, 20.0)
    assert (rate.low, rate.high) == wilson_interval(10, 20)
    revise(session, article, Significance.MODERATE)
    rate = fix_rate(session, article.id, "en")
    assert rate is not None
    assert (rate.votes, rate.weight) == (30, 10.0)


def test_a_moderate_change_that_was_published_with_a_later_one_counts(session: Session, make: Make) -> None:
    article = make.article()
    add_votes(session, article, yes=20)
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    publishing.save_revision(
        session, article, language="en", text=ArticleText("Draft", "…"), significance=Significance.MODERATE,
        based_on=latest.id, by=None,
    )  # fmt: skip
    revise(session, article, Significance.MINOR)
    rate = fix_rate(session, article.id, "en")
    assert rate is not None
    assert rate.weight == 10.0


@pytest.mark.parametrize("standing", [VoteStanding.STAFF, VoteStanding.SET_ASIDE, VoteStanding.LEFT_OUT])
def test_only_counted_votes_count(session: Session, make: Make, standing: VoteStanding) -> None:
    article = make.article(category="billing")
    add_votes(session, article, no=50, standing=standing)
    assert fix_rate(session, article.id, "en") is None
    assert multipliers(session) == {}


def test_a_fix_rate_is_shown_from_twenty_votes_on() -> None:
    assert [FixRate(1, votes, 0.0, 1.0, float(votes)).is_shown for votes in (19, 20)] == [False, True]


@pytest.mark.parametrize(("fixed", "votes"), [(0, 9), (9, 9)])
def test_fewer_than_ten_votes_move_nothing(session: Session, make: Make, fixed: int, votes: int) -> None:
    article, neighbour = make.article(category="billing"), make.article("Neighbour", category="billing")
    add_votes(session, article, yes=fixed, no=votes - fixed)
    add_votes(session, neighbour, yes=50, no=50)
    assert (article.id, "en") not in multipliers(session)


@pytest.mark.parametrize("area_mean", [0.0, 0.2, 0.5, 0.9, 1.0])
@pytest.mark.parametrize(("fixed", "votes"), [(0, 10), (10, 10), (0, 10**6), (10**6, 10**6), (300, 500)])
def test_a_fix_rate_moves_an_article_within_its_bounds(fixed: int, votes: int, area_mean: float) -> None:
    rate = FixRate(fixed, votes, *wilson_interval(fixed, votes), float(votes))
    assert 0.8 <= multiplier(rate, area_mean) <= 1.25


def test_what_helps_more_than_its_area_stands_higher_and_what_helps_less_lower(session: Session, make: Make) -> None:
    good, middling, bad = (make.article(title, category="billing") for title in ("Good", "Middling", "Bad"))
    for article, yes in ((good, 95), (middling, 50), (bad, 5)):
        add_votes(session, article, yes=yes, no=100 - yes)
    found = multipliers(session)
    assert found[good.id, "en"] > 1.2
    assert found[middling.id, "en"] == pytest.approx(1, abs=0.02)
    assert found[bad.id, "en"] < 0.85


def test_an_article_is_measured_by_its_own_area(session: Session, make: Make) -> None:
    easy, hard = make.article("Easy", category="easy/a"), make.article("Hard", category="hard/b")
    for number in range(5):
        add_votes(session, make.article(f"E{number}", category="easy/c"), yes=90, no=10)
        add_votes(session, make.article(f"H{number}", category="hard/d"), yes=20, no=80)
    add_votes(session, easy, yes=50, no=50)
    add_votes(session, hard, yes=50, no=50)
    found = multipliers(session)
    assert found[easy.id, "en"] < 0.85
    assert found[hard.id, "en"] > 1.15


def test_of_two_that_fit_alike_the_one_that_helps_stands_first(
    app: Flask, session: Session, twins: tuple[Article, Article, Article]
) -> None:
    first, second, _ = twins
    assert order(session, app, "reset boiler") == [first.id, second.id]
    add_votes(session, first, no=100)
    add_votes(session, second, yes=100)
    session.commit()
    assert order(session, app, "reset boiler") == [second.id, first.id]


def test_ten_thousand_fake_votes_of_one_source_move_nothing(
    app: Flask, session: Session, twins: tuple[Article, Article, Article]
) -> None:
    first, second, _ = twins
    add_votes(session, first, yes=30, no=10)
    add_votes(session, second, yes=20, no=20)
    session.commit()
    before = (
        order(session, app, "reset boiler"),
        multipliers(session),
        fix_rate(session, first.id, "en"),
        fix_rate(session, second.id, "en"),
    )
    # Put in as if nobody had looked, for speed; the first vote that is cast has them all looked at.
    add_votes(session, first, no=4_950, source=ONE_SOURCE, prefix="robot ")
    add_votes(session, second, yes=4_950, source=ONE_SOURCE, prefix="robot ")
    for number in range(50):
        voter = f"late robot {number}"
        feedback.cast_vote(session, first.id, "en", fixed=False, voter=voter, source=ONE_SOURCE)
        feedback.cast_vote(session, second.id, "en", fixed=True, voter=voter, source=ONE_SOURCE)
    session.commit()
    after = (
        order(session, app, "reset boiler"),
        multipliers(session),
        fix_rate(session, first.id, "en"),
        fix_rate(session, second.id, "en"),
    )
    assert after == before


def test_ten_thousand_fake_votes_of_many_sources_move_within_the_bounds_and_lift_nothing_that_does_not_fit(
    app: Flask, session: Session, twins: tuple[Article, Article, Article]
) -> None:
    first, second, stranger = twins
    add_votes(session, second, no=5_000)
    add_votes(session, stranger, yes=5_000)
    session.commit()
    found = multipliers(session)
    assert set(found) == {(second.id, "en"), (stranger.id, "en")}
    assert all(0.8 <= each <= 1.25 for each in found.values())
    assert order(session, app, "reset boiler") == [first.id, second.id]


def test_new_votes_are_seen_by_searches_without_indexing(
    app: Flask, session: Session, twins: tuple[Article, Article, Article]
) -> None:
    first, second, _ = twins
    quality = app.extensions["search_quality"]
    known = quality.factors()
    add_votes(session, second, yes=100)
    add_votes(session, first, no=100)
    session.commit()
    assert quality.factors() is known
    quality.forget()
    assert quality.factors()["article", f"{second.id}:en"] > 1
