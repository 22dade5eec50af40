"""The glossary as a file: `glossary.yml` on top of an export or of any folder that is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.errors import InvalidInput
from app.knowledge import glossary
from app.knowledge.exchange import frontmatter, ownformat
from app.knowledge.exchange.reading import Tree, read_text
from app.knowledge.exchange.report import Report
from app.knowledge.glossary import GlossaryTerm, TermWords

GLOSSARY = "glossary.yml"


def written_terms(session: Session) -> list[dict[str, Any]]:
    """Every term in order of its anchor, as plain values."""
    return [
        {
            "slug": term.slug,
            **({"article": term.article_id} if term.article_id is not None else {}),
            "texts": {
                each.language: {"term": each.term, "definition": each.definition}
                | ({"forms": each.forms.splitlines()} if each.forms else {})
                for each in term.texts
            },
        }
        for term in glossary.every_term(session)
    ]


def bring_in_terms(session: Session, tree: Tree, report: Report, *, articles: Mapping[int, int]) -> None:
    """Write the terms of a folder that the glossary does not have yet; those it has keep the site's words.

    Args:
        articles: the id of an article in this store by its id in the files.
    """
    if GLOSSARY not in tree.files:
        return
    try:
        loaded = frontmatter.load(read_text(tree, GLOSSARY, report) or "", largest=ownformat.LARGEST_TEXT)
    except frontmatter.BrokenYaml as error:
        report.problem(GLOSSARY, f"glossary {error}", error.line)
        return
    for each in loaded if isinstance(loaded, list) else ():
        if isinstance(each, dict):
            _bring_in(session, each, report, articles)


def _bring_in(session: Session, entry: dict[str, Any], report: Report, articles: Mapping[int, int]) -> None:
    words = _words(entry.get("texts"))
    slug = ownformat.short(entry.get("slug"))
    there = session.scalar(select(GlossaryTerm).where(GlossaryTerm.slug == slug)) if slug else None
    if there is not None:
        known = {
            each.language: TermWords(each.term, each.definition, tuple(each.forms.splitlines())) for each in there.texts
        }
        if known != words:
            report.problem(GLOSSARY, f"the term {slug} is explained otherwise on the site; the site's words stay")
        return
    number = ownformat.whole(entry.get("article"))
    try:
        with session.begin_nested():
            glossary.write_term(session, words, article_id=articles.get(number or 0, number), by=None, slug=slug)
    except InvalidInput as error:
        report.problem(GLOSSARY, f"the term {slug or '…'} could not be stored: {error}")


def _words(value: object) -> dict[str, TermWords]:
    found = {}
    for language, each in value.items() if isinstance(value, dict) else ():
        if ownformat.is_language(language) and isinstance(each, dict):
            found[str(language)] = TermWords(
                ownformat.short(each.get("term")),
                ownformat.short(each.get("definition"), 2000),
                tuple(ownformat.words(each.get("forms"))),
            )
    return found
