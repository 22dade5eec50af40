"""What was noted becomes sessions, searches, clicks and steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import transaction
from app.trail import recording
from app.trail.models import SearchClick, SearchEvent, SelfServiceSession, SessionKind, SessionStep
from app.trail.records import Clicked, Judgement, Read, Record, Searched, Who
from app.trail.writing import write
from tests.trail.somebody import FIREFOX, Somebody

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
WHO = Who("192.0.2.1", FIREFOX, "en", is_staff=False)
_count = iter(range(10_000))


def token() -> str:
    return f"token{next(_count):011}"


def searched(query: str, *, after: float = 0, who: Who = WHO, typed: bool = False, **fields: object) -> Searched:
    """A search so many seconds after noon."""
    values = {"language": "en", "results": 3, "mode": "keyword", "ms": 1.5, "state": "results"} | fields
    at = NOW + timedelta(seconds=after)
    return Searched(token=token(), at=at, who=who, query=query, is_typed=typed, **values)  # type: ignore[arg-type]


def clicked(search: Searched, *, after: float = 1, position: int = 1, who: Who = WHO, key: str = "7:en") -> Clicked:
    at = NOW + timedelta(seconds=after)
    return Clicked(token=token(), at=at, who=who, search=search.token, position=position, kind="article", key=key)


def written(app: Flask, *records: Record) -> list[Record]:
    """Write records in one transaction; returns those to be tried again."""
    with app.app_context(), transaction() as session:
        return write(session, records)


def queries(session: Session) -> list[str]:
    return list(session.scalars(select(SearchEvent.query_raw).order_by(SearchEvent.id)))


def count(session: Session, table: type) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()  # SQLite lets nobody else write meanwhile
    return found


def test_a_search_tells_how_well_it_was_answered(app: Flask, session: Session) -> None:
    written(app, searched("lost key", state="no_answer", judgement=Judgement("nothing", 0.12, "article 7:en")))
    event = session.scalars(select(SearchEvent)).one()
    assert (event.state, event.fit, event.confidence, event.best) == ("no_answer", "nothing", 0.12, "article 7:en")


def test_whoever_asks_for_all_results_was_told_that_none_answers(app: Flask, session: Session) -> None:
    written(app, searched("lost key", state="no_answer", judgement=Judgement("nothing", 0.12, "article 7:en")))
    written(app, searched("Lost key", after=5))
    event = session.scalars(select(SearchEvent)).one()
    assert (event.state, event.fit) == ("no_answer", "nothing")


def test_other_words_are_judged_anew(app: Flask, session: Session) -> None:
    written(app, searched("lost key", state="no_answer", judgement=Judgement("nothing", 0.12)))
    written(app, searched("lost key card", after=5))
    event = session.scalars(select(SearchEvent)).one()
    assert (event.query_raw, event.state, event.fit, event.best) == ("lost key card", "results", None, None)


def test_typing_is_one_search(app: Flask, session: Session) -> None:
    words = [searched(text, after=place, typed=True) for place, text in enumerate(("re", "res", "reset", "reset pa"))]
    written(app, *words)
    written(app, searched("reset password", after=6, results=9))
    assert queries(session) == ["reset password"]
    event = session.scalars(select(SearchEvent)).one()
    assert (event.results, event.is_typed) == (9, False)


def test_a_suggestion_from_the_middle_of_typing_can_be_opened(app: Flask, session: Session) -> None:
    middle = searched("reset", after=1, typed=True)
    written(app, middle, searched("reset pa", after=2, typed=True), clicked(middle, after=3, position=2))
    assert session.scalars(select(SearchEvent)).one().clicks == 1
    assert session.scalars(select(SearchClick)).one().position == 2


def test_words_that_were_scrubbed_at_their_end_are_folded_too(app: Flask, session: Session) -> None:
    written(
        app,
        searched("call +49 170 12", typed=True),
        searched("call +49 170 1234567", after=2, typed=True),
        searched("call +49 170 1234567 back", after=4),
    )
    assert queries(session) == ["call [phone] back"]


def test_the_same_page_again_is_no_new_search(app: Flask, session: Session) -> None:
    first = searched("reset password")
    written(app, first, clicked(first, after=5), searched("reset password", after=900))
    assert queries(session) == ["reset password"]


def test_other_words_are_another_search(app: Flask, session: Session) -> None:
    written(app, searched("reset password"), searched("change invoice", after=4))
    assert queries(session) == ["reset password", "change invoice"]
    assert count(session, SelfServiceSession) == 1


def test_half_an_hour_of_silence_ends_a_session(app: Flask, session: Session) -> None:
    written(app, searched("one"), searched("two", after=29 * 60), searched("three", after=58 * 60))
    assert count(session, SelfServiceSession) == 1
    written(app, searched("four", after=88 * 60))
    assert count(session, SelfServiceSession) == 2


def test_records_that_come_late_join_the_session_they_belong_to(app: Flask, session: Session) -> None:
    written(app, searched("later", after=100))
    written(app, searched("earlier"))
    found = session.scalars(select(SelfServiceSession)).one()
    assert (found.started_at, found.last_event_at) == (NOW, NOW + timedelta(seconds=100))


@pytest.mark.parametrize("hour", [0, 4])
def test_a_session_goes_on_at_midnight_and_ends_when_the_salt_changes(app: Flask, session: Session, hour: int) -> None:
    before = datetime(2026, 5, 3, hour, 0, tzinfo=UTC) - timedelta(minutes=1)
    written(app, replace(searched("before"), at=before), replace(searched("after"), at=before + timedelta(minutes=2)))
    visitors = set(session.scalars(select(SelfServiceSession.visitor)))
    assert len(visitors) == (1 if hour == 0 else 2)


def test_a_click_waits_for_its_search(app: Flask, session: Session) -> None:
    search = replace(searched("reset password"), at=clock.now())
    click = replace(clicked(search), at=clock.now())
    assert written(app, click) == [click]
    assert written(app, search, click) == []
    assert count(session, SearchClick) == 1


def test_a_click_without_a_search_is_given_up(app: Flask, session: Session) -> None:
    forged = clicked(searched("never written"))
    assert written(app, forged) == []
    assert count(session, SearchClick) == count(session, SelfServiceSession) == 0


def test_a_link_that_was_passed_on_is_no_click(app: Flask, session: Session) -> None:
    search = searched("reset password")
    written(app, search, clicked(search, who=replace(WHO, network="192.0.2.9")))
    written(app, clicked(search, after=3600))
    assert session.scalars(select(SearchEvent)).one().clicks == 0


def test_opening_the_same_result_twice_is_one_click(app: Flask, session: Session) -> None:
    search = searched("reset password")
    written(app, search, clicked(search), clicked(search, after=3))
    written(app, clicked(search, after=9))
    assert session.scalars(select(SearchEvent)).one().clicks == count(session, SearchClick) == 1


def test_what_was_written_before_is_not_written_again(app: Flask, session: Session) -> None:
    records = [
        searched("reset password"),
        Read(token=token(), at=NOW, who=WHO, kind="article", key="7:en", seconds=30),
    ]
    written(app, *records)
    written(app, *records)
    assert (count(session, SearchEvent), count(session, SessionStep)) == (1, 1)
    assert session.scalars(select(SelfServiceSession)).one().events == 1


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (WHO, SessionKind.PERSON),
        (replace(WHO, is_staff=True), SessionKind.STAFF),
        (replace(WHO, browser="Mozilla/5.0 (compatible; SomeBot/2.1; +http://example.com/bot.html)"), SessionKind.BOT),
        (replace(WHO, browser=""), SessionKind.BOT),
        (replace(WHO, browser="python-requests/2.32.3"), SessionKind.BOT),
    ],
)
def test_people_staff_and_programs_are_told_apart(app: Flask, session: Session, who: Who, kind: SessionKind) -> None:
    written(app, searched("reset password", who=who))
    assert session.scalars(select(SelfServiceSession)).one().kind is kind


def test_somebody_who_reads_faster_than_people_can_is_a_program(app: Flask, session: Session) -> None:
    written(app, *(searched(f"question {number}", after=number) for number in range(99)))
    assert session.scalars(select(SelfServiceSession)).one().kind is SessionKind.PERSON
    session.rollback()
    written(app, searched("question 100", after=100))
    assert session.scalars(select(SelfServiceSession)).one().kind is SessionKind.BOT


def test_forged_beacons_do_not_fill_the_log(app: Flask, session: Session) -> None:
    for batch in range(2):
        forged = (
            Read(token=token(), at=NOW, who=WHO, kind="article", key=f"{batch}-{number}", seconds=9)
            for number in range(200)
        )
        written(app, *forged)
    assert count(session, SessionStep) == 300


def test_personal_data_is_never_written(app: Flask, session: Session) -> None:
    written(app, searched("jane@example.com forgot", filters={"tag": "jane@example.com"}))
    event = session.scalars(select(SearchEvent)).one()
    assert event.query_raw == "[e-mail] forgot"
    assert event.query_norm == "e-mail forgot"
    assert event.filters == {"tag": "[e-mail]"}
    row = session.scalars(select(SelfServiceSession)).one()
    assert "192.0.2.1" not in row.visitor
    assert len(row.visitor) == 32


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "nul \0 inside",
        "\ud800 half of a pair",
        "x" * 5000,
        "\u202eright to left\u202c",
        "'; DROP TABLE search_events; --",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }} ${7*7} %s %(x)s",
        "\n\n\t\r",
        "Z̸̡͈̲͓a̸l̵g̶o̷" * 50,
        "🧑‍🚀" * 200,
    ],
)
def test_any_text_can_be_written(app: Flask, session: Session, somebody: Somebody, text: str) -> None:
    somebody.searches(text)
    assert recording.flush(app)
    assert all(len(query) <= 300 for query in queries(session))
