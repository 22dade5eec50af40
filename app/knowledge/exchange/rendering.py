"""Rendering many texts: in other processes while this one writes, or here when there are few."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import threading
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.foundation import markdown
from app.knowledge import attachments, links

#: Fewer articles than this are rendered before other processes have started.
WORTH_A_POOL = 400
_ATTACHMENT = re.compile(r"attachment:[0-9a-f]{64}/[^\s)\"'<>]+")


@dataclass(frozen=True)
class _Task:
    body: str
    pages: dict[str, str]
    sizes: dict[str, tuple[int, int] | None]
    language: str


@dataclass(frozen=True)
class Pending:
    """A text that is rendered somewhere else, or will be here when it is asked for."""

    task: _Task
    future: Future[markdown.Rendered] | None

    def result(self) -> markdown.Rendered:
        """The text as readers see it."""
        if self.future is not None:
            with contextlib.suppress(BrokenProcessPool, CancelledError):
                return self.future.result()
        return _render(self.task)


class Renderers:
    """Renders texts, equal to what `links.rendered` gives; `with` ends the processes.

    When the other processes end unexpectedly (the system may kill them for memory), texts are rendered here.
    """

    def __init__(self, count: int) -> None:
        processes = min(4, os.cpu_count() or 1)
        self._pool = None
        if count >= WORTH_A_POOL and processes > 1:
            # Forking would share the database connections of this process.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent)

    def __enter__(self) -> Renderers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def ask(self, session: Session, body: str, language: str) -> Pending:
        """Begin to render a text."""
        size_of = attachments.image_sizes(session, body) if "attachment:" in body else None
        task = _Task(
            body=body,
            pages=links.addresses(session, body, language=language),
            sizes={address: size_of(address) for address in _ATTACHMENT.findall(body)} if size_of else {},
            language=language,
        )
        if self._pool is not None:
            with contextlib.suppress(BrokenProcessPool):
                return Pending(task, self._pool.submit(_render, task))
        return Pending(task, None)


def _render(task: _Task) -> markdown.Rendered:
    return markdown.render(
        task.body, resolve=links.resolver(task.pages), image_size=task.sizes.get, language=task.language
    )


def _end_with_parent() -> None:
    """Have this process end when the import is killed; otherwise it would wait for work for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
