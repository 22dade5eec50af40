"""The knowledge store: categories, articles, translations, revisions, publications, attachments and votes.

An `Article` is the permanent thing with one id. Each language it is written in is a `Translation`, whose texts are
immutable `Revision` rows. What readers see is a `Publication`: one row a published language, pointing at the revision
that is published, with everything that a page needs already rendered. No publication, nothing to read.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.foundation.database import Base, choice


class ArticleType(StrEnum):
    """What kind of knowledge an article is."""

    HOW_TO = "how_to"
    PROBLEM = "problem"
    QA = "qa"
    REFERENCE = "reference"
    PROCEDURE = "procedure"


class Audience(StrEnum):
    """Who may read."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    STAFF = "staff"


#: The groups of a reader of whom nothing is known.
EVERYBODY = frozenset({Audience.PUBLIC.value})


class ArticleState(StrEnum):
    """How far the work on an article is. Whether it can be read is a question of its publications."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Confidence(StrEnum):
    """How sure we are of an article (KCS)."""

    WIP = "wip"
    NOT_VALIDATED = "not_validated"
    VALIDATED = "validated"


class Governance(StrEnum):
    """Who may change an article (KCS): all who edit, or only those who publish."""

    OPEN = "open"
    CONTROLLED = "controlled"


class Significance(StrEnum):
    """How much a revision changes. A major one starts a new line of votes."""

    MINOR = "minor"
    MODERATE = "moderate"
    MAJOR = "major"


class VoteReason(StrEnum):
    """Why an article did not fix the problem."""

    INACCURATE = "inaccurate"
    CONFUSING = "confusing"
    INCOMPLETE = "incomplete"
    NOT_MY_PROBLEM = "not_my_problem"
    DID_NOT_WORK = "did_not_work"
    CANNOT_DO_IT = "cannot_do_it"
    OTHER = "other"


class VoteStanding(StrEnum):
    """Whether a vote counts: it does, it is of staff, it awaits a decision, or people decided that it does not."""

    COUNTED = "counted"
    STAFF = "staff"
    SET_ASIDE = "set_aside"
    LEFT_OUT = "left_out"


class BurstRule(StrEnum):
    """What gave a burst of votes away; `app.knowledge.bursts` says how many are too many."""

    ONE_TEXT_IN_AN_HOUR = "one_text_in_an_hour"
    ONE_TEXT_IN_A_DAY = "one_text_in_a_day"
    ALL_TEXTS_IN_AN_HOUR = "all_texts_in_an_hour"


class Category(Base):
    """A node of the category tree. `path` is the slugs from the top, joined by `/`: its permanent address."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("parent_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    slug: Mapped[str]
    path: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)

    parent: Mapped[Category | None] = relationship(remote_side=[id])


class CategoryTitle(Base):
    """What a category is called in another language than the site's own."""

    __tablename__ = "category_titles"

    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(Text, default="")


class Article(Base):
    """The canonical unit of knowledge. Its id is permanent and never given out twice."""

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("replaced_by_id != id", name="not_replaced_by_itself"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[ArticleType] = mapped_column(choice(ArticleType), default=ArticleType.HOW_TO)
    state: Mapped[ArticleState] = mapped_column(choice(ArticleState), default=ArticleState.DRAFT)
    audience: Mapped[Audience] = mapped_column(choice(Audience), default=Audience.PUBLIC)
    confidence: Mapped[Confidence] = mapped_column(choice(Confidence), default=Confidence.NOT_VALIDATED)
    governance: Mapped[Governance] = mapped_column(choice(Governance), default=Governance.OPEN)
    source_language: Mapped[str]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_featured: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    review_due_on: Mapped[date | None]
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    related_found_at: Mapped[datetime | None] = mapped_column(index=True)

    category: Mapped[Category | None] = relationship()
    owner: Mapped[Account | None] = relationship(foreign_keys=owner_id)
    translations: Mapped[list[Translation]] = relationship(back_populates="article", order_by="Translation.language")
    aliases: Mapped[list[ArticleAlias]] = relationship(
        back_populates="article", order_by="ArticleAlias.id", cascade="all, delete-orphan"
    )
    tags: Mapped[list[Tag]] = relationship(secondary="article_tags", order_by="Tag.name")


class Translation(Base):
    """An article in one language. The slug tells an article's languages apart, so it is unique within the article."""

    __tablename__ = "translations"
    __table_args__ = (UniqueConstraint("article_id", "slug"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str]

    article: Mapped[Article] = relationship(back_populates="translations")
    revisions: Mapped[list[Revision]] = relationship(back_populates="translation", order_by="Revision.number")
    publication: Mapped[Publication | None] = relationship(back_populates="translation")


class Revision(Base):
    """An immutable text of a translation. `line` is the number of the major revision that its votes count for."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("article_id", "language", "number"),
        UniqueConstraint("article_id", "language", "id"),
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
        CheckConstraint("number >= 1 AND line >= 1 AND line <= number", name="numbers"),
        CheckConstraint("title != ''", name="title_not_empty"),
        CheckConstraint("length(short_answer) <= 300", name="short_answer_is_short"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int]
    language: Mapped[str]
    number: Mapped[int]
    line: Mapped[int]
    significance: Mapped[Significance] = mapped_column(choice(Significance))
    title: Mapped[str]
    short_answer: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(default="")
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    source_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]

    translation: Mapped[Translation] = relationship(back_populates="revisions")
    author: Mapped[Account | None] = relationship(foreign_keys=author_id)


class Publication(Base):
    """A published language of an article: which revision, and all that its page needs, rendered once.

    `contents` lists the headings as `{"level", "anchor", "text"}`; `passages` the text under each heading as
    `{"anchor", "heading", "text"}`, where the text before the first heading has an empty anchor and heading.
    """

    __tablename__ = "publications"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
        ForeignKeyConstraint(
            ["article_id", "language", "revision_id"],
            ["revisions.article_id", "revisions.language", "revisions.id"],
        ),
    )

    article_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(unique=True)
    published_at: Mapped[datetime] = mapped_column(index=True)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    title: Mapped[str]
    short_answer: Mapped[str]
    html: Mapped[str] = mapped_column(Text)
    contents: Mapped[list[dict[str, Any]]]
    passages: Mapped[list[dict[str, Any]]]
    rendered_by: Mapped[str]

    translation: Mapped[Translation] = relationship(back_populates="publication", overlaps="revision")
    revision: Mapped[Revision] = relationship(overlaps="translation,publication")


class PublishedLink(Base):
    """A link from a published text to another article, kept to find the broken ones.

    `target_id` is the article that the address names, even when there is no such article: no foreign key on purpose.
    """

    __tablename__ = "published_links"
    __table_args__ = (
        ForeignKeyConstraint(
            ["article_id", "language"], ["publications.article_id", "publications.language"], ondelete="CASCADE"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int]
    language: Mapped[str]
    address: Mapped[str]
    target_id: Mapped[int | None] = mapped_column(index=True)
    anchor: Mapped[str]


class ArticleAlias(Base):
    """Another way in which customers ask for an article. Found by search, never shown as a title."""

    __tablename__ = "article_aliases"
    __table_args__ = (UniqueConstraint("article_id", "language", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    language: Mapped[str]
    text: Mapped[str]

    article: Mapped[Article] = relationship(back_populates="aliases")


class Tag(Base):
    """A word that groups articles across categories."""

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class ArticleTag(Base):
    """That an article carries a tag."""

    __tablename__ = "article_tags"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True, index=True)


class RelatedArticle(Base):
    """That readers of one article may want another; found by the worker, best first by `position`."""

    __tablename__ = "related_articles"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    related_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    position: Mapped[int]


class SlugRedirect(Base):
    """An old address and what stands in its place: an article (in one language or any) or a category.

    `path` starts with `/`, has no query, and no `/` at its end.
    """

    __tablename__ = "slug_redirects"
    __table_args__ = (
        CheckConstraint("(article_id IS NULL) != (category_id IS NULL)", name="one_target"),
        CheckConstraint("language IS NULL OR article_id IS NOT NULL", name="language_of_an_article"),
        CheckConstraint("path LIKE '/%'", name="path_starts_with_a_slash"),
    )

    path: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"), index=True)
    language: Mapped[str | None]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))


class Attachment(Base):
    """A file, stored once under the SHA-256 of its content."""

    __tablename__ = "attachments"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    byte_size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    created_at: Mapped[datetime]


class ArticleAttachment(Base):
    """That an article uses an attachment, and under which file name."""

    __tablename__ = "article_attachments"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("attachments.sha256"), primary_key=True, index=True)
    filename: Mapped[str]


class ImportedFile(Base):
    """What a file became when it was imported, so that a second import knows it again.

    `digest` is the SHA-256 of everything that the article was made of.
    """

    __tablename__ = "imported_files"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
    )

    collection: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    article_id: Mapped[int]
    language: Mapped[str]
    digest: Mapped[str]
    imported_at: Mapped[datetime]


class FixVote(Base):
    """One voter's answer to "Did this fix your problem?" for one line of revisions of an article in one language.

    `voter` is a keyed hash that names nobody. `query` is the search that led to the article. `source` is a keyed hash
    of the network that the vote came from, which holds for the day and is forgotten after a few; readers who are signed
    in and staff have none. Only votes whose `standing` is counted count in anything.
    """

    __tablename__ = "fix_votes"
    __table_args__ = (
        UniqueConstraint("article_id", "language", "line", "voter"),
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
        CheckConstraint("NOT fixed OR (reason IS NULL AND comment = '')", name="reasons_follow_a_no"),
        Index(None, "article_id", "created_at"),
        Index(None, "source", "burst_id"),
        Index(None, "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int]
    language: Mapped[str]
    line: Mapped[int]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    voter: Mapped[str]
    fixed: Mapped[bool]
    reason: Mapped[VoteReason | None] = mapped_column(choice(VoteReason))
    comment: Mapped[str] = mapped_column(Text, default="")
    query: Mapped[str] = mapped_column(default="")
    source: Mapped[str | None]
    standing: Mapped[VoteStanding] = mapped_column(choice(VoteStanding), default=VoteStanding.COUNTED)
    burst_id: Mapped[int | None] = mapped_column(ForeignKey("vote_bursts.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class VoteBurst(Base):
    """Votes of one source that were more than a rule takes for those of people, until somebody has decided.

    Without an article it is about all texts that the source voted on that day.
    """

    __tablename__ = "vote_bursts"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "language"], ["translations.article_id", "translations.language"]),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decisions_have_a_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[BurstRule] = mapped_column(choice(BurstRule))
    article_id: Mapped[int | None]
    language: Mapped[str | None]
    line: Mapped[int | None]
    found_at: Mapped[datetime] = mapped_column(index=True)
    decision: Mapped[VoteStanding | None] = mapped_column(choice(VoteStanding))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class SiteVersion(Base):
    """One row whose number goes up with every change that readers can see; rendered pages are kept under it."""

    __tablename__ = "site_version"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
