"""How a resource of the API declares an operation: one decorator says who may, what comes in, what goes out.

The decorator writes the OpenAPI description and does what it says: so the description cannot lie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from app.accounts.bearer import bearer, require
from app.accounts.tokens import PERMISSIONS, Scope
from app.api.answers import kept_answer
from app.api.problems import ProblemSchema
from app.web.access import PUBLIC
from app.web.limits import count_hit
from app.web.origin import without_cookies

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_TEXT = 8 * 2**20
"""Bytes of a body that carries an article."""
LARGEST_MESSAGE = 64 * 2**10
"""Bytes of any other body."""

_ETAG = {
    "description": "Tells this answer from others: send it as If-None-Match, and get 304 when nothing has changed.",
    "schema": {"type": "string", "example": 'W/"5d41402abc4b2a76"'},
}
_LINK = {
    "description": 'The pages beside this one, as `<address>; rel="next"`; also `prev`, `first`, `last`.',
    "schema": {"type": "string", "example": '<https://help.example.com/api/v1/articles?page=2>; rel="next"'},
}
LOCATION = {
    "description": "The address of what was made.",
    "schema": {"type": "string", "example": "https://help.example.com/api/v1/articles/12"},
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the answer that the program has kept.",
    "schema": {"type": "string", "example": 'W/"5d41402abc4b2a76"'},
}


class JsonParser(FlaskParser):
    """Reads what comes in; a body that is not declared as JSON is refused rather than taken for empty."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": "exclude"}

    def load_json(self, req: Any, schema: Schema) -> Any:
        """See webargs. Raises UnsupportedMediaType for a body of another kind."""
        if req.mimetype != "application/json":
            raise UnsupportedMediaType()
        return super().load_json(req, schema)


class Resource(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """One resource of version 1."""

    ARGUMENTS_PARSER = JsonParser()

    def __init__(self, name: str, *, description: str) -> None:
        super().__init__(f"api_v1_{name}", __name__, url_prefix="/api/v1", description=description)
        self.before_request(_authenticate)

    @staticmethod
    def _make_doc_response_schema(schema: Schema | None) -> type[Schema] | None:
        """See flask-smorest: described by its class, since it copies all descriptions deeply for each decorator."""
        return type(schema) if schema is not None else None

    def operation(
        self,
        method: str,
        rule: str,
        *,
        answer: type[Schema] | None,
        status: int = 200,
        also: Mapping[int, str] | None = None,
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        scope: Scope | None = None,
        problems: Sequence[int] = (),
        is_kept: bool = False,
        is_paged: bool = False,
        headers: Sequence[dict[str, Any]] = (),
        answer_headers: dict[str, Any] | None = None,
        largest: int = LARGEST_MESSAGE,
    ) -> Callable[[View], View]:
        """Declare a view as an operation, described by its docstring.

        Args:
            answer: what goes out; the view returns what it is filled from. None is an empty answer.
            also: further statuses with the same answer, and what they mean.
            query, body: what comes in, given to the view as `query` and `body`.
            scope: what a token must have; None opens the operation to everybody.
            problems: statuses of errors beyond those that follow from the rest.
            is_kept: the answer to everybody is kept under the site's version.
            is_paged: the answer tells the pages beside it.
            headers: headers that come in, as OpenAPI parameters.
        """

        def declare(view: View) -> View:
            made = view
            given = (_ETAG_AND_LINK if is_paged else _ETAG_ALONE) if method == "GET" else None
            made = self.response(status, answer, headers=(answer_headers or given))(made)
            for other, meaning in (also or {}).items():
                made = self.alt_response(other, schema=answer, description=meaning)(made)
            for code in _problem_statuses(method, rule, query, body, scope, problems):
                made = self.alt_response(code, schema=ProblemSchema, content_type="application/problem+json")(made)
            if query is not None:
                made = self.arguments(query, location="query", arg_name="query")(made)
            if body is not None:
                made = self.arguments(body, location="json", arg_name="body")(made)
            if method == "GET":
                made = self.alt_response(304, description="Nothing has changed.")(made)
            made = self.doc(security=[{"token": [scope.value]}] if scope else [{}, {"token": []}])(made)
            _tell_headers(made, [*headers, *([_IF_NONE_MATCH] if method == "GET" else [])])
            made = _guarded(made, scope, largest)
            made = kept_answer(made) if is_kept else made
            _mark(made, scope)
            self.route(rule, methods=[method], parameters=_path_parameters(rule))(made)
            return made

        return declare


_IN_PATHS: dict[str, tuple[str, Any]] = {
    "article_id": ("The article's permanent number.", 12),
    "category_id": ("The category's permanent number.", 4),
    "language": ("The code of a language.", "en"),
    "number": ("The number of a text among those in its language.", 3),
}
_ETAG_ALONE = {"ETag": _ETAG}
_ETAG_AND_LINK = {"ETag": _ETAG, "Link": _LINK}


def _tell_headers(view: Any, headers: Sequence[dict[str, Any]]) -> None:
    """Describe headers beside the parameters that arguments describe."""
    if headers:
        view._apidoc.setdefault("arguments", {}).setdefault("parameters", []).extend(headers)


def _path_parameters(rule: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "description": description, "example": example}
        for name, (description, example) in _IN_PATHS.items()
        if f":{name}>" in rule
    ]


def _problem_statuses(
    method: str, rule: str, query: Any, body: Any, scope: Scope | None, further: Sequence[int]
) -> list[int]:
    statuses = {401, 429, *further}
    statuses |= {403} if scope else set()
    statuses |= {404} if "<" in rule else set()
    statuses |= {422} if query or body else set()
    statuses |= {400, 413, 415} if body else set()
    return sorted(statuses)


def _authenticate() -> None:
    """Refuse a token that cannot be used, also where none is needed; then count the request."""
    bearer()
    count_hit("{limit_api} per minute", name="api")


def _guarded(view: View, scope: Scope | None, largest: int) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        if scope is not None:
            require(scope)
        request.max_content_length = largest
        answer: Response = view(*args, **kwargs)
        return answer

    return guarded  # type: ignore[return-value]  # wraps keeps the signature


def _mark(view: Any, scope: Scope | None) -> None:
    view.required_permission = min(PERMISSIONS[scope]).value if scope else PUBLIC
    view.required_scope = scope
    view.provide_automatic_options = False  # the preflight answers for all methods of an address at once
    without_cookies(view)
