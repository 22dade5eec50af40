"""Articles as search knows them: what is indexed of each, and how a found one is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import add

from flask import has_request_context
from flask_babel import lazy_gettext
from markupsafe import escape
from sqlalchemy import BindParameter, bindparam, case, or_, select, true
from sqlalchemy.orm import Session

from app.foundation.excerpts import Excerpt, excerpt
from app.foundation.text import whole_number
from app.knowledge.areas import ancestors, category_titles, has_articles
from app.knowledge.feedback import vote_of
from app.knowledge.fix_rates import fix_rates, multipliers
from app.knowledge.models import (
    Article,
    ArticleAlias,
    Category,
    Publication,
    Translation,
)
from app.knowledge.queries import article_lines, article_url, tags_of
from app.knowledge.voters import voter
from app.search.documents import Document, Passage, Presentation
from app.search.learned import NOTHING_LEARNED, questions_of
from app.web.languages import own_name

_TYPE_LABELS = {
    "how_to": lazy_gettext("How-to"),
    "problem": lazy_gettext("Problem"),
    "qa": lazy_gettext("Question and answer"),
    "reference": lazy_gettext("Reference"),
    "procedure": lazy_gettext("Procedure"),
}

_IDS: BindParameter[int] = bindparam("article_ids", expanding=True)
_INDEXED = (
    select(Article.id, Article.audience, Article.type, Publication, Category.path)
    .join(Publication, Publication.article_id == Article.id)
    .outerjoin(Category, Category.id == Article.category_id)
    .where(Article.id.in_(_IDS))
    .order_by(Article.id, Publication.language)
)
_PRESENTED = (
    select(
        Publication.article_id,
        Publication.language,
        Publication.title,
        Publication.published_at,
        Article.verified_at,
        Translation.slug,
        Category.path,
    )
    .join(Publication.translation)
    .join(Article, Article.id == Publication.article_id)
    .outerjoin(Category, Category.id == Article.category_id)
    .where(Article.id.in_(_IDS), Article.audience.in_(bindparam("readers", expanding=True)))
)
_EXCERPTED = select(Publication.article_id, Publication.html, Publication.short_answer, Translation.slug).join(
    Publication.translation
)


class ArticleSource:
    """The published articles, one document a language; the key is `<article id>:<language>`."""

    kind = "article"

    def every_key(self, session: Session) -> Iterator[str]:
        """Every publication's key, by article and language."""
        rows = session.execute(
            select(Publication.article_id, Publication.language).order_by(Publication.article_id, Publication.language)
        )
        for article_id, language in rows:
            yield f"{article_id}:{language}"

    def keys_of(self, session: Session, group: str) -> list[str]:
        """See DocumentSource: an article's published languages."""
        number = whole_number(group)
        if number is None:
            return []
        languages = select(Publication.language).where(Publication.article_id == number)
        return [f"{number}:{language}" for language in session.scalars(languages.order_by(Publication.language))]

    def documents(self, session: Session, keys: Sequence[str]) -> Iterable[Document]:
        """The published texts under these keys with all that makes them findable."""
        wanted = set(keys)
        asked = {"article_ids": [_article_id(key) for key in keys]}
        rows = [row for row in session.execute(_INDEXED, asked) if f"{row.id}:{row.Publication.language}" in wanted]
        ids = {row.id for row in rows}
        aliases = _aliases(session, ids)
        tags = tags_of(session, ids)
        learned = questions_of(session, self.kind, {str(article_id) for article_id in ids})
        return [
            Document(
                kind=self.kind,
                key=f"{row.id}:{row.Publication.language}",
                group=str(row.id),
                language=row.Publication.language,
                readers=row.audience.value,
                title=row.Publication.title,
                short_answer=row.Publication.short_answer,
                passages=tuple(Passage(**passage) for passage in row.Publication.passages),
                aliases=tuple(aliases.get((row.id, row.Publication.language), ())),
                questions=learned.get((str(row.id), row.Publication.language), NOTHING_LEARNED).questions,
                pins=learned.get((str(row.id), row.Publication.language), NOTHING_LEARNED).pins,
                identifiers=(str(row.id),),
                facets={
                    "category": ancestors(row.path or ""),
                    "type": (row.type.value,),
                    "tag": tuple(tags.get(row.id, ())),
                },
                changed_at=row.Publication.published_at,
            )
            for row in rows
        ]

    def present(self, session: Session, keys: Sequence[str], *, readers: frozenset[str]) -> dict[str, Presentation]:
        """Title, address, area, review date and votes of those keys that these readers may see, in three queries."""
        asked = {"article_ids": [_article_id(key) for key in keys], "readers": readers}
        wanted = set(keys)
        rows = [row for row in session.execute(_PRESENTED, asked) if f"{row.article_id}:{row.language}" in wanted]
        titles = category_titles(session, {row.path for row in rows if row.path})
        votes = fix_rates(session, [row.article_id for row in rows])
        shown = {}
        for row in rows:
            rate = votes.get((row.article_id, row.language))
            shown[f"{row.article_id}:{row.language}"] = Presentation(
                url=article_url(row.article_id, row.slug),
                title=row.title,
                area=tuple(titles[each] for each in ancestors(row.path or "")),
                updated_on=row.published_at.date(),
                reviewed_on=row.verified_at.date() if row.verified_at else None,
                fixed=rate.fixed if rate else 0,
                votes=rate.votes if rate else 0,
                vote_url=f"/articles/{row.article_id}/votes",
            )
        return shown

    def excerpt(self, session: Session, key: str, *, anchor: str, after: int, longest: int) -> Excerpt | None:
        """See DocumentSource: a section of the article; what is before the first begins with the short answer."""
        number, _, language = key.partition(":")
        asked = _EXCERPTED.where(Publication.article_id == int(number), Publication.language == language)
        row = session.execute(asked).one_or_none()
        if row is None:
            return None
        html = row.html
        if row.short_answer and not anchor:
            html = f"<p>{escape(row.short_answer)}</p>{html}"
        return excerpt(html, anchor, url=article_url(row.article_id, row.slug), after=after, longest=longest)

    def said(self, session: Session, key: str) -> bool | None:
        """See DocumentSource: the vote of this request's voter on the article as it stands."""
        voter_id = voter() if has_request_context() else None
        if voter_id is None:
            return None
        number, _, language = key.partition(":")
        vote = vote_of(session, int(number), language, voter=voter_id)
        return vote.fixed if vote else None

    def search_plainly(
        self, session: Session, words: Sequence[str], *, language: str | None, readers: frozenset[str], most: int
    ) -> list[Document]:
        """Articles that hold one of the words, those with more of them in title and short answer first."""
        wanted = [word for word in dict.fromkeys(words) if word][:12]
        if not wanted:
            return []
        parts = ((Publication.title, 4), (Publication.short_answer, 2), (Publication.html, 1))
        held = [(column.icontains(word, autoescape=True), worth) for word in wanted for column, worth in parts]
        rank = reduce(add, (case((holds, worth), else_=0) for holds, worth in held))
        found = (
            select(Publication.article_id, Publication.language)
            .join(Article, Article.id == Publication.article_id)
            .where(Article.audience.in_(readers), or_(*(holds for holds, _ in held)))
            .where(Publication.language == language if language else true())
            .order_by(rank.desc(), Publication.article_id, Publication.language)
            .limit(most)
        )
        best = session.execute(found)
        order = {f"{row.article_id}:{row.language}": place for place, row in enumerate(best)}
        return sorted(self.documents(session, list(order)), key=lambda document: order[document.key])

    def facet_labels(self, session: Session, facet: str, values: Sequence[str]) -> dict[str, str]:
        """Categories by their titles, types in words, tags and languages by their names."""
        if facet == "category":
            return category_titles(session, values)
        if facet == "type":
            return {value: str(_TYPE_LABELS.get(value, value)) for value in values}
        if facet == "language":
            return {value: own_name(value) for value in values}
        return {value: value for value in values}

    def knows_facet(self, session: Session, facet: str, value: str, *, readers: frozenset[str]) -> bool:
        """See DocumentSource. Only areas have names that their addresses do not tell."""
        return facet != "category" or has_articles(session, value, readers=readers)

    def quality(self, session: Session) -> Mapping[str, float]:
        """See DocumentSource: what the fix rate says, in two queries."""
        return {f"{article_id}:{language}": factor for (article_id, language), factor in multipliers(session).items()}

    def address_of_number(self, session: Session, number: int, *, language: str, readers: frozenset[str]) -> str | None:
        """The address of the article with this id, for a search for the bare number."""
        lines = article_lines(session, [number], language=language, readers=readers)
        return lines[0].url if lines else None


def _article_id(key: str) -> int:
    # Keys come from logs too, which whoever visits can fill: what is no number is that of no article.
    return whole_number(key.partition(":")[0]) or 0


def _aliases(session: Session, ids: set[int]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    for alias in session.scalars(
        select(ArticleAlias).where(ArticleAlias.article_id.in_(ids)).order_by(ArticleAlias.id)
    ):
        found.setdefault((alias.article_id, alias.language), []).append(alias.text)
    return found
