"""Rendering many texts: in other processes while this one writes, or here when there are few."""

from __future__ import annotations

import multiprocessing
import os
import re
from concurrent.futures import Future, ProcessPoolExecutor

from sqlalchemy.orm import Session

from app.foundation import markdown
from app.knowledge import attachments, links

#: Fewer articles than this are rendered before other processes have started.
WORTH_A_POOL = 400
_ATTACHMENT = re.compile(r"attachment:[0-9a-f]{64}/[^\s)\"'<>]+")


class Renderers:
    """Renders texts, equal to what `links.rendered` gives; `with` ends the processes."""

    def __init__(self, count: int) -> None:
        processes = min(4, os.cpu_count() or 1)
        self._pool = None
        if count >= WORTH_A_POOL and processes > 1:
            # Forking would share the database connections of this process.
            self._pool = ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Renderers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def ask(self, session: Session, body: str, language: str) -> Future[markdown.Rendered]:
        """The text as readers see it, now or later."""
        known = links.addresses(session, body, language=language)
        size_of = attachments.image_sizes(session, body) if "attachment:" in body else None
        sizes = {address: size_of(address) for address in _ATTACHMENT.findall(body)} if size_of else {}
        if self._pool is not None:
            return self._pool.submit(_render, body, known, sizes, language)
        done: Future[markdown.Rendered] = Future()
        done.set_result(_render(body, known, sizes, language))
        return done


def _render(
    body: str, known: dict[str, str], sizes: dict[str, tuple[int, int] | None], language: str
) -> markdown.Rendered:
    return markdown.render(body, resolve=links.resolver(known), image_size=sizes.get, language=language)
