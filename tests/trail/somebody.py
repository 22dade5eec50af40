"""Somebody who visits the site, for tests of what is noted of them."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Flask

from app.trail import recording

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
Value = TypeVar("Value")


@dataclass(frozen=True)
class Somebody:
    """A person at a browser. Each thing they do is a request of its own, apart from the test."""

    app: Flask
    address: str = "192.0.2.1"
    browser: str = FIREFOX
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"

    def does(self, action: Callable[[], Value]) -> Value:
        """Have something done within a request of this person."""
        return contextvars.Context().run(self._do, action)

    def searches(
        self,
        query: str,
        *,
        results: int = 3,
        typed: bool = False,
        state: str = "",
        judgement: recording.Judgement | None = None,
    ) -> str:
        """Search, or type; returns the token of the answer."""
        state = state or ("results" if results else "no_results")
        return self.does(
            lambda: recording.record_search(
                query,
                language="en",
                results=results,
                mode="keyword",
                ms=1.5,
                state=state,
                typed=typed,
                judgement=judgement,
            )
        )

    def clicks(self, token: str, position: int = 1, key: str = "7:en") -> None:
        """Open a result."""
        self.does(lambda: recording.record_click(token, position, "article", key))

    def reads(self, key: str = "7:en", *, seconds: float = 25) -> None:
        """Have an article in sight."""
        self.does(lambda: recording.record_read("article", key, seconds=seconds))

    def votes(self, *, fixed: bool, key: str = "7:en") -> None:
        """Answer whether the article helped."""
        self.does(lambda: recording.record_vote("article", key, fixed=fixed))

    def asks(self, reference: str = "R-1001") -> None:
        """Send a request to a person."""
        self.does(lambda: recording.record_request(reference))

    def _do(self, action: Callable[[], Value]) -> Value:
        headers = {"User-Agent": self.browser, **self.headers}
        with self.app.test_request_context(
            "/", method=self.method, headers=headers, environ_base={"REMOTE_ADDR": self.address}
        ):
            return action()
