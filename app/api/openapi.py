"""The description of the API: OpenAPI 3.1 for programs, and the same as pages for people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, json, render_template
from flask_smorest import Api

from app.accounts.tokens import Scope
from app.api.addresses import PATTERN, LanguageConverter, NumberConverter
from app.api.problems import TYPES
from app.api.reference import groups_of
from app.web.access import PUBLIC, access
from app.web.addresses import absolute
from app.web.origin import without_cookies

_DESCRIPTION = (
    "Search, read and write the articles of this help centre. What everybody may read needs no token. Fields are "
    "added, never renamed or taken away. Times are in UTC. Errors are application/problem+json (RFC 9457)."
)
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of one's own, made at /account/tokens: `Authorization: Bearer kb_…`. Its scopes: "
    + ", ".join(f"`{scope}`" for scope in Scope)
    + ".",
}

pages = Blueprint("api", __name__, template_folder="templates")


class Description(Api):  # type: ignore[misc]  # flask-smorest has no types
    """OpenAPI of version 1. Errors and the addresses of the description are the shell's and ours, not the library's."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """The shell shows errors, as problems."""

    def _register_pagination_header(self) -> None:
        """Lists tell their counts in the body, and lead on by the header Link."""

    def _register_responses(self) -> None:
        """Each operation names its own."""
        self.spec.components.response("UNPROCESSABLE_ENTITY", {"description": "A value cannot be used."}, lazy=True)


def describe(app: Flask) -> Description:
    """An empty description, to which resources are added."""
    app.config.update(API_TITLE="Help centre", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    description = Description(app, spec_kwargs={"info": {"description": _DESCRIPTION, "license": _LICENCE}})
    app.cli.commands.pop("openapi", None)  # the description has an address; a command more is one to explain
    description.register_converter(LanguageConverter, lambda _: {"type": "string", "pattern": f"^{PATTERN}$"})
    description.register_converter(NumberConverter, lambda _: {"type": "integer", "minimum": 1, "maximum": 999_999_999})
    description.spec.components.security_scheme("token", _TOKEN)
    app.extensions["api_description"] = description
    return description


_LICENCE = {"name": "The articles belong to whoever runs this help centre."}


@pages.get("/api/v1/openapi.json")
@access(PUBLIC)
@without_cookies
def openapi() -> Response:
    """The description for programs."""
    whole = {**description_of_api(), "servers": [{"url": absolute(""), "description": "This help centre."}]}
    return Response(json.dumps(whole, sort_keys=False), content_type="application/json")


@pages.get("/api")
@access(PUBLIC)
def reference() -> str:
    """The description for people."""
    return render_template("api/reference.html", groups=groups_of(description_of_api()))


@pages.get("/api/problems")
@access(PUBLIC)
def problems() -> str:
    """What each type of problem means."""
    return render_template("api/problems.html", types=TYPES)


def description_of_api() -> dict[str, Any]:
    """The OpenAPI document, without the address of the site."""
    description: Description = current_app.extensions["api_description"]
    found: dict[str, Any] = description.spec.to_dict()
    return found
