"""The vote under an article as people meet it, and the desk page of votes set aside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.database import db
from app.knowledge import feedback
from app.knowledge.models import FixVote, VoteStanding
from app.trail.models import SessionStep
from app.trail.recording import flush
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


@pytest.fixture
def article_id(session: Session, make: Make) -> int:
    article_id = make.article("Reset the boiler").id
    session.commit()
    return article_id


def sign_in(client: Visitor, make: Make, role: Role) -> None:
    account = make.account(role, password=PASSWORD)
    make.session.commit()
    assert client.sign_in(account.email).status_code == 303


def see(client: Visitor, article_id: int) -> str:
    return client.get(f"/articles/{article_id}", follow_redirects=True).text


def many_vote(app: Flask, article_id: int, count: int, *, address: str = "192.0.2.1") -> None:
    for _ in range(count):
        visitor = app.test_client()
        visitor.post(f"/articles/{article_id}/votes", data={"fixed": "no"}, environ_overrides={"REMOTE_ADDR": address})


def test_who_comes_back_is_told_what_they_said_and_when(session: Session, client: Visitor, article_id: int) -> None:
    client.post(f"/articles/{article_id}/votes", data={"fixed": "no"})
    session.execute(update(FixVote).values(changed_at=datetime(2026, 5, 3, 12, tzinfo=UTC)))
    session.commit()
    assert "You said No on 3 May 2026. Change it?" in see(client, article_id)
    client.post(f"/articles/{article_id}/votes", data={"fixed": "yes"})
    assert "You said Yes on " in see(client, article_id)


def test_voting_twice_is_no_error_and_one_vote(session: Session, client: Visitor, article_id: int) -> None:
    answers = [client.post(f"/articles/{article_id}/votes", data={"fixed": "no"}).status_code for _ in range(3)]
    assert answers == [303] * 3
    assert session.scalar(select(func.count()).select_from(FixVote)) == 1


@pytest.mark.parametrize(
    ("role", "standing"), [(Role.READER, "counted"), (Role.AGENT, "staff"), (Role.EDITOR, "staff")]
)
def test_votes_of_staff_are_not_counted_and_the_page_says_so(
    session: Session, make: Make, client: Visitor, article_id: int, role: Role, standing: str
) -> None:
    sign_in(client, make, role)
    client.post(f"/articles/{article_id}/votes", data={"fixed": "yes"})
    vote = session.scalars(select(FixVote)).one()
    assert (vote.standing, vote.source) == (VoteStanding(standing), None)
    session.commit()
    assert ("Votes of staff are kept, but not counted." in see(client, article_id)) == (standing == "staff")


def test_where_a_vote_comes_from_is_kept_as_a_hash_alone(session: Session, app: Flask, article_id: int) -> None:
    many_vote(app, article_id, 1, address="192.0.2.1")
    many_vote(app, article_id, 1, address="192.0.2.2")
    first, second = session.scalars(select(FixVote.source).order_by(FixVote.id))
    assert first != second
    assert first is not None
    assert len(first) == 32
    assert "192" not in first


def test_comments_and_searches_are_scrubbed_before_they_are_written(
    session: Session, client: Visitor, article_id: int
) -> None:
    client.post(f"/articles/{article_id}/votes", data={"fixed": "no", "query": "login eve@example.com"})
    client.post(f"/articles/{article_id}/votes/reason", data={"comment": "Write to eve@example.com"})
    vote = session.scalars(select(FixVote)).one()
    assert "eve@example.com" not in vote.query + vote.comment
    assert vote.query.startswith("login [")


def test_a_vote_is_part_of_the_trail(session: Session, app: Flask, client: Visitor, article_id: int) -> None:
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    client.post(f"/articles/{article_id}/votes", data={"fixed": "no"}, headers=browser)
    assert flush(app)
    steps = session.scalars(select(SessionStep)).all()
    assert [(each.what, each.kind, each.key, each.fixed) for each in steps] == [
        ("voted", "article", f"{article_id}:en", False)
    ]


def test_a_comment_that_is_too_long_comes_back_to_be_shortened(client: Visitor, article_id: int) -> None:
    client.post(f"/articles/{article_id}/votes", data={"fixed": "no"})
    written = "Step <3>. " * 500
    answer = client.post(f"/articles/{article_id}/votes/reason", data={"reason": "other", "comment": written})
    assert answer.status_code == 422
    assert written.replace("<", "&lt;").replace(">", "&gt;") in answer.text
    assert f'action="/articles/{article_id}/votes/reason"' in answer.text
    assert '<input type="hidden" name="reason" value="other">' in answer.text


def test_a_comment_comes_back_when_the_database_is_away(app: Flask, client: Visitor, article_id: int) -> None:
    client.post(f"/articles/{article_id}/votes", data={"fixed": "no"})

    def refuse(*_: object) -> None:
        raise OperationalError("", {}, Exception("the database is away"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        answer = client.post(f"/articles/{article_id}/votes/reason", data={"comment": "It rattles."})
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    assert answer.status_code == 503
    assert ">It rattles.</textarea>" in answer.text
    assert client.post(f"/articles/{article_id}/votes/reason", data={"comment": "It rattles."}).status_code == 303


def test_a_fix_rate_is_told_from_twenty_people_on(session: Session, client: Visitor, article_id: int) -> None:
    for number in range(19):
        feedback.cast_vote(session, article_id, "en", fixed=number < 15, voter=f"voter {number}")
    session.commit()
    assert "people who answered" not in client.get(f"/articles/{article_id}-reset-the-boiler?new").text
    feedback.cast_vote(session, article_id, "en", fixed=True, voter="one more")
    session.commit()
    page = client.get(f"/articles/{article_id}-reset-the-boiler?new").text
    assert "80% of 20 people who answered" in page


def test_who_votes_without_end_is_told_when_to_come_again(app: Flask, client: Visitor, article_id: int) -> None:
    answers = {client.post(f"/articles/{article_id}/votes", data={"fixed": "no"}).status_code for _ in range(300)}
    assert answers == {303}
    refused = client.post(f"/articles/{article_id}/votes", data={"fixed": "no"})
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)


def test_editors_see_what_was_set_aside_and_decide(
    session: Session, make: Make, app: Flask, client: Visitor, article_id: int
) -> None:
    many_vote(app, article_id, 6)
    sign_in(client, make, Role.EDITOR)
    page = client.get("/desk/votes").text
    assert "6 votes from one network" in page
    assert "0 yes, 6 no" in page
    assert "More than 5 votes on one article within an hour" in page
    answer = client.submit("/desk/votes", "/desk/votes/1", decision="count")
    assert answer.status_code == 303
    page = client.get("/desk/votes").text
    assert "decided on" in page
    assert "No votes are set aside." in page
    assert session.scalars(select(FixVote.standing).distinct()).all() == [VoteStanding.COUNTED]
    session.commit()
    assert client.submit("/desk/votes", "/desk/votes/1", decision="leave out").status_code == 303


@pytest.mark.parametrize("decision", ["", "yes"])
def test_a_decision_that_is_none_is_refused(
    make: Make, app: Flask, client: Visitor, article_id: int, decision: str
) -> None:
    many_vote(app, article_id, 6)
    sign_in(client, make, Role.EDITOR)
    assert client.submit("/desk/votes", "/desk/votes/1", decision=decision).status_code == 422


def test_agents_and_strangers_do_not_decide_about_votes(make: Make, client: Visitor) -> None:
    assert client.get("/desk/votes").status_code == 302
    sign_in(client, make, Role.AGENT)
    assert client.get("/desk/votes").status_code == 403


def test_the_desk_page_needs_as_many_queries_for_five_bursts_as_for_one(
    session: Session, make: Make, app: Flask, client: Visitor
) -> None:
    ids = [make.article(f"Article {number}").id for number in range(5)]
    session.commit()
    sign_in(client, make, Role.EDITOR)
    counts = []
    for some in (ids[:1], ids[1:]):
        for article_id in some:
            many_vote(app, article_id, 6, address=f"192.0.2.{article_id}")
        asked = count_queries(app, client, "/desk/votes")
        counts.append((client.get("/desk/votes").text.count("6 votes from one network"), asked))
    assert counts == [(1, counts[0][1]), (5, counts[0][1])]
