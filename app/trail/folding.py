"""When two searches are one: typing that goes on, words put right, the same page asked for again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.foundation.text import folded

WITHIN = timedelta(seconds=30)
#: What parts words: all but letters, digits, marks and what stands inside of words, as in `c++` or `0x8007`.
_APART = re.compile(r"(?<!\w)[^\w#+]+|[^\w#+]+(?!\w)|[^\w#+.'’\-/]+|_+")


@dataclass(frozen=True)
class SearchedBefore:
    """The latest search of a session: its words as they are stored, and when somebody was last at it."""

    query: str
    at: datetime
    is_typed: bool
    is_clicked: bool


def is_same_search(before: SearchedBefore, query: str, *, at: datetime, is_typed: bool) -> bool:
    """Whether a search goes on from the one before it, and is folded into its record.

    The same words always are: a page opened again, another page of results, a filter. Longer or shorter words are
    within 30 seconds, unless something was opened from the search before. Mere typing never replaces the words of a
    search that was made.
    """
    earlier, later = _comparable(before.query), _comparable(query)
    if earlier == later:
        return True
    if before.is_clicked or abs(at - before.at) > WITHIN or (is_typed and not before.is_typed):
        return False
    return later.startswith(earlier) or earlier.startswith(later)


def normal_words(text: str) -> str:
    """The words of a search for counting it with others: lower case, no accents, no punctuation, single blanks."""
    return " ".join(_APART.sub(" ", folded(text)).split())


def _comparable(text: str) -> str:
    return " ".join(text.casefold().split())
