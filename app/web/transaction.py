"""One request, one transaction: answering commits, raising rolls back."""

from __future__ import annotations

from flask import Flask, Response, g, request

from app.foundation.database import commit, db, only_reads, rollback

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask) -> None:
    """Commit after every answer of a view, roll back after every error."""

    @app.before_request
    def begin() -> None:
        only_reads.set(request.method in _READING)

    @app.after_request
    def end(response: Response) -> Response:
        if g.get("failed"):
            rollback(db.session)
        elif request.method not in _READING:
            commit(db.session)
        return response


def mark_failed() -> None:
    """Have the transaction of this request rolled back; the error handlers call it."""
    g.failed = True
