"""What is noted while a page is being answered, and written a moment later: plain values, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Who:
    """Who did it, in memory only and for a moment: what is written is a keyed hash of network and browser."""

    network: str
    browser: str
    language: str
    is_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something that somebody did. `token` is random and its own, so that nothing is written twice."""

    token: str
    at: datetime
    who: Who


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well the first result was held to answer: in the word of search, as a probability, and which one it was.

    `best` is its kind and key, parted by a blank: `article 7:en`; empty when nothing was shown.
    """

    fit: str
    confidence: float
    best: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched(Record):
    """A search, or suggestions for what was typed so far. `query` is as typed; `ms` are milliseconds."""

    query: str
    language: str
    results: int
    mode: str
    ms: float
    state: str
    is_typed: bool
    filters: Mapping[str, str] = field(default_factory=dict)
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked(Record):
    """A result that was opened from the page with the token `search`; `position` counts from 1."""

    search: str
    position: int
    kind: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Record):
    """Something read; `seconds` it was in sight."""

    kind: str
    key: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted(Record):
    """An answer to "Did this fix your problem?"."""

    kind: str
    key: str
    fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Record):
    """A request sent to a person."""

    reference: str
