"""The encoder of this site as search uses it: opened once a process, left out while it is missing, broken or slow.

Search never waits for an encoder that is not there and never fails over one that breaks: then it runs on words alone,
one line of the log says why, and the encoder is taken in again as soon as it works.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from flask import Flask, current_app

from app.search.encoders import ENCODERS, NONE, manifest
from app.search.encoders.base import Encoder, EncoderKind, EncoderUnavailable, TextKind
from config import Settings, SettingsError

logger = logging.getLogger(__name__)

LOOK_AGAIN = 30.0
"""Seconds after which a missing encoder is looked for again."""
SLOW = 0.25
"""Seconds from which on the encoding of a query counts as slow."""
SLOW_IN_ROW = 5
"""How many slow queries in a row have the encoder left out."""
REST = 60.0
"""Seconds for which a slow encoder is left out."""
KEPT_QUERIES = 512
"""How many queries' vectors a process keeps: people page, filter and ask what others ask."""
LONGEST_KEPT = 1000
"""Characters of the longest query whose vector is kept."""

Vector = npt.NDArray[np.float32]


class Encoding:
    """The encoder of one site in one process. Threads share it."""

    def __init__(
        self,
        kind: EncoderKind | None,
        folder: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`kind` None: search by words alone, on purpose. `folder` holds its files; `clock` tells seconds."""
        self._kind, self._folder, self._clock = kind, folder, clock
        self._encoder: Encoder | None = None
        self._reason = ""
        self._looked_at = -math.inf
        self._stamp: manifest.Stamp | None = None
        self._opening = threading.Lock()
        self._vectors = _Recent(KEPT_QUERIES)
        self._slow_in_row = 0
        self._rests_until = -math.inf
        self._has_complained = False

    def is_wanted(self) -> bool:
        """Whether there is to be one: it may still be missing."""
        return self._kind is not None

    def encoder(self) -> Encoder | None:
        """The encoder; None while there is none. The first call opens it, within half a second."""
        if self._encoder is None and self._kind is not None and self._clock() - self._looked_at > LOOK_AGAIN:
            with self._opening:
                self._look(self._kind)
        return self._encoder

    def state(self) -> tuple[bool, str]:
        """Whether the encoder is as the settings want it, and how it is in words."""
        if self._kind is None:
            return True, "none, as KB_ENCODER says: search runs on words alone"
        encoder = self.encoder()
        if encoder is None:
            return False, f"search runs on words alone. {self._reason.removesuffix('.')}"
        if self._is_resting():
            return False, f"{encoder.name} is too slow just now: search runs on words alone for a minute"
        return True, f"{encoder.name} is ready"

    def query(self, text: str) -> Vector | None:
        """The vector of a query, which nobody may change; None when search has to do without. Never raises."""
        encoder = self.encoder()
        if encoder is None:
            return None
        kept = self._vectors.get(text)
        if kept is not None or self._is_resting():
            return kept
        began = self._clock()
        try:
            vector: Vector = np.asarray(encoder.encode([text], TextKind.QUERY)[0], np.float32)
        except Exception:
            if not self._has_complained:
                logger.exception("The encoder %s fails, so search runs on words alone.", encoder.name)
            self._has_complained = True
            return None
        self._has_complained = False
        self._time(encoder, self._clock() - began)
        vector.setflags(write=False)
        if len(text) <= LONGEST_KEPT:
            self._vectors.put(text, vector)
        return vector

    def _look(self, kind: EncoderKind) -> None:
        """Open the encoder, unless it cannot have changed since it could not be opened. Holds the lock `_opening`."""
        if self._encoder is not None or self._clock() - self._looked_at <= LOOK_AGAIN:
            return
        stamp = manifest.stamp(self._folder)
        try:
            if not self._reason or stamp != self._stamp:
                self._stamp = stamp
                self._encoder = kind.open(self._folder)
                if self._reason:
                    logger.info("Search runs on meaning too: the encoder %s is ready.", kind.name)
        except EncoderUnavailable as error:
            if str(error) != self._reason:
                self._reason = str(error)
                logger.warning("Search runs on words alone. %s", self._reason)
        finally:
            self._looked_at = self._clock()

    def _is_resting(self) -> bool:
        return self._clock() < self._rests_until

    def _time(self, encoder: Encoder, seconds: float) -> None:
        """Note how long a query took. After a rest the first slow one leads to the next."""
        if seconds <= SLOW:
            self._slow_in_row = 0
            return
        self._slow_in_row += 1
        if self._slow_in_row >= SLOW_IN_ROW and not self._is_resting():
            self._rests_until = self._clock() + REST
            logger.warning(
                "The encoder %s took %d ms for a query, so search runs on words alone for a minute.",
                encoder.name,
                round(1000 * seconds),
            )


class _Recent:
    """The vectors of the texts that were asked for last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> Vector | None:
        with self._lock:
            found = self._held.get(text)
            if found is not None:
                self._held.move_to_end(text)
            return found

    def put(self, text: str, vector: Vector) -> None:
        with self._lock:
            self._held[text] = vector
            self._held.move_to_end(text)
            if len(self._held) > self._most:
                self._held.popitem(last=False)


def install(app: Flask, settings: Settings) -> None:
    """Give the process the encoder that the settings name. Raises SettingsError when there is none of that name."""
    if settings.encoder not in (*ENCODERS, NONE):
        names = " or ".join((*ENCODERS, NONE))
        raise SettingsError(f"KB_ENCODER is {settings.encoder!r}: write {names}.")
    kind = ENCODERS.get(settings.encoder)
    use(app, Encoding(kind, settings.encoders_dir / kind.name if kind else settings.encoders_dir))


def use(app: Flask, encoding: Encoding) -> None:
    """Have this site's search encode with that."""
    app.extensions["search_encoding"] = encoding


def current_encoder() -> Encoder | None:
    """The encoder of this site; None while search runs on words alone. The first call in a process opens it."""
    return _encoding().encoder()


def is_wanted() -> bool:
    """Whether this site is to have an encoder, which may be missing or broken now."""
    return _encoding().is_wanted()


def encoder_state() -> tuple[bool, str]:
    """Whether this site's encoder is as its settings want it, which may be none, and how it is in words."""
    return _encoding().state()


def encode_query(text: str) -> Vector | None:
    """The vector of a query, of shape (dimension,) and length 1, not to be written to; None: search by words alone.

    Never raises. None too while the encoder is so slow that searches would wait for it.
    """
    return _encoding().query(text)


def _encoding() -> Encoding:
    encoding: Encoding = current_app.extensions["search_encoding"]
    return encoding
