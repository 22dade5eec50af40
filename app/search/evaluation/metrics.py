"""What rankings and probabilities are worth: plain functions of plain values.

Grades say how well a document answers a question, 0 not at all; what is not graded counts as 0.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence

DEPTH = 10
BINS = 10


def least_right(judgements: Mapping[str, Mapping[str, int]]) -> int:
    """The grade from which on a document counts as a right answer in these judgements, a mapping a question.

    2 where grades above 1 are given, as 1 then means "about the same matter, but no answer"; else 1.
    """
    return 2 if any(grade > 1 for grades in judgements.values() for grade in grades.values()) else 1


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], *, depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain of the first `depth`, 0 to 1; the gain of a document is its grade.

    0 where nothing is graded above 0. Source: Järvelin and Kekäläinen 2002, with log2(rank + 1) as discount.
    """
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(each, 0) for each in ranking[:depth]]) / ideal if ideal else 0.0


def reciprocal_rank(ranking: Sequence[str], right: Collection[str], *, depth: int = DEPTH) -> float:
    """One over the place, from 1, of the first right document among the first `depth`; 0 when there is none."""
    return next((1 / place for place, each in enumerate(ranking[:depth], start=1) if each in right), 0.0)


def is_found(ranking: Sequence[str], right: Collection[str], *, depth: int) -> bool:
    """Whether one of the right documents is among the first `depth`."""
    return any(each in right for each in ranking[:depth])


def auroc(positive: Iterable[float], negative: Iterable[float]) -> float | None:
    """The chance that one of the positive numbers exceeds one of the negative, ties as half; None without both."""
    lower, own = sorted(negative), list(positive)
    if not lower or not own:
        return None
    won = sum(bisect_left(lower, each) + bisect_right(lower, each) for each in own) / 2
    return won / (len(lower) * len(own))


def calibration_error(judged: Iterable[tuple[float, bool]], *, bins: int = BINS) -> float | None:
    """How far probabilities are from how often they came true, on average: expected calibration error, 0 to 1.

    Args:
        judged: probabilities with whether it came true; they are sorted into so many `bins` of equal width, of which
            each takes in its upper end, and the first 0 as well.

    Returns:
        The distance of mean probability and share in each bin, weighted by how many it holds; None of nothing.

    Source: Naeini, Cooper and Hauskrecht 2015.
    """
    sums = [[0.0, 0, 0] for _ in range(bins)]
    for probability, is_true in judged:
        into = sums[max(0, min(bins, math.ceil(probability * bins)) - 1)]
        into[0] += probability
        into[1] += is_true
        into[2] += 1
    number = sum(count for _total, _true, count in sums)
    return sum(abs(total - true) for total, true, _count in sums) / number if number else None


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed.

    Raises:
        ValueError: there are no values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("No values have no percentile.")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades, start=1))
