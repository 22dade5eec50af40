"""How the index follows the database: changes ask for it in their own transaction, the worker writes it.

A request is a row; a job works the rows off. Rows go only after the index that searches read holds the change, so that
whatever dies in between, the change is written again.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import reading, transaction
from app.search.documents import Document, DocumentSource
from app.search.engines.base import Engine, EngineBusy, EngineUnavailable
from app.search.models import IndexingRequest

logger = logging.getLogger(__name__)

INDEX_JOB = "search_index"
REBUILD_JOB = "search_rebuild"
BATCH = 500
_READ_AT_ONCE = 100
_PAUSE = timedelta(seconds=2)
_BETWEEN_REPAIRS = 30.0
_last_repair = threading.local()

Progress = Callable[[int, int], None]


def add_source(app: Flask, source: DocumentSource) -> None:
    """Make the documents of one kind findable; called when a part of the product is installed."""
    sources: dict[str, DocumentSource] = app.extensions.setdefault("search_sources", {})
    sources[source.kind] = source


def sources() -> Mapping[str, DocumentSource]:
    """The sources of all kinds of documents."""
    found: dict[str, DocumentSource] = current_app.extensions.get("search_sources", {})
    return found


def current_engine() -> Engine:
    """The engine that this site searches with."""
    engine: Engine = current_app.extensions["search_engine"]
    return engine


def request_indexing(session: Session, kind: str, keys: Iterable[str]) -> None:
    """Have the index follow a change of these documents, in the transaction that makes the change.

    Documents that the source no longer gives are deleted from the index.
    """
    now = clock.now()
    rows = [{"kind": kind, "key": key, "requested_at": now} for key in dict.fromkeys(keys)]
    if rows:
        session.execute(insert(IndexingRequest), rows)
        jobs.request_job(session, INDEX_JOB, unique_key=INDEX_JOB)


def is_behind(session: Session) -> bool:
    """Whether changes wait to be indexed."""
    return session.scalar(select(IndexingRequest.id).limit(1)) is not None


def waiting(session: Session) -> int:
    """How many requests wait to be indexed."""
    return session.scalar(select(func.count(IndexingRequest.id))) or 0


def request_rebuild(session: Session, *, only_if_broken: bool = False) -> None:
    """Have the worker build the whole index anew; searches go on in the old one meanwhile."""
    jobs.request_job(session, REBUILD_JOB, unique_key=REBUILD_JOB, only_if_broken=only_if_broken)


def request_repair() -> None:
    """Ask for a rebuild because the index could not be read; at most twice a minute, never in the way of an answer."""
    now = time.monotonic()
    if now - getattr(_last_repair, "at", -_BETWEEN_REPAIRS) < _BETWEEN_REPAIRS:
        return
    _last_repair.at = now
    try:
        with transaction() as session:
            request_rebuild(session, only_if_broken=True)
    except Exception as error:
        logger.warning("A rebuild of the search index could not be asked for: %s", error)


def index_requested(session: Session) -> None:
    """The job: write all that waits into the index. Makes the index when there is none that can be read."""
    try:
        work_off()
    except EngineUnavailable as error:
        logger.warning("%s It is built anew.", error)
        _rebuild_or_wait(session)
    except EngineBusy:
        jobs.request_job(session, INDEX_JOB, unique_key=INDEX_JOB, due_at=clock.now() + _PAUSE)


def rebuild_requested(session: Session, *, only_if_broken: bool = False) -> None:
    """The job: build the index anew, unless it was asked for a damage that is mended by now."""
    if not (only_if_broken and _is_readable()):
        _rebuild_or_wait(session)


def work_off() -> None:
    """Write everything that waits, a batch at a time, in transactions of its own.

    Raises:
        EngineUnavailable: there is no readable index; nothing was lost.
        EngineBusy: another process writes the index.
    """
    engine = current_engine()
    while True:
        # The session of the job is left alone: on SQLite a transaction would keep everybody else from writing.
        with reading() as session:
            rows = _next_rows(session, engine.generation())
            if not rows:
                return
            documents, gone = _read(session, {(row.kind, row.key): None for row in rows})
        written = engine.write(documents, gone)
        numbers = [row.id for row in rows]
        with transaction() as session:
            if written.is_final:
                session.execute(delete(IndexingRequest).where(IndexingRequest.id.in_(numbers)))
            else:
                kept = update(IndexingRequest).where(IndexingRequest.id.in_(numbers))
                session.execute(kept.values(written_to=written.generation))


def rebuild(report: Progress = lambda done, total: None) -> int:
    """Build the index anew from the database, aside, and put it in force; returns how many documents it holds.

    Changes made meanwhile go into the old index at once and into the new one when it is in force. `report` is told now
    and then how many documents of how many are done.

    Raises:
        EngineBusy: another process writes the index.
    """
    engine = current_engine()
    written = 0
    with engine.rebuilding() as aside:
        keys = _every_key()
        last = time.monotonic()
        for done, (source, batch) in _batches(keys):
            with reading() as session:
                documents = list(source.documents(session, batch))
            aside.add(documents)
            written += len(documents)
            report(done, sum(map(len, keys.values())))
            if time.monotonic() - last > 0.5:
                _follow()
                last = time.monotonic()
    # What was written to the old index while this one was built is written again; what is in both is struck off.
    work_off()
    with transaction() as session:
        session.execute(delete(IndexingRequest).where(IndexingRequest.written_to == engine.generation()))
    return written


@dataclass(frozen=True)
class ProgressFile:
    """Where a rebuild tells how far it is, for whoever waits for it in another process."""

    path: Path

    def write(self, done: int, total: int) -> None:
        """Tell how far it is."""
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps([done, total]), encoding="ascii")
        aside.replace(self.path)

    def read(self) -> tuple[int, int] | None:
        """How far it is; None when nothing is being built or nothing is known."""
        try:
            done, total = json.loads(self.path.read_text(encoding="ascii"))
            return int(done), int(total)
        except (OSError, ValueError, TypeError):
            return None

    def remove(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)


def progress_file() -> ProgressFile:
    """The progress of this site's rebuild."""
    return ProgressFile(current_app.extensions["settings"].search_index_dir / "rebuild.progress")


def rebuild_and_tell(report: Progress = lambda done, total: None) -> int:
    """`rebuild`, leaving its progress where other processes can see it."""
    told = progress_file()

    def both(done: int, total: int) -> None:
        told.write(done, total)
        report(done, total)

    try:
        return rebuild(both)
    finally:
        told.remove()


def _rebuild_or_wait(session: Session) -> None:
    try:
        rebuild_and_tell()
    except EngineBusy:
        jobs.request_job(session, REBUILD_JOB, unique_key=REBUILD_JOB, due_at=clock.now() + _PAUSE, only_if_broken=True)


def _is_readable() -> bool:
    try:
        sum(1 for _ in current_engine().contents())
    except EngineUnavailable:
        return False
    return True


def _follow() -> None:
    try:
        work_off()
    except EngineUnavailable as error:
        logger.info("The old search index cannot follow while the new one is built: %s", error)


def _next_rows(session: Session, generation: str) -> Sequence[IndexingRequest]:
    waits = or_(IndexingRequest.written_to.is_(None), IndexingRequest.written_to != generation)
    return session.scalars(select(IndexingRequest).where(waits).order_by(IndexingRequest.id).limit(BATCH)).all()


def _read(session: Session, names: Iterable[tuple[str, str]]) -> tuple[list[Document], list[tuple[str, str]]]:
    by_kind: dict[str, list[str]] = {}
    for kind, key in names:
        by_kind.setdefault(kind, []).append(key)
    documents: list[Document] = []
    gone: list[tuple[str, str]] = []
    for kind, keys in by_kind.items():
        source = sources().get(kind)
        found = {each.key: each for each in source.documents(session, keys)} if source else {}
        documents += found.values()
        gone += [(kind, key) for key in keys if key not in found]
    return documents, gone


def _every_key() -> dict[str, list[str]]:
    with reading() as session:
        return {kind: list(source.every_key(session)) for kind, source in sources().items()}


def _batches(keys: Mapping[str, list[str]]) -> Iterator[tuple[int, tuple[DocumentSource, list[str]]]]:
    done = 0
    for kind, own in keys.items():
        remaining = iter(own)
        while batch := list(islice(remaining, _READ_AT_ONCE)):
            done += len(batch)
            yield done, (sources()[kind], batch)
