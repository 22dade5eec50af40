"""What a program gets when something goes wrong: problem+json, with a type that stays the same for ever.

Source: RFC 9457. The types are explained to people on the page `/api/problems`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, json, make_response, request
from marshmallow import Schema, fields

from app.accounts.bearer import MissingScope
from app.foundation.errors import Conflict, Gone, InvalidInput, ProductError, Unauthorised
from app.foundation.text import cleaned
from app.web.addresses import absolute
from app.web.errors import Explanation

PAGE = "/api/problems"


@dataclass(frozen=True)
class ProblemType:
    """A kind of problem: the anchor on its page, the title, and what it means for whoever writes the program."""

    anchor: str
    title: str
    meaning: str


TYPES: dict[int, ProblemType] = {
    400: ProblemType("unreadable", "Unreadable", "The request cannot be read: its body is not JSON, or not whole."),
    401: ProblemType("no-token", "No usable token", "This takes a token; one sent is mistyped, revoked or expired."),
    403: ProblemType("not-allowed", "Not allowed", "The token lacks the scope, or its account may not do this."),
    404: ProblemType("not-found", "Not found", "There is none, or none that this token may see: both read alike."),
    405: ProblemType("wrong-method", "Wrong method", "The address is right, the method is not: see the header Allow."),
    409: ProblemType("conflict", "Conflict", "It was changed meanwhile, or exists already: see `current`."),
    410: ProblemType("gone", "Gone", "It was published and has been taken down: see `replaced_by`."),
    412: ProblemType(
        "changed-meanwhile", "Changed meanwhile", "If-Match names a text that is not the newest any more."
    ),
    413: ProblemType("too-large", "Too large", "The body is larger than this site takes."),
    415: ProblemType("not-json", "Not JSON", "Bodies are JSON: send Content-Type: application/json."),
    422: ProblemType("invalid", "Invalid", "The request was read, but a value cannot be used: see `errors`."),
    428: ProblemType("say-what-you-read", "Say what you read", "Send If-Match or `based_on`, so that none is lost."),
    429: ProblemType("too-many", "Too many requests", "Wait as many seconds as Retry-After says, then go on."),
    500: ProblemType("our-fault", "Our fault", "The site failed. The log tells more under `reference`."),
    503: ProblemType("unavailable", "Unavailable", "A part of the site does not work just now: try again later."),
}


class ConflictWith(Conflict):
    """A conflict that shows what is there now, as JSON."""

    def __init__(self, message: str, current: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.members = {"current": dict(current)}


class GoneTo(Gone):
    """Something taken down in whose place something else stands."""

    def __init__(self, message: str, address: str) -> None:
        super().__init__(message)
        self.members = {"replaced_by": address}


class ReadTooEarly(ProductError):
    """The text that If-Match names is not the newest any more."""

    status = 412


class NothingRead(ProductError):
    """A program would write over something without saying that it has read it."""

    status = 428


class FieldProblemSchema(Schema):
    """A value that cannot be used."""

    place = fields.String(
        required=True, metadata={"description": "Where it stands: `json` or `query`.", "example": "json"}
    )
    field = fields.String(
        required=True, metadata={"description": "Its name, with dots between levels.", "example": "title"}
    )
    message = fields.String(
        required=True,
        metadata={"description": "What is wrong with it.", "example": "Missing data for required field."},
    )


class ProblemSchema(Schema):
    """What went wrong (RFC 9457)."""

    type = fields.Url(
        required=True,
        metadata={
            "description": "What kind of problem it is; stays the same, and leads to an explanation.",
            "example": "https://help.example.com/api/problems#conflict",
        },
    )
    title = fields.String(required=True, metadata={"description": "The kind in words.", "example": "Conflict"})
    status = fields.Integer(required=True, metadata={"description": "The HTTP status.", "example": 409})
    detail = fields.String(
        required=True,
        metadata={"description": "What happened this time.", "example": "Somebody saved this article meanwhile."},
    )
    instance = fields.String(
        required=True, metadata={"description": "The path that was asked for.", "example": "/api/v1/articles/12"}
    )
    errors = fields.List(
        fields.Nested(FieldProblemSchema),
        metadata={"description": "With 422 and 400: each value that cannot be used.", "example": []},
    )
    reference = fields.String(metadata={"description": "With 500 and 503: finds it in the log.", "example": "9f3b01c2"})
    current = fields.Dict(
        metadata={"description": "With 409: what is there now.", "example": {"revision": 7, "title": "Reset"}}
    )
    replaced_by = fields.Url(
        metadata={
            "description": "With 410: what to read instead.",
            "example": "https://help.example.com/articles/7-new",
        }
    )


def install(app: Flask) -> None:
    """Have the shell answer programs with problems."""
    app.extensions["problem"] = problem


def problem(explanation: Explanation, error: Exception) -> Response:
    """An error as a program gets it; asks no database."""
    kind = TYPES.get(explanation.status) or TYPES[500 if explanation.status >= 500 else 400]
    body: dict[str, Any] = {
        "type": absolute(f"{PAGE}#{kind.anchor}"),
        "title": kind.title,
        "status": explanation.status,
        "detail": str(error) if hasattr(error, "status") and str(error) else kind.meaning,
        "instance": cleaned(request.path),
        **getattr(error, "members", {}),
    }
    errors = _field_problems(error)
    if errors:
        body["errors"] = errors
    if explanation.reference:
        body["reference"] = explanation.reference
    response = make_response(json.dumps(body), explanation.status)
    response.content_type = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    if explanation.status == 401 or isinstance(error, MissingScope):
        response.headers["WWW-Authenticate"] = _challenge(error)
    return response


def _challenge(error: Exception) -> str:
    """What to send instead. Source: RFC 6750, section 3."""
    if isinstance(error, MissingScope):
        return f'Bearer realm="API", error="insufficient_scope", scope="{error.scope}"'
    is_refused = isinstance(error, Unauthorised) and error.is_refused
    return 'Bearer realm="API", error="invalid_token"' if is_refused else 'Bearer realm="API"'


def _field_problems(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, InvalidInput) and error.field:
        return [{"place": "json", "field": error.field, "message": str(error)}]
    messages = (getattr(error, "data", None) or {}).get("messages")
    if not isinstance(messages, dict):
        return []
    return [
        {"place": str(place), "field": field, "message": message}
        for place, below in messages.items()
        for field, message in _flattened(below)
    ]


def _flattened(messages: Any, path: str = "") -> list[tuple[str, str]]:
    """Messages as marshmallow nests them, as (name with dots, message)."""
    if isinstance(messages, dict):
        return [
            each
            for name, below in messages.items()
            for each in _flattened(below, f"{path}.{name}".strip(".") if name != "_schema" else path)
        ]
    return [(cleaned(path), cleaned(str(each))) for each in (messages if isinstance(messages, list) else [messages])]
