"""What the search log is told of searches and suggestions, and the mark by which links from them are known again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from app.search.answers import PAGE_SIZE, Fit, SearchAnswer, SearchState, Suggestion
from app.trail.recording import Judgement, record_click, record_search


def note_search(answer: SearchAnswer, *, language: str, filters: Mapping[str, str], begun: float) -> str:
    """Note a search that took since `begun` (`time.perf_counter()`); returns the token of its links, or nothing."""
    return record_search(
        answer.query,
        language=language,
        results=answer.total,
        mode=_mode(answer),
        ms=_milliseconds(begun),
        state=answer.state.value,
        filters=filters,
        judgement=_judgement(answer),
    )


def note_number(query: str, *, language: str, begun: float) -> None:
    """Note a search for the number of an article, which leads straight to it."""
    number = query.strip().removeprefix("#")
    token = record_search(query, language=language, results=1, mode="database", ms=_milliseconds(begun), state="number")
    record_click(token, 1, "article", f"{int(number)}:{language}")


def note_suggestions(typed: str, *, language: str, results: int, begun: float) -> str:
    """Note what was suggested while somebody types; returns the token of the links, or nothing."""
    return record_search(
        typed,
        language=language,
        results=results,
        mode="keyword",
        ms=_milliseconds(begun),
        state="results" if results else "no_results",
        typed=True,
    )


def mark(token: str, place: int, *, page: int = 1) -> str:
    """The value of `from` for a link: `place` counts from 1 on its page; empty when nothing is noted."""
    return f"{token}.{(page - 1) * PAGE_SIZE + place}" if token else ""


def suggestion_address(suggestion: Suggestion, typed: str, token: str, place: int) -> str:
    """The address of a suggested article, with what was typed and the mark of its place; other addresses stay."""
    if not token or suggestion.kind != "article":
        return suggestion.url
    parts = urlsplit(suggestion.url)
    words = urlencode({"q": typed, "from": mark(token, place)})
    return parts._replace(query=f"{parts.query}&{words}" if parts.query else words).geturl()


def _mode(answer: SearchAnswer) -> str:
    if answer.state is SearchState.DOWN:
        return "none"
    if answer.is_degraded:
        return "database"
    return "hybrid" if answer.by_meaning else "keyword"


def _judgement(answer: SearchAnswer) -> Judgement | None:
    """What the page says of the first of all results; later pages say nothing, nor does a list of all of them."""
    is_list = answer.fit is Fit.NOTHING and answer.state is not SearchState.NO_ANSWER
    if answer.confidence is None or answer.fit is Fit.UNJUDGED or answer.page > 1 or is_list:
        return None
    best = next(iter(answer.results or answer.nearest), None)
    return Judgement(answer.fit.value, answer.confidence, f"{best.kind} {best.key}" if best else "")


def _milliseconds(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000
