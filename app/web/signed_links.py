"""Links that only we can have made: for what somebody may see or do who was sent one by us."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from app.foundation.errors import NotFound


def signed(purpose: str, number: int) -> str:
    """A token for links: it names a row, holds for ever, and is good for this purpose alone."""
    return str(_signer(purpose).dumps(number))


def number_of(purpose: str, token: str) -> int:
    """What a token names.

    Raises:
        NotFound: we have not made this token, or not for this purpose.
    """
    try:
        number = _signer(purpose).loads(token)
    except BadSignature as error:
        raise NotFound from error
    return int(number)


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=f"link {purpose}")
