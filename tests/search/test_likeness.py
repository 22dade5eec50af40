"""The same question in slightly other words supports the one that is there already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.worker import run_due_jobs
from app.search import deciding, indexing, learning, likeness
from app.search.deciding import Decision
from app.search.encoders.base import EncoderUnavailable, TextKind
from app.search.likeness import Question, like_questions
from app.search.models import EvidenceKind, QueryAssociation, QueryEvidence
from tests.make import Make
from tests.search.fake_encoder import FakeEncoder, use_fake_encoder
from tests.search.shelf import Shelf, document

ASKED, ALIKE, OTHER = "reset my password", "restore my password", "scan a page"
SAME = {"restore": "reset"}


class Meanings(FakeEncoder):
    """An encoder for English alone, which can break."""

    languages = frozenset({"en"})
    is_broken = False

    def encode(self, texts: Sequence[str], kind: TextKind) -> Any:
        """See Encoder."""
        if self.is_broken:
            raise EncoderUnavailable("gone")
        return super().encode(texts, kind)


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> Iterator[None]:
    indexing.add_source(app, Shelf(document(1, "Printer")))
    with app.app_context():
        yield


@pytest.fixture
def meanings(app: Flask) -> Meanings:
    meanings: Meanings = use_fake_encoder(app, Meanings(SAME))
    return meanings


def say(
    session: Session,
    voice: int,
    question: str,
    *,
    language: str = "en",
    reference: str = "",
    is_counted: bool = True,
) -> None:
    learning.record_evidence(
        session,
        [question],
        kind="leaflet",
        group="1",
        language=language,
        what=EvidenceKind.CUSTOMER_YES,
        voice=f"v{voice}",
        reference=reference or f"vote {voice}",
        is_counted=is_counted,
    )
    session.commit()


def compare(session: Session) -> None:
    likeness.find_like_questions(session, kind="leaflet", group="1")
    session.commit()


def held(session: Session) -> list[tuple[str, bool]]:
    session.expire_all()
    rows = session.scalars(select(QueryAssociation).order_by(QueryAssociation.id))
    found = [(row.text, row.is_active) for row in rows]
    session.rollback()
    return found


def test_two_who_ask_alike_agree(app: Flask, session: Session, meanings: Meanings) -> None:
    for voice, question in enumerate((ASKED, ALIKE, OTHER)):
        say(session, voice, question)
    run_due_jobs(app)
    assert held(session) == [(ASKED, True), (OTHER, False)]
    words = session.scalars(select(QueryEvidence.text).order_by(QueryEvidence.id)).all()
    assert words == [ASKED, ALIKE, OTHER]


def test_nothing_is_encoded_twice(session: Session, meanings: Meanings) -> None:
    say(session, 1, ASKED)
    compare(session)
    say(session, 2, OTHER)
    compare(session)
    assert meanings.encoded == [ASKED, OTHER]


def test_without_an_encoder_words_alone_decide_and_it_is_caught_up_later(app: Flask, session: Session) -> None:
    say(session, 1, ASKED)
    say(session, 2, ALIKE)
    run_due_jobs(app)
    assert held(session) == [(ASKED, False), (ALIKE, False)]
    use_fake_encoder(app, Meanings(SAME))
    say(session, 3, OTHER)
    run_due_jobs(app)
    assert held(session) == [(ASKED, True), (OTHER, False)]


def test_an_encoder_that_breaks_joins_nothing(session: Session, meanings: Meanings) -> None:
    meanings.is_broken = True
    say(session, 1, ASKED)
    say(session, 2, ALIKE)
    compare(session)
    assert len(held(session)) == 2


def test_languages_that_the_encoder_does_not_know_are_left_alone(session: Session, meanings: Meanings) -> None:
    say(session, 1, ASKED, language="de")
    say(session, 2, ALIKE, language="de")
    compare(session)
    assert len(held(session)) == 2
    assert meanings.encoded == []


def test_the_same_vote_is_no_two_voices(app: Flask, session: Session, meanings: Meanings) -> None:
    say(session, 1, ASKED)
    say(session, 1, ALIKE)
    run_due_jobs(app)
    assert held(session) == [(ASKED, False)]


def test_what_is_like_a_blocked_question_is_blocked_with_it(
    app: Flask, session: Session, make: Make, meanings: Meanings
) -> None:
    say(session, 1, ASKED)
    blocked = session.scalars(select(QueryAssociation)).one()
    deciding.decide(session, blocked.id, Decision.BLOCK, seen=0, by=make.account(Role.EDITOR))
    session.commit()
    for voice in (2, 3, 4):
        say(session, voice, ALIKE)
    run_due_jobs(app)
    assert held(session) == [(ASKED, False)]


def test_what_nobody_speaks_for_is_not_looked_at(session: Session, meanings: Meanings) -> None:
    say(session, 1, ASKED)
    say(session, 2, ALIKE, is_counted=False)
    compare(session)
    assert meanings.encoded == [ASKED]
    learning.count_evidence(session, ["vote 2"], is_counted=True)
    session.commit()
    compare(session)
    assert held(session) == [(ASKED, True)]


def test_a_flood_of_questions_is_compared_within_bounds(session: Session, meanings: Meanings) -> None:
    now = clock.now()
    fixed = {"kind": "leaflet", "group": "1", "weighed_at": now, "created_at": now, "changed_at": now}
    numbers = range(likeness.MOST_COMPARED + 100)
    rows = [{"text": f"alpha question{number}", "evidence_n": 1, "weight": 1.0} for number in numbers]
    for language in ("de", "en"):
        own = fixed | {"language": language}
        session.execute(insert(QueryAssociation), [own | row | {"normal": row["text"]} for row in rows])
    session.commit()
    say(session, 1, ASKED)
    heavy = session.scalars(select(QueryAssociation).where(QueryAssociation.text == ASKED)).one()
    heavy.weight = 2.0
    session.commit()
    compare(session)
    assert len(meanings.encoded) == likeness.MOST_COMPARED
    assert meanings.encoded[-1] == ASKED


def test_many_that_mean_the_same_are_joined_bit_by_bit(
    app: Flask, session: Session, make: Make, meanings: Meanings
) -> None:
    meanings.same |= {f"restore{number}": "reset" for number in range(likeness.MOST_JOINED + 10)}
    for number in range(likeness.MOST_JOINED + 10):
        say(session, number, f"restore{number} my password")
    assert likeness.join_like_questions(session, kind="leaflet", group="1")
    session.commit()
    assert len(held(session)) == 10
    run_due_jobs(app)
    assert held(session) == [("restore0 my password", True)]


def test_what_editors_decided_about_belongs_to_no_other() -> None:
    def question(number: int, *vector: float, is_decided: bool = False, language: str = "en") -> Question:
        return Question(number, language, is_decided, np.array(vector, np.float32))

    found = like_questions(
        [
            question(1, 1, 0, is_decided=True),
            question(2, 1, 0, is_decided=True),
            question(3, 1, 0),
            question(4, 0.94, 0.3412),
            question(5, 1, 0, language="fr"),
        ]
    )
    assert found == {3: 1}
