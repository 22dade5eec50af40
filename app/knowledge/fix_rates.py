"""What votes add up to: the fix rate that people see, and how much it may move an article in search.

Two ways of counting, for two purposes. What people read counts persons: so many of so many said yes, each as one. The
interval and the ranking look at the text that is published now: a vote on an earlier text of the same line counts half
for every moderate change since, fully over minor ones, and not at all over a major one, which begins a new line.
Votes of staff and votes set aside count in neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.foundation.proportions import wilson_interval
from app.knowledge.models import Article, Category, FixVote, Publication, Revision, Significance, VoteStanding
from app.search.quality import HIGHEST, LOWEST

SHOWN_FROM = 20
"""Votes from which a fix rate is shown to readers."""
RANKED_FROM = 10
"""Votes, as weighted, from which a fix rate moves an article in search."""

_AREA_WEIGHT = 20.0
"""How many votes the mean of the area weighs against an article's own."""
_MODERATE_WEIGHT = 0.5
_NO_KNOWLEDGE = 0.5


@dataclass(frozen=True)
class FixRate:
    """How often an article fixed the problem: `fixed` of `votes` people, and the Wilson interval of the present text.

    `low` and `high` are its ends at 95 %, in [0, 1]. `weight` is how many votes the interval rests on, at most `votes`.
    """

    fixed: int
    votes: int
    low: float
    high: float
    weight: float

    @property
    def rate(self) -> float:
        """The share of people that said yes, in [0, 1]."""
        return self.fixed / self.votes

    @property
    def middle(self) -> float:
        """The middle of the interval, in [0, 1]: nearer to a half than the rate, the more the fewer votes."""
        return (self.low + self.high) / 2

    @property
    def is_shown(self) -> bool:
        """Whether there are enough votes to tell readers."""
        return self.votes >= SHOWN_FROM


def _votes() -> Select[int, str, int, int, int]:
    """Per published text and revision voted on: yes votes, all votes, and how many moderate changes came since."""
    voted, between = aliased(Revision), aliased(Revision)
    moderate_since = (
        select(func.count(between.id))
        .where(between.article_id == voted.article_id, between.language == voted.language)
        .where(between.line == voted.line, between.significance == Significance.MODERATE)
        .where(between.number > voted.number, between.number <= Revision.number)
        .correlate(voted, Revision)
        .scalar_subquery()
    )
    return (
        select(FixVote.article_id, FixVote.language, func.count().filter(FixVote.fixed), func.count(), moderate_since)
        .join(Publication, (Publication.article_id == FixVote.article_id) & (Publication.language == FixVote.language))
        .join(Revision, Revision.id == Publication.revision_id)
        .join(voted, voted.id == FixVote.revision_id)
        .where(FixVote.standing == VoteStanding.COUNTED, FixVote.line == Revision.line)
        .group_by(
            FixVote.article_id, FixVote.language, Revision.number, voted.id, voted.article_id, voted.language,
            voted.line, voted.number,
        )
    )  # fmt: skip


# Statements of the hot path are put together once: building one costs more than running it.
_ALL_VOTES = _votes()
_VOTES = _ALL_VOTES.where(FixVote.article_id.in_(bindparam("article_ids", expanding=True)))
_AREAS = select(Article.id, Category.path).join(Category, Category.id == Article.category_id)


def fix_rate(session: Session, article_id: int, language: str) -> FixRate | None:
    """The fix rate of the published text in one language, or None without votes."""
    return fix_rates(session, [article_id]).get((article_id, language))


def fix_rates(session: Session, article_ids: list[int]) -> dict[tuple[int, str], FixRate]:
    """The fix rates of many articles by (article id, language), in one query; those without votes are left out."""
    return _added_up(session.execute(_VOTES, {"article_ids": article_ids}))


def multipliers(session: Session) -> dict[tuple[int, str], float]:
    """By what to multiply the score of each published text in search, by (article id, language); 1 where left out.

    The middle of the interval is drawn to the mean of the article's area (its category at the top) as if that mean were
    20 votes more; each point of a percent above the mean then adds one to the score, each below takes one, within 0.8
    to 1.25. Fewer than 10 votes do nothing. The mean of an area counts each article once, however many votes it has,
    so that a flood of votes on one article moves its neighbours little; the site's mean counts as one article more.

    Source: bounds, interval, shrinking and the 10 votes are decision 16 in `content/decisions`; shrinking to a group's
    mean is that of W. James and C. Stein, Estimation with quadratic loss (1961).
    """
    rates = {key: rate for key, rate in _added_up(session.execute(_ALL_VOTES)).items()
             if rate.weight >= RANKED_FROM}  # fmt: skip
    if not rates:
        return {}
    areas = {article_id: path.partition("/")[0] for article_id, path in session.execute(_AREAS)}
    means = _means({key: (areas.get(key[0], ""), rate.middle) for key, rate in rates.items()})
    return {key: multiplier(rate, means[areas.get(key[0], "")]) for key, rate in rates.items()}


def multiplier(rate: FixRate, area_mean: float) -> float:
    """By what a fix rate multiplies a score, given the mean of the article's area in [0, 1]; see `multipliers`."""
    if rate.weight < RANKED_FROM:
        return 1.0
    expected = (rate.weight * rate.middle + _AREA_WEIGHT * area_mean) / (rate.weight + _AREA_WEIGHT)
    return min(HIGHEST, max(LOWEST, 1 + expected - area_mean))


def _added_up(rows: Iterable[Row[int, str, int, int, int]]) -> dict[tuple[int, str], FixRate]:
    sums: dict[tuple[int, str], tuple[int, int, float, float]] = {}
    for article_id, language, fixed, votes, moderate_since in rows:
        weight = _MODERATE_WEIGHT**moderate_since
        before = sums.get((article_id, language), (0, 0, 0.0, 0.0))
        added = (fixed, votes, fixed * weight, votes * weight)
        sums[article_id, language] = (
            before[0] + added[0], before[1] + added[1], before[2] + added[2], before[3] + added[3],
        )  # fmt: skip
    return {
        key: FixRate(fixed, votes, *wilson_interval(min(weighted, weight), weight), weight)
        for key, (fixed, votes, weighted, weight) in sums.items()
    }


def _means(middles: Mapping[tuple[int, str], tuple[str, float]]) -> dict[str, float]:
    every = [middle for _area, middle in middles.values()]
    site = (sum(every) + _NO_KNOWLEDGE) / (len(every) + 1)
    by_area: dict[str, list[float]] = {}
    for area, middle in middles.values():
        by_area.setdefault(area, [site]).append(middle)
    return {area: sum(found) / len(found) for area, found in by_area.items()}
