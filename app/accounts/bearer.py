"""Which program made this request: the token in its `Authorization` header, and nothing else."""

from __future__ import annotations

from typing import NoReturn

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import update

from app.accounts.models import ApiToken
from app.accounts.tokens import Bearer, Scope, bearer_of, verified
from app.foundation import clock
from app.foundation.database import db, reading, rollback, transaction
from app.foundation.errors import NotAllowed, Unauthorised
from app.web.limits import count_hit, identify_by

FAILED_TOKENS = ("20 per minute", "200 per hour")


class MissingScope(NotAllowed):
    """The program's token is good, but not for this. `scope` names what it lacks."""

    def __init__(self, message: str, scope: Scope) -> None:
        super().__init__(message)
        self.scope = scope


def install(app: Flask) -> None:
    """Have rate limits know a program by its token."""
    identify_by(app, _identity)


def bearer() -> Bearer | None:
    """Who the program of this request acts for; None when it shows no token.

    Raises:
        Unauthorised: it shows one that cannot be used; nothing says why.
        TooManyRequests: its network has shown too many of those.
    """
    if not has_request_context():
        return None
    if "bearer" not in g:
        shown = request.headers.get("Authorization")
        g.bearer = _proven(shown) if shown is not None else None
    found: Bearer | None = g.bearer
    return found


def require(scope: Scope) -> Bearer:
    """The bearer of this request, who holds a scope.

    Raises:
        Unauthorised: the request shows no token.
        MissingScope: its token lacks the scope, or its account may not do that any more.
    """
    found = bearer()
    if found is None:
        raise Unauthorised(f"This needs a token with the scope {scope}: send it as 'Authorization: Bearer kb_…'.")
    if scope not in found.scopes:
        raise MissingScope(
            f"The token lacks the scope {scope}, or its account may not do this any more: ask for another token.", scope
        )
    return found


def refuse_program() -> NoReturn:
    """Tell a program why it may not do this: which scope it lacks, by the mark `required_scope` of the view."""
    scope: Scope | None = getattr(current_app.view_functions[request.endpoint or ""], "required_scope", None)
    if scope is not None:
        require(scope)
    raise NotAllowed("This is not open to programs.")


def _proven(shown: str) -> Bearer:
    scheme, _, secret = shown.strip().partition(" ")
    if scheme.lower() == "bearer":
        with reading() as apart:
            token = verified(apart, secret.strip())
            known = (token.id, token.last_used_on) if token else None
        if known is not None:
            token_id, used_on = known
            if used_on != clock.today():
                _note_use(token_id)
            return bearer_of(db.session.get_one(ApiToken, token_id))
    count_hit(*FAILED_TOKENS, name="failed token")
    raise Unauthorised("This token cannot be used: it is mistyped, revoked or expired.", is_refused=True)


def _note_use(token_id: int) -> None:
    """The day of last use, in a transaction of its own: reading commits nothing. No more is kept than the day."""
    rollback(db.session)  # a lock held by this request would keep the transaction below from beginning
    with transaction() as own:
        own.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_on=clock.today()))


def _identity() -> str | None:
    found: Bearer | None = g.get("bearer")
    return f"token {found.token_id}" if found else None
