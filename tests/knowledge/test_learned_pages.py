"""The desk pages of learned questions and best bets."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.roles import Role
from app.foundation.activity import Activity
from app.foundation.worker import run_due_jobs
from app.knowledge import feedback, publishing
from app.knowledge.learned_lists import Evidence
from app.knowledge.learned_pages import PAGE_SIZE, evidence_words
from app.knowledge.models import Article
from app.search import deciding, learning
from app.search.models import AssociationState, QueryAssociation
from app.trail.ways import Way
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

ASKED = "my account is locked"
LIST, BETS = "/desk/search/questions", "/desk/search/best-bets"


@pytest.fixture
def editor(client: Visitor, make: Make, session: Session) -> Visitor:
    """The browser of an editor."""
    account = make.account(Role.EDITOR, password=PASSWORD, display_name="Kim Editor")
    session.commit()
    client.sign_in(account.email)
    return client


@pytest.fixture
def article(app: Flask, session: Session, make: Make) -> Article:
    """An article with a question that two customers asked, and which a third one denied."""
    article = make.article("Reset your password", "Press the button.")
    make.article("Unlock the account", "Wait an hour.")
    vote(app, session, article, 1, 2)
    return article


def vote(app: Flask, session: Session, article: Article, *voters: int, query: str = ASKED, fixed: bool = True) -> None:
    with app.app_context():
        for voter in voters:
            feedback.cast_vote(
                session, article.id, "en", fixed=fixed, voter=f"voter {voter}", way=Way(opened_from=(query,))
            )
        session.commit()


def question(session: Session, **columns: object) -> QueryAssociation:
    asked = select(QueryAssociation).filter_by(**columns).execution_options(populate_existing=True)
    found = session.scalars(asked).one()
    session.expunge(found)
    session.commit()
    return found


def send(editor: Visitor, asked: QueryAssociation, do: str, *, seen: int | None = None, **fields: object):  # type: ignore[no-untyped-def]  # an answer
    given = {"do": do, "seen": asked.decisions if seen is None else seen} | fields
    return editor.submit(LIST, f"{LIST}/{asked.id}", **given)


def test_the_pages_are_for_editors(client: Visitor, make: Make, session: Session) -> None:
    agent = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(agent.email)
    assert [client.get(path).status_code for path in (LIST, BETS)] == [403, 403]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (LIST, "A question is learned when two customers"),
        (f"{LIST}?show=waiting", "until a second customer agrees"),
        (f"{LIST}?show=accepted", "used whatever people say"),
        (f"{LIST}?show=blocked", "never leads to its article again"),
        (f"{LIST}?q=fish&show=blocked", "None holds “<bdi>fish</bdi>”"),
        (f"{LIST}?show=nonsense&page=-3", "A question is learned when two customers"),
        (BETS, "Nothing is pinned"),
    ],
)
def test_empty_lists_say_so(editor: Visitor, path: str, words: str) -> None:
    assert words in editor.get(path).text


def test_a_question_is_shown_with_where_it_leads_and_what_it_rests_on(
    app: Flask, session: Session, editor: Visitor, article: Article
) -> None:
    vote(app, session, article, 3, query="locked: the account")
    vote(app, session, article, 4, fixed=False)
    with app.app_context():
        learning.agent_answered(
            session, ASKED, kind="article", group=str(article.id), language="en", agent_id=1, reference="ticket R-1"
        )
        session.commit()
    page = editor.get(LIST).text
    assert ASKED in page
    assert f'<a href="/articles/{article.id}-reset-your-password">Reset your password</a>' in page
    assert "3 customers said yes · 1 agent answered so · 1 customer said no · last on " in page
    assert '<q lang="en" dir="auto">locked: the account</q>' in page


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (Evidence(), ""),
        (Evidence(yes=1, last_on=date(2026, 5, 3)), "1 customer said yes · last on 3 May 2026"),
        (Evidence(no=2, set_aside=6), "2 customers said no · 6 votes set aside"),
    ],
)
def test_evidence_in_words(app: Flask, evidence: Evidence, words: str) -> None:
    with app.test_request_context():
        assert (
            evidence_words(evidence) == words.replace("3 May 2026", "May 3, 2026") or evidence_words(evidence) == words
        )


def test_lists_are_told_apart_and_counted(app: Flask, session: Session, editor: Visitor, article: Article) -> None:
    vote(app, session, article, 5, query="forgot the secret word")
    waiting = editor.get(f"{LIST}?show=waiting").text
    assert "forgot the secret word" in waiting
    assert ASKED not in waiting
    assert re.search(r'aria-current="true">Not in use yet <span class="count">1<', waiting)
    assert re.search(r'show=in_use">In use <span class="count">1<', waiting)


@pytest.mark.parametrize(
    ("words", "is_found"), [("locked", True), ("reset your", True), ("{id}", True), ("#{id}", True), ("fish", False)]
)
def test_questions_are_found_by_words_title_and_number(
    editor: Visitor, article: Article, words: str, is_found: bool
) -> None:
    page = editor.get(LIST, query_string={"q": words.format(id=article.id)}).text
    assert (f'<h3 lang="en" dir="auto">{ASKED}</h3>' in page) is is_found


def test_an_editor_blocks_accepts_and_pins(session: Session, editor: Visitor, article: Article) -> None:
    for do, state, is_pinned in (
        ("block", AssociationState.BLOCKED, False),
        ("accept", AssociationState.ACCEPTED, False),
        ("pin", AssociationState.ACCEPTED, True),
        ("unpin", AssociationState.ACCEPTED, False),
    ):
        answer = send(editor, question(session), do, show="in_use", q="locked")
        assert answer.headers["Location"] == f"{LIST}?show=in_use&q=locked&done=decided"
        now = question(session)
        assert (now.state, now.is_pinned) == (state, is_pinned)
    assert "Kim Editor" in editor.get(f"{LIST}?show=accepted").text
    verbs = session.scalars(select(Activity.verb).filter_by(subject_kind=deciding.SUBJECT).order_by(Activity.id)).all()
    assert verbs == ["blocked", "accepted", "pinned", "unpinned"]


def test_a_best_bet_of_which_nobody_said_anything_stands_among_best_bets_alone(
    session: Session, editor: Visitor, article: Article
) -> None:
    account = session.scalars(select(Account)).first()
    assert account
    deciding.pin(session, "fish and chips", kind="article", group=str(article.id), language="en", by=account)
    session.commit()
    assert "fish and chips" not in editor.get(LIST).text
    assert "fish and chips" in editor.get(BETS).text


@pytest.mark.parametrize("named", ["{other}", "Unlock the account", "unlock the"])
def test_a_question_is_moved_by_number_or_title(
    session: Session, editor: Visitor, article: Article, named: str
) -> None:
    other = article.id + 1
    send(editor, question(session), "move", article=named.format(other=other))
    assert question(session, group=str(article.id)).state is AssociationState.BLOCKED
    assert question(session, group=str(other)).state is AssociationState.ACCEPTED


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("", "Name the article by its number or its title"),
        ("4711", "There is no article 4711"),
        ("99999999999", "No published article has"),
        ("nowhere", "No published article has “nowhere” in its title"),
        ("n", "Several articles have “n” in their title"),
        ("{own}", "belongs to this article already"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_what_was_typed_stays(
    session: Session, editor: Visitor, make: Make, article: Article, named: str, told: str
) -> None:
    make.article("Internal notes")
    session.commit()
    typed = named.format(own=article.id)
    answer = send(editor, question(session), "move", article=typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert answer.text.count('<details class="desk-resolve" open') == 1
    if typed:
        assert f'value="{typed}" dir="auto" aria-invalid="true"' in answer.text
    assert question(session).state is AssociationState.LEARNED


def test_the_second_of_two_editors_is_told(session: Session, editor: Visitor, article: Article) -> None:
    asked = question(session)
    send(editor, asked, "block")
    answer = send(editor, asked, "accept", seen=0)
    assert answer.status_code == 409
    assert "Somebody else decided about “my account is locked” in the meantime" in answer.text
    assert question(session).state is AssociationState.BLOCKED


@pytest.mark.parametrize(("do", "status"), [("", 422), ("delete", 422)])
def test_what_is_no_decision_is_refused(
    session: Session, editor: Visitor, article: Article, do: str, status: int
) -> None:
    assert send(editor, question(session), do).status_code == status
    assert editor.submit(LIST, f"{LIST}/4711", do="block", seen=0).status_code == 404
    assert editor.submit(BETS, f"{BETS}/4711", seen=0).status_code == 404
    assert send(editor, question(session), "block", seen="x").status_code == 409  # type: ignore[arg-type]  # forged


def test_a_best_bet_comes_first_within_moments_and_goes_again(
    app: Flask, session: Session, make: Make, editor: Visitor
) -> None:
    article = make.article("Opening hours", "From nine to five.")
    make.article("Invoice", "All about the invoice.")
    session.commit()
    run_due_jobs(app)

    def first() -> str:
        run_due_jobs(app)
        page = editor.get("/search?q=the+invoice").text
        return re.findall(r"href=\"/articles/\d+-([a-z-]+)\?q=", page)[0]

    assert first() == "invoice"
    answer = editor.submit(BETS, BETS, question="Invoices", article=f"{article.id}", language="en")
    assert answer.headers["Location"] == f"{BETS}?done=saved"
    assert '<h3 lang="en" dir="auto">Invoices</h3>' in editor.get(BETS).text
    assert first() == "opening-hours"
    bet = question(session)
    editor.submit(BETS, f"{BETS}/{bet.id}", seen=bet.decisions)
    assert "Nothing is pinned" in editor.get(BETS).text
    assert first() == "invoice"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"question": ""}, "Write the question as customers ask it"),
        ({"question": "x" * 400}, "The question is too long"),
        ({"article": "4711"}, "There is no article 4711"),
        ({"language": "xx"}, "Choose the language"),
        ({"question": ASKED}, "is pinned to this article already"),
    ],
)
def test_a_best_bet_that_cannot_be_is_refused_and_what_was_typed_stays(
    session: Session, editor: Visitor, article: Article, fields: dict[str, str], told: str
) -> None:
    send(editor, question(session), "pin")
    typed = {"question": "find invoice", "article": str(article.id), "language": "en"} | fields
    answer = editor.submit(BETS, BETS, **typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'name="article" value="{typed["article"]}"' in answer.text


def test_an_article_that_is_gone_is_named_by_its_number(
    app: Flask, session: Session, editor: Visitor, article: Article
) -> None:
    with app.app_context():
        publishing.archive(session, article, by=None)
        session.commit()
    page = editor.get(LIST).text
    assert f"Article {article.id}" in page
    assert "not published in" in page


def test_five_questions_take_as_many_queries_as_one(
    app: Flask, session: Session, editor: Visitor, article: Article
) -> None:
    for path in (LIST, BETS):
        send(editor, question(session, text=ASKED), "pin")
        one = count_queries(app, editor, path)
        for number in range(4):
            vote(app, session, article, 1, 2, query=f"question alpha{number}")
            send(editor, question(session, text=f"question alpha{number}"), "pin")
        assert count_queries(app, editor, path) == one
        session.query(QueryAssociation).filter(QueryAssociation.text != ASKED).delete()
        session.commit()
        send(editor, question(session, text=ASKED), "unpin")


def test_long_lists_have_pages(app: Flask, session: Session, editor: Visitor, article: Article) -> None:
    for number in range(PAGE_SIZE):
        vote(app, session, article, number * 2 + 100, number * 2 + 101, query=f"question alpha{number}")
    assert f"{LIST}?show=in_use&amp;page=2" in editor.get(LIST).text
    assert ASKED in editor.get(f"{LIST}?page=2").text
