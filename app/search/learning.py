"""What search learns: questions that a document solved, kept with what people said of them.

Evidence comes with votes of customers and answers of agents, in the transaction that brings it; `app.search.weighing`
says what it adds up to. When that changes which questions a document has, the index follows in the same transaction.
The same question in slightly other words is found a moment later by the worker (`app.search.likeness`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import is_postgresql
from app.search.indexing import request_indexing, sources
from app.search.models import EvidenceKind, QueryAssociation, QueryEvidence
from app.search.weighing import (
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
MOST_A_DAY = 8
"""Questions of one thing that one voice begins to speak of within a day at most; agents answer as many as there are."""
_AT_ONCE = 500
_DAY = timedelta(days=1)
_CHANGES = 730116  # the number of the lock that whoever changes learned questions takes on PostgreSQL


class _Asked(NamedTuple):
    """What questions are about, and their language."""

    kind: str
    group: str
    language: str


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
    texts = _distinct(questions, language)
    if not texts and session.scalar(noted.limit(1)) is None:
        return
    hold(session)
    known = set(session.scalars(noted))
    asked = _Asked(kind, group, language)
    now = clock.now()
    said = {"what": what, "voice": voice, "is_counted": is_counted, "at": now}
    for association, text in _taken(session, asked, texts, what=what, voice=voice, known=known):
        known.add(association.id)
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
        reference: the ticket, such as `ticket R-1001`; taken back with `unlearning.forget_evidence`.
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
    hold(session)
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


def weigh(session: Session, association_ids: Iterable[int]) -> None:
    """Add up anew what these questions rest on, and have the index follow where one begins or ceases to count.

    One that nobody spoke for so far is compared with others by the worker: evidence set aside is not worth that.
    """
    now = clock.now()
    for each in held(session, association_ids):
        found = tally(_evidence(session, each.id), now=now)
        if found.voices and not each.evidence_n:
            request_comparison(session, each.kind, each.group)
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


def hold(session: Session) -> None:
    """Have changes of learned questions come one after the other, until the end of the transaction.

    To be called before any of them is read that is to be changed. One transaction changes questions several times over,
    of several things, and more than the questions themselves: rows alone would be locked in an order that differs, and
    of two that wait for each other one is sent away. On SQLite whoever writes is alone anyway.
    """
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(_CHANGES)))


def held(session: Session, association_ids: Iterable[int]) -> list[QueryAssociation]:
    """These questions as they are now, which nobody else changes until the end of the transaction; by their ids."""
    ids = sorted(set(association_ids))
    if not ids:
        return []
    hold(session)
    return list(
        session.scalars(
            select(QueryAssociation)
            .where(QueryAssociation.id.in_(ids))
            .order_by(QueryAssociation.id)
            .execution_options(populate_existing=True)
        )
    )


def association_of(session: Session, text: str, *, kind: str, group: str, language: str) -> QueryAssociation:
    """The question with these words, made when there is none yet; nobody else changes it in this transaction."""
    hold(session)
    asked, normal = _Asked(kind, group, language), normal_form(text, language)
    found = _associations(session, asked, [normal]).get(normal)
    if found is None:
        found = _made(session, asked, normal, text)
        request_comparison(session, kind, group)
    return found


def request_comparison(session: Session, kind: str, group: str) -> None:
    """Have the worker look for questions of one thing that mean the same."""
    jobs.request_job(session, LIKENESS_JOB, unique_key=f"{LIKENESS_JOB} {kind} {group}", kind=kind, group=group)


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


def _taken(
    session: Session, asked: _Asked, texts: Mapping[str, str], *, what: EvidenceKind, voice: str, known: Collection[int]
) -> list[tuple[QueryAssociation, str]]:
    """The questions that are new to a reference, made where there is none yet, each with its text, within the bounds.

    Args:
        texts: what was asked, by normal form.
        known: the questions that the reference has evidence for already.
    """
    there = _associations(session, asked, texts)
    new = [normal for normal in texts if normal not in there or there[normal].id not in known]
    room = MOST_A_REFERENCE - len(known)
    if not new or room <= 0:
        return []
    is_agent = what is EvidenceKind.AGENT
    spoken = set() if is_agent else _spoken_of(session, asked, voice)
    taken: list[tuple[QueryAssociation, str]] = []
    for normal in new:
        association = there.get(normal)
        if not is_agent and (association is None or association.id not in spoken) and len(spoken) >= MOST_A_DAY:
            continue
        association = association or _made(session, asked, normal, texts[normal])
        spoken.add(association.id)
        taken.append((association, texts[normal]))
        if len(taken) == room:
            break
    return taken


def _spoken_of(session: Session, asked: _Asked, voice: str) -> set[int]:
    """The questions of a thing, in all languages, that a voice has said something of within a day."""
    return set(
        session.scalars(
            select(QueryEvidence.association_id)
            .join(QueryAssociation, QueryAssociation.id == QueryEvidence.association_id)
            .where(QueryAssociation.kind == asked.kind, QueryAssociation.group == asked.group)
            .where(QueryEvidence.voice == voice, QueryEvidence.at > clock.now() - _DAY)
        )
    )


def _associations(session: Session, asked: _Asked, normals: Collection[str]) -> dict[str, QueryAssociation]:
    """The questions with these normal forms, as they are now."""
    rows = session.scalars(
        select(QueryAssociation)
        .where(QueryAssociation.kind == asked.kind, QueryAssociation.group == asked.group)
        .where(QueryAssociation.language == asked.language, QueryAssociation.normal.in_(normals))
        .execution_options(populate_existing=True)
    )
    return {each.normal: each for each in rows}


def _made(session: Session, asked: _Asked, normal: str, text: str) -> QueryAssociation:
    now = clock.now()
    times = {"weighed_at": now, "created_at": now, "changed_at": now}
    made = QueryAssociation(**asked._asdict(), normal=normal, text=text, **times)
    session.add(made)
    session.flush()
    return made
