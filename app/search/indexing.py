"""How the index follows the database: changes ask for it in their own transaction, the worker writes it.

A request is a row; a job works the rows off. Rows go only after the index that searches read holds the change, so that
whatever dies in between, the change is written again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from flask import Flask, current_app
from sqlalchemy import delete, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import reading, transaction
from app.search import encoding
from app.search.documents import Document, DocumentSource
from app.search.engines.base import Engine, EngineBusy, EngineUnavailable, Rebuild, Unindexable, Written
from app.search.gathering import Gathered, Name, gather
from app.search.models import IndexingRequest
from app.search.progress import progress_file
from app.search.rechecking import request_check
from app.search.repairs import Repairs

logger = logging.getLogger(__name__)

INDEX_JOB = "search_index"
REBUILD_JOB = "search_rebuild"
VECTORS_JOB = "search_vectors"
BATCH = 1000
_READ_AT_ONCE = 100
_PAUSE = timedelta(seconds=2)
#: How long many changes may take to come, before the index that they wore is built anew.
_CALM = timedelta(minutes=2)

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
    if _add_rows(session, ((kind, key) for key in keys)):
        jobs.request_job(session, INDEX_JOB, unique_key=INDEX_JOB)


def is_behind(session: Session) -> bool:
    """Whether changes wait to be indexed."""
    return session.scalar(select(IndexingRequest.id).where(IndexingRequest.problem.is_(None)).limit(1)) is not None


def waiting(session: Session) -> int:
    """How many requests wait to be indexed."""
    return session.scalar(select(func.count(IndexingRequest.id)).where(IndexingRequest.problem.is_(None))) or 0


def problems(session: Session) -> dict[Name, str]:
    """Why documents could not be indexed, by kind and key, those of the oldest change first."""
    rows = session.scalars(
        select(IndexingRequest).where(IndexingRequest.problem.is_not(None)).order_by(IndexingRequest.id)
    )
    return {(row.kind, row.key): row.problem or "" for row in rows}


def request_rebuild(session: Session, *, only_if_broken: bool = False, due_at: datetime | None = None) -> None:
    """Have the worker build the whole index anew, not before `due_at`; searches go on in the old one meanwhile."""
    # A key of its own: a repair that waits already must not stand in for a rebuild that was asked for.
    unique_key = f"{REBUILD_JOB} if broken" if only_if_broken else REBUILD_JOB
    jobs.request_job(session, REBUILD_JOB, unique_key=unique_key, due_at=due_at, only_if_broken=only_if_broken)


def request_repair() -> None:
    """Ask for a rebuild because the index could not be read; at most twice a minute, never in the way of an answer."""
    _repairs().ask("rebuild of the search index", lambda session: request_rebuild(session, only_if_broken=True))


def request_missing_vectors() -> None:
    """Ask for the vectors because a search lacks them; at most twice a minute, never in the way of an answer."""
    _repairs().ask("making of vectors", request_vectors)


def request_vectors(session: Session, *, due_at: datetime | None = None) -> None:
    """Have the worker make the vectors that are missing, if this site is to have an encoder."""
    if encoding.is_wanted():
        jobs.request_job(session, VECTORS_JOB, unique_key=VECTORS_JOB, due_at=due_at)


def index_requested(session: Session) -> None:
    """The job: write all that waits into the index. Makes the index when there is none that can be read."""
    try:
        work_off()
        request_check(session, soon=True)
        request_vectors(session)
        if current_engine().is_worn():
            request_rebuild(session, due_at=clock.now() + _CALM)
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

    A document that cannot be indexed is logged, deleted from the index and set aside; it keeps no other from it.

    Raises:
        EngineUnavailable: there is no readable index; nothing was lost.
        EngineBusy: another process writes the index.
    """
    engine = current_engine()
    # The session of the job is left alone: on SQLite a transaction would keep everybody else from writing.
    while rows := _next_rows(engine.generation()):
        gathered = gather(sources(), [(row.kind, row.key) for row in rows])
        written = _written(engine, gathered)
        with transaction() as session:
            _strike_off(session, rows, gathered, written)


def rebuild(report: Progress = lambda done, total: None) -> int:
    """Build the index anew from the database, aside, and put it in force; returns how many documents it holds.

    Changes made meanwhile go into the old index at once and into the new one when it is in force. `report` is told now
    and then how many documents of how many are done.

    Raises:
        EngineBusy: another process writes the index.
    """
    engine = current_engine()
    written = 0
    left_out: list[Name] = []
    with engine.rebuilding() as aside:
        covered = _waiting_numbers()
        keys = _every_key()
        last = time.monotonic()
        for done, (source, batch) in _batches(keys):
            gathered = gather({source.kind: source}, [(source.kind, key) for key in batch])
            for document in list(gathered.documents):
                _add(aside, document, gathered)
            left_out += gathered.problems
            written += len(gathered.documents)
            report(done, sum(map(len, keys.values())))
            if time.monotonic() - last > 0.5:
                _follow()
                last = time.monotonic()
    with transaction() as session:
        for at in range(0, len(covered), BATCH):
            session.execute(delete(IndexingRequest).where(IndexingRequest.id.in_(covered[at : at + BATCH])))
        _add_rows(session, left_out)
    # What was written to the old index while this one was built is written again; what is in both is struck off.
    work_off()
    in_both = IndexingRequest.written_to == engine.generation()
    with transaction() as session:
        session.execute(delete(IndexingRequest).where(in_both, IndexingRequest.problem.is_(None)))
        request_check(session)
    return written


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


def _repairs() -> Repairs:
    repairs: Repairs = current_app.extensions["search_repairs"]
    return repairs


def _rebuild_or_wait(session: Session) -> None:
    try:
        rebuild_and_tell()
        request_vectors(session)
    except EngineBusy:
        request_rebuild(session, only_if_broken=True, due_at=clock.now() + _PAUSE)


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
        logger.debug("The old search index cannot follow while the new one is built: %s", error)


def _next_rows(generation: str) -> Sequence[IndexingRequest]:
    waits = or_(IndexingRequest.written_to.is_(None), IndexingRequest.written_to != generation)
    with reading() as session:
        return session.scalars(select(IndexingRequest).where(waits).order_by(IndexingRequest.id).limit(BATCH)).all()


def _waiting_numbers() -> list[int]:
    """Requests that a rebuild which begins now makes superfluous: it reads what they ask for after this."""
    with reading() as session:
        return list(session.scalars(select(IndexingRequest.id)))


def _add_rows(session: Session, names: Iterable[Name]) -> bool:
    now = clock.now()
    rows = [{"kind": kind, "key": key, "requested_at": now} for kind, key in dict.fromkeys(names)]
    if rows:
        session.execute(insert(IndexingRequest), rows)
    return bool(rows)


def _written(engine: Engine, gathered: Gathered) -> Written:
    while True:
        try:
            return engine.write(gathered.documents, gathered.gone)
        except Unindexable as error:
            gathered.set_aside((error.kind, error.key), error)


def _add(aside: Rebuild, document: Document, gathered: Gathered) -> None:
    try:
        aside.add([document])
    except Unindexable as error:
        gathered.set_aside((error.kind, error.key), error)


def _strike_off(session: Session, rows: Sequence[IndexingRequest], gathered: Gathered, written: Written) -> None:
    names = {(row.kind, row.key) for row in rows}
    same = tuple_(IndexingRequest.kind, IndexingRequest.key).in_(names)
    earlier = IndexingRequest.problem.is_not(None) & IndexingRequest.id.not_in([row.id for row in rows])
    session.execute(delete(IndexingRequest).where(earlier, same))
    done = [row.id for row in rows if (row.kind, row.key) not in gathered.problems]
    if written.is_final:
        session.execute(delete(IndexingRequest).where(IndexingRequest.id.in_(done)))
    else:
        kept = update(IndexingRequest).where(IndexingRequest.id.in_(done))
        session.execute(kept.values(written_to=written.generation, problem=None))
    for name, problem in gathered.problems.items():
        numbers = [row.id for row in rows if (row.kind, row.key) == name]
        session.execute(delete(IndexingRequest).where(IndexingRequest.id.in_(numbers[:-1])))
        last = update(IndexingRequest).where(IndexingRequest.id == numbers[-1])
        session.execute(last.values(written_to=written.generation, problem=problem))


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
