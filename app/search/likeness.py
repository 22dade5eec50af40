"""The same question in slightly other words: the worker finds it by meaning and lets its evidence support the first.

Only where there is an encoder for the language; else questions are the same when their content words are.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from app.foundation.database import reading
from app.search.encoders.base import Encoder, EncoderUnavailable, TextKind
from app.search.encoding import current_encoder
from app.search.learning import held, set_active, weigh
from app.search.models import AssociationState, QueryAssociation, QueryEvidence
from app.search.words import base_language

logger = logging.getLogger(__name__)

ALIKE = 0.95
"""The cosine from which on two questions are the same."""
MOST_COMPARED = 2000
"""Questions of one thing that are compared with each other; the lightest are left out."""

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Question:
    """A question as likeness sees it; `vector` has length 1."""

    id: int
    language: str
    is_decided: bool
    vector: Vector


def find_like_questions(session: Session, *, kind: str, group: str) -> None:
    """The job: join the questions of one thing that mean the same, and keep the vectors for the next time."""
    encoder = current_encoder()
    if encoder is None:
        return
    with reading() as before:
        rows = _rows(before, encoder, kind, group)
    try:
        vectors = _vectors(encoder, rows)
    except EncoderUnavailable as error:
        logger.warning("Questions are compared by their words alone: %s", error)
        return
    new = [row.id for row in rows if row.encoder != encoder.name]
    questions = [Question(row.id, row.language, _is_decided(row), vectors[row.id]) for row in rows]
    twins = like_questions(questions)
    for association_id in new:
        kept = vectors[association_id].astype("<f2").tobytes()
        session.execute(
            update(QueryAssociation)
            .where(QueryAssociation.id == association_id)
            .values(vector=kept, encoder=encoder.name),
            execution_options={"synchronize_session": False},
        )
    for twin, first in twins.items():
        _join(session, twin, first)


def like_questions(questions: Sequence[Question]) -> dict[int, int]:
    """Which questions say the same as another of their language: the id of each, and of the one that it belongs to.

    Args:
        questions: those that are to be kept first. One that an editor decided about belongs to no other.
    """
    twins: dict[int, int] = {}
    by_language: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        kept = by_language[question.language]
        if kept and not question.is_decided:
            cosines = np.stack([each.vector for each in kept]) @ question.vector
            nearest = int(cosines.argmax())
            if cosines[nearest] > ALIKE:
                twins[question.id] = kept[nearest].id
                continue
        kept.append(question)
    return twins


def _rows(session: Session, encoder: Encoder, kind: str, group: str) -> Sequence[QueryAssociation]:
    """The heaviest questions: what an editor decided about first, then what counts, then the older."""
    asked = select(QueryAssociation).where(QueryAssociation.kind == kind, QueryAssociation.group == group)
    with_vectors = asked.options(undefer(QueryAssociation.vector))
    rows = session.scalars(with_vectors.order_by(QueryAssociation.weight.desc(), QueryAssociation.id)).all()
    known = [row for row in rows if not encoder.languages or base_language(row.language) in encoder.languages]
    most = sorted(known, key=lambda row: not _is_decided(row))[:MOST_COMPARED]
    return sorted(most, key=lambda row: (not _is_decided(row), not row.is_active, row.id))


def _vectors(encoder: Encoder, rows: Iterable[QueryAssociation]) -> Mapping[int, Vector]:
    found: dict[int, Vector] = {}
    for row in rows:
        if row.encoder == encoder.name and row.vector is not None:
            found[row.id] = np.frombuffer(row.vector, "<f2").astype(np.float32)
        else:
            found[row.id] = np.asarray(encoder.encode([row.text], TextKind.QUERY)[0], np.float32)
    return found


def _is_decided(row: QueryAssociation) -> bool:
    return row.is_pinned or row.state is not AssociationState.LEARNED


def _join(session: Session, twin_id: int, first_id: int) -> None:
    """Let the evidence of a question support another, unless one of them went or was decided about meanwhile."""
    both = {each.id: each for each in held(session, (twin_id, first_id))}
    if len(both) < 2 or _is_decided(both[twin_id]):
        return
    there = select(QueryEvidence.reference).where(QueryEvidence.association_id == first_id)
    session.execute(
        update(QueryEvidence)
        .where(QueryEvidence.association_id == twin_id, QueryEvidence.reference.not_in(there))
        .values(association_id=first_id),
        execution_options={"synchronize_session": False},
    )
    set_active(session, both[twin_id], False)
    session.delete(both[twin_id])
    session.flush()
    weigh(session, [first_id])
