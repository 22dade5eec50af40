"""The shapes in which search answers: one of a few exclusive states, results, facets, suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from markupsafe import Markup

from app.search.documents import Presentation

PAGE_SIZE = 10


class SearchState(StrEnum):
    """Which of the exclusive states a search page is in."""

    HINT = "hint"
    RESULTS = "results"
    CORRECTED = "corrected"
    FILTERED_OUT = "filtered_out"
    OTHER_LANGUAGE = "other_language"
    NO_RESULTS = "no_results"
    DOWN = "down"


@dataclass(frozen=True)
class Result:
    """One result. `passage` is the best matching text, plain; `passage_html` the same with the words in `<mark>`."""

    kind: str
    key: str
    language: str
    score: float
    shown: Presentation
    passage: str
    passage_html: Markup
    heading: str = ""
    anchor: str = ""

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


@dataclass(frozen=True)
class Suggestion:
    """One line under the search field while somebody types."""

    title: str
    url: str
    area: str = ""
    kind: str = ""
