"""What editors decide about learned questions, and best bets: documents that they pin to a question.

Each decision is about what the editor saw: when somebody else decided in between, it is refused and nothing is lost.
"""

from __future__ import annotations

from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import activity, clock
from app.foundation.errors import Conflict, InvalidInput, NotFound
from app.foundation.text import one_line
from app.search.indexing import sources
from app.search.learning import association_of, follow, held, weigh
from app.search.models import AssociationState, QueryAssociation, QueryEvidence
from app.search.weighing import LONGEST, as_question, normal_form
from app.search.words import plain_words

SUBJECT = "learned question"
LARGEST_ID = 2**31 - 1


class Decision(StrEnum):
    """What an editor does with a question."""

    ACCEPT = "accept"
    BLOCK = "block"
    PIN = "pin"
    UNPIN = "unpin"


_DONE = {
    Decision.ACCEPT: "accepted",
    Decision.BLOCK: "blocked",
    Decision.PIN: "pinned",
    Decision.UNPIN: "unpinned",
}


def decide(session: Session, association_id: int, decision: Decision, *, seen: int, by: Account) -> None:
    """Accept a question whatever its evidence, block it for good, have its document come first, or no longer.

    A blocked question can be accepted later. A pin that nothing else speaks for goes with its end.

    Args:
        seen: the question's `decisions` as the editor saw it.

    Raises:
        NotFound: there is no such question (any more).
        Conflict: somebody decided about it meanwhile.
        InvalidInput: it shall be pinned, and the same question is pinned to something else.
    """
    association = _seen(session, association_id, seen)
    if decision is Decision.ACCEPT:
        association.state = AssociationState.ACCEPTED
    elif decision is Decision.BLOCK:
        association.state, association.is_pinned = AssociationState.BLOCKED, False
    elif decision is Decision.UNPIN:
        association.is_pinned = False
    else:
        _pin(session, association)
    _note(session, association, _DONE[decision], by=by)
    if decision is Decision.UNPIN and _is_baseless(session, association):
        session.delete(association)
        session.flush()


def move(session: Session, association_id: int, group: str, *, seen: int, by: Account) -> QueryAssociation:
    """Have a question belong to another thing of the same kind: there it is accepted, here it is blocked.

    What people said stays with the thing of which they said it. A pin moves along.

    Raises:
        NotFound: there is no such question (any more).
        Conflict: somebody decided about it meanwhile.
        InvalidInput: the other thing is the same, or has nothing to read in the language of the question.
    """
    association = _seen(session, association_id, seen)
    if group == association.group:
        raise InvalidInput(_("The question belongs to this article already: name another one."), field="article")
    _refuse_unreadable(session, association.kind, group, association.language)
    moved = association_of(session, association.text, kind=association.kind, group=group, language=association.language)
    was_pinned, association.is_pinned = association.is_pinned, False
    association.state = AssociationState.BLOCKED
    _note(session, association, "moved", by=by, to=group)
    moved.state = AssociationState.ACCEPTED
    if was_pinned:
        _pin(session, moved)
    _note(session, moved, "accepted", by=by, moved_from=association.group)
    return moved


def pin(session: Session, text: str, *, kind: str, group: str, language: str, by: Account) -> QueryAssociation:
    """Have something come first for a question in an editor's words: a best bet.

    Raises:
        InvalidInput: the question is empty or too long, it is pinned already, or the thing has nothing to read in that
            language.
    """
    if len(one_line(text)) > LONGEST:
        raise InvalidInput(_("The question is too long: use at most %(most)s letters.", most=LONGEST), field="question")
    question = as_question(text)
    if not plain_words(question):
        raise InvalidInput(_("Write the question as customers ask it."), field="question")
    _refuse_unreadable(session, kind, group, language)
    association = association_of(session, question, kind=kind, group=group, language=language)
    if association.is_pinned:
        raise InvalidInput(_("“%(question)s” is pinned to this article already.", question=question), field="question")
    _pin(session, association)
    _note(session, association, "pinned", by=by)
    return association


def _seen(session: Session, association_id: int, seen: int) -> QueryAssociation:
    found = held(session, [association_id]) if association_id <= LARGEST_ID else []
    if not found:
        raise NotFound(_("There is no such question any more: look for it in the list."))
    if found[0].decisions != seen:
        raise Conflict(
            _("Somebody else decided about “%(question)s” in the meantime: look at it again.", question=found[0].text)
        )
    return found[0]


def _pin(session: Session, association: QueryAssociation) -> None:
    """Pin a question; one that was blocked is accepted by that."""
    other = session.scalar(
        select(QueryAssociation.group)
        .where(QueryAssociation.kind == association.kind, QueryAssociation.language == association.language)
        .where(QueryAssociation.normal == normal_form(association.text, association.language))
        .where(QueryAssociation.is_pinned, QueryAssociation.id != association.id)
        .limit(1)
    )
    if other is not None:
        raise InvalidInput(
            _(
                "“%(question)s” is pinned to article %(id)s: take that pin away first.",
                question=association.text,
                id=other,
            ),
            field="question",
        )
    if association.state is AssociationState.BLOCKED:
        association.state = AssociationState.ACCEPTED
    association.is_pinned = association.is_active = True


def _note(session: Session, association: QueryAssociation, verb: str, *, by: Account, **details: str) -> None:
    """Write down who decided, and have the index follow: a pin changes a document that had the question already."""
    now = clock.now()
    association.decisions += 1
    association.decided_at, association.decided_by_id, association.changed_at = now, by.id, now
    session.flush()
    weigh(session, [association.id])
    follow(session, association.kind, association.group)
    what = {"question": association.text, "kind": association.kind, "group": association.group}
    activity.record(session, verb, SUBJECT, association.id, by_id=by.id, **what, **details)
    session.flush()


def _is_baseless(session: Session, association: QueryAssociation) -> bool:
    """Whether nobody asked the question and no editor decided that it shall count."""
    evidence = select(QueryEvidence.id).where(QueryEvidence.association_id == association.id).limit(1)
    return association.state is AssociationState.LEARNED and session.scalar(evidence) is None


def _refuse_unreadable(session: Session, kind: str, group: str, language: str) -> None:
    source = sources()[kind]
    documents = source.documents(session, source.keys_of(session, group))
    if not any(document.language == language for document in documents):
        raise InvalidInput(
            _(
                "Article %(id)s has nothing published in the language of this question, so nobody would find it there.",
                id=group,
            ),
            field="article",
        )
