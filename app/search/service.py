"""Search as its pages and the API use it: one call, one answer in one of a few exclusive states."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.foundation.database import db, rollback
from app.foundation.text import one_line
from app.search import encoding, indexing, plainly, quality, spelling, synonyms, words
from app.search.answers import PAGE_SIZE, FacetValue, Fit, Result, SearchAnswer, SearchState, Suggestion
from app.search.confidence import confidence, fit_of
from app.search.encoders.base import understands
from app.search.engines.base import Engine, EngineUnavailable, Found, Hit, Meaning, Query, TitleBatch
from app.search.meaning import current_meanings
from app.search.presenting import labelled_facets, results_of
from app.search.suggestions import Suggester
from config import Settings

__all__ = [
    "FacetValue",
    "Result",
    "SearchAnswer",
    "SearchState",
    "Suggestion",
    "for_ticket",
    "search",
    "similar",
    "suggest",
    "warm_up",
]

logger = logging.getLogger(__name__)

LONGEST_QUERY = words.LONGEST_QUERY
LONGEST_FILTER = 500
MOST_PAGES = 1000
SPARE_HITS = 5
MOST_NEAREST = 3
SHORTEST_QUESTION = 3
"""Words of a query from which on it is a question that can be left without an answer."""
SHORTEST_ANSWERED = 2
"""Words of a query from which on it asks something that can be answered."""
LEAST_KNOWN = 0.5
"""Share of the documents whose vectors have to be made before meaning takes part."""
LONGEST_QUESTION = 12
"""Words that say something in a query; one with more is a text, of which the most telling count."""
MOST_TELLING = 6
MOST_WARMED_UP = 300
"""Titles of a part of the index whose words a process reads about before it answers."""
_SIMILAR_TOKENS = 12
_TITLE_COUNTS = 3


def search(
    session: Session,
    query: str,
    *,
    language: str,
    readers: frozenset[str],
    page: int = 1,
    filters: Mapping[str, str] | None = None,
    exact: bool = False,
    everything: bool = False,
) -> SearchAnswer:
    """One page of the answer to a search, in exactly one state; never raises for what a person typed.

    Args:
        language: the reader's; results are in it unless there are none.
        readers: the groups that the reader belongs to; nothing is told of documents for others.
        page: counts from 1; a page too far gives the last one.
        filters: one value a facet (`category`, `type`, `tag`) or `language`.
        exact: leave misspelled words as they are.
        everything: list what holds the words, even when none of it seems to answer.
    """
    text = one_line(query[: 2 * LONGEST_QUERY])[:LONGEST_QUERY]
    if not text:
        return SearchAnswer(query="", state=SearchState.HINT)
    within = _readable(filters or {})
    asked = _Asked(session, text, language, readers, min(max(page, 1), MOST_PAGES), within, everything)
    try:
        try:
            return _from_index(asked, is_exact=exact)
        except EngineUnavailable as error:
            logger.warning("Search falls back on the database. %s", error)
        answer = plainly.search(
            session, text, language=language, readers=readers, page=asked.page, filters=asked.filters
        )
        indexing.request_repair()
        return answer
    except SQLAlchemyError:
        logger.exception("Nothing can search.")
        rollback(session)
        return SearchAnswer(query=text, state=SearchState.DOWN)


def suggest(query: str, *, language: str, readers: frozenset[str], most: int = 6) -> list[Suggestion]:
    """The titles that somebody who has typed this much may want, best first; none while the index cannot be read."""
    engine, suggester = indexing.current_engine(), _suggester()
    try:
        languages = _in_order(language, engine.languages(readers))
        typed = one_line(query[:400])
        titles = suggester.titles_for(typed, engine, languages=languages, readers=readers, most=most + 2)
    except EngineUnavailable:
        return []
    hits = [Hit(each.kind, each.key, each.group, each.language, 0.0, each.title, ()) for each in titles]
    results, _passed_over = results_of(db.session, hits, tokens={}, weights={}, readers=readers, most=most)
    return [Suggestion(each.shown.title, each.url, " › ".join(each.shown.area), each.kind) for each in results]


def warm_up(app: Flask) -> bool:
    """Read what a process keeps of the index in memory, so that no customer waits for it.

    Returns:
        Whether there was an index to read. If not, the first search says so and asks for a new one.
    """
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        engine = indexing.current_engine()
        try:
            batches = engine.titles()
            title = next((batch.titles[0].title for batch in batches if batch.titles), "")
            _read_common_words(engine, batches)
        except EngineUnavailable:
            return False
        readers = frozenset({"public"})
        search(db.session, title, language=settings.default_language, readers=readers)
        suggest(title[:4], language=settings.default_language, readers=readers)
    return True


def _read_common_words(engine: Engine, batches: Sequence[TitleBatch]) -> None:
    """Have the engine read where the words of some titles stand: what many hold takes long, and is asked for often."""
    tokens: dict[str, set[str]] = {}
    for batch in batches:
        for title in batch.titles[:: 1 + len(batch.titles) // MOST_WARMED_UP]:
            base = words.base_language(title.language)
            tokens.setdefault(base, set()).update(words.query_tokens(title.title, base))
    for base, own in tokens.items():
        engine.weights(own, base)


def similar(
    session: Session, kind: str, key: str, *, most: int = 6, readers: frozenset[str] | None = None
) -> list[str]:
    """The keys of the documents in the same language that are the most like this one, best first.

    Args:
        readers: only documents for these groups; None is all.

    Raises:
        EngineUnavailable: the index cannot be read.
    """
    engine = indexing.current_engine()
    document = engine.stored(kind, key)
    if document is None:
        return []
    base = words.base_language(document.language)
    counts = dict.fromkeys(words.index_tokens(document.title, base), _TITLE_COUNTS)
    for chunk in document.chunks:
        for token in chunk.tokens.split():
            counts[token] = counts.get(token, 0) + 1
    weights = engine.weights(counts, base)
    telling = sorted(weights, key=lambda token: (-weights[token] * counts[token], token))[:_SIMILAR_TOKENS]
    found = engine.search(Query({base: tuple(telling)}, (document.language,), readers, limit=most + 1))
    return [hit.key for hit in found.hits if hit.kind == kind and hit.group != document.group][:most]


def for_ticket(
    session: Session,
    text: str,
    *,
    language: str,
    readers: frozenset[str],
    tried: Collection[tuple[str, str]] = (),
    most: int = 5,
) -> list[Result]:
    """The documents that may solve what a long text tells, such as subject and body of a ticket, best first.

    Slips are put right as in a search. The six most telling words are looked for, and it is encoded whole. `score`
    compares within the list only.

    Args:
        language: the customer's; only documents in it are given.
        readers: the groups that whoever reads the documents belongs to.
        tried: kind and group of documents that the customer has read already, which are left out.

    Raises:
        EngineUnavailable: the index cannot be read.
    """
    engine = indexing.current_engine()
    base = words.base_language(language)
    languages = [each for each in engine.languages(readers) if words.base_language(each) == base]
    if not languages or not text.strip():
        return []
    spelled = _spelled(text, engine, languages, readers) or text
    query = Query(
        tokens={base: _telling(engine, spelled, base, MOST_TELLING)},
        languages=(language, *(each for each in languages if each != language)),
        readers=readers,
        identifiers=words.identifiers(text),
        quality=quality.factors(),
        meaning=_meaning(one_line(spelled), languages, engine, readers),
        limit=most + len(tried) + SPARE_HITS,
    )
    found = engine.search(query)
    hits = [hit for hit in found.hits if (hit.kind, hit.group) not in tried]
    results, _passed_over = results_of(
        session, hits, tokens=query.tokens, weights=found.weights, readers=readers, most=most, meaning=query.meaning
    )
    return results


def _telling(engine: Engine, text: str, base: str, most: int) -> tuple[str, ...]:
    """The tokens of a text that tell the most of what it is about: often here, and rare elsewhere."""
    counts = Counter(words.index_tokens(text, base))
    weights = engine.weights(counts, base)
    return tuple(sorted(weights, key=lambda token: (-weights[token] * counts[token], token))[:most])


def _readable(filters: Mapping[str, str]) -> dict[str, str]:
    cleaned = {facet: one_line(value)[:LONGEST_FILTER] for facet, value in filters.items()}
    return {facet: value for facet, value in cleaned.items() if value}


@dataclass(frozen=True)
class _Asked:
    session: Session
    text: str
    language: str
    readers: frozenset[str]
    page: int
    filters: dict[str, str]
    shows_everything: bool

    def query(self, text: str, languages: Sequence[str], engine: Engine, *, meaning: Meaning | None = None) -> Query:
        """What to ask an engine about this text in documents of these languages.

        Of a long text that has a meaning only the most telling words are looked for: the others say nothing but once.
        """
        bases = dict.fromkeys(map(words.base_language, languages))
        tokens = {base: words.query_tokens(text, base) for base in bases}
        if meaning is not None:
            long = [base for base, own in tokens.items() if len(own) > LONGEST_QUESTION]
            tokens |= {base: _telling(engine, text, base, MOST_TELLING) for base in long}
        return Query(
            tokens=tokens,
            languages=tuple(languages),
            synonyms={base: extra for base in bases if (extra := synonyms.extra_tokens(text, base))},
            pins={base: term for base in bases if (term := words.pin_term(text, base))},
            meaning=meaning,
            readers=self.readers,
            identifiers=words.identifiers(text[:LONGEST_QUERY]),
            filters={facet: value for facet, value in self.filters.items() if facet != "language"},
            quality=quality.factors(),
            offset=(self.page - 1) * PAGE_SIZE,
            limit=PAGE_SIZE + SPARE_HITS,
        )


def _from_index(asked: _Asked, *, is_exact: bool) -> SearchAnswer:
    engine = indexing.current_engine()
    available = engine.languages(asked.readers)
    own = _own_languages(asked, available)
    others = [language for language in _in_order(asked.language, available) if language not in own]
    corrected = None if is_exact else _spelled(asked.text, engine, [*own, *others], asked.readers)
    if corrected:
        better = asked.query(corrected, own, engine, meaning=_meaning(corrected, own, engine, asked.readers))
        found_better = engine.search(better)
        if found_better.total:
            answer = _answer(asked, SearchState.CORRECTED, corrected, engine, better, found_better, others)
            return replace(answer, corrected_to=corrected)
    own_query = asked.query(asked.text, own, engine, meaning=_meaning(asked.text, own, engine, asked.readers))
    own_found = engine.search(own_query)
    # What only seems to mean the same comes after texts in other languages that hold the very words.
    is_sure = own_found.standing is None or own_found.standing.holds_words
    if own_found.total and (is_sure or not others):
        return _answer(asked, SearchState.RESULTS, asked.text, engine, own_query, own_found, others)
    if own_found.elsewhere and is_sure:
        return _filtered_out(asked, asked.text, engine, own_query, own_found, others)
    for text in dict.fromkeys([asked.text, corrected or asked.text]) if others else ():
        query = asked.query(text, others, engine)
        found = engine.search(query)
        if found.total and "language" in asked.filters:
            return _filtered_out(asked, text, engine, query, found, others)
        if found.total:
            return _answer(asked, SearchState.OTHER_LANGUAGE, text, engine, query, found, others)
        if found.elsewhere:
            return _filtered_out(asked, text, engine, query, found, others)
    if own_found.total:
        return _answer(asked, SearchState.RESULTS, asked.text, engine, own_query, own_found, others)
    if own_found.elsewhere:
        return _filtered_out(asked, asked.text, engine, own_query, own_found, others)
    return _nothing(asked, engine, [*own, *others])


def _spelled(text: str, engine: Engine, languages: Sequence[str], readers: frozenset[str]) -> str | None:
    """The text without its slips, None when it has none; what editors hold for a word is none."""
    encoder = encoding.current_encoder()
    return spelling.corrected(
        text,
        engine,
        languages=languages,
        readers=readers,
        rank_of=encoder.rank_of if encoder is not None else None,
        is_word=synonyms.holds,
    )


def _meaning(text: str, languages: Sequence[str], engine: Engine, readers: frozenset[str]) -> Meaning | None:
    """What a text means beside the documents of these languages; None when they are to be ranked by words alone.

    That is without an encoder that understands all of them, and while most of its vectors are not made yet.
    """
    encoder = encoding.current_encoder()
    bases = {words.base_language(language) for language in languages}
    if encoder is None or not bases or not understands(encoder, bases):
        return None
    meanings = current_meanings()
    known = meanings.known(encoder.name, encoder.dimension)
    counts = engine.languages(None)
    wanted = sum(n for language, n in counts.items() if understands(encoder, [words.base_language(language)]))
    is_enough = known is not None and known.documents >= max(LEAST_KNOWN * wanted, 1)
    if wanted and not (is_enough and meanings.store.is_there()):
        indexing.request_missing_vectors()
    if known is None or not is_enough:
        return None
    texts = dict.fromkeys([text, *(reworded for base in sorted(bases) for reworded in synonyms.reworded(text, base))])
    own_words = engine.frequencies(spelling.doubtful_words(text, languages), languages, readers)
    texts[spelling.repaired(text, languages, encoder.rank_of, own_words)] = None
    vectors = [vector for each in texts if (vector := encoding.encode_query(each)) is not None]
    return known.meaning_of(vectors) if len(vectors) == len(texts) else None


def _fit(text: str, page: int, found: Found) -> tuple[Fit, float | None]:
    """How well the first of all hits answers, and with what probability."""
    if found.standing is None:
        return Fit.UNJUDGED, None
    standing, length = found.standing, len(words.plain_words(text))
    probability = confidence(standing)
    fit = fit_of(standing) if page == 1 else Fit.UNJUDGED
    # A word or two name a topic, and its articles are what was looked for; a single word asks nothing.
    if fit is Fit.NOTHING and standing.holds_words and length < SHORTEST_QUESTION:
        fit = Fit.UNJUDGED
    if fit is Fit.ANSWER and length < SHORTEST_ANSWERED and not standing.is_named:
        fit = Fit.MAY_HELP
    return fit, probability


def _answer(
    asked: _Asked, state: SearchState, text: str, engine: Engine, query: Query, found: Found, others: Sequence[str]
) -> SearchAnswer:
    if query.offset >= found.total:
        last = (found.total - 1) // PAGE_SIZE + 1
        asked = replace(asked, page=last)
        query = replace(query, offset=(last - 1) * PAGE_SIZE)
        found = engine.search(query)
    fit, probability = _fit(text, asked.page, found)
    results, passed_over = results_of(
        asked.session,
        found.hits,
        tokens=query.tokens,
        weights=found.weights,
        readers=asked.readers,
        most=PAGE_SIZE,
        meaning=query.meaning,
        is_answered=fit is Fit.ANSWER,
    )
    total = max(found.total - passed_over, len(results))
    if not results:
        return _nothing(asked, engine, query.languages)
    if fit is Fit.ANSWER and results[0].key != found.hits[0].key:
        # What was judged is gone since it was indexed.
        fit = Fit.UNJUDGED
    counts = {**found.facets, **_language_counts(asked, text, engine, query, found, others)}
    is_hidden = fit is Fit.NOTHING and not (asked.shows_everything or asked.filters)
    return SearchAnswer(
        query=asked.text,
        state=SearchState.NO_ANSWER if is_hidden else state,
        results=() if is_hidden else tuple(results),
        nearest=tuple(results[:MOST_NEAREST]) if is_hidden else (),
        total=total,
        page=asked.page,
        pages=max(1, -(-total // PAGE_SIZE)),
        elsewhere=found.elsewhere,
        facets=labelled_facets(asked.session, counts, asked.filters, readers=asked.readers),
        fit=fit,
        confidence=probability,
        by_meaning=query.meaning is not None,
    )


def _filtered_out(
    asked: _Asked, text: str, engine: Engine, query: Query, found: Found, others: Sequence[str]
) -> SearchAnswer:
    elsewhere = found.elsewhere + (found.total if "language" in asked.filters else 0)
    counts = {**found.facets, **_language_counts(asked, text, engine, query, found, others)}
    facets = labelled_facets(asked.session, counts, asked.filters, readers=asked.readers)
    return SearchAnswer(query=asked.text, state=SearchState.FILTERED_OUT, elsewhere=elsewhere, facets=facets)


def _nothing(asked: _Asked, engine: Engine, languages: Sequence[str]) -> SearchAnswer:
    own = [each for each in languages if words.base_language(each) == words.base_language(asked.language)] or languages
    titles = _suggester().nearest(
        asked.text, engine, languages=own, readers=asked.readers, most=MOST_NEAREST + SPARE_HITS
    )
    hits = [hit for each in titles if (hit := engine.stored(each.kind, each.key)) is not None]
    nearest, _passed_over = results_of(
        asked.session, hits, tokens={}, weights={}, readers=asked.readers, most=MOST_NEAREST
    )
    return SearchAnswer(
        query=asked.text,
        state=SearchState.NO_RESULTS,
        nearest=tuple(nearest),
        facets=labelled_facets(asked.session, {}, asked.filters, readers=asked.readers),
    )


def _language_counts(
    asked: _Asked, text: str, engine: Engine, query: Query, found: Found, others: Sequence[str]
) -> dict[str, dict[str, int]]:
    """How many results each language of the site has, when it has more than one."""
    languages = dict.fromkeys([*query.languages, *others])
    if len(languages) < 2:
        return {}
    counts = {}
    for language in languages:
        if query.languages == (language,):
            counts[language] = found.total
        else:
            counts[language] = engine.search(replace(asked.query(text, [language], engine), offset=0, limit=0)).total
    return {"language": {language: count for language, count in counts.items() if count}}


def _own_languages(asked: _Asked, available: Mapping[str, int]) -> list[str]:
    wanted = asked.filters.get("language")
    if wanted:
        return [wanted]
    base = words.base_language(asked.language)
    return [language for language in _in_order(asked.language, available) if words.base_language(language) == base]


def _in_order(language: str, available: Mapping[str, int]) -> list[str]:
    """The languages that there are documents in: the reader's first, its relatives next, then the most written in."""
    base = words.base_language(language)
    return sorted(
        available,
        key=lambda each: (each != language, words.base_language(each) != base, -available[each], each),
    )


def _suggester() -> Suggester:
    suggester: Suggester = current_app.extensions["search_suggester"]
    return suggester
