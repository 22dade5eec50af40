"""The glossary: words of the trade, what they mean in each language, and under which other forms they occur."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.accounts.models import Account
from app.foundation import activity
from app.foundation.database import Base
from app.foundation.errors import InvalidInput, NotFound
from app.foundation.text import folded, one_line, slugified
from app.knowledge.models import Article
from app.knowledge.queries import LARGEST_ID, article_lines
from app.knowledge.site_version import raise_site_version

LONGEST_TERM = 80
LONGEST_DEFINITION = 400
MOST_FORMS = 12


class GlossaryTerm(Base):
    """A term. `slug` is its anchor on the glossary's page; it never changes."""

    __tablename__ = "glossary_terms"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))

    texts: Mapped[list[GlossaryText]] = relationship(order_by="GlossaryText.language", cascade="all, delete-orphan")


class GlossaryText(Base):
    """A term in one language. `forms` are other forms of the same word, a line each, also with capitals as written."""

    __tablename__ = "glossary_texts"
    __table_args__ = (UniqueConstraint("language", "folded"),)

    term_id: Mapped[int] = mapped_column(ForeignKey("glossary_terms.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    term: Mapped[str]
    folded: Mapped[str]
    definition: Mapped[str] = mapped_column(Text)
    forms: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True)
class TermWords:
    """A term in one language as editors write it: at most 80 characters, explained in at most 400."""

    term: str
    definition: str
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explained:
    """A term as a page explains it. `article_url` is empty without an article that the reader may see."""

    slug: str
    language: str
    term: str
    definition: str
    forms: tuple[str, ...]
    article_id: int | None
    article_title: str = ""
    article_url: str = ""

    @property
    def url(self) -> str:
        """Where the glossary explains it."""
        return f"/glossary#{self.slug}"


def write_term(
    session: Session,
    words: Mapping[str, TermWords],
    *,
    article_id: int | None,
    by: Account | None,
    term: GlossaryTerm | None = None,
    slug: str = "",
) -> GlossaryTerm:
    """Write a term, or with `term` change one. Languages without a term are left out.

    Args:
        slug: its anchor when it is new; made of the first language's term otherwise.

    Raises:
        InvalidInput: there is no term, one has no definition or is too long, or another entry explains it already.
    """
    texts = {language: _checked(each) for language, each in words.items() if one_line(each.term)}
    if not texts:
        raise InvalidInput(_("Write the term in at least one language."), field="term")
    if article_id is not None and (article_id > LARGEST_ID or session.get(Article, article_id) is None):
        raise InvalidInput(
            _("There is no article %(id)s: its number stands in its address, behind /articles/.", id=article_id),
            field="article",
        )
    is_new = term is None
    if term is None:
        term = GlossaryTerm(slug=_free_slug(session, slugified(slug or next(iter(texts.values())).term)))
        session.add(term)
    term.article_id = article_id
    session.flush()
    _refuse_twins(session, term, texts)
    known = {each.language: each for each in term.texts}
    term.texts = [
        _filled(known.get(language) or GlossaryText(language=language), texts[language]) for language in texts
    ]
    session.flush()
    raise_site_version(session)
    activity.record(
        session, "written" if is_new else "changed", "glossary term", term.slug, by_id=by.id if by else None
    )
    return term


def remove_term(session: Session, term: GlossaryTerm, *, by: Account | None) -> None:
    """Take a term out of the glossary."""
    activity.record(session, "removed", "glossary term", term.slug, by_id=by.id if by else None)
    session.delete(term)
    session.flush()
    raise_site_version(session)


def term_of(session: Session, slug: str) -> GlossaryTerm:
    """The term with this anchor. Raises NotFound when there is none."""
    term = session.scalar(select(GlossaryTerm).where(GlossaryTerm.slug == slug))
    if term is None:
        raise NotFound(_("The glossary has no such term. It may have been taken out: look for it in the list."))
    return term


def every_term(session: Session) -> list[GlossaryTerm]:
    """All terms in order of their anchors."""
    return list(session.scalars(select(GlossaryTerm).order_by(GlossaryTerm.slug)))


def explained_terms(session: Session, *, language: str, readers: frozenset[str]) -> list[Explained]:
    """Every term in the reader's language, or else in another, in the order of a dictionary."""
    rows = session.execute(
        select(GlossaryTerm.slug, GlossaryTerm.article_id, GlossaryText)
        .join(GlossaryText, GlossaryText.term_id == GlossaryTerm.id)
        .order_by(GlossaryTerm.slug, GlossaryText.language)
    )
    best: dict[str, tuple[int | None, GlossaryText]] = {}
    for slug, article_id, text in rows:
        if text.language == language or slug not in best:
            best[slug] = (article_id, text)
    ids = [article_id for article_id, _ in best.values() if article_id is not None]
    lines = {line.id: line for line in article_lines(session, ids, language=language, readers=readers)}
    found = [
        Explained(
            slug=slug,
            language=text.language,
            term=text.term,
            definition=text.definition,
            forms=tuple(text.forms.splitlines()),
            article_id=article_id,
            article_title=lines[article_id].title if article_id in lines else "",
            article_url=lines[article_id].url if article_id in lines else "",
        )
        for slug, (article_id, text) in best.items()
    ]
    return sorted(found, key=lambda each: (folded(each.term), each.slug))


def _checked(words: TermWords) -> TermWords:
    term, definition = one_line(words.term), one_line(words.definition)
    if len(term) > LONGEST_TERM:
        raise InvalidInput(
            _("The term has %(length)s characters: use at most %(most)s.", length=len(term), most=LONGEST_TERM),
            field="term",
        )
    if not definition:
        raise InvalidInput(_("Say what “%(term)s” means, in one or two sentences.", term=term), field="definition")
    if len(definition) > LONGEST_DEFINITION:
        raise InvalidInput(
            _(
                "The explanation has %(length)s characters: use at most %(most)s, and link to an article for more.",
                length=len(definition),
                most=LONGEST_DEFINITION,
            ),
            field="definition",
        )
    forms = dict.fromkeys(one_line(form)[:LONGEST_TERM] for form in words.forms)
    return TermWords(term, definition, tuple(form for form in forms if form and form != term)[:MOST_FORMS])


def _filled(row: GlossaryText, words: TermWords) -> GlossaryText:
    row.term, row.folded, row.definition = words.term, folded(words.term), words.definition
    row.forms = "\n".join(words.forms)
    return row


def _refuse_twins(session: Session, term: GlossaryTerm, texts: Mapping[str, TermWords]) -> None:
    for language, words in texts.items():
        twin = session.scalar(
            select(GlossaryText.term).where(
                GlossaryText.language == language,
                GlossaryText.folded == folded(words.term),
                GlossaryText.term_id != term.id,
            )
        )
        if twin is not None:
            raise InvalidInput(
                _("The glossary explains “%(term)s” already: change that entry instead.", term=twin), field="term"
            )


def _free_slug(session: Session, wanted: str) -> str:
    taken: Iterable[str] = session.scalars(select(GlossaryTerm.slug).where(GlossaryTerm.slug.startswith(wanted)))
    known = set(taken)
    free, number = wanted, 1
    while free in known:
        number += 1
        free = f"{wanted}-{number}"
    return free
