"""The fields that schemas of the API are made of: each has a description and an example, or it is not made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.api.addresses import PATTERN
from app.foundation.text import cleaned
from app.knowledge.queries import LARGEST_ID

VISIBLE = "[!-~¡-\u167f\u1681-\u1fff\u3001-\ud7ff]"
"""A letter that can be seen: a text that must not be empty holds one."""


class Body(Schema):
    """What comes in. A field that we do not know is refused: a program that mistypes one finds out."""

    class Meta:
        """See marshmallow."""

        unknown = RAISE


class Text(fields.String):
    """A text that comes in, without what no database keeps: NUL and other control characters, lone surrogates."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        given = super()._deserialize(value, attr, data, **kwargs) or ""
        self._validate(given)  # as it was sent: what is too long stays too long when some of it is dropped
        return cleaned(given)


class Whole(fields.Integer):
    """A whole number that comes in: 7 or 7.0, as JSON has no two kinds of it, but not "7", 7.5 nor true."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """Yes or no that comes in: in JSON true or false alone, not the many words that stand for them elsewhere."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(truthy={True}, falsy={False}, **settings)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def matches(pattern: str, message: str) -> Any:
    """A check that a text matches the whole of a pattern."""
    compiled = re.compile(pattern)

    def check(value: str) -> None:
        if not compiled.fullmatch(value):
            raise ValidationError(message)

    return check


def is_visible(value: str) -> None:
    """Raises ValidationError for a text with nothing to see in it."""
    if not re.search(VISIBLE, value):
        raise ValidationError("Shorter than minimum length 1.")


def about(description: str, example: Any, **more: Any) -> dict[str, Any]:
    """What a field says of itself."""
    return {"description": description, "example": example, **more}


def text(description: str, example: str, *, longest: int, is_needed: bool = False, **settings: Any) -> Text:
    """A text that comes in; one that is needed holds something that can be seen."""
    checks: list[Any] = [validate.Length(max=longest), *([is_visible] if is_needed else [])]
    more = {"minLength": 1, "pattern": VISIBLE} if is_needed else {}
    return Text(validate=checks, metadata=about(description, example, **more), **settings)


def language(description: str, **settings: Any) -> Text:
    """The code of a language that comes in."""
    check = matches(PATTERN, "Write a code such as en or pt-BR.")
    return Text(validate=check, metadata=about(description, "en", pattern=f"^{PATTERN}$"), **settings)


def number(description: str, example: int, **settings: Any) -> Whole:
    """The number of an article or revision that comes in."""
    return Whole(validate=validate.Range(min=1, max=LARGEST_ID), metadata=about(description, example), **settings)


def word(kind: type[StrEnum], description: str, example: str, **settings: Any) -> fields.String:
    """One of a few words."""
    return fields.String(
        validate=validate.OneOf([each.value for each in kind]), metadata=about(description, example), **settings
    )


def shown(kind: type[fields.Field[Any]], description: str, example: Any, **settings: Any) -> Any:
    """A field that always goes out."""
    words = {"type": "string"} if kind is fields.Enum else {}
    return kind(required=True, metadata=about(description, example, **words), **settings)


def page_of(most: int = 100) -> dict[str, Any]:
    """The two parameters of a long list."""
    return {
        "page": fields.Integer(
            load_default=1,
            validate=validate.Range(min=1, max=100_000),
            metadata=about("Which page of the list; counts from 1.", 1),
        ),
        "per_page": fields.Integer(
            load_default=50,
            validate=validate.Range(min=1, max=most),
            metadata=about("How many at a time.", 50),
        ),
    }
