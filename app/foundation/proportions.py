"""How sure one may be of a share that was counted."""

from __future__ import annotations

import math

_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution: a 95 % interval


def wilson_interval(successes: float, trials: float) -> tuple[float, float]:
    """The 95 % score interval of a proportion, each end in [0, 1]; weighted counts need not be whole.

    Raises:
        ValueError: there are no trials, or successes are not between 0 and trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no proportion.")
    share = successes / trials
    scale = 1 + _Z**2 / trials
    middle = (share + _Z**2 / (2 * trials)) / scale
    reach = _Z / scale * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)
