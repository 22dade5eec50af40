"""The rules by which a question counts as learned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.search import weighing
from app.search.models import AssociationState, EvidenceKind
from app.search.weighing import HALF_LIFE, Said, Tally, tally

NOW = datetime(2026, 6, 1, tzinfo=UTC)
YES, NO, AGENT = EvidenceKind.CUSTOMER_YES, EvidenceKind.CUSTOMER_NO, EvidenceKind.AGENT
YEAR = 2 * HALF_LIFE


def said(*what: EvidenceKind, ago: timedelta = timedelta(), first: int = 0) -> list[Said]:
    """What as many different people said at a time."""
    return [Said(f"voice {number}", each, NOW - ago) for number, each in enumerate(what, first)]


def counts(*evidence: Said) -> bool:
    return tally(evidence, now=NOW).counts


@pytest.mark.parametrize(
    ("what", "learned"),
    [
        ([], False),
        ([YES], False),
        ([YES, YES], True),
        ([AGENT], True),
        ([YES, YES, NO], False),
        ([YES, YES, YES, NO], True),
        ([NO, YES, YES], False),
        ([AGENT, NO], True),
        ([AGENT, NO, NO], False),
        ([NO, NO], False),
    ],
)
def test_two_customers_more_or_one_agent_have_a_question_learned(what: list[EvidenceKind], learned: bool) -> None:
    assert counts(*said(*what)) is learned


def test_the_same_person_counts_once_with_their_latest_word() -> None:
    early, late = NOW - timedelta(days=2), NOW - timedelta(days=1)
    assert not counts(Said("a", YES, early), Said("a", YES, late))
    changed = tally([Said("a", NO, late), Said("a", YES, early), Said("b", YES, early)], now=NOW)
    assert (changed.yes, changed.no, changed.voices) == (1, 1, 2)
    same_moment = tally([Said("a", YES, early), Said("a", NO, early)], now=NOW)
    assert (same_moment.yes, same_moment.no) == (0, 1)


def test_evidence_weighs_half_as_much_after_half_a_year() -> None:
    assert tally(said(YES, YES), now=NOW).weight == 2
    assert tally(said(YES, YES, ago=HALF_LIFE), now=NOW).weight == 1
    assert tally(said(AGENT, ago=YEAR), now=NOW).weight == 0.5
    assert weighing.aged(3, since=NOW - HALF_LIFE, now=NOW) == 1.5
    assert weighing.aged(3, since=NOW + HALF_LIFE, now=NOW) == 3


def test_later_people_need_fewer_votes_to_undo_what_was_learned_long_ago() -> None:
    old = said(YES, YES, YES, YES, YES, ago=YEAR)
    assert counts(*old, *said(NO, first=5))
    assert not counts(*old, *said(NO, NO, first=5))
    assert counts(*said(YES, YES, YES, YES, YES), *said(NO, NO, first=5))


def test_what_was_learned_lives_on_in_silence() -> None:
    assert counts(*said(YES, YES, ago=20 * YEAR))


def test_what_editors_decide_goes_before_all_evidence() -> None:
    nothing, much = Tally(), tally(said(YES, YES, YES), now=NOW)
    assert weighing.is_active(AssociationState.ACCEPTED, nothing, is_pinned=False)
    assert not weighing.is_active(AssociationState.BLOCKED, much, is_pinned=False)
    assert weighing.is_active(AssociationState.LEARNED, much, is_pinned=False)
    assert not weighing.is_active(AssociationState.LEARNED, nothing, is_pinned=False)
    assert weighing.is_active(AssociationState.LEARNED, nothing, is_pinned=True)


@pytest.mark.parametrize(
    ("text", "language", "worth"),
    [
        ("reset password", "en", True),
        ("how do I reset my password?", "en", True),
        ("password", "en", False),
        ("how do I do it", "en", False),
        ("the the password passwords", "en", False),
        ("KB-1234", "en", False),
        ("error KB-1234", "en", True),
        ("重置密码", "zh", True),
        ("密码", "zh", False),
        ("", "en", False),
    ],
)
def test_a_question_needs_two_content_words(text: str, language: str, worth: bool) -> None:
    assert weighing.is_worth_learning(text, language) is worth


def test_questions_with_the_same_content_words_are_the_same() -> None:
    asked = ("How do I reset my password?", "password RESETTING", "Resets passwords")
    same = {weighing.normal_form(text, "en") for text in asked}
    assert same == {"password reset"}
    assert weighing.normal_form("reset e-mail", "en") != weighing.normal_form("reset password", "en")
    assert weighing.normal_form("what is it", "en") == "what is it"
    assert len(weighing.normal_form("wort-" * 900, "de")) <= 500


def test_personal_data_and_its_marks_are_no_part_of_a_question() -> None:
    assert weighing.as_question("  login\nof eve@example.com fails ") == "login of fails"
    assert weighing.as_question("call me at +1 650 253 0000 today") == "call me at today"
    long = weighing.as_question("reset password " * 50)
    assert len(long) <= 300
    assert long.endswith(("reset", "password"))
    assert len(weighing.as_question("x" * 900)) == 300
