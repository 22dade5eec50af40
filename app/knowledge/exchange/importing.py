"""An import from beginning to end: one at a time, safe to break off, equal whether it was broken off or not."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from app.foundation import activity, markdown
from app.foundation.database import reading, transaction
from app.foundation.errors import Conflict, InvalidInput
from app.foundation.file_lock import AlreadyHeld, FileLock
from app.knowledge.exchange import archives, files, marks, numbering, ownformat, restoring, writing
from app.knowledge.exchange.deciding import Action, Decisions, decide
from app.knowledge.exchange.plan import Plan, make_plan
from app.knowledge.exchange.reading import MARKDOWN, Tree
from app.knowledge.exchange.rendering import Pending, Renderers
from app.knowledge.exchange.report import Report
from app.knowledge.exchange.storage import clear_about_space
from app.knowledge.exchange.terms import bring_in_terms
from config import Settings

#: Seconds of writing after which others get their turn, and how long that is.
_WORK = 0.5
_PAUSE = 0.12
Item = TypeVar("Item")


@dataclass(frozen=True)
class Steps:
    """How progress is shown: `over` wraps what is gone through, `of` counts up to a length."""

    over: Callable[[Iterable[Any], str], Iterable[Any]]
    of: Callable[[int, str], contextlib.AbstractContextManager[Callable[[int], None]]]


@contextlib.contextmanager
def _uncounted(_length: int, _label: str) -> Iterator[Callable[[int], None]]:
    yield lambda _count: None


#: Shows nothing.
QUIET = Steps(over=lambda items, _label: items, of=_uncounted)


def import_content(
    settings: Settings,
    source: Path,
    *,
    steps: Steps,
    collection: str = "",
    is_dry_run: bool = False,
    is_published: bool = True,
) -> Report:
    """Bring a folder or an archive of Markdown into the store.

    Args:
        collection: the name under which the files are known again; empty is the name of the folder.
        is_dry_run: only say what would be done.
        is_published: show the articles to readers; False brings all of them in as drafts.

    Returns:
        What was done. Run again after an error, it goes on where it stopped.

    Raises:
        InvalidInput: there is nothing to import at this place.
        Conflict: another import is running.
        Unavailable: the disk is full or the database does not answer; what was committed stays.
    """
    report = Report(source=str(source), is_dry_run=is_dry_run)
    with contextlib.ExitStack() as held:
        if not is_dry_run:
            try:
                held.enter_context(FileLock(settings.data_dir / "import.lock"))
            except AlreadyHeld as error:
                raise Conflict("Another import is running here: wait until it ends and run this one again.") from error
        with clear_about_space("What was imported so far is kept; the import goes on from there."):
            root = _root(source, held, report)
            tree = Tree.of(root, report)
            plan = make_plan(
                tree,
                report,
                default_language=settings.default_language,
                progress=lambda pages: steps.over(pages, "Reading"),
            )
            if not plan.groups and not report.problems:
                raise InvalidInput(
                    f"{source} holds no Markdown file that is an article: give the folder that holds them."
                )
            name = collection or source.resolve().name.removesuffix(".gz").removesuffix(".tar").removesuffix(".zip")
            report.collection = f"{ownformat.EXPORT_PREFIX}{name}" if plan.is_export else name
            with reading() as session:
                decisions = decide(session, plan, report.collection, report)
            if is_dry_run:
                texts = [text for text in plan.texts if decisions.actions[text.path] is not Action.LEAVE]
                files.check_files(plan, texts, report)
            else:
                _carry_out(plan, decisions, report, steps, is_published=is_published)
    return report


def _carry_out(plan: Plan, decisions: Decisions, report: Report, steps: Steps, *, is_published: bool) -> None:
    categories = numbering.make_categories(plan, report)
    with steps.of(len(plan.groups), "Giving ids") as done:
        numbering.number_texts(plan, decisions, report.collection, report, done)
    writer = writing.Writer(plan, decisions, report.collection, report, categories, is_published)
    groups = writer.waiting()
    stored = files.store_files(plan, writer.texts_of(groups), report, steps.of)
    resolver = plan.resolver(decisions.articles, lambda path: stored.get(path, path))
    with steps.of(len(groups), "Writing") as done, Renderers(len(groups)) as renderers:
        for batch, rendered in _with_pauses(_rendered_ahead(groups, writer, resolver, renderers)):
            writer.rendered = rendered
            with transaction() as session:
                writer.write(session, batch)
            done(len(batch))
            for path in [text.path for text in writer.texts_of(batch)]:
                writer.bodies.pop(path, None)
    with transaction() as session:
        if plan.is_export:
            writing.replacements(session, plan, decisions)
            restoring.restore_marker(session, plan.tree, report)
        bring_in_terms(session, plan.tree, report, articles=_ids(plan, decisions))
        if groups:
            activity.record(
                session,
                "imported",
                "collection",
                report.collection,
                by_id=None,
                created=len(report.created),
                changed=len(report.changed),
                conflicts=len(report.conflicts),
            )


def _ids(plan: Plan, decisions: Decisions) -> dict[int, int]:
    """The id that an article has here by the id that its file gives."""
    return {
        texts[0].kept.article_id: decisions.articles[group]
        for group, texts in plan.groups.items()
        if texts[0].kept.article_id is not None and group in decisions.articles
    }


def _with_pauses(batches: Iterable[Item]) -> Iterator[Item]:
    """The same, with pauses: who waits for SQLite looks every 0.1 s, and hardly ever just between two writes."""
    worked = 0.0
    for batch in batches:
        begun_at = time.monotonic()
        yield batch
        worked += time.monotonic() - begun_at
        if worked > _WORK:
            time.sleep(_PAUSE)
            worked = 0.0


def _rendered_ahead(
    groups: list[str], writer: writing.Writer, resolver: marks.Resolver, renderers: Renderers
) -> Iterator[tuple[list[str], dict[str, markdown.Rendered]]]:
    """Each batch with its texts rendered; while one is written, the next is rendered."""
    waiting: tuple[list[str], dict[str, Pending]] | None = None
    for batch in _batched(groups, writing.BATCH):
        texts = list(writer.texts_of(batch))
        with reading() as session:
            asked = {}
            for text in texts:
                body = writer.bodies[text.path] = resolver.resolved(text.body, text.language)
                for each in text.history:
                    writer.bodies[each.path] = resolver.resolved(each.body, text.language)
                asked[text.path] = renderers.ask(session, body, text.language)
        if waiting is not None:
            yield waiting[0], {path: pending.result() for path, pending in waiting[1].items()}
        waiting = list(batch), asked
    if waiting is not None:
        yield waiting[0], {path: pending.result() for path, pending in waiting[1].items()}


def _root(source: Path, held: contextlib.ExitStack, report: Report) -> Path:
    archive = source if archives.is_archive(source) else _only_archive(source)
    if archive is None:
        if not source.is_dir():
            raise InvalidInput(
                f"{source} is no folder and no archive ({', '.join(archives.SUFFIXES)}): check the path."
            )
        return source
    if archive != source:
        report.source = f"{source} ({archive.name})"
    into = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="import-")))
    return archives.unpack(archive, into, report)


def _only_archive(source: Path) -> Path | None:
    if not source.is_dir():
        return None
    found = [path for path in sorted(source.iterdir()) if archives.is_archive(path)]
    has_markdown = any(name.lower().endswith(MARKDOWN) for _, _, names in os.walk(source) for name in names)
    return found[0] if len(found) == 1 and not has_markdown else None


def _batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
