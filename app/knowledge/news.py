"""News and incidents: what everybody has to know just now, with its time, its area and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import CheckConstraint, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.accounts.models import Account
from app.foundation import activity, clock, jobs, markdown
from app.foundation.database import Base, choice
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.text import cleaned, one_line
from app.knowledge.areas import article_counts, category_titles
from app.knowledge.models import Article, Audience, Category
from app.knowledge.queries import LARGEST_ID, article_lines
from app.knowledge.site_version import raise_site_version

LONGEST_TITLE = 120
LONGEST_TEXT = 1000
LONGEST_RESOLUTION = 200


class NewsKind(StrEnum):
    """What it is: a word to readers, or that something does not work."""

    NEWS = "news"
    INCIDENT = "incident"


class News(Base):
    """One piece of news or one incident: from when to when it is shown, and what it is about."""

    __tablename__ = "news"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="ends_after_its_start"),
        CheckConstraint("resolved_at IS NULL OR kind = 'incident'", name="only_incidents_are_resolved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[NewsKind] = mapped_column(choice(NewsKind))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))

    category: Mapped[Category | None] = relationship()
    texts: Mapped[list[NewsText]] = relationship(order_by="NewsText.language", cascade="all, delete-orphan")


class NewsText(Base):
    """A piece of news in one language. `text` is Markdown and `html` what was made of it."""

    __tablename__ = "news_texts"

    news_id: Mapped[int] = mapped_column(ForeignKey("news.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    resolution: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True)
class NewsWords:
    """What is written in one language; `text` is Markdown, `resolution` says how an incident stands after its end."""

    title: str
    text: str = ""
    resolution: str = ""


@dataclass(frozen=True)
class Plan:
    """When and where a piece of news is shown; without an end it stays until somebody ends it."""

    kind: NewsKind
    starts_at: datetime
    ends_at: datetime | None = None
    category_id: int | None = None
    article_id: int | None = None


@dataclass(frozen=True)
class ShownNews:
    """News as a page shows it, in the best language for its reader. Texts about an area or an article may be empty."""

    id: int
    kind: NewsKind
    language: str
    title: str
    html: Markup
    resolution: str
    starts_at: datetime
    ends_at: datetime | None
    resolved_at: datetime | None
    area_path: str
    area_title: str
    article_title: str
    article_url: str
    article_language: str
    marker: str


def write_news(
    session: Session, plan: Plan, words: Mapping[str, NewsWords], *, by: Account | None, news: News | None = None
) -> News:
    """Write a piece of news, or with `news` change one.

    Args:
        words: what is written, by language; languages without a title are left out.

    Raises:
        InvalidInput: it has no title, is too long, ends before it starts, or names what does not exist.
    """
    texts = {language: _checked(each) for language, each in words.items() if one_line(each.title)}
    if not texts:
        raise InvalidInput(_("Give the news a title in at least one language."), field="title")
    if plan.ends_at is not None and plan.ends_at <= plan.starts_at:
        raise InvalidInput(_("The news would end before it starts: choose a later end, or none."), field="ends_at")
    _check_target(session, plan)
    is_new = news is None
    news = news or News(created_at=clock.now(), created_by_id=by.id if by else None)
    news.kind, news.starts_at, news.ends_at = plan.kind, plan.starts_at, plan.ends_at
    news.category_id, news.article_id = plan.category_id, plan.article_id
    if plan.kind is not NewsKind.INCIDENT:
        news.resolved_at = None
    session.add(news)
    known = {each.language: each for each in news.texts}
    news.texts = [_filled(known.get(language) or NewsText(language=language), texts[language]) for language in texts]
    session.flush()
    _announce(session, news)
    activity.record(session, "written" if is_new else "changed", "news", news.id, by_id=by.id if by else None)
    return news


def resolve(session: Session, news: News, words: Mapping[str, str], *, ends_at: datetime, by: Account | None) -> None:
    """Say that an incident is over. It stays in sight as resolved until `ends_at`.

    Args:
        words: how it stands now, by language, such as "We are watching it"; may be empty.

    Raises:
        InvalidInput: it is no incident, or what is said is too long.
    """
    if news.kind is not NewsKind.INCIDENT:
        raise InvalidInput(_("Only an incident can be resolved: news just end."))
    for each in news.texts:
        each.resolution = _short(words.get(each.language, each.resolution), LONGEST_RESOLUTION, "resolution")
    news.resolved_at = news.resolved_at or clock.now()
    news.ends_at = max(ends_at, news.starts_at)
    session.flush()
    _announce(session, news)
    activity.record(session, "resolved", "news", news.id, by_id=by.id if by else None)


def reopen(session: Session, news: News, *, by: Account | None) -> None:
    """Say that a resolved incident is back."""
    news.resolved_at = news.ends_at = None
    for each in news.texts:
        each.resolution = ""
    session.flush()
    _announce(session, news)
    activity.record(session, "opened again", "news", news.id, by_id=by.id if by else None)


def end(session: Session, news: News, *, by: Account | None) -> None:
    """Take news away from the pages now. What was seen stays in the history, what was only planned is forgotten."""
    now = clock.now()
    activity.record(session, "ended", "news", news.id, by_id=by.id if by else None)
    if news.starts_at > now:
        session.delete(news)
    else:
        news.ends_at = now
    session.flush()
    raise_site_version(session)


def news_of(session: Session, news_id: int) -> News:
    """The news with this id. Raises NotFound when there is none."""
    news = session.get(News, news_id) if news_id <= LARGEST_ID else None
    if news is None:
        raise NotFound(_("There is no news with this number. It may have been taken back before it was shown."))
    return news


def every_news(session: Session, *, most: int = 200) -> list[News]:
    """All news for the desk, the latest start first."""
    return list(session.scalars(select(News).order_by(News.starts_at.desc(), News.id.desc()).limit(most)))


def history(session: Session, *, language: str, readers: frozenset[str], most: int = 100) -> list[ShownNews]:
    """What has begun by now, the latest first, also what has ended."""
    begun = select(News).where(News.starts_at <= clock.now())
    rows = session.scalars(begun.order_by(News.starts_at.desc(), News.id.desc()).limit(most)).all()
    return shown(session, rows, language=language, readers=readers)


def current_or_planned(session: Session, *, language: str, readers: frozenset[str]) -> list[ShownNews]:
    """All that is shown now or will be: open incidents first, then resolved ones, then news, the latest first."""
    open_ended = select(News).where((News.ends_at.is_(None)) | (News.ends_at > clock.now()))
    rows = session.scalars(open_ended.order_by(News.starts_at.desc(), News.id.desc())).all()
    ordered = sorted(rows, key=lambda each: (each.kind is NewsKind.NEWS, each.resolved_at is not None))
    return shown(session, ordered, language=language, readers=readers)


def shown(session: Session, rows: Sequence[News], *, language: str, readers: frozenset[str]) -> list[ShownNews]:
    """These news as their readers see them, in the same order: in the reader's language, or else in another."""
    ids = [each.article_id for each in rows if each.article_id is not None]
    articles = {line.id: line for line in article_lines(session, ids, language=language, readers=readers)}
    wanted = [each.category_id for each in rows if each.category_id is not None]
    areas = (
        {each.id: each for each in session.scalars(select(Category).where(Category.id.in_(wanted)))} if wanted else {}
    )
    # An area with nothing in it for these readers is none to them: its name may tell what it is about.
    counts = article_counts(session, readers=readers) if areas else {}
    open_areas = [each.path for each in areas.values() if counts.get(each.path)]
    titles = category_titles(session, open_areas, language=language)
    texts = _texts(session, [each.id for each in rows], language)
    found = []
    for each in rows:
        text = texts[each.id]
        article = articles.get(each.article_id or 0)
        area = areas.get(each.category_id or 0)
        found.append(
            ShownNews(
                id=each.id,
                kind=each.kind,
                language=text.language,
                title=text.title,
                html=Markup(text.html),  # noqa: S704  # made safe when it was written
                resolution=text.resolution,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                resolved_at=each.resolved_at,
                area_path=area.path if area else "",
                area_title=titles.get(area.path, "") if area else "",
                article_title=article.title if article else "",
                article_url=article.url if article else "",
                article_language=article.language if article else "",
                marker=f"{each.id}.{int(each.starts_at.timestamp())}",
            )
        )
    return found


def raise_version_when_due(session: Session) -> None:
    """The job of a moment at which news begin or end: kept pages are made anew."""
    raise_site_version(session)


def _announce(session: Session, news: News) -> None:
    raise_site_version(session)
    for moment in (news.starts_at, news.ends_at):
        if moment is not None and moment > clock.now():
            jobs.request_job(session, "show_news", unique_key=f"show_news {moment.isoformat()}", due_at=moment)


def _texts(session: Session, ids: Sequence[int], language: str) -> dict[int, NewsText]:
    found: dict[int, NewsText] = {}
    rows = session.scalars(select(NewsText).where(NewsText.news_id.in_(ids)).order_by(NewsText.language)) if ids else ()
    for each in rows:
        if each.language == language or each.news_id not in found:
            found[each.news_id] = each
    return found


def _checked(words: NewsWords) -> NewsWords:
    text = cleaned(words.text).strip()
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            _(
                "The text has %(length)s characters, and a banner holds %(most)s: "
                "put the rest into an article and link to it.",
                length=len(text),
                most=LONGEST_TEXT,
            ),
            field="text",
        )
    title = _short(words.title, LONGEST_TITLE, "title")
    return NewsWords(title, text, _short(words.resolution, LONGEST_RESOLUTION, "resolution"))


def _short(words: str, longest: int, field: str) -> str:
    line = one_line(words)
    if len(line) > longest:
        told = _(
            "“%(words)s…” has %(length)s characters: use at most %(most)s.",
            words=line[:40],
            length=len(line),
            most=longest,
        )
        raise InvalidInput(told, field=field)
    return line


def _filled(row: NewsText, words: NewsWords) -> NewsText:
    row.title, row.text, row.resolution = words.title, words.text, words.resolution
    row.html = markdown.render(words.text, language=row.language).html if words.text else ""
    return row


def _check_target(session: Session, plan: Plan) -> None:
    if plan.category_id is not None and session.get(Category, plan.category_id) is None:
        raise InvalidInput(_("The area that was chosen is not there any more: choose another one."), field="category")
    if plan.article_id is None:
        return
    article = session.get(Article, plan.article_id) if plan.article_id <= LARGEST_ID else None
    if article is None:
        raise InvalidInput(
            _("There is no article %(id)s: its number stands in its address, behind /articles/.", id=plan.article_id),
            field="article",
        )
    if article.audience is not Audience.PUBLIC:
        raise InvalidInput(
            _("Article %(id)s is not for everybody, but the news are: link to another one.", id=article.id),
            field="article",
        )
