"""One evaluation: fill a throw-away site with a collection, ask it everything, add up what came back.

Questions go the way that customers' searches go, through `app.search.service.search`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.foundation.database import reading
from app.foundation.errors import ProductError
from app.search import encoding, indexing, service, vectorizing
from app.search.answers import Fit, SearchState
from app.search.evaluation import collection, metrics
from app.search.evaluation.collection import Question
from app.search.evaluation.learned import learn
from app.search.evaluation.site import throw_away_site, time_queries
from app.search.evaluation.source import READERS, EvaluatedSource
from app.search.evaluation.stages import Stage
from config import Settings

Number = float | int | str | None

QUERIES, UNANSWERABLE = "queries.jsonl", "unanswerable.jsonl"


@dataclass(frozen=True)
class Evaluation:
    """What to evaluate. `queries` and `learned` name files of the folder or are whole paths; `learned` may be empty."""

    folder: Path
    language: str
    queries: str = QUERIES
    learned: str = ""
    keep: Path | None = None


@dataclass(frozen=True)
class _Outcome:
    """What came back for one question. `confidence` is None where nothing judged it, 0 where nothing was found."""

    ranking: tuple[str, ...]
    milliseconds: float
    confidence: float | None
    fit: Fit
    is_corrected: bool
    by_meaning: bool


def evaluate(
    settings: Settings, wanted: Evaluation, *, stage: Stage = lambda what, done, total: None
) -> dict[str, Number]:
    """Measure, and give the numbers by name: shares from 0 to 1, times in the unit that their name ends with.

    Needs the application context of a site, of which nothing is read or changed but its settings.

    Raises:
        ProductError: a file of the collection cannot be used, or the site cannot search.
    """
    asked = collection.questions(collection.found(wanted.folder, wanted.queries))
    grades = collection.judgements(wanted.folder)
    judged = [question for question in asked if question.id in grades]
    if not judged:
        raise collection.BadCollection(f"None of the questions of {wanted.folder} is judged in qrels/test.tsv.")
    unanswerable = (
        collection.questions(collection.found(wanted.folder, UNANSWERABLE))
        if collection.has(wanted.folder, UNANSWERABLE)
        else []
    )
    with throw_away_site(settings, wanted.language, keep=wanted.keep) as (app, source):
        begun = time.perf_counter()
        counts = _fill(source, wanted, stage)
        built = time.perf_counter() - begun
        _is_ready(app)
        answered = _ask(judged, wanted.language, "Asking", stage)
        refused = _ask(unanswerable, wanted.language, "Asking what nothing answers", stage)
        engine, encoder = indexing.current_engine().name, encoding.current_encoder()
    return {
        **_ranked(judged, answered, {question.id: grades[question.id] for question in judged}),
        **_judged(judged, answered, refused, grades),
        **_timed([*answered, *refused]),
        "build_seconds": round(built, 2),
        **counts,
        "queries": len(judged),
        "unanswerable": len(unanswerable),
        "engine": engine,
        "mode": _mode([*answered, *refused]),
        "encoder": encoder.name if encoder else None,
    }


def _fill(source: EvaluatedSource, wanted: Evaluation, stage: Stage) -> dict[str, Number]:
    """Hand the site its documents and have it make all that searches need."""
    stage("Reading", 0, 0)
    articles = source.keep(collection.entries(wanted.folder))
    if not articles:
        raise collection.BadCollection(f"{wanted.folder} holds no articles: corpus.jsonl is empty.")
    counts: dict[str, Number] = {"articles": articles}
    if wanted.learned:
        counts |= learn(source, collection.found(wanted.folder, wanted.learned), wanted.language, stage)
    indexing.rebuild(lambda done, total: stage("Indexing", done, total))
    stage("Encoding", 0, 0)
    vectorizing.catch_up(lambda done, total: stage("Encoding", done, total), threads=os.cpu_count() or 1)
    return counts


def _is_ready(app: Flask) -> None:
    """Have the process read what it keeps in memory, as every web process does before it answers."""
    time_queries()
    if not service.warm_up(app):
        raise ProductError("The throw-away site has no index to search in; its log says why.")


def _ask(questions: Sequence[Question], language: str, what: str, stage: Stage) -> list[_Outcome]:
    outcomes = []
    for number, question in enumerate(questions, start=1):
        outcomes.append(_asked(question.text, language))
        stage(what, number, len(questions))
    return outcomes


def _asked(text: str, language: str) -> _Outcome:
    with reading() as session:
        begun = time.perf_counter()
        answer = service.search(session, text, language=language, readers=frozenset({READERS}), everything=True)
        milliseconds = (time.perf_counter() - begun) * 1000
    if answer.is_degraded or answer.state is SearchState.DOWN:
        raise ProductError(f"The throw-away site could not search for {text[:80]!r}; its log says why.")
    ranking = tuple(result.key for result in answer.results)
    return _Outcome(
        ranking=ranking,
        milliseconds=milliseconds,
        confidence=answer.confidence if ranking else 0.0,
        fit=answer.fit if ranking else Fit.NOTHING,
        is_corrected=bool(answer.corrected_to),
        by_meaning=answer.by_meaning,
    )


def _ranked(
    questions: Sequence[Question], outcomes: Sequence[_Outcome], grades: Mapping[str, Mapping[str, int]]
) -> dict[str, Number]:
    right = _right_answers(grades)
    pairs = [(outcome.ranking, question.id) for question, outcome in zip(questions, outcomes, strict=True)]
    return {
        "ndcg_at_10": _mean(metrics.ndcg(ranking, grades[name]) for ranking, name in pairs),
        "mrr_at_10": _mean(metrics.reciprocal_rank(ranking, right[name]) for ranking, name in pairs),
        "recall_at_1": _mean(metrics.is_found(ranking, right[name], depth=1) for ranking, name in pairs),
        "recall_at_5": _mean(metrics.is_found(ranking, right[name], depth=5) for ranking, name in pairs),
        "corrected": _mean(outcome.is_corrected for outcome in outcomes),
    }


def _judged(
    questions: Sequence[Question],
    answered: Sequence[_Outcome],
    refused: Sequence[_Outcome],
    grades: Mapping[str, Mapping[str, int]],
) -> dict[str, Number]:
    """What the confidence of the site is worth; None where the site, or the collection, does not tell."""
    right = _right_answers(grades)
    told = [
        (outcome, metrics.is_found(outcome.ranking, right[question.id], depth=1))
        for question, outcome in zip(questions, answered, strict=True)
    ]
    is_judging = any(outcome.ranking and outcome.confidence is not None for outcome in (*answered, *refused))
    every = [*told, *((outcome, False) for outcome in refused)] if is_judging else []
    known = [(outcome.confidence, is_right) for outcome, is_right in every if outcome.confidence is not None]
    auroc = metrics.auroc(
        (outcome.confidence for outcome, is_right in told if is_right and outcome.confidence is not None),
        (outcome.confidence for outcome in refused if is_judging and outcome.confidence is not None),
    )
    shown = [is_right for outcome, is_right in every if outcome.fit is Fit.ANSWER]
    return {
        "confidence_auroc": _rounded(auroc),
        "calibration_error": _rounded(metrics.calibration_error(known)),
        "shown_as_answer": _mean(outcome.fit is Fit.ANSWER for outcome, _right in told) if is_judging else None,
        "right_when_shown_as_answer": _mean(shown) if shown else None,
        "told_nothing_fits": _mean(outcome.fit is Fit.NOTHING for outcome, _right in told) if is_judging else None,
        "unanswerable_told_nothing_fits": (
            _mean(outcome.fit is Fit.NOTHING for outcome in refused) if is_judging and refused else None
        ),
    }


def _right_answers(grades: Mapping[str, Mapping[str, int]]) -> dict[str, frozenset[str]]:
    least = metrics.least_right(grades)
    return {
        question: frozenset(entry for entry, grade in graded.items() if grade >= least)
        for question, graded in grades.items()
    }


def _timed(outcomes: Sequence[_Outcome]) -> dict[str, Number]:
    times = [outcome.milliseconds for outcome in outcomes]
    return {f"p{share}_ms": round(metrics.percentile(times, share / 100), 2) for share in (50, 95)}


def _mode(outcomes: Sequence[_Outcome]) -> str:
    ways = {"hybrid" if outcome.by_meaning else "keyword" for outcome in outcomes if outcome.ranking}
    return ways.pop() if len(ways) == 1 else "mixed"


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return round(sum(found) / len(found), 4)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
