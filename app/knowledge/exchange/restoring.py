"""Putting back an article of an export with all its revisions, as it was."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import markdown
from app.knowledge import links
from app.knowledge.exchange import frontmatter, ownformat
from app.knowledge.exchange.ownformat import KeptRevision
from app.knowledge.exchange.plan import PlannedText
from app.knowledge.exchange.reading import Tree, read_text
from app.knowledge.exchange.report import Report
from app.knowledge.models import Article, ArticleAttachment, Attachment, ImportedFile, Revision, Tag
from app.knowledge.publishing import publish

FindAccount = Callable[[Session, str, PlannedText], int | None]


def restore(
    session: Session,
    article: Article,
    text: PlannedText,
    main: KeptRevision,
    body: str,
    rendered: markdown.Rendered | None,
    resolved: Callable[[str, str], str],
    account: FindAccount,
    report: Report,
) -> None:
    """Write every revision of a text and publish the one that was published.

    Args:
        rendered: the body as readers see it.
        main: the revision that the text's own file holds; `body` is its body with its links resolved.
        resolved: gives the resolved body of a kept revision by its path and body.
        account: finds an account by e-mail address.
    """
    kept = {each.number: each for each in text.history} | {main.number: main}
    rows: dict[int, Revision] = {}
    for number in sorted(kept):
        each = kept[number]
        rows[number] = Revision(
            article_id=article.id,
            language=text.language,
            number=number,
            line=each.line,
            significance=each.significance,
            title=each.title,
            short_answer=each.short_answer,
            body=body if each is main else resolved(each.path, each.body),
            comment=each.comment,
            based_on_id=rows[each.based_on].id if each.based_on in rows else None,
            source_revision_id=_translated(session, article, each, report),
            author_id=account(session, each.author, text) if each.author else None,
            created_at=each.created_at,
        )
        session.add(rows[number])
        session.flush()
        links.record_attachments(session, article.id, rows[number].body)
    if text.kept.published_at is not None:
        publication = publish(
            session,
            article,
            language=text.language,
            by=None,
            revision=rows[main.number],
            published_at=text.kept.published_at,
            rendered=rendered,
        )
        if text.kept.published_by:
            publication.published_by_id = account(session, text.kept.published_by, text)


def keep_files(session: Session, article: Article, text: PlannedText) -> None:
    """Note the files of the article under their names, also those that only former texts used."""
    for sha256, filename in text.kept.files.items():
        row = session.get(ArticleAttachment, (article.id, sha256))
        if row is not None:
            row.filename = filename
        elif session.get(Attachment, sha256) is not None:
            session.add(ArticleAttachment(article_id=article.id, filename=filename, sha256=sha256))
    session.flush()


def keep_imports(session: Session, article: Article, text: PlannedText) -> None:
    """Note from which files the text came in the store that was exported, so that their next import knows it again."""
    for collection, path, digest, moment in text.kept.imported_from:
        if session.get(ImportedFile, (collection, path)) is None:
            session.add(
                ImportedFile(
                    collection=collection,
                    path=path,
                    article_id=article.id,
                    language=text.language,
                    digest=digest,
                    imported_at=moment,
                )
            )
    session.flush()


def restore_marker(session: Session, tree: Tree, report: Report) -> None:
    """What the marker of an export says: when files were stored first, and tags that no article has."""
    try:
        about = frontmatter.load(read_text(tree, ownformat.MARKER, report) or "", largest=ownformat.LARGEST_TEXT)
    except frontmatter.BrokenYaml as error:
        report.problem(ownformat.MARKER, str(error), error.line)
        return
    if not isinstance(about, dict):
        return
    moments = about.get("attachments")
    for sha256, moment in moments.items() if isinstance(moments, dict) else ():
        stored = session.get(Attachment, sha256)
        given = ownformat.as_moment(moment)
        if stored is not None and given is not None and given < stored.created_at:
            stored.created_at = given
    for name in ownformat.words(about.get("unused_tags")):
        if session.scalar(select(Tag.id).where(Tag.name == name)) is None:
            session.add(Tag(name=name))
    session.flush()


def _translated(session: Session, article: Article, kept: KeptRevision, report: Report) -> int | None:
    language, _, number = kept.translates.rpartition(":")
    if not language or not number.isdigit():
        return None
    found = session.scalar(
        select(Revision.id).where(
            Revision.article_id == article.id, Revision.language == language, Revision.number == int(number)
        )
    )
    if found is None:
        report.problem(kept.path, f"translates revision {kept.translates}, which is not there")
    return found
