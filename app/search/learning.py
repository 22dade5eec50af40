"""What search learns: questions that a document solved, kept with what people said of them.

Evidence comes with votes of customers and answers of agents, in the transaction that brings it; `app.search.weighing`
says what it adds up to. When that changes which questions a document has, the index follows in the same transaction.
The same question in slightly other words is found a moment later by the worker (`app.search.likeness`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import is_postgresql
from app.search.indexing import request_indexing, sources
from app.search.models import AssociationState, EvidenceKind, QueryAssociation, QueryEvidence
from app.search.weighing import (
    HALF_LIFE,
    MOST_LEARNED,
    Said,
    as_question,
    is_active,
    is_worth_learning,
    normal_form,
    tally,
)

LIKENESS_JOB = "find_like_questions"
MOST_A_REFERENCE = 8
"""Questions that one vote or ticket gives evidence for at most, so that nobody fills the list by voting again."""
MOST_WEIGHED = 1000
"""Pieces of evidence that are looked at of one question: more would say nothing new, and votes would wait for it."""
_AT_ONCE = 500


@dataclass(frozen=True)
class LearnedQuestions:
    """The questions of a document, the best supported first, and those that editors pinned it to."""

    questions: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()


NOTHING_LEARNED = LearnedQuestions()


def record_evidence(
    session: Session,
    questions: Iterable[str],
    *,
    kind: str,
    group: str,
    language: str,
    what: EvidenceKind,
    voice: str,
    reference: str,
    is_counted: bool = True,
) -> None:
    """Note what somebody said of the questions that led them to something, in the transaction at hand.

    Whatever was noted under the same reference before follows: somebody who changes their mind does so for all of it.
    Questions with fewer than two content words are passed over.

    Args:
        questions: as they were asked, the customer's own words first; they are scrubbed here.
        group: names the thing in all its languages, `language` the text that was read.
        voice: a mark that names nobody, the same for the same person: their latest word alone counts.
        reference: what the evidence follows, such as `vote 12`; at most eight questions are kept for it.
        is_counted: False while it is set aside; see `count_evidence`.
    """
    noted = select(QueryEvidence.association_id).where(QueryEvidence.reference == reference)
    known = set(session.scalars(noted))
    texts = _distinct(questions, language)
    if not texts and not known:
        return
    asked = _associations(session, texts, kind=kind, group=group, language=language)
    now = clock.now()
    said = {"what": what, "voice": voice, "is_counted": is_counted, "at": now}
    for association in asked:
        if association.id not in known and len(known) < MOST_A_REFERENCE:
            known.add(association.id)
            text = texts[association.normal]
            session.add(QueryEvidence(association_id=association.id, reference=reference, text=text, **said))
    session.flush()
    session.execute(
        update(QueryEvidence).where(QueryEvidence.reference == reference).values(said),
        execution_options={"synchronize_session": False},
    )
    weigh(session, known)


def agent_answered(
    session: Session, question: str, *, kind: str, group: str, language: str, agent_id: int, reference: str
) -> None:
    """Note that an agent answered a question with something: that alone has it learned.

    Args:
        question: what the customer wrote, such as the subject of a ticket.
        language: of the text that was sent.
        agent_id: the agent's account.
        reference: the ticket, such as `ticket R-1001`; taken back with `forget_evidence`.
    """
    record_evidence(
        session,
        [question],
        kind=kind,
        group=group,
        language=language,
        what=EvidenceKind.AGENT,
        voice=f"account {agent_id}",
        reference=reference,
    )


def count_evidence(session: Session, references: Sequence[str], *, is_counted: bool) -> None:
    """Set evidence aside, or count it again, with the votes that it follows."""
    for at in range(0, len(references), _AT_ONCE):
        touched = session.scalars(
            update(QueryEvidence)
            .where(QueryEvidence.reference.in_(references[at : at + _AT_ONCE]))
            .where(QueryEvidence.is_counted.is_not(is_counted))
            .values(is_counted=is_counted)
            .returning(QueryEvidence.association_id),
            execution_options={"synchronize_session": False},
        ).all()
        weigh(session, touched)


def forget_evidence(session: Session, reference: str) -> None:
    """Take back what was noted under a reference; questions that nobody else asked, and nobody decided on, go."""
    rows = session.scalars(select(QueryEvidence).where(QueryEvidence.reference == reference)).all()
    for row in rows:
        session.delete(row)
    session.flush()
    ids = {row.association_id for row in rows}
    weigh(session, ids)
    for association in held(session, ids):
        if association.state is AssociationState.LEARNED and not association.is_pinned and not association.evidence_n:
            has_more = select(QueryEvidence.id).where(QueryEvidence.association_id == association.id).limit(1)
            if session.scalar(has_more) is None:
                session.delete(association)
    session.flush()


def questions_of(session: Session, kind: str, groups: Collection[str]) -> Mapping[tuple[str, str], LearnedQuestions]:
    """The questions that count, by group and language; nothing for those without any. One query for all groups.

    Each group has at most `MOST_LEARNED`: what editors decided goes first, then the heavier, then the older. A pin of
    one word is no question to learn from, so it is a pin alone.
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
        if taken.get(row.group, 0) < MOST_LEARNED and is_worth_learning(row.text, row.language):
            taken[row.group] = taken.get(row.group, 0) + 1
            questions.append(row.text)
    return {name: LearnedQuestions(tuple(questions), tuple(pins)) for name, (questions, pins) in found.items()}


def weigh(session: Session, association_ids: Iterable[int]) -> None:
    """Add up anew what these questions rest on, and have the index follow where one begins or ceases to count."""
    now = clock.now()
    for each in held(session, association_ids):
        found = tally(_evidence(session, each.id), now=now)
        each.weight, each.weighed_at, each.evidence_n = found.weight, now, found.voices
        set_active(session, each, is_active(each.state, found, is_pinned=each.is_pinned))
    session.flush()


def set_active(session: Session, association: QueryAssociation, active: bool) -> None:
    """Have a question count or not, and the index follow when that changes."""
    if association.is_active is not active:
        association.is_active = active
        association.changed_at = clock.now()
        follow(session, association.kind, association.group)


def follow(session: Session, kind: str, group: str) -> None:
    """Have the index follow a change of the questions of one thing."""
    request_indexing(session, kind, sources()[kind].keys_of(session, group))


def held(session: Session, association_ids: Iterable[int]) -> list[QueryAssociation]:
    """These questions as they are now, locked until the end of the transaction; in order of their ids."""
    ids = sorted(set(association_ids))
    if not ids:
        return []
    return list(
        session.scalars(
            select(QueryAssociation)
            .where(QueryAssociation.id.in_(ids))
            .order_by(QueryAssociation.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def association_of(session: Session, text: str, *, kind: str, group: str, language: str) -> QueryAssociation:
    """The question with these words, made when there is none yet, locked until the end of the transaction."""
    return _associations(session, {normal_form(text, language): text}, kind=kind, group=group, language=language)[0]


def _precedence(
    state: AssociationState, weight: float, weighed_at: datetime, is_pinned: bool, now: datetime
) -> tuple[bool, bool, float]:
    # Logarithms tell apart what floating point would take for nought after many years.
    lightness = (now - weighed_at) / HALF_LIFE - math.log2(weight) if weight > 0 else math.inf
    return not is_pinned, state is not AssociationState.ACCEPTED, lightness


def _evidence(session: Session, association_id: int) -> list[Said]:
    """What counts of a question's evidence, in the order in which it came; the latest `MOST_WEIGHED`."""
    rows = session.execute(
        select(QueryEvidence.voice, QueryEvidence.what, QueryEvidence.at)
        .where(QueryEvidence.association_id == association_id, QueryEvidence.is_counted)
        .order_by(QueryEvidence.at.desc(), QueryEvidence.id.desc())
        .limit(MOST_WEIGHED)
    ).all()
    return [Said(voice, what, at) for voice, what, at in reversed(rows)]


def _distinct(questions: Iterable[str], language: str) -> dict[str, str]:
    """What may be learned of these questions, by normal form, in their order."""
    found: dict[str, str] = {}
    for text in map(as_question, questions):
        if is_worth_learning(text, language):
            found.setdefault(normal_form(text, language), text)
    return found


def _associations(
    session: Session, texts: Mapping[str, str], *, kind: str, group: str, language: str
) -> list[QueryAssociation]:
    """The questions with these normal forms, in order; those that are not there yet are made, with their texts."""
    if not texts:
        return []
    here = (QueryAssociation.kind == kind, QueryAssociation.group == group, QueryAssociation.language == language)
    wanted = select(QueryAssociation).where(*here, QueryAssociation.normal.in_(texts)).order_by(QueryAssociation.id)
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    # Another may make or merge one at the same moment: then it is looked for again.
    for _attempt in range(3):
        found = {each.normal: each for each in session.scalars(locked)}
        missing = {normal: text for normal, text in texts.items() if normal not in found}
        if not missing:
            break
        _make(session, missing, kind=kind, group=group, language=language)
        jobs.request_job(session, LIKENESS_JOB, unique_key=f"{LIKENESS_JOB} {kind} {group}", kind=kind, group=group)
    return [found[normal] for normal in texts if normal in found]


def _make(session: Session, texts: Mapping[str, str], *, kind: str, group: str, language: str) -> None:
    now = clock.now()
    insert = postgresql.insert(QueryAssociation) if is_postgresql(session) else sqlite.insert(QueryAssociation)
    fixed = {
        "kind": kind,
        "group": group,
        "language": language,
        "weighed_at": now,
        "created_at": now,
        "changed_at": now,
    }
    rows = [{**fixed, "normal": normal, "text": text} for normal, text in texts.items()]
    session.execute(insert.values(rows).on_conflict_do_nothing())
