"""What votes teach search: through the real form, with everything that could make them worthless."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.database import reading, transaction
from app.foundation.worker import run_due_jobs
from app.knowledge import bursts, feedback
from app.knowledge.models import FixVote, VoteBurst, VoteStanding
from app.knowledge.searchable import ArticleSource
from app.search import deciding, service
from app.search.deciding import Decision
from app.search.models import QueryAssociation, QueryEvidence
from app.trail import recording
from app.trail.ways import Way
from tests.conftest import AppWith
from tests.make import Make
from tests.trail.somebody import FIREFOX
from tests.visitor import PASSWORD, Visitor

ASKED = "wobbly thing squeaks"
CAME = Way(opened_from=(ASKED,))
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@dataclass
class Customer:
    """Somebody with a browser and an address of their own."""

    app: Flask
    number: int
    browser: str = FIREFOX
    client: Visitor = field(init=False)

    def __post_init__(self) -> None:
        client = self.app.test_client()
        assert isinstance(client, Visitor)
        client.environ_base |= {"REMOTE_ADDR": f"198.51.100.{self.number}", "HTTP_USER_AGENT": self.browser}
        self.client = client

    def searches(self, query: str) -> str:
        """The page of results; the search is in the log."""
        page = self.client.get("/search", query_string={"q": query}).get_data(as_text=True)
        recording.flush(self.app)
        return page

    def asks_and_votes(self, article_id: int, *, fixed: bool = True, query: str = ASKED) -> None:
        """Search, then answer under an article."""
        self.searches(query)
        self.votes(article_id, fixed=fixed, query=query)

    def votes(self, article_id: int, *, fixed: bool = True, query: str = ASKED) -> None:
        """Answer under the article that a search is said to have led to."""
        answered = {"fixed": "yes" if fixed else "no", "query": query}
        assert self.client.post(f"/articles/{article_id}/votes", data=answered).status_code == 303


@pytest.fixture
def customers(app: Flask) -> Callable[[int], list[Customer]]:
    return lambda count: [Customer(app, number) for number in range(1, count + 1)]


@pytest.fixture
def article_id(session: Session, make: Make) -> int:
    article = make.article("Adjust the hinge", "Turn the screw.")
    make.article("Cupboards", "A wobbly thing with doors.")
    session.commit()
    return article.id


def learned(session: Session, article_id: int, language: str = "en") -> tuple[str, ...]:
    """The questions of the article's document."""
    documents = list(ArticleSource().documents(session, [f"{article_id}:{language}"]))
    session.rollback()
    return documents[0].questions


def titles(app: Flask, query: str) -> list[str]:
    """What a search finds, best first, once the worker has run."""
    run_due_jobs(app)
    with app.test_request_context(), reading() as asking:
        answer = service.search(asking, query, language="en", readers=frozenset({"public"}))
    return [each.shown.title for each in answer.results]


def test_two_visitors_teach_search_and_an_editor_unteaches_it(
    app: Flask, session: Session, make: Make, article_id: int, customers: Callable[[int], list[Customer]]
) -> None:
    assert titles(app, ASKED) != ["Adjust the hinge"]
    for customer in customers(2):
        customer.asks_and_votes(article_id)
    assert learned(session, article_id) == (ASKED,)
    assert titles(app, ASKED)[0] == "Adjust the hinge"
    assert titles(app, "the squeaking of a wobbly thing")[0] == "Adjust the hinge"

    editor = make.account(Role.EDITOR, password=PASSWORD)
    question = session.scalars(select(QueryAssociation)).one()
    deciding.decide(session, question.id, Decision.BLOCK, seen=0, by=editor)
    session.commit()
    assert learned(session, article_id) == ()
    assert "Adjust the hinge" not in titles(app, ASKED)


def test_thousands_of_votes_from_one_source_teach_nothing(app_with: AppWith, session: Session, article_id: int) -> None:
    app = app_with(limit_votes=100_000, limit_searches=100_000)
    before = titles(app, ASKED)
    Customer(app, 1).searches(ASKED)
    for _number in range(1000):
        Customer(app, 1).votes(article_id)
    assert learned(session, article_id) == ()
    assert titles(app, ASKED) == before
    assert session.scalar(select(func.count()).select_from(FixVote)) == 1000


def test_a_few_votes_of_one_network_are_one_voice(app: Flask, session: Session, article_id: int) -> None:
    for _number in range(4):
        Customer(app, 1).asks_and_votes(article_id)
    assert session.scalars(select(FixVote.standing).distinct()).all() == [VoteStanding.COUNTED]
    assert learned(session, article_id) == ()
    Customer(app, 2).asks_and_votes(article_id)
    assert learned(session, article_id) == (ASKED,)


def test_people_of_one_network_who_are_signed_in_are_known_apart(
    app: Flask, session: Session, make: Make, article_id: int
) -> None:
    readers = [make.account(Role.READER, password=PASSWORD) for _number in range(2)]
    session.commit()
    for reader in readers:
        customer = Customer(app, 1)
        customer.client.sign_in(reader.email)
        customer.asks_and_votes(article_id)
    assert learned(session, article_id) == (ASKED,)


def test_staff_and_programs_teach_nothing(app: Flask, session: Session, make: Make, article_id: int) -> None:
    agent = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    customer = Customer(app, 1)
    customer.client.sign_in(agent.email)
    customer.asks_and_votes(article_id)
    for number in (2, 3):
        Customer(app, number, GOOGLEBOT).asks_and_votes(article_id)
    assert session.scalar(select(func.count()).select_from(QueryEvidence)) == 0


def test_a_changed_vote_is_a_changed_mind(
    session: Session, article_id: int, customers: Callable[[int], list[Customer]]
) -> None:
    first, second = customers(2)
    first.asks_and_votes(article_id)
    second.asks_and_votes(article_id)
    second.votes(article_id, fixed=False)
    assert learned(session, article_id) == ()
    second.votes(article_id)
    assert learned(session, article_id) == (ASKED,)


def test_votes_set_aside_and_restored_take_what_they_taught_with_them(
    app: Flask, session: Session, make: Make, article_id: int
) -> None:
    with app.app_context():
        feedback.cast_vote(session, article_id, "en", fixed=True, voter="elsewhere", source="1b" * 16, way=CAME)
        feedback.cast_vote(session, article_id, "en", fixed=True, voter="v 0", source="0a" * 16, way=CAME)
        session.commit()
        assert learned(session, article_id) == (ASKED,)
        for number in range(1, 7):
            feedback.cast_vote(session, article_id, "en", fixed=True, voter=f"v {number}", source="0a" * 16, way=CAME)
        session.commit()
        assert learned(session, article_id) == ()
        burst, editor = session.scalars(select(VoteBurst)).one(), make.account(Role.EDITOR)
        bursts.decide(session, burst.id, is_counted=True, by=editor)
        session.commit()
        assert learned(session, article_id) == (ASKED,)
        bursts.decide(session, burst.id, is_counted=False, by=editor)
        session.commit()
        assert learned(session, article_id) == ()


def test_words_tried_in_vain_before_a_yes_are_learned_too(
    app: Flask, session: Session, article_id: int, customers: Callable[[int], list[Customer]]
) -> None:
    titles(app, ASKED)
    for customer in customers(2):
        customer.searches("door makes noises")
        page = customer.searches("adjust hinge")
        link = page[page.index(f"/articles/{article_id}-") :].split('"')[0].split("#")[0].replace("&amp;", "&")
        assert customer.client.get(link).status_code == 200
        recording.flush(app)
        customer.votes(article_id, query="adjust hinge")
    assert set(learned(session, article_id)) == {"door makes noises", "adjust hinge"}


def test_a_no_speaks_against_the_search_that_led_there_alone(app: Flask, session: Session, article_id: int) -> None:
    way = Way(opened_from=("adjust hinge",), rephrased=("door makes noises",))
    with app.app_context():
        feedback.cast_vote(session, article_id, "en", fixed=False, voter="v", way=way)
        session.commit()
    assert session.scalars(select(QueryEvidence.text)).all() == ["adjust hinge"]


def test_a_vote_without_a_search_teaches_nothing(
    session: Session, article_id: int, customers: Callable[[int], list[Customer]]
) -> None:
    for customer in customers(2):
        customer.votes(article_id, query="")
    assert session.scalar(select(func.count()).select_from(QueryAssociation)) == 0


def test_words_that_nobody_searched_for_teach_nothing(
    session: Session, article_id: int, customers: Callable[[int], list[Customer]]
) -> None:
    for customer in customers(2):
        customer.asks_and_votes(article_id, query="adjust hinge")
        customer.votes(article_id, query=ASKED)
    assert learned(session, article_id) == ("adjust hinge",)


def test_who_asks_not_to_be_followed_teaches_nothing(
    session: Session, article_id: int, customers: Callable[[int], list[Customer]]
) -> None:
    for customer in customers(2):
        customer.client.environ_base["HTTP_SEC_GPC"] = "1"
        customer.asks_and_votes(article_id)
    assert learned(session, article_id) == ()
    assert session.scalar(select(func.count()).select_from(FixVote)) == 2


def test_votes_by_the_api_teach_what_was_searched_for_by_it(
    app: Flask, session: Session, article_id: int, customers: Callable[[int], list[Customer]]
) -> None:
    for customer in customers(2):
        customer.client.get("/api/v1/search", query_string={"q": ASKED})
        recording.flush(app)
        voted = {"fixed": True, "query": ASKED, "language": "en"}
        assert customer.client.post(f"/api/v1/articles/{article_id}/votes", json=voted).status_code == 200
    assert learned(session, article_id) == (ASKED,)


def test_an_article_knows_its_questions_and_pins_by_language(app: Flask, session: Session, make: Make) -> None:
    article, editor = make.article("Invoices"), make.account(Role.EDITOR)
    make.translation(article, "de", "Rechnungen")
    session.commit()
    with app.app_context():
        deciding.pin(session, "rechnung finden", kind="article", group=str(article.id), language="de", by=editor)
        session.commit()
        keys = ArticleSource().keys_of(session, str(article.id))
        english, german = ArticleSource().documents(session, [f"{article.id}:en", f"{article.id}:de"])[::-1]
    assert keys == [f"{article.id}:de", f"{article.id}:en"]
    assert (english.questions, english.pins) == ((), ())
    assert (german.questions, german.pins) == ((), ("rechnung finden",))
    assert ArticleSource().keys_of(session, "none") == []


def test_votes_at_the_same_moment_are_all_counted(app: Flask, session: Session, article_id: int) -> None:
    def cast(number: int) -> None:
        way = Way(opened_from=(f"{ASKED} nightly" if number % 2 else ASKED,))
        with app.app_context(), transaction() as own:
            feedback.cast_vote(own, article_id, "en", fixed=True, voter=f"v {number}", way=way)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(cast, range(24)))
    people = session.scalars(select(QueryAssociation.evidence_n).order_by(QueryAssociation.text)).all()
    session.rollback()
    assert people == [12, 12]
    assert set(learned(session, article_id)) == {ASKED, f"{ASKED} nightly"}
