"""Two editors press a button about the same learned question at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.search.learning import agent_answered
from app.search.models import AssociationState, QueryAssociation
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

PAGE = "/desk/search/questions"


def test_one_decides_and_the_other_is_told_so(app: Flask, session: Session, make: Make) -> None:
    group = str(make.article("Reset your password").id)
    with app.app_context():
        agent_answered(
            session,
            "locked out of my account",
            kind="article",
            group=group,
            language="en",
            agent_id=1,
            reference="ticket 1",
        )
    question = session.scalars(select(QueryAssociation.id)).one()
    emails = [make.account(Role.EDITOR, password=PASSWORD).email for _number in range(2)]
    session.commit()
    together = Barrier(2)

    def press(email: str, button: str) -> tuple[str, int, str]:
        client = app.test_client()
        assert isinstance(client, Visitor)
        client.sign_in(email)
        client.get(PAGE)
        together.wait(30)
        answer = client.submit(PAGE, f"{PAGE}/{question}", do=button, seen=0)
        return button, answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, emails, ["accept", "block"]))
    [(won, _status, _page)] = [each for each in answers if each[1] == 303]
    [(_lost, _status, told)] = [each for each in answers if each[1] == 409]
    assert "Somebody else decided about" in told
    state = session.scalars(select(QueryAssociation.state)).one()
    assert state is (AssociationState.ACCEPTED if won == "accept" else AssociationState.BLOCKED)
