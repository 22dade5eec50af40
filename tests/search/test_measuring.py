"""How often what search says comes true."""

from __future__ import annotations

import pytest

from app.search.answers import Fit
from app.search.measuring import MeasuredBin, MeasuredFit, Share, measured_bins, measured_fits
from app.trail.becoming import Became, JudgedSearch

ALL_ENDS = list(Became)


@pytest.mark.parametrize(("fit", "right"), [(Fit.ANSWER, 1), (Fit.MAY_HELP, 2), (Fit.NOTHING, 1)])
def test_what_is_known_is_right_or_not_and_silence_is_neither(fit: Fit, right: int) -> None:
    judged = [JudgedSearch(fit, 0.5, became) for became in ALL_ENDS]
    measured = {each.fit: each for each in measured_fits(judged)}
    assert measured.pop(fit) == MeasuredFit(fit, 5, Share(right, 3), perhaps=1)
    assert all(each.shown == 0 for each in measured.values())


def test_nothing_answers_was_right_when_nothing_solved_it() -> None:
    judged = [JudgedSearch("nothing", 0.1, Became.NOT_SOLVED), JudgedSearch("nothing", 0.1, Became.OTHER)]
    assert measured_fits(judged)[-1].right == Share(1, 2)


def test_each_confidence_is_in_one_bin() -> None:
    judged = [JudgedSearch("answer", confidence, Became.FIRST) for confidence in (0.0, 0.09, 0.1, 0.95, 1.0)]
    bins = measured_bins(judged)
    assert [each.shown for each in bins] == [2, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    assert bins[0] == MeasuredBin(0.9, 1.0, 2, Share(2, 2))


def test_another_result_that_solved_it_speaks_against_the_first() -> None:
    judged = [JudgedSearch("answer", 0.95, Became.OTHER), JudgedSearch("answer", 0.95, Became.UNKNOWN)]
    assert measured_bins(judged)[0] == MeasuredBin(0.9, 1.0, 2, Share(0, 1))


def test_a_share_of_few_is_not_told() -> None:
    assert [Share(1, whole).is_told for whole in (0, 19, 20)] == [False, False, True]
    assert (Share(0, 0).rate, Share(0, 0).interval) == (0.0, (0.0, 1.0))
    assert Share(10, 20).interval == pytest.approx((0.299, 0.701), abs=1e-3)
