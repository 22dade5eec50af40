"""What an import is going to do, worked out from the files alone: every text with its place, links and old addresses.

Link targets stand in planned bodies as marks that name a path, because ids are only known once articles are stored.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.knowledge.exchange import marks, ownformat, titles
from app.knowledge.exchange.addresses import Addresses, Leads, old_addresses
from app.knowledge.exchange.dialects import Dialect, Page
from app.knowledge.exchange.dialects.base import Moved
from app.knowledge.exchange.includes import Includer
from app.knowledge.exchange.markup import replace_addresses
from app.knowledge.exchange.ownformat import Kept, KeptRevision
from app.knowledge.exchange.placing import CategoryFile, Places
from app.knowledge.exchange.reading import Tree, line_of
from app.knowledge.exchange.report import Report
from app.knowledge.exchange.sources import Sources, read_sources
from app.knowledge.models import ArticleType, Audience
from app.knowledge.redirects import normalised

#: Raised when the same file would give another article than before, so that a second import renews it.
VERSION = 1
_STORED = re.compile(r"article:(\d{1,9})(?::([A-Za-z-]{2,12}))?(#.*)?")
_TYPES = {
    "how-to": ArticleType.HOW_TO,
    "howto": ArticleType.HOW_TO,
    "tutorial": ArticleType.HOW_TO,
    "troubleshooting": ArticleType.PROBLEM,
    "error-reference": ArticleType.PROBLEM,
    "faq": ArticleType.QA,
    "reference": ArticleType.REFERENCE,
    "language-reference": ArticleType.REFERENCE,
    "procedure": ArticleType.PROCEDURE,
}


@dataclass(frozen=True)
class PlannedText:
    """One file, which is an article in one language. The texts of one `group` are one article."""

    path: str
    group: str
    language: str
    is_source: bool
    slug: str
    title: str
    short_answer: str
    body: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    redirects: tuple[str, ...]
    category: str
    position: int
    kept: Kept
    revision: KeptRevision | None
    history: tuple[KeptRevision, ...] = ()
    digest: str = ""
    next: tuple[str | int, ...] | None = None
    """Paths of the files to read next, or numbers of articles; None when the file says nothing of it."""
    published: tuple[tuple[int, datetime, Audience], ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that an import is going to bring in; texts by group, in order of path."""

    tree: Tree
    groups: dict[str, list[PlannedText]]
    category_titles: dict[str, str]
    category_files: dict[str, CategoryFile]
    is_export: bool
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> list[PlannedText]:
        """Every text, in the order in which they are written."""
        return [text for group in self.groups.values() for text in group]

    def filename(self, path: str) -> str:
        """The name under which a file of the tree is stored; an export has the stored names already."""
        return posixpath.basename(path) if self.is_export else marks.filename(path)

    def resolver(self, articles: Mapping[str, int], file: Callable[[str], str]) -> marks.Resolver:
        """Turns marks into addresses, given the article of every group that has one and the address of each file."""
        texts = {text.path: text for text in self.texts}

        def page(path: str) -> tuple[int, str] | None:
            text = texts[path]
            return (articles[text.group], text.language) if text.group in articles else None

        languages = {
            articles[group]: {each.language for each in group_texts}
            for group, group_texts in self.groups.items()
            if group in articles
        }
        return marks.Resolver(page, languages, file)


def make_plan(
    tree: Tree, report: Report, *, default_language: str, progress: Callable[[Iterable[Page]], Iterable[Page]]
) -> Plan:
    """Read a tree and plan its import. Nothing is written; what is wrong is reported and stops nothing else."""
    sources = read_sources(tree, report, default_language=default_language)
    pages = sources.pages
    outlines = [dialect.outline(tree, pages, report) for dialect in sources.dialects]
    moved = [move for dialect in sources.dialects for move in dialect.moved(tree, report)]
    planner = _Planner(
        tree=tree,
        report=report,
        dialects=sources.dialects,
        addresses=Addresses.of(tree, pages, outlines, moved, report),
        places=Places.of(tree, pages, outlines, report),
        includer=Includer(tree, report),
        is_export=ownformat.is_export(tree),
        sources_of_groups=_source_pages(sources, default_language),
    )
    planner.find_old_addresses(pages, moved)
    histories = ownformat.histories(tree, report)
    groups: dict[str, list[PlannedText]] = defaultdict(list)
    for page in progress(list(pages.values())):
        text = planner.planned(page)
        history = tuple(histories.get((text.kept.article_id or 0, text.language), ()))
        history = tuple(replace(each, body=planner.marked(each.body, each.path, each.path)) for each in history)
        text = replace(text, history=history)
        groups[page.group].append(replace(text, digest=planner.digest(text)))
    for texts in groups.values():
        texts.sort(key=lambda text: (not text.is_source, text.path))
    _part_ids(groups, report)
    return Plan(
        tree, dict(groups), planner.places.titles, dict(planner.places.files), planner.is_export, planner.digests
    )


@dataclass
class _Planner:
    tree: Tree
    report: Report
    dialects: tuple[Dialect, ...]
    addresses: Addresses
    places: Places
    includer: Includer
    is_export: bool
    sources_of_groups: dict[str, str]
    redirects: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    digests: dict[str, str] = field(default_factory=dict)

    def find_old_addresses(self, pages: dict[str, Page], moved: list[Moved]) -> None:
        """Which old addresses lead to which page; an address that two pages want goes to the first."""
        owners: dict[str, str] = {}
        for path, page in pages.items():
            permalink = [page.header["permalink"]] if isinstance(page.header.get("permalink"), str) else []
            given = old_addresses(page, is_export=self.is_export)
            own = [] if self.is_export or permalink or page.header.get("id") else self.addresses.original(path)
            for address in [*permalink, *given, *own]:
                known = normalised(address)
                if known and owners.setdefault(known, path) == path:
                    self.redirects[path].append(known)
                elif known and address in given and pages[owners[known]].group != page.group:
                    line = line_of(page.raw, address)
                    self.report.problem(path, f"old address {address} leads to {owners[known]} already", line)
        for move in moved:
            target = self.addresses.page_at(move.new)
            known = normalised(self.addresses.public(move.old))
            if target is not None and known and owners.setdefault(known, target) == target:
                self.redirects[target].append(known)
            elif target is None:
                self.report.links["old addresses that lead out of the folder"] += 1

    def planned(self, page: Page) -> PlannedText:
        """One page as it will be stored, except for ids."""

        def problem(what: str, needle: str) -> None:
            self.report.problem(page.path, what, line_of(page.raw, needle))

        body = page.body
        if not self.is_export:
            body = self.includer.resolved(body, page.path, page.raw)
        for dialect in self.dialects:
            body = dialect.cleaned(replace(page, body=body), self.tree, problem)
        body = ownformat.body_of(body, is_exact=self.is_export)
        if self.is_export:
            title, other = str(page.header.get("title") or "Untitled"), ""
        else:
            title, body, other = titles.titled(page.header, body, page.group)
        kept = ownformat.kept(page.header, problem)
        topic = page.header.get("ms.topic") or page.header.get("topic_type")
        if "type" not in kept.columns and isinstance(topic, str) and topic.lower() in _TYPES:
            kept.columns["type"] = _TYPES[topic.lower()]
        category, position = self.places.place(page)
        is_source = self.sources_of_groups[page.group] == page.path
        return PlannedText(
            path=page.path,
            group=page.group,
            language=page.language,
            is_source=is_source,
            slug=kept.slug or (titles.slug(page.header, page.group) if is_source else ""),
            title=title,
            short_answer=titles.short_answer(page.header),
            body=self.marked(body, page.path, page.raw),
            aliases=titles.aliases(page.header, title, other)
            if not self.is_export
            else tuple(ownformat.words(page.header.get("aliases"))),
            tags=tuple(ownformat.words(page.header.get("tags"), split=",")) if is_source else (),
            redirects=tuple(sorted(self.redirects.get(page.path, ()))),
            category=category,
            position=position,
            kept=kept,
            revision=self._revision(page, body) if self.is_export else None,
            next=self._next(page) if is_source else None,
            published=ownformat.read_history(page.header.get("published")) if self.is_export else (),
        )

    def marked(self, body: str, path: str, raw: str) -> str:
        """The body with marks for what its links lead to; links that lead nowhere stay as they are and are reported."""

        def replaced(address: str) -> str:
            stored = _STORED.fullmatch(address) if self.is_export else None
            if stored and int(stored[1]) in self.addresses.by_id:
                return marks.for_page(self.addresses.by_id[int(stored[1])], stored[2] or "") + (stored[3] or "")
            target = self.addresses.lead(address, path)
            if target.leads is Leads.AWAY:
                self.report.links["links to other places"] += 1
                return address
            if target.leads in (Leads.NOWHERE, Leads.OUT):
                self.report.links[f"links that lead {target.leads.value}"] += 1
                self.report.problem(path, f"link to {address[:200]} leads {target.leads.value}", line_of(raw, address))
                return address
            if target.leads is Leads.TO_FILE:
                if target.path in self.tree.markdown_set:
                    self.report.links["links that lead nowhere"] += 1
                    self.report.problem(
                        path, f"link to {address[:200]} leads to a file that was left out", line_of(raw, address)
                    )
                    return address
                self._digest_of(target.path)
                self.report.links["images and files"] += 1
                return marks.for_file(target.path)
            self.report.links["links to articles"] += 1
            return marks.for_page(target.path) + target.anchor

        return replace_addresses(body, replaced)

    def digest(self, text: PlannedText) -> str:
        """The SHA-256 of all that the text was made of, the content of its files included."""
        bodies = [text.body, *(revision.body for revision in text.history)]
        files = [self.digests[path] for body in bodies for path in marks.files_in(body)]
        parts: list[Any] = [VERSION, text.language, text.slug, text.title, text.short_answer, text.body, text.aliases]
        parts += [text.tags, text.redirects, text.category, text.position, repr(text.kept), repr(text.revision), files]
        parts.append([repr(revision) for revision in text.history])
        # Only when there: files that were imported before these were known keep their digest.
        parts += [["next", text.next]] if text.next is not None else []
        parts += [["published", repr(text.published)]] if text.published else []
        return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()

    def _next(self, page: Page) -> tuple[str | int, ...] | None:
        """The files and articles that the front matter leads on to, a list of paths or numbers."""
        given = page.header.get("next")
        if not isinstance(given, list):
            return None
        found: list[str | int] = []
        for each in given:
            number = ownformat.whole(each)
            if number is not None:
                found.append(self.addresses.by_id.get(number, number) if self.is_export else number)
                continue
            target = self.addresses.lead(str(each), page.path)
            if target.leads is Leads.TO_PAGE:
                found.append(target.path)
            else:
                line = line_of(page.raw, str(each))
                self.report.problem(page.path, f"next step {str(each)[:200]} leads {target.leads.value}", line)
        return tuple(found)

    def _digest_of(self, path: str) -> str:
        if path not in self.digests:
            with self.tree.where(path).open("rb") as file:
                self.digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return self.digests[path]

    def _revision(self, page: Page, body: str) -> KeptRevision | None:
        try:
            return ownformat.revision_of(page.header, body, page.path)
        except ValueError as error:
            self.report.problem(page.path, f"revision cannot be read ({error}); the text counts as new")
            return None


def _source_pages(sources: Sources, default_language: str) -> dict[str, str]:
    """The page of each group that the article was first written in."""
    found: dict[str, tuple[tuple[bool, bool, str], str]] = {}
    for page in sources.pages.values():
        rank = ("created_at" not in page.header, page.language != default_language, page.path)
        if page.group not in found or rank < found[page.group][0]:
            found[page.group] = (rank, page.path)
    return {group: path for group, (_, path) in found.items()}


def _part_ids(groups: dict[str, list[PlannedText]], report: Report) -> None:
    """An id that two articles give belongs to the first."""
    seen: dict[int, str] = {}
    for group, texts in groups.items():
        identity = texts[0].kept.article_id
        if identity is not None and seen.setdefault(identity, group) != group:
            report.problem(texts[0].path, f"id {identity} belongs to {seen[identity]} already")
            groups[group] = [replace(text, kept=replace(text.kept, article_id=None)) for text in texts]
