"""How often one place may ask: limits that hold over all web processes, and the answer to who asks more often.

A view is limited with `@limited("5 per minute", "60 per hour", name="vote")`, under `@access`. A limit may take its
number from a setting: `"{limit_searches} per minute"`. Whoever asks is known by their token, else their account, else
their network address (`networks.network_of`), and only as a keyed hash.

Windows are fixed: one begins with the first request in it. So at worst twice as many requests pass in a short time as
a limit says, which does no harm to limits that are far above what people do.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from app.foundation.keyed_hash import keyed_hash
from app.web.hits import HitFile
from app.web.networks import network_of
from config import Settings

View = TypeVar("View", bound=Callable[..., Any])
Identify = Callable[[], str | None]

FILE = "limits.sqlite"


class Limits:
    """The limits of one application: where hits are counted and who asks."""

    def __init__(self, settings: Settings) -> None:
        self.are_lifted = not settings.limits
        self.storage = HitFile(settings.data_dir / FILE)
        self.limiter = FixedWindowRateLimiter(self.storage)
        self.identities: list[Identify] = []
        self._settings = asdict(settings)
        self._key = settings.secret_key
        self._items: dict[tuple[str, ...], list[RateLimitItem]] = {}

    def items(self, limits: tuple[str, ...]) -> list[RateLimitItem]:
        """The limits that these texts name, the shortest window first; those that a setting puts to 0 left out."""
        if limits not in self._items:
            filled = [each.format_map(self._settings) for each in limits]
            read = [parse(each) for each in filled if not each.startswith("0 ")]
            self._items[limits] = sorted(read, key=lambda item: item.get_expiry())
        return self._items[limits]

    def whoever_asks(self) -> str:
        """Who makes this request, as a keyed hash (32 hexadecimal digits)."""
        known = next((name for identify in self.identities if (name := identify())), None)
        name = known or f"address {network_of(request.remote_addr or '')}"
        return keyed_hash(f"limit {name}", key=self._key)[:32]


def install(app: Flask, settings: Settings) -> None:
    """Give the application its limits. Nothing is opened before the first hit."""
    app.extensions["limits"] = Limits(settings)


def identify_by(app: Flask, identify: Identify) -> None:
    """Have whoever asks be known by what `identify` returns for this request, such as `account 3`; None knows nobody.

    What was added last is asked first.
    """
    limits: Limits = app.extensions["limits"]
    limits.identities.insert(0, identify)


def limited(*limits: str, name: str) -> Callable[[View], View]:
    """Let whoever asks come to this view only so often; all views of one `name` are counted together.

    Raises (from the view):
        TooManyRequests: they came more often; `retry_after` says after how many seconds to come again.
    """

    def limit(view: View) -> View:
        @wraps(view)
        def answer(*args: Any, **kwargs: Any) -> Any:
            count_hit(*limits, name=name)
            return view(*args, **kwargs)

        return answer  # type: ignore[return-value]  # wraps keeps the signature

    return limit


def count_hit(*limits: str, name: str) -> None:
    """Count this request as `limited` does, for what is no view of its own, such as all addresses of an API.

    Raises:
        TooManyRequests: see `limited`. What is refused does not count in longer windows.
    """
    own: Limits = current_app.extensions["limits"]
    if own.are_lifted:
        return
    who = own.whoever_asks()
    for item in own.items(limits):
        is_within = own.limiter.hit(item, name, who)
        g.limit = (item, name, who)
        if not is_within:
            raise TooManyRequests(retry_after=_seconds_left(own, item, name, who))


def limit_headers() -> dict[str, str]:
    """What tells programs how much of their limit is left, of the last limit that this request was counted in.

    Source: draft-ietf-httpapi-ratelimit-headers-10, and the `X-RateLimit` headers that most programs know.
    """
    counted: tuple[RateLimitItem, str, str] | None = g.get("limit")
    if counted is None:
        return {}
    own: Limits = current_app.extensions["limits"]
    item, name, who = counted
    left = max(0, item.amount - own.storage.get(item.key_for(name, who)))
    seconds = _seconds_left(own, item, name, who)
    return {
        "RateLimit-Policy": f'"{name}";q={item.amount};w={item.get_expiry()}',
        "RateLimit": f'"{name}";r={left};t={seconds}',
        "X-RateLimit-Limit": str(item.amount),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(seconds),
    }


def _seconds_left(own: Limits, item: RateLimitItem, name: str, who: str) -> int:
    return max(1, math.ceil(own.storage.get_expiry(item.key_for(name, who)) - time.time()))
