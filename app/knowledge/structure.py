"""How the articles hang together, for those who keep order: empty areas, articles without one, lost next steps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.knowledge.areas import ancestors, category_titles, category_url
from app.knowledge.models import Article, Audience, Category, Publication, Revision, Translation
from app.knowledge.next_steps import NextStep
from app.knowledge.queries import article_url

#: As many lines of a list as somebody will work through.
MOST = 100


@dataclass(frozen=True)
class AreaLine:
    """An area in the tree at a depth from 0: what everybody can read in it and below, what is there at all."""

    title: str
    path: str
    url: str
    depth: int
    public_count: int
    own_count: int
    is_empty: bool


@dataclass(frozen=True)
class LooseArticle:
    """An article that needs a hand, with its title in the best language."""

    id: int
    title: str
    url: str


@dataclass(frozen=True)
class Structure:
    """The whole tree; articles without area, at most `MOST` of `without_area_count`; articles with lost next steps."""

    areas: tuple[AreaLine, ...]
    without_area: tuple[LooseArticle, ...]
    without_area_count: int
    lost_steps: tuple[LooseArticle, ...]


def structure(session: Session, *, language: str) -> Structure:
    """How everything hangs together, for editors."""
    published = select(Publication).where(Publication.article_id == Article.id).exists()
    loose = select(Article.id).where(Article.category_id.is_(None), published)
    count = session.scalar(select(func.count()).select_from(loose.subquery())) or 0
    first = session.scalars(loose.order_by(Article.id).limit(MOST)).all()
    reached = select(Publication).where(Publication.article_id == NextStep.next_id).exists()
    lost_steps = select(NextStep.article_id).where(~reached).distinct().order_by(NextStep.article_id)
    lost = session.scalars(lost_steps.limit(MOST)).all()
    titles = _titles(session, {*first, *lost}, language)
    return Structure(
        areas=tuple(_area_lines(session)),
        without_area=tuple(titles[each] for each in first if each in titles),
        without_area_count=count,
        lost_steps=tuple(titles[each] for each in lost if each in titles),
    )


def title_of(session: Session, article_id: int, *, language: str) -> str:
    """The title of an article for those who edit it: the newest in this language, or else in another."""
    found = _titles(session, {article_id}, language).get(article_id)
    return found.title if found else ""


def _area_lines(session: Session) -> list[AreaLine]:
    categories = session.scalars(select(Category)).all()
    titles = category_titles(session, [each.path for each in categories])
    own: Counter[str] = Counter()
    public: Counter[str] = Counter()
    rows = session.execute(
        select(Category.path, Article.id, Article.audience, func.count(Publication.language))
        .join(Article, Article.category_id == Category.id)
        .outerjoin(Publication, Publication.article_id == Article.id)
        .group_by(Category.path, Article.id, Article.audience)
    )
    for path, _id, audience, languages in rows:
        own[path] += 1
        if languages and audience is Audience.PUBLIC:
            public.update(ancestors(path))
    by_path = {each.path: each for each in categories}

    def place(path: str) -> list[tuple[int, str]]:
        return [(by_path[each].position, each) for each in ancestors(path) if each in by_path]

    return [
        AreaLine(
            title=titles.get(path, path),
            path=path,
            url=category_url(path),
            depth=path.count("/"),
            public_count=public[path],
            own_count=own[path],
            is_empty=not public[path],
        )
        for path in sorted(by_path, key=place)
    ]


def _titles(session: Session, ids: set[int], language: str) -> dict[int, LooseArticle]:
    newest = (
        select(Revision.article_id, Revision.language, func.max(Revision.number).label("number"))
        .where(Revision.article_id.in_(ids))
        .group_by(Revision.article_id, Revision.language)
        .subquery()
    )
    rows = session.execute(
        select(Revision.article_id, Revision.language, Revision.title, Translation.slug)
        .join(
            newest,
            (newest.c.article_id == Revision.article_id)
            & (newest.c.language == Revision.language)
            & (newest.c.number == Revision.number),
        )
        .join(
            Translation,
            (Translation.article_id == Revision.article_id) & (Translation.language == Revision.language),
        )
        .order_by(Revision.article_id, Revision.language)
    )
    found: dict[int, LooseArticle] = {}
    for article_id, code, title, slug in rows:
        if code == language or article_id not in found:
            found[article_id] = LooseArticle(article_id, title, article_url(article_id, slug))
    return found
