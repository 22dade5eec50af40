"""References: what people say on the telephone, such as K7Q-4M2P."""

from __future__ import annotations

import re
import secrets

#: No vowels, so no words; and of each pair that looks or sounds alike (0 O, 1 I L, 5 S F, 8 B, V W, N M) one at most.
LETTERS = "234679CDFGHJKMPQRTWXY"
_SHAPE = (3, 4)
_UNSAID = re.compile(r"[^0-9A-Za-z]")


def new_reference() -> str:
    """A reference by chance: one of 1.8 billion."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(length)) for length in _SHAPE)


def read_reference(written: str) -> str:
    """What somebody wrote or said, in the form in which references are stored; "" when it is none."""
    letters = _UNSAID.sub("", written).upper()
    if len(letters) != sum(_SHAPE) or not set(letters) <= set(LETTERS):
        return ""
    return f"{letters[: _SHAPE[0]]}-{letters[_SHAPE[0] :]}"
