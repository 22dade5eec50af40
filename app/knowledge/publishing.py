"""Writing and publishing articles: creating, saving revisions, publishing, archiving."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.foundation import activity, clock, markdown
from app.foundation.errors import Conflict, InvalidInput
from app.foundation.text import cleaned, folded, one_line, slugified
from app.knowledge import links
from app.knowledge.following import note_published
from app.knowledge.models import (
    Article,
    ArticleAlias,
    ArticleState,
    ArticleTag,
    Category,
    Publication,
    PublishedLink,
    Revision,
    Significance,
    Tag,
    Translation,
)
from app.knowledge.published import record_published
from app.knowledge.redirects import add_redirect
from app.knowledge.related import request_related
from app.knowledge.site_version import raise_site_version
from app.search.indexing import request_indexing

LONGEST_TITLE = 300
LONGEST_BODY = 2_000_000
_SAVED_MEANWHILE = lazy_gettext(
    "Somebody saved this article while you were writing. Nothing was lost or overwritten: "
    "compare their text with yours and save again."
)


@dataclass(frozen=True)
class ArticleText:
    """What a writer writes; `body` is Markdown. The short answer has at most 300 characters."""

    title: str
    body: str
    short_answer: str = ""


def create_article(
    session: Session,
    *,
    language: str,
    text: ArticleText,
    by: Account | None,
    category: Category | None = None,
    article_id: int | None = None,
    slug: str | None = None,
    created_at: datetime | None = None,
    comment: str = "",
    **columns: Any,
) -> Article:
    """Begin an article as a draft, with its first revision.

    Args:
        language: the language that it is first written in.
        article_id: the permanent id to take, when it comes from elsewhere and is known to be free.
        slug: its address, when that shall not be made of the title.
        columns: further columns of `Article`.

    Raises:
        InvalidInput: the text cannot be used.
    """
    article = Article(
        id=article_id,
        source_language=language,
        category=category,
        owner_id=columns.pop("owner_id", by.id if by else None),
        created_at=created_at or clock.now(),
        **columns,
    )
    session.add(article)
    session.flush()
    save_revision(
        session,
        article,
        language=language,
        text=text,
        significance=Significance.MAJOR,
        based_on=None,
        by=by,
        slug=slug,
        created_at=created_at,
        comment=comment,
    )
    activity.record(session, "created", "article", article.id, by_id=by.id if by else None, title=one_line(text.title))
    return article


def save_revision(
    session: Session,
    article: Article,
    *,
    language: str,
    text: ArticleText,
    significance: Significance,
    based_on: int | None,
    by: Account | None,
    comment: str = "",
    source_revision_id: int | None = None,
    slug: str | None = None,
    created_at: datetime | None = None,
) -> Revision:
    """Keep a new text of an article in one language; readers see it when it is published.

    Args:
        based_on: the id of the latest revision that the writer had before them; None for the first in a language.
        source_revision_id: for a translation, the revision that it translates.

    Raises:
        Conflict: somebody saved another revision since `based_on`; nothing was saved.
        InvalidInput: the text cannot be used.
    """
    text = _checked(text)
    translation = session.scalar(
        select(Translation)
        .where(Translation.article_id == article.id, Translation.language == language)
        .with_for_update()
    )
    if translation is None:
        _begin_translation(session, article, language, slugified(slug or text.title))
    latest = latest_revision(session, article.id, language)
    if (latest.id if latest else None) != based_on:
        raise Conflict(str(_SAVED_MEANWHILE))
    number = latest.number + 1 if latest else 1
    revision = Revision(
        article_id=article.id,
        language=language,
        number=number,
        line=latest.line if latest and significance is not Significance.MAJOR else number,
        significance=significance,
        title=text.title,
        short_answer=text.short_answer,
        body=text.body,
        comment=one_line(comment),
        based_on_id=based_on,
        source_revision_id=source_revision_id,
        author_id=by.id if by else None,
        created_at=created_at or clock.now(),
    )
    session.add(revision)
    session.flush()
    links.record_attachments(session, article.id, text.body)
    return revision


def latest_revision(session: Session, article_id: int, language: str) -> Revision | None:
    """The newest text of an article in a language, published or not."""
    return session.scalar(
        select(Revision)
        .where(Revision.article_id == article_id, Revision.language == language)
        .order_by(Revision.number.desc())
        .limit(1)
    )


def publish(
    session: Session,
    article: Article,
    *,
    language: str,
    by: Account | None,
    revision: Revision | None = None,
    published_at: datetime | None = None,
    rendered: markdown.Rendered | None = None,
) -> Publication:
    """Show a text to readers: the latest revision in this language, or the one given.

    Args:
        rendered: the body as `links.rendered` made it, when that was done before (bulk imports do).

    Raises:
        InvalidInput: nothing is written in this language yet.
    """
    _hold(session, article)
    revision = revision or latest_revision(session, article.id, language)
    if revision is None:
        raise InvalidInput(
            _("Article %(id)s has no text in %(language)s yet: write it first.", id=article.id, language=language)
        )
    page = rendered or links.rendered(session, revision.body, language=language)
    publication = session.get(Publication, (article.id, language))
    is_new_to_readers = publication is None or publication.revision_id != revision.id
    if publication is None:
        publication = Publication(article_id=article.id, language=language)
        session.add(publication)
    elif publication.title != revision.title:
        _follow_title(session, article, language, revision.title)
    publication.published_at = published_at or clock.now()
    publication.published_by_id = by.id if by else None
    _fill(publication, revision, page)
    article.state = ArticleState.PUBLISHED
    article.archived_at = None
    article.replaced_by_id = None
    article.related_found_at = None
    session.flush()
    if is_new_to_readers:
        record_published(session, article, publication)
    session.execute(
        delete(PublishedLink).where(PublishedLink.article_id == article.id, PublishedLink.language == language)
    )
    session.add_all(
        PublishedLink(article_id=article.id, language=language, **link) for link in links.internal_links(page.links)
    )
    announce_change(session, article, [language])
    note_published(session, article, language)
    request_related(session)
    activity.record(
        session,
        "published",
        "article",
        article.id,
        by_id=by.id if by else None,
        language=language,
        revision=revision.number,
    )
    return publication


def archive(session: Session, article: Article, *, by: Account | None, replaced_by: Article | None = None) -> None:
    """Take an article away from readers in every language; its texts are kept.

    Args:
        replaced_by: what readers of its old address are sent to.

    Raises:
        InvalidInput: the article would be replaced by itself.
    """
    if replaced_by is not None and replaced_by.id == article.id:
        raise InvalidInput(
            _("Article %(id)s cannot replace itself: name another one.", id=article.id), field="replaced_by"
        )
    _hold(session, article)
    languages = list(session.scalars(select(Translation.language).where(Translation.article_id == article.id)))
    session.execute(delete(Publication).where(Publication.article_id == article.id))
    session.expire(article, ["translations"])
    article.state = ArticleState.ARCHIVED
    article.archived_at = clock.now()
    article.replaced_by_id = replaced_by.id if replaced_by else None
    session.flush()
    announce_change(session, article, languages)
    activity.record(
        session, "archived", "article", article.id, by_id=by.id if by else None, replaced_by=article.replaced_by_id
    )


def announce_change(session: Session, article: Article, languages: Iterable[str]) -> None:
    """Have search and kept pages follow a change of what readers see of an article."""
    request_indexing(session, "article", [f"{article.id}:{language}" for language in languages])
    raise_site_version(session)


def set_tags(session: Session, article: Article, names: Iterable[str]) -> None:
    """Give an article exactly these tags; names are compared in lower case, new ones are made."""
    wanted = {one_line(name).casefold()[:60] for name in names} - {""}
    known = {tag.name: tag for tag in session.scalars(select(Tag).where(Tag.name.in_(wanted)))}
    for name in sorted(wanted - known.keys()):
        known[name] = Tag(name=name)
        session.add(known[name])
    session.flush()
    session.execute(delete(ArticleTag).where(ArticleTag.article_id == article.id))
    session.add_all(ArticleTag(article_id=article.id, tag_id=known[name].id) for name in sorted(wanted))
    session.flush()
    session.expire(article, ["tags"])


def set_aliases(session: Session, article: Article, language: str, texts: Iterable[str]) -> None:
    """Give an article exactly these customers' wordings in one language; such as differ by case alone are kept once."""
    wanted: dict[str, str] = {}
    for text in texts:
        alias = one_line(text)[:300]
        if alias:
            wanted.setdefault(folded(alias), alias)
    session.execute(
        delete(ArticleAlias).where(ArticleAlias.article_id == article.id, ArticleAlias.language == language)
    )
    session.add_all(ArticleAlias(article_id=article.id, language=language, text=text) for text in wanted.values())
    session.flush()
    session.expire(article, ["aliases"])


def _fill(publication: Publication, revision: Revision, page: markdown.Rendered) -> None:
    """Put a revision and all that its page needs into a publication."""
    publication.revision_id = revision.id
    publication.title = revision.title
    publication.short_answer = revision.short_answer
    publication.html = page.html
    publication.contents = [{"level": each.level, "anchor": each.anchor, "text": each.text} for each in page.contents]
    telling = [each for each in page.sections if not each.only_points_on] or page.sections
    publication.passages = [{"anchor": each.anchor, "heading": each.heading, "text": each.text} for each in telling]
    publication.rendered_by = markdown.RENDERER


def _checked(text: ArticleText) -> ArticleText:
    title = one_line(text.title)
    body = cleaned(text.body)
    short_answer = one_line(text.short_answer)
    if not title:
        raise InvalidInput(_("Give the article a title: the question in the customer's words."), field="title")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput(
            _("The title has %(length)s characters: use at most %(most)s.", length=len(title), most=LONGEST_TITLE),
            field="title",
        )
    if len(short_answer) > 300:
        raise InvalidInput(
            _("The short answer has %(length)s characters: use at most %(most)s.", length=len(short_answer), most=300),
            field="short_answer",
        )
    if len(body) > LONGEST_BODY:
        raise InvalidInput(
            _("The text has %(length)s characters: use at most %(most)s.", length=len(body), most=LONGEST_BODY),
            field="body",
        )
    return ArticleText(title=title, body=body, short_answer=short_answer)


def _begin_translation(session: Session, article: Article, language: str, wanted: str) -> None:
    begun = Translation(
        article_id=article.id, language=language, slug=_free_slug(session, article.id, language, wanted)
    )
    try:
        with session.begin_nested():
            session.add(begun)
    except IntegrityError as error:
        raise Conflict(str(_SAVED_MEANWHILE)) from error


def _hold(session: Session, article: Article) -> None:
    """Have others wait who publish or archive the article at the same time; on SQLite they wait already."""
    session.execute(select(Article.id).where(Article.id == article.id).with_for_update())


def _free_slug(session: Session, article_id: int, language: str, wanted: str) -> str:
    others = select(Translation.slug).where(Translation.article_id == article_id, Translation.language != language)
    taken = set(session.scalars(others))
    if wanted not in taken:
        return wanted
    candidate = f"{wanted}-{language.lower()}"
    while candidate in taken:
        candidate += "-x"
    return candidate


def _follow_title(session: Session, article: Article, language: str, title: str) -> None:
    """Let the address follow a new title; the old address tells the language, so it is kept as a redirect."""
    translation = session.get_one(Translation, (article.id, language))
    slug = _free_slug(session, article.id, language, slugified(title))
    if slug != translation.slug:
        add_redirect(session, f"/articles/{article.id}-{translation.slug}", article=article, language=language)
        translation.slug = slug
        session.flush()
