"""How sure search is of its first result."""

from __future__ import annotations

import pytest

from app.search import confidence as judging
from app.search.answers import Fit
from app.search.confidence import ANSWER_FROM, LEAST_COSINE, MAY_HELP_FROM, confidence, fit_of
from app.search.engines.base import Standing


@pytest.mark.parametrize(
    ("cosine", "margin", "has_learned", "expected"),
    [(0.8, 0.2, False, 0.6225), (0.5, 0.05, False, 0.1171), (0.9, 0.1, True, 0.7311), (0.3, None, False, 0.0624)],
)
def test_the_probability_follows_its_formula(
    cosine: float, margin: float | None, has_learned: bool, expected: float
) -> None:
    assert confidence(Standing(cosine, margin, has_learned, holds_words=True)) == pytest.approx(expected, abs=1e-4)


def test_what_is_named_is_an_answer() -> None:
    assert confidence(Standing(0.1, 0.0, has_learned=False, holds_words=True, is_named=True)) == ANSWER_FROM


def test_nearer_and_further_ahead_is_surer() -> None:
    values = [confidence(Standing(at / 10, at / 20, False, True)) for at in range(-10, 11)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1


@pytest.mark.parametrize(
    ("cosine", "margin", "is_named", "fit"),
    [
        (0.8, 0.2, False, Fit.ANSWER),
        (0.8, 0.1, False, Fit.MAY_HELP),
        (0.6, 0.05, False, Fit.NOTHING),
        (LEAST_COSINE, 0.5, False, Fit.ANSWER),
        (LEAST_COSINE - 0.01, 0.5, False, Fit.MAY_HELP),
        (0.1, 0.0, True, Fit.ANSWER),
    ],
)
def test_what_the_first_result_is_shown_as(cosine: float, margin: float, is_named: bool, fit: Fit) -> None:
    assert fit_of(Standing(cosine, margin, has_learned=False, holds_words=True, is_named=is_named)) is fit


@pytest.mark.parametrize(("threshold", "fit"), [(ANSWER_FROM, Fit.ANSWER), (MAY_HELP_FROM, Fit.MAY_HELP)])
def test_thresholds_belong_to_what_is_above_them(threshold: float, fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = Standing(0.9, 0.0, has_learned=False, holds_words=True)
    monkeypatch.setattr(judging, "confidence", lambda _standing: threshold)
    assert fit_of(standing) is fit
    monkeypatch.setattr(judging, "confidence", lambda _standing: threshold - 1e-9)
    assert fit_of(standing) is not fit
