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
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, undefer

from app.foundation.database import reading
from app.search.encoders.base import Encoder, EncoderUnavailable, TextKind, understands
from app.search.encoding import current_encoder
from app.search.learning import held, hold, request_comparison, set_active, weigh
from app.search.models import AssociationState, QueryAssociation, QueryEvidence
from app.search.unlearning import let_go_of_waiting
from app.search.words import base_language

logger = logging.getLogger(__name__)

ALIKE = 0.95
"""The cosine from which on two questions are the same."""
MOST_COMPARED = 2000
"""Questions of one thing that are compared with each other; the lightest are left out."""
MOST_JOINED = 100
"""Questions that are joined in one transaction: votes wait for its end."""

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Question:
    """A question as likeness sees it; `vector` has length 1."""

    id: int
    language: str
    is_decided: bool
    vector: Vector


def find_like_questions(session: Session, *, kind: str, group: str) -> None:
    """The job: join the questions of one thing that mean the same, and let some of those go that wait when too many do.

    What is more than one transaction should join is left to the next job.
    """
    is_more = join_like_questions(session, kind=kind, group=group)
    let_go_of_waiting(session, kind=kind, group=group)
    if is_more:
        request_comparison(session, kind, group)


def join_like_questions(session: Session, *, kind: str, group: str) -> bool:
    """Join questions of one thing that mean the same, `MOST_JOINED` at most, and keep the vectors for the next time.

    Without an encoder, or when it fails, nothing is joined.

    Returns:
        Whether there may be more to join.
    """
    encoder = current_encoder()
    if encoder is None:
        return False
    with reading() as before:
        rows = _rows(before, encoder, kind, group)
    try:
        vectors = _vectors(encoder, rows)
    except EncoderUnavailable as error:
        logger.warning("Questions are compared by their words alone: %s", error)
        return False
    twins = like_questions([Question(row.id, row.language, _is_decided(row), vectors[row.id]) for row in rows])
    hold(session)
    _keep(session, encoder, {row.id: vectors[row.id] for row in rows if row.encoder != encoder.name})
    for twin, first in list(twins.items())[:MOST_JOINED]:
        _join(session, twin, first)
    return len(twins) > MOST_JOINED


def like_questions(questions: Sequence[Question]) -> dict[int, int]:
    """Which questions say the same as another of their language: the id of each, and of the one that it belongs to.

    Args:
        questions: those that are to be kept first. One that an editor decided about belongs to no other.
    """
    twins: dict[int, int] = {}
    by_language: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_language[question.language].append(question)
    for asked in by_language.values():
        kept = np.empty((len(asked), len(asked[0].vector)), np.float32)
        ids: list[int] = []
        for question in asked:
            if ids and not question.is_decided:
                cosines = kept[: len(ids)] @ question.vector
                nearest = int(cosines.argmax())
                if cosines[nearest] > ALIKE:
                    twins[question.id] = ids[nearest]
                    continue
            kept[len(ids)] = question.vector
            ids.append(question.id)
    return twins


def _rows(session: Session, encoder: Encoder, kind: str, group: str) -> Sequence[QueryAssociation]:
    """The heaviest `MOST_COMPARED` questions: what an editor decided about first, then what counts, then the older.

    What nobody speaks for is left out: votes set aside are many and often worthless.
    """
    of_thing = (QueryAssociation.kind == kind, QueryAssociation.group == group)
    languages = session.scalars(select(QueryAssociation.language).where(*of_thing).distinct()).all()
    known = [each for each in languages if understands(encoder, [base_language(each)])]
    is_decided = or_(QueryAssociation.is_pinned, QueryAssociation.state != AssociationState.LEARNED)
    rows = session.scalars(
        select(QueryAssociation)
        .options(undefer(QueryAssociation.vector))
        .where(*of_thing, QueryAssociation.language.in_(known), or_(is_decided, QueryAssociation.evidence_n > 0))
        .order_by(is_decided.desc(), QueryAssociation.weight.desc(), QueryAssociation.id)
        .limit(MOST_COMPARED)
    ).all()
    return sorted(rows, key=lambda row: (not _is_decided(row), not row.is_active, row.id))


def _vectors(encoder: Encoder, rows: Iterable[QueryAssociation]) -> Mapping[int, Vector]:
    found: dict[int, Vector] = {}
    for row in rows:
        if row.encoder == encoder.name and row.vector is not None:
            found[row.id] = np.frombuffer(row.vector, "<f2").astype(np.float32)
        else:
            found[row.id] = np.asarray(encoder.encode([row.text], TextKind.QUERY)[0], np.float32)
    return found


def _keep(session: Session, encoder: Encoder, vectors: Mapping[int, Vector]) -> None:
    """Keep vectors with the questions that are still there."""
    for association_id, vector in vectors.items():
        session.execute(
            update(QueryAssociation)
            .where(QueryAssociation.id == association_id)
            .values(vector=vector.astype("<f2").tobytes(), encoder=encoder.name),
            execution_options={"synchronize_session": False},
        )


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
