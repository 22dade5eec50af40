"""Tests of search that editors own: this question must find that thing among the first results.

They are checked by the search that customers use, as somebody who has not signed in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import activity, clock
from app.foundation.database import is_postgresql, reading
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.text import one_line
from app.search import indexing, service, synonyms
from app.search.answers import SearchState
from app.search.documents import Presentation
from app.search.models import RelevanceTest
from app.search.words import query_tokens
from app.trail.folding import normal_words
from app.web.languages import is_language_code

logger = logging.getLogger(__name__)

TOP = 3
LARGEST_TOP = 10
LONGEST_QUESTION = 300
MOST_INSTEAD = 3
LARGEST_ID = 2**31 - 1
EVERYBODY = frozenset({"public"})


class CannotCheck(Exception):
    """Search itself does not work just now, so it says nothing about the tests. The message tells why."""


@dataclass(frozen=True)
class Checked:
    """How one test came out. `place` counts from 1, None where the thing is not on the first page of results.

    `state` is that of the search; `instead` are the first three other results: `kind`, `key` and `title` of each.
    """

    test_id: int
    is_passed: bool
    place: int | None
    state: str
    instead: tuple[dict[str, Any], ...]


def check(session: Session, tests: Iterable[RelevanceTest]) -> list[Checked]:
    """Search for the question of each test, in order; writes nothing.

    Raises:
        CannotCheck: the index or the database does not answer.
    """
    synonyms.look_again()
    return [_checked(session, test) for test in tests]


def check_and_keep(session: Session, tests: Sequence[RelevanceTest]) -> list[Checked]:
    """As `check`, and write down what came out, in the transaction at hand."""
    results = check(session, tests)
    for test, result in zip(tests, results, strict=True):
        keep(test, result)
    session.flush()
    return results


def keep(test: RelevanceTest, result: Checked) -> None:
    """Write down how a test came out."""
    test.checked_at, test.is_passed, test.place = clock.now(), result.is_passed, result.place
    test.state, test.instead = result.state, list(result.instead)


def keep_all(session: Session, results: Iterable[Checked]) -> list[RelevanceTest]:
    """Write down how tests came out; gives them in the same order, without those that were removed meanwhile."""
    found = {test.id: test for test in session.scalars(select(RelevanceTest))}
    kept = [(found[result.test_id], result) for result in results if result.test_id in found]
    for test, result in kept:
        keep(test, result)
    return [test for test, _result in kept]


def check_requested(session: Session) -> None:
    """The job: check all tests. Search is asked outside of the transaction that writes down what came out."""
    try:
        results = check_all()
    except CannotCheck as error:
        # What search lacks is mended by a rebuild, which asks for this job again.
        logger.warning("The tests of search were not checked: %s", error)
        return
    keep_all(session, results)


def check_all() -> list[Checked]:
    """Check every test in a session that only reads. Raises CannotCheck as `check` does."""
    with reading() as session:
        return check(session, session.scalars(select(RelevanceTest).order_by(RelevanceTest.id)).all())


def add_test(
    session: Session,
    question: str,
    *,
    language: str,
    kind: str,
    key: str,
    by: Account | None,
    top: int | None = None,
) -> RelevanceTest:
    """Have a question find the thing that this document is of; the test that says so already, if there is one.

    Args:
        top: among how many results. None leaves a test as it is, and makes a new one for the first `TOP`.

    Raises:
        InvalidInput: the question has no words, or what it should find is not there or not for everybody.
    """
    question = checked_question(question, language)
    source = indexing.sources().get(kind)
    document = next(iter(source.documents(session, [key])), None) if source else None
    if source is None or document is None or not source.present(session, [key], readers=EVERYBODY):
        raise InvalidInput(
            _("Customers cannot read this: a search must find something that is for all."), field="thing"
        )
    if top is not None and not 1 <= top <= LARGEST_TOP:
        raise InvalidInput(_("Say among how many results it must be: 1 to %(most)s.", most=LARGEST_TOP), field="top")
    values = {"language": language, "words": normal_words(question), "kind": kind, "group": document.group}
    insert = postgresql.insert(RelevanceTest) if is_postgresql(session) else sqlite.insert(RelevanceTest)
    new = values | {
        "question": question,
        "key": key,
        "top": top or TOP,
        "created_at": clock.now(),
        "state": "",
        "instead": [],
    }
    added = insert.values(**new, created_by_id=by.id if by else None).on_conflict_do_nothing()
    is_new = session.execute(added.returning(RelevanceTest.id)).scalar() is not None
    test = session.scalars(select(RelevanceTest).filter_by(**values).with_for_update()).one()
    if is_new or test.top != (top or test.top):
        test.top = top or test.top
        about = {"question": question, "language": language, "key": key, "top": test.top}
        activity.record(session, "written", "search test", document.group, by_id=by.id if by else None, **about)
    return test


def checked_question(question: str, language: str) -> str:
    """The question as a test keeps it. Raises InvalidInput when it is none, or the language is none."""
    question = one_line(question)
    if not is_language_code(language):
        raise InvalidInput(_("Choose the language in which somebody asks this."), field="language")
    if len(question) > LONGEST_QUESTION:
        raise InvalidInput(
            _(
                "The question has %(length)s characters: use at most %(most)s.",
                length=len(question),
                most=LONGEST_QUESTION,
            ),
            field="question",
        )
    if not query_tokens(question, language):
        raise InvalidInput(_("Write what customers search for."), field="question")
    return question


def key_of_number(session: Session, number: str, *, language: str) -> tuple[str, str]:
    """Kind and key of the thing with this number, in a language or else in another. Raises InvalidInput for none."""
    if not number:
        raise InvalidInput(_("Write the number of the article that it must find."), field="thing")
    for source in indexing.sources().values():
        found = {each.language: each.key for each in source.documents(session, source.keys_of(session, number))}
        if found:
            return source.kind, found.get(language) or next(iter(found.values()))
    raise InvalidInput(
        _("There is no published article %(number)s: its number stands in its address.", number=number[:20]),
        field="thing",
    )


def remove_test(session: Session, test: RelevanceTest, *, by: Account | None) -> None:
    """Test this no more."""
    about = {"question": test.question, "language": test.language, "key": test.key}
    activity.record(session, "removed", "search test", test.group, by_id=by.id if by else None, **about)
    session.delete(test)
    session.flush()


def test_of(session: Session, test_id: int) -> RelevanceTest:
    """The test with this number. Raises NotFound when there is none."""
    found = session.get(RelevanceTest, test_id) if 0 < test_id <= LARGEST_ID else None
    if found is None:
        raise NotFound(_("There is no such test. Somebody may have removed it: look at the list."))
    return found


def test_count(session: Session) -> int:
    """How many tests there are."""
    return session.scalar(select(func.count()).select_from(RelevanceTest)) or 0


def failing_count(session: Session) -> int:
    """How many tests failed when they were checked last."""
    return session.scalar(select(func.count()).where(RelevanceTest.is_passed.is_(False))) or 0


def listed(session: Session, *, most: int = 50, offset: int = 0) -> list[RelevanceTest]:
    """The tests: the failing ones first, then those not checked yet, then the others; the newest of each first."""
    order = case((RelevanceTest.is_passed.is_(False), 0), (RelevanceTest.is_passed.is_(None), 1), else_=2)
    asked = select(RelevanceTest).order_by(order, RelevanceTest.id.desc())
    return list(session.scalars(asked.limit(most).offset(offset)))


def tested(session: Session, words: Iterable[str]) -> set[tuple[str, str, str, str]]:
    """Of searches with these normal words those that are tests: language, words, kind and key of what must be found."""
    known = select(RelevanceTest.language, RelevanceTest.words, RelevanceTest.kind, RelevanceTest.key)
    rows = session.execute(known.where(RelevanceTest.words.in_(set(words))))
    return {(language, own, kind, key) for language, own, kind, key in rows}


def shown(
    session: Session, names: Iterable[tuple[str, str]], *, readers: frozenset[str]
) -> dict[tuple[str, str], Presentation]:
    """How to show documents by kind and key, those that these readers may see; at most three queries a kind."""
    wanted = dict.fromkeys(names)
    found: dict[tuple[str, str], Presentation] = {}
    for kind, source in indexing.sources().items():
        keys = [key for own, key in wanted if own == kind]
        if keys:
            found |= {(kind, key): each for key, each in source.present(session, keys, readers=readers).items()}
    return found


def _checked(session: Session, test: RelevanceTest) -> Checked:
    answer = service.search(session, test.question, language=test.language, readers=EVERYBODY)
    if answer.is_degraded or answer.state is SearchState.DOWN:
        raise CannotCheck(_("The search index cannot be read, so nothing can be said of any test."))
    source = indexing.sources().get(test.kind)
    wanted = {(test.kind, key) for key in source.keys_of(session, test.group)} if source else set()
    place = next((at for at, each in enumerate(answer.results, 1) if (each.kind, each.key) in wanted), None)
    others = [each for each in answer.results or answer.nearest if (each.kind, each.key) not in wanted]
    return Checked(
        test_id=test.id,
        is_passed=place is not None and place <= test.top,
        place=place,
        state=answer.state.value,
        instead=tuple(
            {"kind": each.kind, "key": each.key, "title": each.shown.title} for each in others[:MOST_INSTEAD]
        ),
    )
