"""What rankings and probabilities are worth, against values computed by hand."""

from __future__ import annotations

import pytest

from app.search.evaluation import metrics


def test_a_right_answer_in_second_place_gains_what_its_logarithm_says() -> None:
    assert metrics.ndcg(["x", "a"], {"a": 1}) == pytest.approx(0.63093, abs=1e-5)  # 1 / log2(3)


def test_grades_are_gains() -> None:
    # 1/1 + 3/log2(3) of 3/1 + 1/log2(3)
    assert metrics.ndcg(["b", "a"], {"a": 3, "b": 1, "c": 0}) == pytest.approx(2.89279 / 3.63093, abs=1e-5)


def test_what_comes_after_the_depth_gains_nothing() -> None:
    assert metrics.ndcg(["x"] * 10 + ["a"], {"a": 1}) == 0
    assert metrics.ndcg(["x", "a"], {"a": 1}, depth=1) == 0


def test_more_right_answers_than_the_depth_can_still_be_perfect() -> None:
    assert metrics.ndcg(["a", "b"], dict.fromkeys("abcd", 1), depth=2) == 1


def test_nothing_to_gain_is_nothing_gained() -> None:
    assert metrics.ndcg(["a"], {"a": 0}) == metrics.ndcg([], {"a": 1}) == 0


def test_the_first_right_answer_counts_by_its_place() -> None:
    assert metrics.reciprocal_rank(["x", "y", "a", "b"], {"a", "b"}) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank(["x"] * 10 + ["a"], {"a"}) == 0


def test_a_right_answer_is_found_within_the_depth_alone() -> None:
    assert metrics.is_found(["x", "a"], {"a"}, depth=2)
    assert not metrics.is_found(["x", "a"], {"a"}, depth=1)


def test_right_is_grade_two_where_there_are_such_grades() -> None:
    assert metrics.least_right({"q": {"a": 1, "b": 0}}) == 1
    assert metrics.least_right({"q": {"a": 1}, "r": {"b": 3}}) == 2


def test_auroc_counts_pairs_with_ties_as_half() -> None:
    assert metrics.auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert metrics.auroc([0.1], [0.9]) == 0
    assert metrics.auroc([0.9], []) is None
    assert metrics.auroc([], [0.9]) is None


def test_calibration_error_weighs_each_bin_by_what_it_holds() -> None:
    # .9 and .9 with one true: .4 apart; .2 and none true: .2 apart; (2 * .4 + .2) / 3
    assert metrics.calibration_error([(0.9, True), (0.9, False), (0.2, False)]) == pytest.approx(1 / 3)
    assert metrics.calibration_error([(1.0, True), (0.0, False)]) == 0
    assert metrics.calibration_error([]) is None


def test_a_bin_takes_in_its_upper_end() -> None:
    # .5 stands with .45 in (.4, .5], so what is too high for one makes up for what is too low for the other.
    assert metrics.calibration_error([(0.5, False), (0.45, True)]) == pytest.approx(0.025)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(each) for each in range(1, 21)]
    assert (metrics.percentile(values, 0.5), metrics.percentile(values, 0.95)) == (10, 19)
    assert metrics.percentile([3.0], 0.95) == 3
    with pytest.raises(ValueError, match="No values"):
        metrics.percentile([], 0.5)
