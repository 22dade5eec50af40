"""Articles and categories as the files of an export: their paths, front matter and bodies."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.knowledge.exchange import frontmatter, ownformat
from app.knowledge.exchange.leading_on import written_history
from app.knowledge.exchange.markup import replace_addresses
from app.knowledge.models import (
    Article,
    ArticleAlias,
    ArticleAttachment,
    ArticleTag,
    Audience,
    Category,
    CategoryTitle,
    ImportedFile,
    Publication,
    Revision,
    SlugRedirect,
    Tag,
    Translation,
)
from app.knowledge.next_steps import NextStep
from app.knowledge.published import PublishedRevision

_ARTICLE = re.compile(r"article:(?P<id>\d{1,9})(?::(?P<language>[A-Za-z0-9-]{2,20}))?(?P<anchor>#.*)?")
_ATTACHMENT = re.compile(r"attachment:(?P<sha256>[0-9a-f]{64})/(?P<name>.+)")


@dataclass(frozen=True)
class Layout:
    """The file of every text, by article id and language, the language first written in before the others."""

    files: dict[int, dict[str, str]]
    emails: dict[int, str]

    @classmethod
    def of(cls, session: Session) -> Layout:
        """Give every text its path; of two articles with one path the later has its id in it."""
        rows = session.execute(
            select(
                Translation.article_id, Translation.language, Translation.slug, Article.source_language, Category.path
            )
            .join(Translation.article)
            .outerjoin(Article.category)
            .where(
                select(Revision.id)
                .where(Revision.article_id == Translation.article_id, Revision.language == Translation.language)
                .exists()
            )
            .order_by(Translation.article_id, Translation.language)
        )
        texts: dict[int, list[tuple[bool, str, str, str]]] = defaultdict(list)
        for article_id, language, slug, source_language, category in rows:
            texts[article_id].append((language != source_language, language, slug, category or ""))
        taken: set[str] = set()
        files: dict[int, dict[str, str]] = {}
        for article_id, each in texts.items():
            first, *others = sorted(each)
            base = posixpath.join(ownformat.ARTICLES, first[3], first[2])
            if base in taken:
                base = f"{base}-{article_id}"
            taken.add(base)
            files[article_id] = {first[1]: f"{base}.md"} | {other[1]: f"{base}.{other[1]}.md" for other in others}
        return cls(files, dict(session.execute(select(Account.id, Account.email)).all()))

    def address(self, address: str, path: str, language: str) -> str:
        """A stored link address as it stands in the file at `path`; unchanged when no file would lead back to it."""
        article = _ARTICLE.fullmatch(address)
        if article and article["id"] == str(int(article["id"])):
            languages = self.files.get(int(article["id"]), {})
            wanted = article["language"]
            if wanted is None:
                wanted = language if language in languages else next(iter(languages), None)
            elif wanted == language or language not in languages:
                wanted = None
            if wanted in languages:
                return _relative(languages[wanted], path) + (article["anchor"] or "")
        attachment = _ATTACHMENT.fullmatch(address)
        if attachment:
            name = ownformat.attachment_file(attachment["sha256"], attachment["name"])
            if name:
                return _relative(name, path)
        return address


def category_files(session: Session) -> Iterator[tuple[str, dict[str, Any]]]:
    """The `_category.yml` of every category."""
    redirects = defaultdict(list)
    for path, category_id in session.execute(
        select(SlugRedirect.path, SlugRedirect.category_id).where(SlugRedirect.category_id.is_not(None))
    ):
        redirects[category_id].append(_written_address(path))
    translated: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    for said in session.scalars(select(CategoryTitle).order_by(CategoryTitle.category_id, CategoryTitle.language)):
        words = {"title": said.title} | ({"description": said.description} if said.description else {})
        translated[said.category_id][said.language] = words
    for category in session.scalars(select(Category).order_by(Category.path)):
        values = {"title": category.title, "description": category.description, "position": category.position}
        if translated[category.id]:
            values["translations"] = translated[category.id]
        if redirects[category.id]:
            values["redirects"] = sorted(redirects[category.id])
        yield f"{ownformat.ARTICLES}/{category.path}/{ownformat.CATEGORY_FILE}", values


def article_files(session: Session, layout: Layout, ids: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Every file of these articles: the text that readers see (or else the newest), and the other revisions."""
    rows = _Rows(session, ids)
    for article in session.scalars(select(Article).where(Article.id.in_(ids)).order_by(Article.id)):
        for position, (language, path) in enumerate(layout.files[article.id].items()):
            revisions = rows.revisions[article.id, language]
            publication = rows.publications.get((article.id, language))
            main = next(
                (each for each in revisions if publication and each.id == publication.revision_id), revisions[-1]
            )
            header: dict[str, Any] = {"id": article.id, "language": language, "title": main.title}
            header["slug"] = rows.slugs[article.id, language]
            header |= rows.of_text(article.id, language)
            header |= rows.history_of(article, language, main)
            if position == 0:
                header |= rows.of_article(article, layout)
            if publication is not None:
                header["published_at"] = publication.published_at
                header |= _given(published_by=layout.emails.get(publication.published_by_id or 0))
            yield path, _file(header | _of_revision(main, rows, layout), main, path, layout)
            for revision in revisions:
                if revision is not main:
                    name = f"{ownformat.HISTORY}/{article.id}/{language}/{revision.number}.md"
                    yield (
                        name,
                        _file({"title": revision.title} | _of_revision(revision, rows, layout), revision, name, layout),
                    )


class _Rows:
    """The rows that hang on some articles, read at once."""

    def __init__(self, session: Session, ids: Sequence[int]) -> None:
        self.revisions: dict[tuple[int, str], list[Revision]] = defaultdict(list)
        self.numbers: dict[int, str] = {}
        for revision in session.scalars(select(Revision).where(Revision.article_id.in_(ids)).order_by(Revision.number)):
            self.revisions[revision.article_id, revision.language].append(revision)
            self.numbers[revision.id] = f"{revision.language}:{revision.number}"
        publications = session.scalars(select(Publication).where(Publication.article_id.in_(ids)))
        self.publications = {(each.article_id, each.language): each for each in publications}
        translations = session.scalars(select(Translation).where(Translation.article_id.in_(ids)))
        self.slugs = {(each.article_id, each.language): each.slug for each in translations}
        self.aliases = defaultdict(list)
        for alias in session.scalars(
            select(ArticleAlias).where(ArticleAlias.article_id.in_(ids)).order_by(ArticleAlias.id)
        ):
            self.aliases[alias.article_id, alias.language].append(alias.text)
        self.redirects: dict[tuple[int, str | None], list[str]] = defaultdict(list)
        for redirect in session.scalars(
            select(SlugRedirect).where(SlugRedirect.article_id.in_(ids)).order_by(SlugRedirect.path)
        ):
            self.redirects[redirect.article_id or 0, redirect.language].append(_written_address(redirect.path))
        self.tags = defaultdict(list)
        for article_id, name in session.execute(
            select(ArticleTag.article_id, Tag.name)
            .join(Tag, Tag.id == ArticleTag.tag_id)
            .where(ArticleTag.article_id.in_(ids))
            .order_by(Tag.name)
        ):
            self.tags[article_id].append(name)
        self.next = defaultdict(list)
        for step in session.scalars(select(NextStep).where(NextStep.article_id.in_(ids)).order_by(NextStep.position)):
            self.next[step.article_id].append(step.next_id)
        self.published: dict[tuple[int, str], list[tuple[int, datetime, Audience]]] = defaultdict(list)
        for shown, number in session.execute(
            select(PublishedRevision, Revision.number)
            .join(Revision, Revision.id == PublishedRevision.revision_id)
            .where(PublishedRevision.article_id.in_(ids))
            .order_by(PublishedRevision.published_at, PublishedRevision.id)
        ):
            self.published[shown.article_id, shown.language].append((number, shown.published_at, shown.audience))
        self.files: dict[int, dict[str, str]] = defaultdict(dict)
        for row in session.scalars(
            select(ArticleAttachment).where(ArticleAttachment.article_id.in_(ids)).order_by(ArticleAttachment.sha256)
        ):
            self.files[row.article_id][row.sha256] = row.filename
        self.imported: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
        for each in session.scalars(
            select(ImportedFile)
            .where(ImportedFile.article_id.in_(ids))
            .order_by(ImportedFile.collection, ImportedFile.path)
        ):
            if not each.collection.startswith(ownformat.EXPORT_PREFIX):
                self.imported[each.article_id, each.language].append(
                    {
                        "collection": each.collection,
                        "path": each.path,
                        "digest": each.digest,
                        "imported_at": each.imported_at,
                    }
                )

    def of_text(self, article_id: int, language: str) -> dict[str, Any]:
        """What belongs to one language."""
        return _given(
            aliases=self.aliases.get((article_id, language)),
            redirects=self.redirects.get((article_id, language)),
            imported_from=self.imported.get((article_id, language)),
        )

    def history_of(self, article: Article, language: str, main: Revision) -> dict[str, Any]:
        """When which text was published to whom, unless the rest of the front matter tells it."""
        publication = self.publications.get((article.id, language))
        published_at = publication.published_at if publication else None
        rows = self.published.get((article.id, language), [])
        return _given(published=written_history(rows, published_at, main.number, article.audience))

    def of_article(self, article: Article, layout: Layout) -> dict[str, Any]:
        """What belongs to the article as a whole."""
        return {
            "type": article.type.value,
            "audience": article.audience.value,
            "state": article.state.value,
            "confidence": article.confidence.value,
            "governance": article.governance.value,
            "position": article.position,
            "featured": article.is_featured,
            **_given(
                tags=self.tags.get(article.id),
                next=self.next.get(article.id),
                owner=layout.emails.get(article.owner_id or 0),
                review_due_on=article.review_due_on,
                verified_at=article.verified_at,
                verified_by=layout.emails.get(article.verified_by_id or 0),
                replaced_by=article.replaced_by_id,
            ),
            "created_at": article.created_at,
            **_given(
                archived_at=article.archived_at,
                redirects_any_language=self.redirects.get((article.id, None)),
                files=self.files.get(article.id),
            ),
        }


def _of_revision(revision: Revision, rows: _Rows, layout: Layout) -> dict[str, Any]:
    based_on = rows.numbers.get(revision.based_on_id or 0, "").rpartition(":")[2]
    return {
        **_given(short_answer=revision.short_answer),
        "revision": revision.number,
        "line": revision.line,
        "significance": revision.significance.value,
        **_given(
            comment=revision.comment,
            author=layout.emails.get(revision.author_id or 0),
            based_on=int(based_on) if based_on else None,
            translates=rows.numbers.get(revision.source_revision_id or 0),
        ),
        "revised_at": revision.created_at,
    }


def _file(header: dict[str, Any], revision: Revision, path: str, layout: Layout) -> str:
    body = replace_addresses(revision.body, lambda address: layout.address(address, path, revision.language))
    return f"---\n{frontmatter.dump(header)}---\n\n{body}\n"


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def _relative(target: str, path: str) -> str:
    return quote(posixpath.relpath(target, posixpath.dirname(path)), safe="/!$&'*+,;=:@~-._")


def _written_address(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
