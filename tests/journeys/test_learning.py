"""What customers and editors teach search takes effect on a running site within two seconds."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from urllib.parse import quote

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.accounts.roles import Role
from app.knowledge import feedback
from app.search import deciding
from app.search.deciding import Decision
from app.search.models import QueryAssociation
from app.trail.ways import Way
from tests.browser.fixtures import LiveSite
from tests.make import Make

QUESTION = "zither hums quietly"
WITHIN = 2.0  # seconds


def found(site: LiveSite) -> list[int]:
    """The articles that a search for the question finds, the best first."""
    with urllib.request.urlopen(f"{site.address}/api/v1/search?q={quote(QUESTION)}", timeout=10) as answer:
        return [int(result["id"]) for result in json.load(answer)["results"]]


def takes_effect(site: LiveSite, is_so: Callable[[list[int]], bool]) -> bool:
    """Whether a search says so within two seconds from now."""
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        if is_so(found(site)):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def editor(live_site: LiveSite) -> Account:
    with live_site.store() as session:
        account = Make(session).account(Role.EDITOR)
        session.flush()
        session.expunge(account)
    return account


def decide(site: LiveSite, decision: Decision, editor: Account) -> None:
    with site.store() as session:
        asked = question(session)
        deciding.decide(session, asked.id, decision, seen=asked.decisions, by=editor)


def question(session: Session) -> QueryAssociation:
    return session.scalars(select(QueryAssociation).where(QueryAssociation.text == QUESTION)).one()


def test_what_search_is_taught_takes_effect_within_two_seconds(live_site: LiveSite, editor: Account) -> None:
    with live_site.store() as session:
        article_id = Make(session).article("Tighten the tuning pins", "Use the key.").id
    while not live_site.finds("Tighten"):
        time.sleep(0.05)
    assert article_id not in found(live_site)

    with live_site.store() as session:
        for voter in ("a", "b"):
            feedback.cast_vote(session, article_id, "en", fixed=True, voter=voter, way=Way(opened_from=(QUESTION,)))
    assert takes_effect(live_site, lambda ids: ids[:1] == [article_id])

    decide(live_site, Decision.BLOCK, editor)
    assert takes_effect(live_site, lambda ids: article_id not in ids)

    decide(live_site, Decision.PIN, editor)
    assert takes_effect(live_site, lambda ids: ids[:1] == [article_id])
