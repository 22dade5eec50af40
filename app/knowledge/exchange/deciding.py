"""What an import will do with each text, seen from what the store holds now. Only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.knowledge.exchange.plan import Plan, PlannedText
from app.knowledge.exchange.report import Report
from app.knowledge.models import Article, ArticleState, ImportedFile, Publication, Revision


class Action(Enum):
    """What becomes of a text."""

    CREATE = "create"
    CHANGE = "change"
    LEAVE = "leave"
    KEEP_ASIDE = "keep aside"


@dataclass(frozen=True)
class Known:
    """A text that the store has already. `digest` is empty while its import is unfinished."""

    article_id: int
    language: str
    digest: str
    imported_at: datetime


@dataclass
class Decisions:
    """An action for every text by path, and the articles that groups belong to already."""

    actions: dict[str, Action] = field(default_factory=dict)
    articles: dict[str, int] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)


def marker(path: str) -> str:
    """The comment of a revision that was imported, by which the next import knows it as its own."""
    return f"Imported from {path}"


def decide(session: Session, plan: Plan, collection: str, report: Report) -> Decisions:
    """Compare a plan with the store.

    A text whose file did not change is left alone, whatever happened to the article since. A changed file renews its
    article, unless somebody edited or archived that here meanwhile: then it is kept as an unpublished revision.
    """
    decisions = Decisions()
    for row in session.scalars(select(ImportedFile).where(ImportedFile.collection == collection)):
        decisions.known[row.path] = Known(row.article_id, row.language, row.digest, row.imported_at)
    made_at = _made_at(session, [text.kept.article_id for text in plan.texts if text.kept.article_id is not None])
    for group, texts in plan.groups.items():
        _find_article(group, texts, decisions, made_at, report)
    stored = _Stored.of(session, sorted(set(decisions.articles.values())))
    same = _Comparison(plan, decisions)
    for text in plan.texts:
        action = _action(text, decisions, stored, same)
        decisions.actions[text.path] = action
        if action is Action.KEEP_ASIDE:
            report.problem(text.path, "changed here and on the site: the file was kept as an unpublished revision")
    _tell(plan, decisions, report)
    return decisions


def _tell(plan: Plan, decisions: Decisions, report: Report) -> None:
    lists = {
        Action.CREATE: report.created,
        Action.CHANGE: report.changed,
        Action.LEAVE: report.left_alone,
        Action.KEEP_ASIDE: report.conflicts,
    }
    for path, action in decisions.actions.items():
        lists[action].append(path)
    report.vanished = sorted(decisions.known.keys() - decisions.actions.keys())
    report.articles = len(plan.groups)
    report.redirects = sum(len(text.redirects) + len(text.kept.redirects_any) for text in plan.texts)
    report.attachments = len(set(plan.digests.values()))


@dataclass(frozen=True)
class _Stored:
    """The texts of articles by id and language, newest first."""

    texts: dict[tuple[int, str], list[Revision]]
    published: set[int]
    archived: set[int]

    @classmethod
    def of(cls, session: Session, ids: Sequence[int]) -> _Stored:
        found = cls({}, set(), set())
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            rows = session.scalars(
                select(Revision)
                .where(Revision.article_id.in_(some))
                .order_by(Revision.article_id, Revision.number.desc())
            )
            for revision in rows:
                session.expunge(revision)
                found.texts.setdefault((revision.article_id, revision.language), []).append(revision)
            found.published.update(
                session.scalars(select(Publication.revision_id).where(Publication.article_id.in_(some)))
            )
            archived = select(Article.id).where(Article.id.in_(some), Article.state == ArticleState.ARCHIVED)
            found.archived.update(session.scalars(archived))
        return found


@dataclass(frozen=True)
class _Comparison:
    plan: Plan
    decisions: Decisions

    def says(self, text: PlannedText, stored: Revision) -> bool:
        """Whether a file that was exported still says what the store holds."""
        resolver = self.plan.resolver(
            self.decisions.articles, lambda path: f"attachment:{self.plan.digests[path]}/{self.plan.filename(path)}"
        )
        body = resolver.resolved(text.body, text.language)
        return (text.title, text.short_answer, body) == (stored.title, stored.short_answer, stored.body)


def _made_at(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for start in range(0, len(ids), 500):
        rows = session.execute(select(Article.id, Article.created_at).where(Article.id.in_(ids[start : start + 500])))
        found |= dict(rows.all())
    return found


def _find_article(
    group: str, texts: list[PlannedText], decisions: Decisions, made_at: dict[int, datetime], report: Report
) -> None:
    for text in texts:
        if text.path in decisions.known:
            decisions.articles[group] = decisions.known[text.path].article_id
            return
    kept = texts[0].kept
    if kept.article_id is None or kept.article_id not in made_at:
        return
    if kept.columns.get("created_at") == made_at[kept.article_id]:
        decisions.articles[group] = kept.article_id
    else:
        report.problem(texts[0].path, f"id {kept.article_id} belongs to another article here; this one gets a new id")


def _action(text: PlannedText, decisions: Decisions, stored: _Stored, same: _Comparison) -> Action:
    known = decisions.known.get(text.path)
    if known is not None and known.digest == text.digest:
        return Action.LEAVE
    article_id = decisions.articles.get(text.group, 0)
    revisions = stored.texts.get((article_id, text.language), [])
    if not revisions:
        return Action.CREATE
    if known is None:
        return _adopted(text, revisions, same)
    leading = [each for each in revisions if each is revisions[0] or each.id in stored.published]
    is_ours = all(each.created_at <= known.imported_at or each.comment == marker(text.path) for each in leading)
    is_withdrawn = article_id in stored.archived and text.kept.columns.get("state") != ArticleState.ARCHIVED
    return Action.CHANGE if is_ours and known.digest and not is_withdrawn else Action.KEEP_ASIDE


def _adopted(text: PlannedText, stored: list[Revision], same: _Comparison) -> Action:
    """For a file of an export that meets the very article it was made of: which of the two changed since?"""
    if text.revision is None:
        return Action.KEEP_ASIDE
    number = text.revision.number
    exported = next((each for each in stored if each.number == number), None)
    if exported is not None and same.says(text, exported):
        return Action.LEAVE
    newest_then = max([number, *(each.number for each in text.history)])
    return Action.CHANGE if stored[0].number == newest_then else Action.KEEP_ASIDE
