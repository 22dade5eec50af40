"""The second half of an import: texts, publications and old addresses, a batch of articles a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import clock, markdown
from app.foundation.errors import Conflict, InvalidInput
from app.knowledge.exchange import restoring
from app.knowledge.exchange.deciding import Action, Decisions, marker
from app.knowledge.exchange.leading_on import lead_on, restore_history
from app.knowledge.exchange.plan import Plan, PlannedText
from app.knowledge.exchange.report import Report
from app.knowledge.models import Article, ArticleState, ImportedFile, Publication, Revision, Significance
from app.knowledge.publishing import (
    ArticleText,
    announce_change,
    archive,
    latest_revision,
    publish,
    save_revision,
    set_aliases,
    set_tags,
)
from app.knowledge.redirects import add_redirect

#: Articles a transaction. On SQLite readers who vote wait for it, so it stays short on a slow machine, too.
BATCH = 10
_LEFT_TO_THE_END = ("state", "archived_at", "created_at")


@dataclass
class Writer:
    """Writes the texts of a plan. `bodies` and `rendered` are filled for the texts of a batch before it is written."""

    plan: Plan
    decisions: Decisions
    collection: str
    report: Report
    categories: dict[str, int]
    is_published: bool
    bodies: dict[str, str] = field(default_factory=dict)
    rendered: dict[str, markdown.Rendered] = field(default_factory=dict)
    _accounts: dict[str, int | None] = field(default_factory=dict)

    def waiting(self) -> list[str]:
        """The groups with something to write, in order."""
        return [
            group
            for group, texts in self.plan.groups.items()
            if any(self.decisions.actions[text.path] is not Action.LEAVE for text in texts)
        ]

    def texts_of(self, groups: Iterable[str]) -> Iterator[PlannedText]:
        """The texts of these groups that are to be written."""
        for group in groups:
            yield from (
                text for text in self.plan.groups[group] if self.decisions.actions[text.path] is not Action.LEAVE
            )

    def write(self, session: Session, groups: Iterable[str]) -> None:
        """Write these articles. One that cannot be stored is reported and left unfinished; the others go on."""
        for group in groups:
            texts = list(self.texts_of([group]))
            try:
                with session.begin_nested():
                    self._write_article(session, group, texts)
            except (InvalidInput, Conflict) as error:
                self.report.problem(texts[0].path, f"could not be stored: {error}")
            session.expunge_all()

    def _write_article(self, session: Session, group: str, texts: list[PlannedText]) -> None:
        article = session.get_one(Article, self.decisions.articles[group])
        for text in texts:
            action = self.decisions.actions[text.path]
            if text.is_source and action is not Action.KEEP_ASIDE:
                self._describe(session, article, text)
            if action is Action.KEEP_ASIDE:
                self._keep_aside(session, article, text)
            else:
                self._write_text(session, article, text)
            self._finish(session, text, action)
        source = next((text for text in texts if text.is_source), None)
        if source is not None and self.decisions.actions[source.path] is not Action.KEEP_ASIDE:
            self._finish_article(session, article, source)
            if self.decisions.actions[source.path] is Action.CHANGE:
                self._announce_others(session, article, [text.language for text in texts])

    def _describe(self, session: Session, article: Article, text: PlannedText) -> None:
        """What the file in the article's first language says of the article as a whole."""
        article.source_language = text.language
        article.category_id = self.categories.get(text.category)
        article.position = text.position
        columns: dict[str, Any] = {
            key: value for key, value in text.kept.columns.items() if key not in _LEFT_TO_THE_END
        }
        if text.kept.owner:
            columns["owner_id"] = self._account(session, text.kept.owner, text)
        if text.kept.verified_by:
            columns["verified_by_id"] = self._account(session, text.kept.verified_by, text)
        for key, value in columns.items():
            setattr(article, key, value)
        session.flush()
        if text.tags or self.decisions.actions[text.path] is Action.CHANGE:
            set_tags(session, article, text.tags)

    def _write_text(self, session: Session, article: Article, text: PlannedText) -> None:
        published = session.get(Publication, (article.id, text.language))
        latest = latest_revision(session, article.id, text.language)
        if latest is None and text.revision is not None:
            restoring.restore(
                session,
                article,
                text,
                text.revision,
                self.bodies[text.path],
                self.rendered.get(text.path),
                self._resolved,
                self._account,
                self.report,
            )
            restoring.keep_imports(session, article, text)
            restore_history(session, article, text, self.report)
        else:
            revision = self._revised(session, article, text, latest)
            is_shown = self._is_to_be_shown(text) if latest is None else published is not None
            if is_shown and (published is None or published.revision_id != revision.id):
                publish(
                    session,
                    article,
                    language=text.language,
                    by=None,
                    revision=revision,
                    published_at=text.kept.changed_at,
                    rendered=self.rendered.get(text.path),
                )
            elif is_shown:
                announce_change(session, article, [text.language])
        if text.aliases or latest is not None:
            set_aliases(session, article, text.language, text.aliases)
        for address in text.redirects:
            self._redirect(session, article, text, address, text.language)
        for address in text.kept.redirects_any:
            self._redirect(session, article, text, address, None)

    def _revised(self, session: Session, article: Article, text: PlannedText, latest: Revision | None) -> Revision:
        written = ArticleText(text.title, self.bodies[text.path], text.short_answer)
        if latest is not None and (latest.title, latest.body, latest.short_answer) == (
            written.title,
            written.body,
            written.short_answer,
        ):
            return latest
        return save_revision(
            session,
            article,
            language=text.language,
            text=written,
            significance=Significance.MODERATE if latest else Significance.MAJOR,
            based_on=latest.id if latest else None,
            by=None,
            comment=marker(text.path),
            source_revision_id=self._translated(session, article, text),
        )

    def _translated(self, session: Session, article: Article, text: PlannedText) -> int | None:
        if text.is_source or article.source_language == text.language:
            return None
        original = latest_revision(session, article.id, article.source_language)
        return original.id if original else None

    def _keep_aside(self, session: Session, article: Article, text: PlannedText) -> None:
        self._revised(session, article, text, latest_revision(session, article.id, text.language))

    def _is_to_be_shown(self, text: PlannedText) -> bool:
        if text.kept.is_published is not None:
            return text.kept.is_published and self.is_published
        return self.is_published

    def _finish(self, session: Session, text: PlannedText, action: Action) -> None:
        row = session.get_one(ImportedFile, (self.collection, text.path))
        row.digest = text.digest
        if action is not Action.KEEP_ASIDE:
            row.imported_at = clock.now()

    def _finish_article(self, session: Session, article: Article, text: PlannedText) -> None:
        session.flush()
        state = text.kept.columns.get("state")
        if state is ArticleState.ARCHIVED and article.state is not ArticleState.ARCHIVED:
            archive(session, article, by=None)
        elif state is not None and (text.revision is not None or state is ArticleState.IN_REVIEW):
            article.state = state
        for key in ("archived_at", "created_at"):
            if key in text.kept.columns:
                setattr(article, key, text.kept.columns[key])
        restoring.keep_files(session, article, text)
        groups = {each.path: each.group for each in self.plan.texts} if text.next else {}
        lead_on(session, article, text, groups=groups, articles=self.decisions.articles, report=self.report)

    def _announce_others(self, session: Session, article: Article, written: Collection[str]) -> None:
        """Category, tags and audience are found in every language of an article, also in those that did not change."""
        published = session.scalars(select(Publication.language).where(Publication.article_id == article.id))
        others = [language for language in published if language not in written]
        if others:
            announce_change(session, article, others)

    def _redirect(
        self, session: Session, article: Article, text: PlannedText, address: str, language: str | None
    ) -> None:
        if not add_redirect(session, address, article=article, language=language):
            self.report.problem(text.path, f"old address {address} leads elsewhere already")

    def _resolved(self, path: str, body: str) -> str:
        return self.bodies.get(path, body)

    def _account(self, session: Session, email: str, text: PlannedText) -> int | None:
        if email.lower() not in self._accounts:
            found = session.scalar(select(Account.id).where(Account.email == email.lower()))
            self._accounts[email.lower()] = found
            if found is None:
                self.report.problem(text.path, f"names {email}, who has no account here")
        return self._accounts[email.lower()]


def replacements(session: Session, plan: Plan, decisions: Decisions) -> None:
    """Say which article stands in for an archived one, once all of them are there."""
    by_id = {texts[0].kept.article_id: group for group, texts in plan.groups.items() if texts[0].kept.article_id}
    for group, texts in plan.groups.items():
        wanted = texts[0].kept.replaced_by
        if wanted is not None and by_id.get(wanted) in decisions.articles:
            article = session.get_one(Article, decisions.articles[group])
            target = decisions.articles[by_id[wanted]]
            if article.state is ArticleState.ARCHIVED and target != article.id:
                article.replaced_by_id = target
