"""How sure search is that the first of its results answers the question.

The probability is a logistic function of two numbers: the highest cosine between the question and any text of the
document, and by how much the score of the document stands above that of the next. Its coefficients were fitted on
judged questions of several help centres beside questions that these do not answer; documents that have learned
questions have coefficients of their own, because what was asked is nearer to a question than what is written.
"""

from __future__ import annotations

import math

from app.search.answers import Fit
from app.search.engines.base import Standing

ANSWER_FROM = 0.6
"""From this probability on the first result is shown as the answer."""
MAY_HELP_FROM = 0.25
"""From this probability on the results may help; below, nothing answers."""
LEAST_COSINE = 0.5
"""The least cosine of an answer. Of 1,800 on judged questions one had less; but where there are few articles, one odd
word in common puts the first of them far above the next, and the margin alone would make an answer of it."""
#: What the margin counts as where there is no other result to stand above.
LONE_MARGIN = 0.1


def confidence(standing: Standing) -> float:
    """The probability, 0 to 1, that the first of all results answers; what was named is taken for an answer."""
    margin = LONE_MARGIN if standing.margin is None else max(standing.margin, 0.0)
    if standing.has_learned:
        logit = -5.6 + 6.4 * standing.cosine + 8.4 * margin
    else:
        logit = -4.9 + 5.1 * standing.cosine + 6.6 * margin
    probability = 1 / (1 + math.exp(-logit))
    return max(probability, ANSWER_FROM) if standing.is_named else probability


def fit_of(standing: Standing) -> Fit:
    """What the first of all results is shown as."""
    probability = confidence(standing)
    if probability >= ANSWER_FROM and (standing.is_named or standing.cosine >= LEAST_COSINE):
        return Fit.ANSWER
    return Fit.MAY_HELP if probability >= MAY_HELP_FROM else Fit.NOTHING
