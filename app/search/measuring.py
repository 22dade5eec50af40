"""How often what search says of its first result comes true: the precision of its thresholds, measured on this site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.foundation.proportions import wilson_interval
from app.search.answers import Fit
from app.trail.becoming import Became, JudgedSearch

FEWEST = 20
"""Searches of which one must know what became of them before a share is told."""
BINS = 10

#: What has to become of a search for the page to have been right. "None answers" is right when nothing solved it.
_RIGHT = {
    Fit.ANSWER: (Became.FIRST,),
    Fit.MAY_HELP: (Became.FIRST, Became.OTHER),
    Fit.NOTHING: (Became.NOT_SOLVED,),
}
_KNOWN = (Became.FIRST, Became.OTHER, Became.NOT_SOLVED)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def is_told(self) -> bool:
        """Whether there are enough to speak of a share."""
        return self.whole >= FEWEST

    @property
    def rate(self) -> float:
        """The share, in [0, 1]; 0 of none."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of its Wilson interval at 95 %, in [0, 1]; all of it of none."""
        return wilson_interval(self.part, self.whole) if self.whole else (0.0, 1.0)


@dataclass(frozen=True)
class MeasuredFit:
    """One thing that pages say, how often they said it, and of those whose end is known how often it was right.

    `perhaps` ended with reading and silence. They are not known, and counted in neither.
    """

    fit: Fit
    shown: int
    right: Share
    perhaps: int


@dataclass(frozen=True)
class MeasuredBin:
    """Searches with a confidence from `low` to below `high`, and how often the first result solved it."""

    low: float
    high: float
    shown: int
    solved: Share


def measured_fits(judged: Sequence[JudgedSearch]) -> list[MeasuredFit]:
    """The three things that pages say, the most hopeful first."""
    return [_measured_fit(fit, [each for each in judged if each.fit == fit]) for fit in _RIGHT]


def measured_bins(judged: Iterable[JudgedSearch]) -> list[MeasuredBin]:
    """Ten bins of equal width from 0 to 1, the highest first; a confidence of 1 is in the highest."""
    binned: list[list[Became]] = [[] for _ in range(BINS)]
    for each in judged:
        binned[min(BINS - 1, max(0, int(each.confidence * BINS)))].append(each.became)
    found = []
    for place, became in enumerate(binned):
        known = [each for each in became if each in _KNOWN]
        share = Share(known.count(Became.FIRST), len(known))
        found.append(MeasuredBin(place / BINS, (place + 1) / BINS, len(became), share))
    return found[::-1]


def _measured_fit(fit: Fit, judged: Sequence[JudgedSearch]) -> MeasuredFit:
    counts = Counter(each.became for each in judged)
    known = sum(counts[each] for each in _KNOWN)
    right = sum(counts[each] for each in _RIGHT[fit])
    return MeasuredFit(fit, len(judged), Share(right, known), counts[Became.PERHAPS])
