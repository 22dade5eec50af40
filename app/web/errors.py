"""What people see when a page cannot be shown: one sentence, one next step, the search and a person to reach.

Programs under `/api` get the same as problem+json (RFC 9457). No error page asks the database for anything.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace

from flask import Flask, Response, current_app, json, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.foundation.errors import ProductError, Unavailable
from app.web.templating import plain_context
from app.web.transaction import mark_failed
from config import Settings

_log = logging.getLogger(__name__)
_UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout)
"""What a database raises that does not answer or cannot write."""


@dataclass(frozen=True)
class Explanation:
    """What an error page says: what is the case, and what to do next. `reference` finds the error in the log."""

    status: int
    title: str
    message: str
    next_step: str
    reference: str = ""


_SEARCH = "Search for what you need, or ask a person."
EXPLANATIONS = {
    each.status: each
    for each in (
        Explanation(400, "This request could not be read", "Part of the address or the form is missing.",
                    "Go back and try again, or search for what you need."),
        Explanation(403, "This page is not open to you", "It is kept for people with another kind of access.",
                    "Sign in with an account that has access, or ask a person."),
        Explanation(404, "There is no page at this address", "The address may be mistyped, or the page was moved.",
                    _SEARCH),
        Explanation(405, "This address cannot be opened like that", "It only takes a form from one of our pages.",
                    "Go back and send the form again, or search for what you need."),
        Explanation(410, "This page was removed", "What it said is no longer right, so we took it away.", _SEARCH),
        Explanation(413, "That is too large to send", "The largest file we can take is {limit} MB.",
                    "Go back and send a smaller one, or ask a person."),
        Explanation(422, "Something in the form needs another look", "One of the answers cannot be used.",
                    "Go back and change it, or ask a person."),
        Explanation(429, "That was a lot in a short time", "We wait a moment before we answer more from one place.",
                    "Try again in {wait}."),
        Explanation(500, "This page does not work just now", "The fault is ours, and nothing you did caused it.",
                    "Try again in a few minutes, or ask a person."),
        Explanation(503, "This part of the site does not work just now", "The fault is ours, and we are on it.",
                    "Try again in a few minutes, or ask a person."),
    )
}  # fmt: skip
_EXPIRED = Explanation(
    400, "This form has expired", "It was open for too long to be sent safely.",
    "Go back, load the page again and send it once more: nothing was saved.",
)  # fmt: skip


def install(app: Flask) -> None:
    """Show every error as a page of the site."""
    app.register_error_handler(ProductError, show_product_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Exception, show_unexpected_error)
    for broken in _UNREACHABLE:
        app.register_error_handler(broken, show_unreachable_database)


def show_product_error(error: ProductError) -> Response:
    """A deliberate error: its own message, under the title of its status."""
    return _answer(replace(_explanation(error.status), message=str(error) or _explanation(error.status).message))


def show_http_error(error: HTTPException) -> Response:
    """An error of HTTP, such as an address that leads nowhere."""
    original = getattr(error, "original_exception", None)
    if original is not None:
        return show_unexpected_error(original)
    explanation = _EXPIRED if isinstance(error, CSRFError) else _explanation(error.code or 500)
    wait = getattr(error, "retry_after", None)
    response = _answer(_filled(explanation, wait if isinstance(wait, int) else None))
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def show_unreachable_database(error: Exception) -> Response:
    """The database does not answer, or cannot write: not the person's fault, and likely to pass."""
    reference = _logged(error)
    return _answer(replace(_explanation(Unavailable.status), reference=reference))


def show_unexpected_error(error: Exception) -> Response:
    """A fault in the site: into the log under a short reference, which the person can pass on."""
    if isinstance(error, _UNREACHABLE):
        return show_unreachable_database(error)
    if current_app.testing or current_app.debug:
        raise error
    return _answer(replace(_explanation(500), reference=_logged(error)))


def _logged(error: Exception) -> str:
    reference = secrets.token_hex(4)
    _log.error("Error %s at %s %s", reference, request.method, request.path, exc_info=error)
    return reference


def _explanation(status: int) -> Explanation:
    nearest = 500 if status >= 500 else 400
    return EXPLANATIONS.get(status) or replace(EXPLANATIONS[nearest], status=status)


def _filled(explanation: Explanation, wait_seconds: int | None) -> Explanation:
    settings: Settings = current_app.extensions["settings"]
    wait = "a minute" if wait_seconds is None else f"{wait_seconds} seconds"
    return replace(
        explanation,
        message=explanation.message.replace("{limit}", str(settings.upload_limit_mb)),
        next_step=explanation.next_step.replace("{wait}", wait),
    )


def _answer(explanation: Explanation) -> Response:
    mark_failed()
    explanation = _filled(explanation, None)
    if request.path.startswith("/api/"):
        return _problem(explanation)
    response = make_response(_page(explanation), explanation.status)
    response.cache_control.no_store = True
    return response


def _page(explanation: Explanation) -> str:
    try:
        return render_template("errors/error.html", error=explanation)
    except Exception as error:
        # Who is reading cannot be told, most likely because the database does not answer: draw the page for anybody.
        _log.warning("An error page was drawn without its reader", exc_info=not isinstance(error, _UNREACHABLE))
        template = current_app.jinja_env.get_template("errors/error.html")
        return template.render(error=explanation, **plain_context())


def _problem(explanation: Explanation) -> Response:
    problem = {
        "type": "about:blank",
        "title": explanation.title,
        "status": explanation.status,
        "detail": f"{explanation.message} {explanation.next_step}",
    }
    if explanation.reference:
        problem["reference"] = explanation.reference
    response = make_response(json.dumps(problem), explanation.status)
    response.content_type = "application/problem+json"
    return response
