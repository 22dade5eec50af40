"""What people see when a page cannot be shown: one sentence, one next step, the search and a person to reach.

Programs under `/api` get a problem (RFC 9457) instead, by `app.extensions["problem"]`. No error page asks the database
for anything.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.foundation.errors import ProductError, Unavailable
from app.web.templating import plain_context
from app.web.transaction import mark_failed
from app.web.translating import interface_locale
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


def explanation_of(status: int, *, wait_seconds: int | None = None) -> Explanation:
    """What is said of an HTTP status in the reader's language; unknown ones are explained as 400 or 500."""
    words = _EXPLANATIONS.get(status) or _EXPLANATIONS[500 if status >= 500 else 400]
    settings: Settings = current_app.extensions["settings"]
    title, message, next_step = (str(each) for each in words)
    return Explanation(
        status,
        title,
        message.replace("%(limit)s", str(settings.upload_limit_mb)),
        next_step.replace("%(wait)s", _in_words(wait_seconds)),
    )


_SEARCH = _l("Search for what you need, or ask a person.")
_EXPLANATIONS: dict[int, tuple[Any, Any, Any]] = {
    400: (_l("This request could not be read"), _l("Part of the address or the form is missing."),
          _l("Go back and try again, or search for what you need.")),
    403: (_l("This page is not open to you"), _l("It is kept for people with another kind of access."),
          _l("Sign in with an account that has access, or ask a person.")),
    404: (_l("There is no page at this address"), _l("The address may be mistyped, or the page was moved."), _SEARCH),
    405: (_l("This address cannot be opened like that"), _l("It only takes a form from one of our pages."),
          _l("Go back and send the form again, or search for what you need.")),
    410: (_l("This page was removed"), _l("What it said is no longer right, so we took it away."), _SEARCH),
    413: (_l("That is too large to send"), _l("The largest file we can take is %(limit)s MB."),
          _l("Go back and send a smaller one, or ask a person.")),
    422: (_l("Something in the form needs another look"), _l("One of the answers cannot be used."),
          _l("Go back and change it, or ask a person.")),
    429: (_l("That was a lot in a short time"), _l("We wait a moment before we answer more from one place."),
          _l("Try again %(wait)s.")),
    500: (_l("This page does not work just now"), _l("The fault is ours, and nothing you did caused it."),
          _l("Try again in a few minutes, or ask a person.")),
    503: (_l("This part of the site does not work just now"), _l("The fault is ours, and we are on it."),
          _l("Try again in a few minutes, or ask a person.")),
}  # fmt: skip
EXPLAINED = tuple(sorted(_EXPLANATIONS))
"""The statuses that have words of their own."""


def install(app: Flask) -> None:
    """Show every error as a page of the site."""
    app.register_error_handler(ProductError, show_product_error)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Exception, show_unexpected_error)
    for broken in _UNREACHABLE:
        app.register_error_handler(broken, show_unreachable_database)


def show_product_error(error: ProductError) -> Response:
    """A deliberate error: its own message, under the title of its status."""
    explanation = explanation_of(error.status)
    return _answer(replace(explanation, message=str(error) or explanation.message), error)


def show_http_error(error: HTTPException) -> Response:
    """An error of HTTP, such as an address that leads nowhere."""
    original = getattr(error, "original_exception", None)
    if original is not None:
        return show_unexpected_error(original)
    wait = getattr(error, "retry_after", None)
    explanation = explanation_of(error.code or 500, wait_seconds=wait if isinstance(wait, int) else None)
    response = _answer(_expired() if isinstance(error, CSRFError) else explanation, error)
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def show_unreachable_database(error: Exception) -> Response:
    """The database does not answer, or cannot write: not the person's fault, and likely to pass."""
    reference = _logged(error)
    return _answer(replace(explanation_of(Unavailable.status), reference=reference), error)


def show_unexpected_error(error: Exception) -> Response:
    """A fault in the site: into the log under a short reference, which the person can pass on."""
    if isinstance(error, _UNREACHABLE):
        return show_unreachable_database(error)
    if current_app.testing or current_app.debug:
        raise error
    return _answer(replace(explanation_of(500), reference=_logged(error)), error)


def _logged(error: Exception) -> str:
    reference = secrets.token_hex(4)
    _log.error("Error %s at %s %s", reference, request.method, request.path, exc_info=error)
    return reference


def _expired() -> Explanation:
    return Explanation(
        400,
        _("This form has expired"),
        _("It was open for too long to be sent safely."),
        _("Go back, load the page again and send it once more: nothing was saved."),
    )


def _in_words(wait_seconds: int | None) -> str:
    """How long from now, such as "in 30 seconds"; without a number about a minute."""
    return format_timedelta(timedelta(seconds=wait_seconds or 60), add_direction=True, locale=interface_locale())


def _answer(explanation: Explanation, error: Exception) -> Response:
    mark_failed()
    if request.path.startswith("/api/"):
        as_problem: Callable[[Explanation, Exception], Response] = current_app.extensions["problem"]
        return as_problem(explanation, error)
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
