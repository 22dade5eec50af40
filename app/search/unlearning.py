"""What search forgets of what it learned: evidence that is taken back, and questions of which there are too many.

What an editor decided about stays, and so does what is in use.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.search.learning import hold, weigh
from app.search.models import AssociationState, QueryAssociation, QueryEvidence

MOST_WAITING = 1000
"""Questions of one thing, in all languages, that may wait for somebody else to ask them."""
_AT_ONCE = 500
_IS_UNDECIDED = (QueryAssociation.state == AssociationState.LEARNED, ~QueryAssociation.is_pinned)


def forget_evidence(session: Session, references: Sequence[str]) -> None:
    """Take back what was noted under these references; questions that nobody else asked, and nobody decided on, go."""
    hold(session)
    for at in range(0, len(references), _AT_ONCE):
        touched = set(
            session.scalars(
                delete(QueryEvidence)
                .where(QueryEvidence.reference.in_(references[at : at + _AT_ONCE]))
                .returning(QueryEvidence.association_id),
                execution_options={"synchronize_session": False},
            )
        )
        weigh(session, touched)
        has_evidence = exists().where(QueryEvidence.association_id == QueryAssociation.id)
        session.execute(delete(QueryAssociation).where(QueryAssociation.id.in_(touched), *_IS_UNDECIDED, ~has_evidence))


def let_go_of_waiting(session: Session, *, kind: str, group: str) -> None:
    """Drop questions of one thing that wait when they are more than `MOST_WAITING`.

    Those that the fewest people spoke of go first, then those of which nobody has spoken for the longest. What votes
    set aside speak of is no part of this: it waits for whoever decides about those.
    """
    hold(session)
    is_set_aside = exists().where(QueryEvidence.association_id == QueryAssociation.id, ~QueryEvidence.is_counted)
    waiting = (
        select(QueryAssociation.id)
        .where(QueryAssociation.kind == kind, QueryAssociation.group == group, *_IS_UNDECIDED)
        .where(~QueryAssociation.is_active, ~is_set_aside)
        .order_by(QueryAssociation.evidence_n.desc(), QueryAssociation.weighed_at.desc(), QueryAssociation.id.desc())
    )
    too_many = list(session.scalars(waiting.offset(MOST_WAITING)))
    for at in range(0, len(too_many), _AT_ONCE):
        session.execute(delete(QueryAssociation).where(QueryAssociation.id.in_(too_many[at : at + _AT_ONCE])))
