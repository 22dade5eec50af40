"""Learned questions as editors see them: with the article that each leads to and what people said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation.errors import InvalidInput
from app.foundation.text import folded, one_line, whole_number
from app.knowledge.learned import KIND
from app.knowledge.models import Article, Publication, Translation
from app.knowledge.queries import LARGEST_ID, article_url
from app.search.models import AssociationState, EvidenceKind, QueryAssociation, QueryEvidence

MOST_WORDINGS = 3


class Show(StrEnum):
    """Which questions are wanted."""

    IN_USE = "in_use"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Evidence:
    """What people said last, each counted once; `set_aside` counts votes that wait for a decision or were left out."""

    yes: int = 0
    no: int = 0
    agents: int = 0
    set_aside: int = 0
    last_on: date | None = None


@dataclass(frozen=True)
class LearnedLine:
    """A question with the article that it leads to; `url` is empty when nothing of that is published in its language.

    `wordings` are other words in which it was asked; `decisions` is what a form sends back as `seen`.
    """

    id: int
    text: str
    language: str
    article_id: int
    title: str
    url: str
    state: AssociationState
    is_pinned: bool
    is_active: bool
    decisions: int
    decided_on: date | None
    decided_by: str
    evidence: Evidence = field(default_factory=Evidence)
    wordings: tuple[str, ...] = ()


def learned_lines(session: Session, show: Show, *, words: str, most: int, offset: int) -> list[LearnedLine]:
    """The questions wanted whose words or article hold `words`, those that changed last first; in four queries."""
    wanted = _with_names().where(_shown(show), _holds(words))
    latest = wanted.order_by(QueryAssociation.changed_at.desc(), QueryAssociation.id.desc())
    return _lines(session, latest.limit(most).offset(offset))


def learned_counts(session: Session, *, words: str) -> dict[Show, int]:
    """How many there are of each."""
    counts = (func.count().filter(_shown(show)) for show in Show)
    row = session.execute(select(*counts).where(QueryAssociation.kind == KIND, _holds(words))).one()
    return dict(zip(Show, row, strict=True))


def pinned_lines(session: Session, *, most: int, offset: int) -> list[LearnedLine]:
    """The best bets, by their words."""
    wanted = _with_names().where(QueryAssociation.kind == KIND, QueryAssociation.is_pinned)
    return _lines(session, wanted.order_by(QueryAssociation.normal, QueryAssociation.id).limit(most).offset(offset))


def pinned_count(session: Session) -> int:
    """How many best bets there are."""
    pinned = select(func.count()).where(QueryAssociation.kind == KIND, QueryAssociation.is_pinned)
    return session.scalar(pinned) or 0


def article_named(session: Session, typed: str) -> int:
    """The id of the article that an editor means by its number or its title, whole or in part.

    Raises:
        InvalidInput: none or several are meant.
    """
    name = one_line(typed)
    if not name:
        raise InvalidInput(_("Name the article by its number or its title."), field="article")
    number = whole_number(name.removeprefix("#"))
    if number is not None:
        if number > LARGEST_ID or session.get(Article, number) is None:
            raise InvalidInput(
                _("There is no article %(id)s: its number stands in its address, behind /articles/.", id=number),
                field="article",
            )
        return number
    holding = select(Publication.article_id, Publication.title).where(
        Publication.title.icontains(name, autoescape=True)
    )
    found = session.execute(holding.order_by(Publication.article_id).limit(50)).all()
    exact = {row.article_id for row in found if folded(row.title) == folded(name)}
    meant: set[int] = exact or {row.article_id for row in found}
    if len(meant) != 1:
        words = name[:80]
        raise InvalidInput(
            _("Several articles have “%(words)s” in their title: write the number of the one you mean.", words=words)
            if meant
            else _("No published article has “%(words)s” in its title.", words=words),
            field="article",
        )
    return meant.pop()


def _with_names() -> Select[QueryAssociation, str | None]:
    return select(QueryAssociation, Account.display_name).outerjoin(
        Account, Account.id == QueryAssociation.decided_by_id
    )


def _shown(show: Show) -> ColumnElement[bool]:
    is_learned = QueryAssociation.state == AssociationState.LEARNED
    is_pin_alone = and_(is_learned, QueryAssociation.is_pinned, QueryAssociation.weight <= 0)
    return and_(
        QueryAssociation.kind == KIND,
        {
            Show.IN_USE: and_(QueryAssociation.is_active, ~is_pin_alone),
            Show.WAITING: and_(is_learned, ~QueryAssociation.is_active, QueryAssociation.evidence_n > 0),
            Show.ACCEPTED: QueryAssociation.state == AssociationState.ACCEPTED,
            Show.BLOCKED: QueryAssociation.state == AssociationState.BLOCKED,
        }[show],
    )


def _holds(words: str) -> ColumnElement[bool]:
    if not words:
        return true()
    number = whole_number(words.removeprefix("#"))
    if number is not None:
        return QueryAssociation.group == str(number)
    titled = select(cast(Publication.article_id, String)).where(Publication.title.icontains(words, autoescape=True))
    return or_(QueryAssociation.text.icontains(words, autoescape=True), QueryAssociation.group.in_(titled))


def _lines(session: Session, wanted: Select[QueryAssociation, str | None]) -> list[LearnedLine]:
    rows = session.execute(wanted).all()
    ids = [association.id for association, _name in rows]
    titles = _titles(session, {int(association.group) for association, _name in rows})
    evidence, wordings = _evidence(session, ids), _wordings(session, ids)
    lines = []
    for association, name in rows:
        article_id, language = int(association.group), association.language
        own = titles.get(article_id, {})
        lines.append(
            LearnedLine(
                id=association.id,
                text=association.text,
                language=language,
                article_id=article_id,
                title=own[language][0] if language in own else next((title for title, _url in own.values()), ""),
                url=own[language][1] if language in own else "",
                state=association.state,
                is_pinned=association.is_pinned,
                is_active=association.is_active,
                decisions=association.decisions,
                decided_on=association.decided_at.date() if association.decided_at else None,
                decided_by=name or "",
                evidence=evidence.get(association.id, Evidence()),
                wordings=tuple(each for each in wordings[association.id] if each != association.text)[:MOST_WORDINGS],
            )
        )
    return lines


def _titles(session: Session, article_ids: set[int]) -> dict[int, dict[str, tuple[str, str]]]:
    """Title and address of each published language, by article."""
    found: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    rows = session.execute(
        select(Publication.article_id, Publication.language, Publication.title, Translation.slug)
        .join(Publication.translation)
        .where(Publication.article_id.in_(article_ids))
        .order_by(Publication.language)
    )
    for article_id, language, title, slug in rows:
        found[article_id][language] = (title, article_url(article_id, slug))
    return found


def _evidence(session: Session, ids: Sequence[int]) -> dict[int, Evidence]:
    newest = func.row_number().over(
        partition_by=(QueryEvidence.association_id, QueryEvidence.voice, QueryEvidence.is_counted),
        order_by=(QueryEvidence.at.desc(), QueryEvidence.id.desc()),
    )
    said = select(QueryEvidence, newest.label("place")).where(QueryEvidence.association_id.in_(ids)).subquery()
    rows = session.execute(
        select(said.c.association_id, said.c.is_counted, said.c.what, func.count(), func.max(said.c.at))
        .where(said.c.place == 1)
        .group_by(said.c.association_id, said.c.is_counted, said.c.what)
    )
    numbers: dict[int, dict[EvidenceKind | None, int]] = defaultdict(lambda: defaultdict(int))
    last: dict[int, datetime] = {}
    for association_id, is_counted, what, count, at in rows:
        numbers[association_id][what if is_counted else None] += count
        if is_counted:
            last[association_id] = max(last.get(association_id, at), at)
    return {
        association_id: Evidence(
            yes=number[EvidenceKind.CUSTOMER_YES],
            no=number[EvidenceKind.CUSTOMER_NO],
            agents=number[EvidenceKind.AGENT],
            set_aside=number[None],
            last_on=last[association_id].date() if association_id in last else None,
        )
        for association_id, number in numbers.items()
    }


def _wordings(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """In which words each was asked, the most frequent first."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(QueryEvidence.association_id, QueryEvidence.text)
        .where(QueryEvidence.association_id.in_(ids), QueryEvidence.is_counted)
        .group_by(QueryEvidence.association_id, QueryEvidence.text)
        .order_by(func.count().desc(), QueryEvidence.text)
    )
    for association_id, text in rows:
        found[association_id].append(text)
    return found
