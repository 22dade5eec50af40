"""The sets of synonyms as editors keep them: written, changed, joined, taken out. Searches follow in two seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import Account
from app.foundation import activity, clock
from app.foundation.errors import Conflict, InvalidInput, NotFound
from app.foundation.text import one_line
from app.search import words
from app.search.marks import change_mark
from app.search.models import SynonymPhrase, SynonymSet
from app.search.rechecking import request_check
from app.search.synonyms import MARK, stems_of

FEWEST_PHRASES = 2
MOST_PHRASES = 12
LONGEST_PHRASE = 60
MOST_WORDS = 6
LARGEST_ID = 2**31 - 1
_BETWEEN = re.compile(r"[,;\n،؛、，；]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Taken(InvalidInput):
    """A phrase is in another set already; `phrases` are those of that set."""

    def __init__(self, message: str, *, phrases: Sequence[str]) -> None:
        super().__init__(message, field="phrases")
        self.phrases = tuple(phrases)


def split(text: str) -> list[str]:
    """The phrases that somebody typed, one a line or comma."""
    return [phrase for each in _BETWEEN.split(text) if (phrase := one_line(each))]


def write_set(
    session: Session,
    language: str,
    phrases: Iterable[str],
    *,
    by: Account | None,
    existing: SynonymSet | None = None,
    seen: int | None = None,
    joins: bool = False,
) -> SynonymSet:
    """Write a set of phrases that mean the same, or with `existing` change one.

    Args:
        language: of which words they are; only its base counts. An existing set keeps its own.
        seen: the version of `existing` that whoever changes it has seen; None is any.
        joins: take in the other sets that hold one of the phrases, all in one.

    Raises:
        InvalidInput: there is only one phrase or there are more than 12, or one is too long or says nothing.
        Taken: another set holds one of them, and `joins` was not asked for.
        Conflict: somebody changed the set since it was seen, or writes the same words at this moment.
    """
    language = existing.language if existing else _checked_language(language)
    if existing is not None and not _is_as_seen(session, existing, seen):
        raise Conflict(_("Somebody else changed these words while you did: look at them again, then change them."))
    wanted = _checked(phrases, language)
    others = _holding(session, language, wanted, apart_from=existing)
    if others and not joins:
        raise _taken(wanted, others)
    kept = existing or (others[0] if others else SynonymSet(language=language, version=0))
    wanted = _joined(wanted, others)
    _refuse_wrong_number(wanted)
    session.add(kept)
    kept.version += 1
    kept.changed_at, kept.changed_by_id = clock.now(), by.id if by else None
    session.flush()
    for other in others:
        if other is not kept:
            session.delete(other)
    session.flush()
    _put(session, kept, wanted)
    change_mark(session, MARK)
    request_check(session)
    verb = "changed" if kept.version > 1 else "written"
    activity.record(
        session, verb, "synonyms", kept.id, by_id=by.id if by else None, language=language, phrases=[*wanted.values()]
    )
    return kept


def remove_set(session: Session, existing: SynonymSet, *, by: Account | None) -> None:
    """Let the words of a set mean no longer the same."""
    phrases = [each.text for each in existing.phrases]
    activity.record(session, "removed", "synonyms", existing.id, by_id=by.id if by else None, phrases=phrases)
    session.delete(existing)
    session.flush()
    change_mark(session, MARK)
    request_check(session)


def set_of(session: Session, set_id: int) -> SynonymSet:
    """The set with this number. Raises NotFound when there is none."""
    found = session.get(SynonymSet, set_id) if 0 < set_id <= LARGEST_ID else None
    if found is None:
        raise NotFound(_("There is no such set of words. It may have been taken out or joined with another."))
    return found


def set_count(session: Session, *, holding: str = "") -> int:
    """How many sets there are that have these letters in one of their phrases."""
    return session.scalar(select(func.count()).select_from(SynonymSet).where(_has(holding))) or 0


def sets(session: Session, *, holding: str = "", most: int = 50, offset: int = 0) -> list[SynonymSet]:
    """The sets that have these letters in a phrase, by language, what was changed last first, in two queries."""
    asked = select(SynonymSet).options(selectinload(SynonymSet.phrases), joinedload(SynonymSet.changed_by))
    asked = asked.where(_has(holding)).order_by(SynonymSet.language, SynonymSet.changed_at.desc(), SynonymSet.id)
    return list(session.scalars(asked.limit(most).offset(offset)))


def _has(letters: str) -> ColumnElement[bool]:
    if not letters:
        return true()
    return SynonymSet.id.in_(select(SynonymPhrase.set_id).where(SynonymPhrase.text.icontains(letters, autoescape=True)))


def checked_phrases(language: str, phrases: Iterable[str]) -> tuple[str, list[str]]:
    """The base language, and the phrases as a set would keep them.

    Raises:
        InvalidInput: they can be no set.
    """
    base = _checked_language(language)
    return base, list(_checked(phrases, base).values())


def _checked_language(language: str) -> str:
    base = words.base_language(language)
    if not _LANGUAGE.fullmatch(base):
        raise InvalidInput(_("Choose the language of the words."), field="language")
    return base


def _checked(phrases: Iterable[str], language: str) -> dict[str, str]:
    """The phrases by their keys, each once."""
    found: dict[str, str] = {}
    for phrase in map(one_line, phrases):
        if not phrase:
            continue
        if len(phrase) > LONGEST_PHRASE or len(stems := stems_of(phrase, language)) > MOST_WORDS:
            shown = f"{phrase[:LONGEST_PHRASE]}…" if len(phrase) > LONGEST_PHRASE else phrase
            message = _(
                "“%(phrase)s” is too long: use at most %(words)s words and %(letters)s characters.",
                phrase=shown,
                words=MOST_WORDS,
                letters=LONGEST_PHRASE,
            )
            raise InvalidInput(message, field="phrases")
        if not words.index_tokens(phrase, language):
            message = _(
                "“%(phrase)s” has no word that search goes by: add one that says what it is about.", phrase=phrase
            )
            raise InvalidInput(message, field="phrases")
        found.setdefault(" ".join(stems), phrase)
    _refuse_wrong_number(found)
    return found


def _refuse_wrong_number(phrases: dict[str, str]) -> None:
    if len(phrases) < FEWEST_PHRASES:
        one = next(iter(phrases.values()), "")
        message = (
            _("“%(phrase)s” stands alone: add at least one other word that means the same.", phrase=one)
            if one
            else _("Write at least two words that mean the same.")
        )
        raise InvalidInput(message, field="phrases")
    if len(phrases) > MOST_PHRASES:
        message = _(
            "These are %(count)s words and phrases: %(most)s can mean the same.", count=len(phrases), most=MOST_PHRASES
        )
        raise InvalidInput(message, field="phrases")


def _is_as_seen(session: Session, existing: SynonymSet, seen: int | None) -> bool:
    """Whether the set still has the version that was seen; holds it against others until the transaction ends."""
    locked = select(SynonymSet.version).where(SynonymSet.id == existing.id).with_for_update()
    version = session.scalar(locked)
    return version is not None and seen in (None, version)


def _holding(
    session: Session, language: str, wanted: dict[str, str], *, apart_from: SynonymSet | None
) -> list[SynonymSet]:
    """The other sets that hold one of these phrases, the oldest first."""
    held = select(SynonymPhrase.set_id).where(SynonymPhrase.language == language, SynonymPhrase.key.in_(wanted))
    found = select(SynonymSet).where(SynonymSet.id.in_(held)).options(selectinload(SynonymSet.phrases))
    if apart_from is not None:
        found = found.where(SynonymSet.id != apart_from.id)
    return list(session.scalars(found.order_by(SynonymSet.id).with_for_update()))


def _taken(wanted: dict[str, str], others: Sequence[SynonymSet]) -> Taken:
    held = [each for other in others for each in other.phrases]
    phrase = next(wanted[each.key] for each in held if each.key in wanted)
    phrases = [each.text for each in held]
    message = _(
        "“%(phrase)s” stands with other words already: %(phrases)s. Join them all, or leave it out here.",
        phrase=phrase,
        phrases=", ".join(phrases),
    )
    return Taken(message, phrases=phrases)


def _joined(wanted: dict[str, str], others: Sequence[SynonymSet]) -> dict[str, str]:
    held = {each.key: each.text for other in others for each in other.phrases}
    return {**held, **{key: phrase for key, phrase in wanted.items() if key not in held}} if others else wanted


def _put(session: Session, kept: SynonymSet, wanted: dict[str, str]) -> None:
    session.execute(delete(SynonymPhrase).where(SynonymPhrase.set_id == kept.id))
    rows = [
        SynonymPhrase(set_id=kept.id, position=place, language=kept.language, key=key, text=phrase)
        for place, (key, phrase) in enumerate(wanted.items())
    ]
    session.expire(kept, ["phrases"])
    try:
        with session.begin_nested():
            session.add_all(rows)
    except IntegrityError as error:
        raise Conflict(_("Somebody else is writing one of these words just now: look at the list again.")) from error
