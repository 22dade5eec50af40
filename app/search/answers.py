"""The shapes in which search answers: one of a few exclusive states, results, facets, suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from markupsafe import Markup

from app.foundation.excerpts import Excerpt
from app.search.documents import Presentation

PAGE_SIZE = 10


class SearchState(StrEnum):
    """Which of the exclusive states a search page is in."""

    HINT = "hint"
    RESULTS = "results"
    CORRECTED = "corrected"
    FILTERED_OUT = "filtered_out"
    OTHER_LANGUAGE = "other_language"
    NO_ANSWER = "no_answer"
    NO_RESULTS = "no_results"
    DOWN = "down"


class Fit(StrEnum):
    """How well the best result answers what was asked. UNJUDGED where nothing measured that, as in a search by words.

    ANSWER: it is shown as the answer. MAY_HELP: the results may help. NOTHING: none of them answers.
    """

    UNJUDGED = "unjudged"
    ANSWER = "answer"
    MAY_HELP = "may_help"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Result:
    """One result. `passage` is the best matching text, plain; `passage_html` the same with the words in `<mark>`.

    `excerpt` is the passage as it looks on its page, for the answer alone, and only where its source knows that.
    """

    kind: str
    key: str
    language: str
    score: float
    shown: Presentation
    passage: str
    passage_html: Markup
    heading: str = ""
    anchor: str = ""
    excerpt: Excerpt | None = None

    @property
    def url(self) -> str:
        """The address of the passage."""
        return f"{self.shown.url}#{self.anchor}" if self.anchor else self.shown.url


@dataclass(frozen=True)
class FacetValue:
    """One value that results can be narrowed to, and how many it would leave; counts are exact."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class SearchAnswer:
    """The answer to one search. `total` counts all results, of which `results` is one page.

    `fit` says whether the first of all results answers the question, with `confidence` (a probability, 0 to 1; None
    where nothing was judged). With ANSWER, `results[0]` of page 1 is the answer. With NOTHING the state is NO_ANSWER,
    unless all results were asked for: then `nearest` are the first three and `results` stays empty while `total` still
    counts what holds some of the words. `by_meaning` says that an encoder took part.

    `corrected_to` is what was searched for instead of `query`; `nearest` are up to three documents offered when nothing
    was found; `elsewhere` counts what the filters hide; `is_degraded` says that the database answered, not the index.
    """

    query: str
    state: SearchState
    results: tuple[Result, ...] = ()
    total: int = 0
    page: int = 1
    pages: int = 1
    corrected_to: str = ""
    elsewhere: int = 0
    nearest: tuple[Result, ...] = ()
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    is_degraded: bool = False
    fit: Fit = Fit.UNJUDGED
    confidence: float | None = None
    by_meaning: bool = False


@dataclass(frozen=True)
class Suggestion:
    """One line under the search field while somebody types."""

    title: str
    url: str
    area: str = ""
    kind: str = ""
