"""How sure one may be of a share that was counted."""

from __future__ import annotations

import pytest

from app.foundation.proportions import wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1.0)],
)
def test_the_interval_is_wilsons(successes: int, trials: int, low: float, high: float) -> None:
    """81 of 263 is the worked example of R. G. Newcombe, Statistics in Medicine 17 (1998), method 3."""
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=6e-5)


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson_interval(0, 0)
