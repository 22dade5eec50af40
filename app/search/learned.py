"""The questions that documents are known to answer, as everything but learning needs them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.search.models import AssociationState, QueryAssociation
from app.search.weighing import HALF_LIFE, MOST_LEARNED, is_worth_learning


@dataclass(frozen=True)
class LearnedQuestions:
    """The questions of a document, the best supported first, and those that editors pinned it to."""

    questions: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()


NOTHING_LEARNED = LearnedQuestions()


def questions_of(session: Session, kind: str, groups: Collection[str]) -> Mapping[tuple[str, str], LearnedQuestions]:
    """The questions that count, by group and language; nothing for those without any. One query for all groups.

    Each group has at most `MOST_LEARNED`: what editors decided goes first, then the heavier, then the older. What an
    editor pinned, and nobody said anything of or accepted, is a pin alone: it is met by the same question, and makes
    nothing of what resembles it. So is a pin of one word.
    """
    if not groups:
        return {}
    rows = session.execute(
        select(
            QueryAssociation.group,
            QueryAssociation.language,
            QueryAssociation.text,
            QueryAssociation.state,
            QueryAssociation.is_pinned,
            QueryAssociation.weight,
            QueryAssociation.weighed_at,
        )
        .where(QueryAssociation.kind == kind, QueryAssociation.group.in_(groups), QueryAssociation.is_active)
        .order_by(QueryAssociation.group, QueryAssociation.id)
    ).all()
    now = clock.now()
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    taken: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: _precedence(row.state, row.weight, row.weighed_at, row.is_pinned, now)):
        questions, pins = found.setdefault((row.group, row.language), ([], []))
        if row.is_pinned:
            pins.append(row.text)
        if row.is_pinned and row.state is AssociationState.LEARNED and row.weight <= 0:
            continue
        if taken.get(row.group, 0) < MOST_LEARNED and is_worth_learning(row.text, row.language):
            taken[row.group] = taken.get(row.group, 0) + 1
            questions.append(row.text)
    return {name: LearnedQuestions(tuple(questions), tuple(pins)) for name, (questions, pins) in found.items()}


def _precedence(
    state: AssociationState, weight: float, weighed_at: datetime, is_pinned: bool, now: datetime
) -> tuple[bool, bool, float]:
    # Logarithms tell apart what floating point would take for nought after many years.
    lightness = (now - weighed_at) / HALF_LIFE - math.log2(weight) if weight > 0 else math.inf
    return not is_pinned, state is not AssociationState.ACCEPTED, lightness
