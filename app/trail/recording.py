"""Noting what somebody does, from the page that answers them. It costs microseconds and never fails a page.

Each function puts a record into the buffer of this process, which is written within a second. They find out by
themselves who made the request. Nothing is noted of a browser that asks not to be followed, nor when the setting
`search_log_days` is 0. Outside of requests they do nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from flask import Flask, current_app, has_request_context, request

from app.foundation import clock
from app.foundation.text import whole_number
from app.trail.journal import Journal
from app.trail.records import Asked, Clicked, Judgement, Read, Record, Searched, Voted
from app.trail.steps import TrailStep, trail_of
from app.trail.visitors import source_of_request, visitor, wants_no_trail, who

__all__ = [
    "Judgement",
    "TrailStep",
    "flush",
    "record_arrival",
    "record_click",
    "record_read",
    "record_request",
    "record_search",
    "record_vote",
    "source_of_request",
    "trail_of",
    "visitor",
]

LONGEST_READ = 3600
LONGEST_TAKEN = 1000
MOST_POSITIONS = 10_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")
_KIND = re.compile(r"[a-z_]{1,20}")
_KEY = re.compile(r"[0-9A-Za-z:._-]{1,80}")


def record_search(
    query: str,
    *,
    language: str,
    results: int,
    mode: str,
    ms: float,
    state: str,
    typed: bool = False,
    filters: Mapping[str, str] | None = None,
    judgement: Judgement | None = None,
) -> str:
    """Note a search.

    Args:
        query: as it was typed; it is scrubbed before it is written.
        mode: what answered: `hybrid`, `keyword`, `database` or `none`.
        ms: how long the answer took, in milliseconds.
        state: the word of the search page's state.
        typed: only suggestions were asked for, while somebody types.
        judgement: how well the first result was held to answer; None where nothing judged that.

    Returns:
        16 url-safe characters that tell the links of this answer apart, for `?from=<token>.<position>`; empty when
        nothing is noted.
    """
    if not query.strip() or not _is_noted():
        return ""
    token = _new_token()
    _add(
        Searched(
            token=token,
            at=clock.now(),
            who=who(),
            query=query[:LONGEST_TAKEN],
            language=language,
            results=results,
            mode=mode,
            ms=ms,
            state=state,
            is_typed=typed,
            filters=filters or {},
            judgement=judgement,
        )
    )
    return token


def record_click(token: str, position: int, kind: str, key: str) -> None:
    """Note that a result was opened; a token or position that we cannot have given is passed over."""
    if not (_TOKEN.fullmatch(token) and 1 <= position <= MOST_POSITIONS and _is_name(kind, key) and _is_noted()):
        return
    _add(Clicked(token=_new_token(), at=clock.now(), who=who(), search=token, position=position, kind=kind, key=key))


def record_read(kind: str, key: str, *, seconds: float) -> None:
    """Note that something was in sight for so many seconds, an hour at most; said again, the longest time counts."""
    if not (_is_name(kind, key) and seconds >= 1 and _is_noted()):
        return
    spent = int(min(seconds, LONGEST_READ))
    _add(Read(token=_new_token(), at=clock.now(), who=who(), kind=kind, key=key, seconds=spent))


def record_vote(kind: str, key: str, *, fixed: bool) -> None:
    """Note an answer to "Did this fix your problem?"; the last one about a thing counts."""
    if _is_name(kind, key) and _is_noted():
        _add(Voted(token=_new_token(), at=clock.now(), who=who(), kind=kind, key=key, fixed=fixed))


def record_request(reference: str) -> None:
    """Note that a request was sent to a person."""
    if _is_noted():
        _add(Asked(token=_new_token(), at=clock.now(), who=who(), reference=reference[:40]))


def record_arrival(mark: str, kind: str, key: str) -> None:
    """Note that a link or form with `from=<token>.<position>` was followed; anything else in it is passed over."""
    token, _, place = mark.partition(".")
    position = whole_number(place, digits=5)
    if position is not None:
        record_click(token, position, kind, key)


def flush(app: Flask) -> bool:
    """Write what waits in this process; False when the database refused."""
    journal: Journal = app.extensions["trail_journal"]
    return journal.flush()


def _is_noted() -> bool:
    if not has_request_context() or current_app.extensions["settings"].search_log_days == 0:
        return False
    is_seen = not request.headers.get("Sec-Purpose", "").startswith("prefetch")  # else only the browser looks ahead
    return is_seen and not wants_no_trail()


def _is_name(kind: str, key: str) -> bool:
    return bool(_KIND.fullmatch(kind) and _KEY.fullmatch(key))


def _new_token() -> str:
    return secrets.token_urlsafe(12)


def _add(record: Record) -> None:
    journal: Journal = current_app.extensions["trail_journal"]
    journal.add(record)
