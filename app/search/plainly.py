"""Search without an index: the database alone is asked for the words as they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.search import words
from app.search.answers import PAGE_SIZE, SearchAnswer, SearchState
from app.search.documents import Document
from app.search.indexing import sources
from app.search.presenting import hit_of, labelled_facets, results_of

MOST = 50
MOST_WORDS = 12


def search(
    session: Session,
    text: str,
    *,
    language: str,
    readers: frozenset[str],
    page: int,
    filters: Mapping[str, str],
) -> SearchAnswer:
    """One page of what the database finds, at most 50 results in all, marked as degraded.

    Raises:
        SQLAlchemyError: the database cannot search either.
    """
    language = filters.get("language", language)
    asked = _words_of(text, language)
    documents = _found(session, asked, language=language, readers=readers)
    state = SearchState.RESULTS
    if not documents and "language" not in filters:
        documents = _found(session, asked, language=None, readers=readers)
        state = SearchState.OTHER_LANGUAGE
    wanted = [(facet, value) for facet, value in filters.items() if facet != "language"]
    passing = [each for each in documents if all(value in each.facets.get(facet, ()) for facet, value in wanted)]
    facets = labelled_facets(session, _counts(passing), filters, readers=readers)
    pages = max(1, -(-len(passing) // PAGE_SIZE))
    page = min(page, pages)
    results, passed_over = results_of(
        session,
        [hit_of(each) for each in passing[(page - 1) * PAGE_SIZE :][: PAGE_SIZE + 5]],
        tokens={base: words.query_tokens(text, base) for base in {words.base_language(d.language) for d in passing}},
        weights={},
        readers=readers,
        most=PAGE_SIZE,
    )
    if not results:
        state = SearchState.FILTERED_OUT if documents and not passing else SearchState.NO_RESULTS
    return SearchAnswer(
        query=text,
        state=state,
        results=tuple(results),
        total=max(len(passing) - passed_over, 0),
        page=page,
        pages=pages,
        elsewhere=len(documents) - len(passing),
        facets=facets,
        is_degraded=True,
    )


def _words_of(text: str, language: str) -> list[str]:
    base = words.base_language(language)
    spelled = list(dict.fromkeys(words.spelled_words(text)))
    telling = [word for word in spelled if not words.is_stop_word(words.folded_word(word), base)]
    return (telling or spelled)[:MOST_WORDS]


def _found(session: Session, asked: Sequence[str], *, language: str | None, readers: frozenset[str]) -> list[Document]:
    found: dict[tuple[str, str], Document] = {}
    for source in sources().values() if asked else ():
        for each in source.search_plainly(session, asked, language=language, readers=readers, most=MOST):
            found.setdefault((each.kind, each.group), each)
    return list(found.values())


def _counts(documents: Sequence[Document]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for document in documents:
        for facet, values in document.facets.items():
            own = counts.setdefault(facet, {})
            for value in values:
                own[value] = own.get(value, 0) + 1
    return counts
