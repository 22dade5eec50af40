"""The first half of an import: every text gets its article, its id and its address, so that links can be resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.foundation.database import is_postgresql, transaction
from app.foundation.text import slugified
from app.knowledge.areas import ancestors
from app.knowledge.categories import category_at, titles_of, translate_category
from app.knowledge.exchange.deciding import Decisions, Known
from app.knowledge.exchange.plan import Plan, PlannedText
from app.knowledge.exchange.report import Report
from app.knowledge.models import Article, Category, ImportedFile, Translation
from app.knowledge.redirects import add_redirect

BATCH = 200


def make_categories(plan: Plan, report: Report) -> dict[str, int]:
    """Make the categories that are missing, all in one transaction; such as there are keep what the site says of them.

    Returns:
        The id of every category of the plan, by path.
    """
    with transaction() as session:
        there = set(session.scalars(select(Category.path)))
        titles = dict(plan.category_titles) | {path: each.title for path, each in plan.category_files.items()}
        wanted = {text.category for text in plan.texts if text.category} | set(plan.category_files)
        first_positions = _first_positions(plan)
        found = {}
        for path in sorted(wanted):
            category = category_at(session, path, titles=titles)
            found[path] = category.id
        for path in sorted({above for each in wanted for above in ancestors(each)} - there):
            category = category_at(session, path)
            described = plan.category_files.get(path)
            category.position = described.position if described else first_positions.get(path, 0)
            category.description = described.description if described else ""
        for path, described in plan.category_files.items():
            category = category_at(session, path)
            if (category.title, category.description, category.position) != (
                described.title,
                described.description,
                described.position,
            ):
                report.problem(
                    described.path, f"category {path} is described otherwise on the site; the site's words stay"
                )
            known = titles_of(session, category)
            for language, said in described.translations.items():
                if known.get(language, said) != said:
                    report.problem(
                        described.path, f"category {path} has another title in {language}; the site's words stay"
                    )
                elif language not in known:
                    translate_category(session, category, language, title=said[0], description=said[1])
            for address in described.redirects:
                if not add_redirect(session, address, category=category):
                    report.problem(described.path, f"old address {address} leads elsewhere already")
        return found


def number_texts(
    plan: Plan, decisions: Decisions, collection: str, report: Report, done: Callable[[int], None]
) -> None:
    """Give every new text its article and translation, in committed batches; after a break it goes on likewise."""
    new = [group for group, texts in plan.groups.items() if any(text.path not in decisions.known for text in texts)]
    rest = iter(new)
    while groups := list(islice(rest, BATCH)):
        with transaction() as session:
            made = list(_numbered(session, plan, groups, decisions, collection, report))
        for group, path, known in made:
            decisions.articles[group] = known.article_id
            decisions.known[path] = known
        done(len(groups))
    if any(text.kept.article_id for text in plan.texts):
        with transaction() as session:
            _follow_ids(session)


def _numbered(
    session: Session, plan: Plan, groups: list[str], decisions: Decisions, collection: str, report: Report
) -> Iterator[tuple[str, str, Known]]:
    articles: dict[str, Article] = {}
    ids = {plan.groups[group][0].kept.article_id for group in groups} - {None}
    taken = set(session.scalars(select(Article.id).where(Article.id.in_(ids)))) if ids else set()
    for group in groups:
        if group not in decisions.articles:
            articles[group] = _article(plan.groups[group][0], taken)
            session.add(articles[group])
            # One by one: ids shall follow the order of the files.
            session.flush()
    for group in groups:
        article_id = decisions.articles[group] if group in decisions.articles else articles[group].id
        slugs = {
            row.language: row.slug
            for row in session.scalars(select(Translation).where(Translation.article_id == article_id))
        }
        for text in plan.groups[group]:
            if text.path in decisions.known:
                continue
            if text.language not in slugs:
                slugs[text.language] = _free_slug(text, set(slugs.values()))
                session.add(Translation(article_id=article_id, language=text.language, slug=slugs[text.language]))
                session.flush()
            now = clock.now()
            session.add(
                ImportedFile(
                    collection=collection,
                    path=text.path,
                    article_id=article_id,
                    language=text.language,
                    digest="",
                    imported_at=now,
                )
            )
            yield group, text.path, Known(article_id, text.language, "", now)
    session.flush()


def _article(text: PlannedText, taken: set[int]) -> Article:
    kept = text.kept
    return Article(
        id=kept.article_id if kept.article_id not in taken else None,
        source_language=text.language,
        created_at=kept.columns.get("created_at") or clock.now(),
    )


def _free_slug(text: PlannedText, taken: set[str]) -> str:
    wanted = slugified(text.slug or text.title)
    if wanted in taken:
        wanted = f"{wanted}-{text.language.lower()}"
    while wanted in taken:
        wanted += "-x"
    return wanted


def _follow_ids(session: Session) -> None:
    """Have PostgreSQL give out ids behind the ones that were taken; SQLite does so by itself."""
    if is_postgresql(session):
        highest = select(func.max(Article.id)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(Article.__tablename__, "id")
        session.execute(select(func.setval(sequence, func.greatest(highest, func.nextval(sequence)))))


def _first_positions(plan: Plan) -> dict[str, int]:
    """Where each category stands: as its first text; behind all others when none of its texts has a position."""
    told: dict[str, list[int]] = {}
    for text in plan.texts:
        for path in ancestors(text.category):
            told.setdefault(path, []).extend([text.position] if text.position else [])
    last = max((position for positions in told.values() for position in positions), default=-1)
    return {path: min(positions, default=last + 1) for path, positions in told.items()}
