"""What search learns from what people say of questions, and what editors decide about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.activity import Activity
from app.foundation.errors import Conflict, InvalidInput, NotFound
from app.foundation.jobs import Job
from app.search import deciding, indexing, learning, unlearning
from app.search.deciding import Decision
from app.search.learned import NOTHING_LEARNED, questions_of
from app.search.models import AssociationState, EvidenceKind, IndexingRequest, QueryAssociation, QueryEvidence
from tests.counting import statements_of
from tests.make import Make
from tests.search.shelf import Shelf, document

YES, NO = EvidenceKind.CUSTOMER_YES, EvidenceKind.CUSTOMER_NO
ASKED = "how do I reset my password"


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> Iterator[Shelf]:
    shelf = Shelf(document(1, "Printer"), document(1, "Drucker", language="de"), document(2, "Scanner"))
    indexing.add_source(app, shelf)
    with app.app_context():
        yield shelf


@pytest.fixture
def editor(make: Make) -> Account:
    return make.account(Role.EDITOR)


def say(
    session: Session, voice: int, what: EvidenceKind = YES, *questions: str, group: str = "1", **fields: object
) -> None:
    given = {"language": "en", "reference": f"vote {voice}"} | fields
    asked = questions or (ASKED,)
    learning.record_evidence(session, asked, kind="leaflet", group=group, what=what, voice=f"v{voice}", **given)  # type: ignore[arg-type]  # texts and a flag


def active(session: Session, group: str = "1", language: str = "en") -> tuple[str, ...]:
    return questions_of(session, "leaflet", [group]).get((group, language), NOTHING_LEARNED).questions


def pins(session: Session, group: str = "1") -> tuple[str, ...]:
    return questions_of(session, "leaflet", [group]).get((group, "en"), NOTHING_LEARNED).pins


def association(session: Session, group: str = "1") -> QueryAssociation:
    return session.scalars(
        select(QueryAssociation).where(QueryAssociation.group == group).execution_options(populate_existing=True)
    ).one()


def learn(session: Session, *questions: str, group: str = "1") -> QueryAssociation:
    for voice in (1, 2):
        say(session, voice, YES, *questions, group=group, reference=f"vote {group} {voice}")
    return association(session, group)


def requested(session: Session) -> list[str]:
    """What waits to be indexed, which is forgotten by that."""
    keys = list(session.scalars(select(IndexingRequest.key).order_by(IndexingRequest.id)))
    session.query(IndexingRequest).delete()
    return keys


def test_two_customers_make_a_question_of_the_document_and_the_index_follows(session: Session) -> None:
    say(session, 1)
    assert active(session) == ()
    assert requested(session) == []
    say(session, 2, YES, "Password: how do I reset it?")
    assert active(session) == (ASKED,)
    assert requested(session) == ["1:de", "1:en"]
    say(session, 3)
    assert requested(session) == []


def test_a_question_belongs_to_the_language_of_the_text(session: Session) -> None:
    for voice in (1, 2):
        say(session, voice, YES, "Kennwort zurücksetzen", language="de")
    assert active(session, language="de") == ("Kennwort zurücksetzen",)
    assert active(session) == ()


def test_one_person_is_not_two(session: Session) -> None:
    say(session, 1)
    say(session, 1, reference="vote 900")
    assert active(session) == ()
    assert association(session).evidence_n == 1


def test_one_agent_is_enough(session: Session) -> None:
    answered = {"kind": "leaflet", "group": "1", "language": "en", "agent_id": 7}
    learning.agent_answered(session, ASKED, reference="ticket R-1", **answered)  # type: ignore[arg-type]  # as named
    assert active(session) == (ASKED,)
    unlearning.forget_evidence(session, ["ticket R-1"])
    assert active(session) == ()
    assert session.scalar(select(func.count()).select_from(QueryAssociation)) == 0


def test_nothing_short_is_learned_and_nothing_personal_kept(session: Session) -> None:
    say(session, 1, YES, "password", "how do I do it", "reset the password of eve@example.com")
    texts = [each.text for each in session.scalars(select(QueryAssociation))]
    assert texts == ["reset the password of"]
    assert session.scalars(select(QueryEvidence.text)).all() == texts


def test_a_changed_mind_changes_all_that_it_said(session: Session) -> None:
    for voice in (1, 2):
        say(session, voice, YES, ASKED, "locked out of account")
    assert len(active(session)) == 2
    say(session, 2, NO, ASKED)
    assert active(session) == ()
    say(session, 2, YES, ASKED)
    assert len(active(session)) == 2


def test_the_votes_of_others_say_no_later(session: Session) -> None:
    learn(session)
    session.execute(update(QueryEvidence).values(at=clock.now() - timedelta(days=365)))
    say(session, 3)
    assert active(session) == (ASKED,)
    say(session, 4, NO)
    say(session, 5, NO)
    assert active(session) == ()


def test_what_is_set_aside_counts_again_when_it_is_restored(session: Session) -> None:
    say(session, 1)
    say(session, 2, is_counted=False)
    assert active(session) == ()
    learning.count_evidence(session, ["vote 2", "vote 4711"], is_counted=True)
    assert active(session) == (ASKED,)
    requested(session)
    learning.count_evidence(session, ["vote 1", "vote 2"], is_counted=False)
    assert active(session) == ()
    assert association(session).evidence_n == 0
    assert requested(session) == ["1:de", "1:en"]


def test_one_vote_cannot_fill_the_list(session: Session) -> None:
    for number in range(30):
        say(session, 1, YES, f"question number{number} alpha")
    assert session.scalar(select(func.count()).select_from(QueryEvidence)) == learning.MOST_A_REFERENCE


def test_what_one_vote_cannot_keep_leaves_nothing(session: Session) -> None:
    say(session, 1, YES, *(f"question number{number} alpha" for number in range(30)))
    assert session.scalar(select(func.count()).select_from(QueryAssociation)) == learning.MOST_A_REFERENCE


def test_one_voice_begins_eight_questions_of_a_thing_in_a_day(session: Session) -> None:
    def count() -> int:
        return session.scalar(select(func.count()).select_from(QueryAssociation)) or 0

    for number in range(30):
        say(session, 1, YES, f"question number{number} alpha", reference=f"vote {number}")
    assert count() == learning.MOST_A_DAY
    say(session, 1, YES, "question number3 alpha", reference="vote 900")
    assert session.scalars(select(QueryEvidence.reference).order_by(QueryEvidence.id.desc())).first() == "vote 900"
    say(session, 1, YES, "another question", group="2", reference="vote 901")
    say(session, 2, YES, "another question")
    assert count() == learning.MOST_A_DAY + 2
    session.execute(update(QueryEvidence).values(at=clock.now() - timedelta(days=2)))
    say(session, 1, YES, "a question of tomorrow", reference="vote 902")
    assert count() == learning.MOST_A_DAY + 3


def test_an_agent_answers_as_many_questions_as_there_are(session: Session) -> None:
    answered = {"kind": "leaflet", "group": "1", "language": "en", "agent_id": 7}
    for number in range(30):
        learning.agent_answered(session, f"question number{number} alpha", reference=f"ticket {number}", **answered)  # type: ignore[arg-type]  # as named
    assert len(active(session)) == 30


def test_what_nobody_speaks_for_is_not_compared_until_it_counts(session: Session) -> None:
    say(session, 1, is_counted=False)
    assert session.scalars(select(Job.name)).all() == []
    learning.count_evidence(session, ["vote 1"], is_counted=True)
    assert session.scalars(select(Job.name)).all() == [learning.LIKENESS_JOB]


def test_a_document_has_two_hundred_questions_at_most_the_best_supported_first(
    session: Session, editor: Account
) -> None:
    now = clock.now()
    fixed = {
        "kind": "leaflet",
        "group": "1",
        "is_active": True,
        "weighed_at": now,
        "created_at": now,
        "changed_at": now,
    }
    for number in range(230):
        text, language = f"alpha question{number}", "de" if number % 2 else "en"
        session.add(QueryAssociation(text=text, normal=text, language=language, weight=2.0 + number, **fixed))
    session.flush()
    found = questions_of(session, "leaflet", ["1"])
    assert sum(len(each.questions) for each in found.values()) == 200
    assert found["1", "en"].questions[0] == "alpha question228"
    assert "alpha question20" not in found["1", "en"].questions
    lightest = session.scalars(select(QueryAssociation).order_by(QueryAssociation.weight)).first()
    assert lightest
    deciding.decide(session, lightest.id, Decision.ACCEPT, seen=0, by=editor)
    assert active(session)[0] == "alpha question0"


def test_of_two_questions_the_one_confirmed_lately_goes_first(session: Session) -> None:
    for voice in (1, 2, 3):
        say(session, voice, YES, "old question")
    session.execute(update(QueryEvidence).values(at=clock.now() - timedelta(days=400)))
    learning.weigh(session, [association(session).id])
    for voice in (4, 5):
        say(session, voice, YES, "new question")
    assert active(session) == ("new question", "old question")


def test_many_documents_are_asked_for_in_one_query(app: Flask, session: Session) -> None:
    learn(session)
    learn(session, "scan a page", group="2")
    session.commit()
    with statements_of(app) as run:
        found = questions_of(session, "leaflet", ["1", "2", "3"])
    assert set(found) == {("1", "en"), ("2", "en")}
    assert len([each for each in run if each.startswith("SELECT")]) == 1
    assert questions_of(session, "leaflet", []) == {}


def test_a_blocked_question_never_comes_back(session: Session, editor: Account) -> None:
    learned = learn(session)
    requested(session)
    deciding.decide(session, learned.id, Decision.BLOCK, seen=0, by=editor)
    assert active(session) == ()
    assert requested(session)
    for voice in range(10, 20):
        say(session, voice, YES, "reset password")
    assert active(session) == ()
    assert association(session).evidence_n == 12
    deciding.decide(session, learned.id, Decision.ACCEPT, seen=1, by=editor)
    assert active(session) == (ASKED,)


def test_an_accepted_question_stays_whatever_people_say(session: Session, editor: Account) -> None:
    say(session, 1)
    deciding.decide(session, association(session).id, Decision.ACCEPT, seen=0, by=editor)
    assert active(session) == (ASKED,)
    for voice in range(10, 20):
        say(session, voice, NO)
    assert active(session) == (ASKED,)


def test_a_pinned_question_is_a_pin_and_the_index_follows_its_end(session: Session, editor: Account) -> None:
    learned = learn(session)
    requested(session)
    deciding.decide(session, learned.id, Decision.PIN, seen=0, by=editor)
    assert (pins(session), active(session)) == ((ASKED,), (ASKED,))
    assert requested(session)
    deciding.decide(session, learned.id, Decision.UNPIN, seen=1, by=editor)
    assert (pins(session), active(session)) == ((), (ASKED,))
    assert requested(session)


def test_a_best_bet_of_one_word_is_no_question_and_goes_with_its_end(session: Session, editor: Account) -> None:
    best = deciding.pin(session, "  Invoice ", kind="leaflet", group="1", language="en", by=editor)
    assert (pins(session), active(session)) == (("Invoice",), ())
    deciding.decide(session, best.id, Decision.UNPIN, seen=1, by=editor)
    assert session.scalars(select(QueryAssociation)).all() == []


def test_a_best_bet_is_a_question_once_somebody_said_yes_or_it_is_accepted(session: Session, editor: Account) -> None:
    best = deciding.pin(session, ASKED, kind="leaflet", group="1", language="en", by=editor)
    assert (pins(session), active(session)) == ((ASKED,), ())
    say(session, 1)
    assert active(session) == (ASKED,)
    say(session, 1, NO)
    assert active(session) == ()
    deciding.decide(session, best.id, Decision.ACCEPT, seen=1, by=editor)
    assert (pins(session), active(session)) == ((ASKED,), (ASKED,))


def test_a_question_is_pinned_to_one_thing(session: Session, editor: Account) -> None:
    deciding.pin(session, "find invoice", kind="leaflet", group="1", language="en", by=editor)
    for group, told in (("1", "already"), ("2", "pinned to article 1")):
        with pytest.raises(InvalidInput, match=told):
            deciding.pin(session, "Invoices, finding", kind="leaflet", group=group, language="en", by=editor)


@pytest.mark.parametrize(
    ("text", "group", "field"), [(" ?! ", "1", "question"), ("x " * 200, "1", "question"), ("invoice", "9", "article")]
)
def test_a_best_bet_that_cannot_be_is_refused(
    session: Session, editor: Account, text: str, group: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        deciding.pin(session, text, kind="leaflet", group=group, language="en", by=editor)
    assert refused.value.field == field


def test_a_pin_makes_a_blocked_question_count(session: Session, editor: Account) -> None:
    learned = learn(session)
    deciding.decide(session, learned.id, Decision.BLOCK, seen=0, by=editor)
    deciding.pin(session, ASKED, kind="leaflet", group="1", language="en", by=editor)
    assert association(session).state is AssociationState.ACCEPTED
    assert pins(session) == (ASKED,)


def test_a_moved_question_is_accepted_there_and_blocked_here(session: Session, editor: Account) -> None:
    learned = learn(session)
    deciding.decide(session, learned.id, Decision.PIN, seen=0, by=editor)
    requested(session)
    deciding.move(session, learned.id, "2", seen=1, by=editor)
    assert (active(session), pins(session)) == ((), ())
    assert (active(session, "2"), pins(session, "2")) == ((ASKED,), (ASKED,))
    assert set(requested(session)) == {"1:de", "1:en", "2:en"}
    assert association(session).evidence_n == 2
    assert association(session, "2").evidence_n == 0
    say(session, 3)
    assert active(session) == ()


def test_a_question_moves_only_where_it_can_be_read(session: Session, editor: Account) -> None:
    learned = learn(session)
    with pytest.raises(InvalidInput, match="already"):
        deciding.move(session, learned.id, "1", seen=0, by=editor)
    with pytest.raises(InvalidInput, match="nothing published"):
        deciding.move(session, learned.id, "9", seen=0, by=editor)


def test_of_two_editors_the_second_is_told_what_the_first_decided(session: Session, editor: Account) -> None:
    learned = learn(session)
    deciding.decide(session, learned.id, Decision.BLOCK, seen=0, by=editor)
    with pytest.raises(Conflict, match="Somebody else decided"):
        deciding.decide(session, learned.id, Decision.ACCEPT, seen=0, by=editor)
    with pytest.raises(Conflict):
        deciding.move(session, learned.id, "2", seen=0, by=editor)
    assert active(session) == ()


def test_new_evidence_does_not_stand_in_an_editor_s_way(session: Session, editor: Account) -> None:
    learned = learn(session)
    say(session, 3)
    deciding.decide(session, learned.id, Decision.BLOCK, seen=0, by=editor)
    assert active(session) == ()


@pytest.mark.parametrize("missing", [4711, 2**40])
def test_what_is_not_there_cannot_be_decided(session: Session, editor: Account, missing: int) -> None:
    with pytest.raises(NotFound):
        deciding.decide(session, missing, Decision.BLOCK, seen=0, by=editor)


def test_every_decision_is_on_record(session: Session, editor: Account) -> None:
    learned = learn(session)
    for seen, decision in enumerate((Decision.ACCEPT, Decision.PIN, Decision.UNPIN, Decision.BLOCK)):
        deciding.decide(session, learned.id, decision, seen=seen, by=editor)
    deciding.move(session, learned.id, "2", seen=4, by=editor)
    rows = session.scalars(
        select(Activity).where(Activity.subject_kind == deciding.SUBJECT).order_by(Activity.id)
    ).all()
    assert [each.verb for each in rows] == ["accepted", "pinned", "unpinned", "blocked", "moved", "accepted"]
    assert {each.by_id for each in rows} == {editor.id}
    assert rows[4].details == {"question": ASKED, "kind": "leaflet", "group": "1", "to": "2"}
    assert association(session).decided_by_id == editor.id
