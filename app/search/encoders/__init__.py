"""Encoders that turn texts into vectors, one file each; `base` says what each promises.

A further encoder is one more file with a `KIND`, and one more line here. Nothing here loads a runtime before an encoder
is opened, so commands and sites without one start fast.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.search.encoders import minilm, multilingual
from app.search.encoders.base import EncoderKind

NONE = "none"
"""The choice to search by words alone."""

ENCODERS: Mapping[str, EncoderKind] = {"minilm": minilm.KIND, "multilingual": multilingual.KIND}
"""What the setting `encoder` can name."""
