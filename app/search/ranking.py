"""Ranking: the words, the meaning where there is an encoder, what has proved itself, and what editors decided.

The score for the words joins the closeness in meaning in a weighted sum, which was measured to be better than a sum of
ranks. A document whose meaning is not known yet is taken to mean what its words say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from app.search.answers import Fit
from app.search.column import Floats, Mask, Places
from app.search.confidence import fit_of
from app.search.engines.base import Query, Standing
from app.search.scoring import Part, Scored, field_name, score_words

#: What the words may add to a closeness in meaning (a cosine, at most 1): so much for the best of them.
WORDS_COUNT = 0.15
#: A hit stays when it covers this share of what the best hit covers of the query's weight, or is among the first.
LEAST_COVERAGE = 0.5
#: A document without the words is a hit when its meaning is this near: texts about other things stay below.
LEAST_CLOSENESS = 0.3
#: Of the first so many (NEVER_CUT) this near is enough: whether they answer is judged apart (`confidence`).
LEAST_OF_FIRST = 0.1
#: It stays when it is at least this share as near as the nearest, or is among the first.
LEAST_SHARE = 0.75
NEVER_CUT = 10
#: Where the first one answers, what else is shown has to be as near or to hold the words, but for two of them; beside
#: what was named there is nothing that need not.
NEVER_CUT_WITH_ANSWER = 3
NEVER_CUT_WITH_NAMED = 1
#: An identifier that more documents carry than this tells them apart no better than a word does.
MOST_CARRIERS = 20


@dataclass
class Ranked:
    """The documents of one page as (part, place, score), and exact numbers about all hits, as in `Found`."""

    page: list[tuple[int, int, float]] = field(default_factory=list)
    total: int = 0
    elsewhere: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    weights: dict[str, dict[str, float]] = field(default_factory=dict)
    standing: Standing | None = None


class _Hits(NamedTuple):
    """Documents as parallel arrays. `score` orders them; `coverage` and `closeness` decide who stays."""

    part: Places
    place: Places
    score: Floats
    coverage: Floats
    closeness: Floats
    cosine: Floats
    has_learned: Mask
    is_lifted: Mask

    def at(self, chosen: Any) -> _Hits:
        """Some of them, by mask or by number."""
        return _Hits(*(each[chosen] for each in self))


def rank(parts: Sequence[Part], query: Query) -> Ranked:
    """Rank all documents that hold any of the tokens or mean what was asked, cut the long tail, count what is left."""
    ranked = Ranked()
    found: list[_Hits] = []
    for base, tokens in query.tokens.items():
        scored, weights = score_words(parts, base, tokens, query.synonyms.get(base, ()))
        ranked.weights[base] = weights
        found += _candidates(parts, query, base, scored, sum(weights.values()))
    hits = _together(found)
    # A group has one document a language, so with one language there is nothing to choose.
    if len(set(query.languages)) > 1:
        hits = _one_a_group(parts, hits, query.languages)
    passing = _count(parts, _without_tail(parts, hits, has_meaning=query.meaning is not None), query.filters, ranked)
    best = _best(parts, passing, max(query.offset + query.limit, 2))
    if query.meaning is not None:
        ranked.standing = _standing(best, holds_words=bool((passing.coverage > 0).any()))
    page = slice(query.offset, query.offset + query.limit)
    ranked.page = [
        (int(part), int(place), float(score))
        for part, place, score in zip(best.part[page], best.place[page], best.score[page], strict=True)
    ]
    return ranked


def _candidates(
    parts: Sequence[Part], query: Query, base: str, scored: Sequence[Scored], everything: float
) -> list[_Hits]:
    findable = [part.findable(frozenset(query.languages), query.readers) for part in parts]
    top = _highest([each.scores for each in scored], findable)
    if query.meaning is None:
        scores = [each.scores for each in scored]
        closeness = cosines = [np.zeros(part.size) for part in parts]
        learned = [np.zeros(part.size, np.bool_) for part in parts]
    else:
        shares = [each.scores / (top or 1.0) for each in scored]
        closeness, cosines, learned = _meant(parts, query, shares, findable)
        scores = [near + WORDS_COUNT * share for near, share in zip(closeness, shares, strict=True)]
    for part, score in zip(parts, scores, strict=True):
        factors = part.column.factors(query.quality) if query.quality else None
        if factors is not None:
            score *= factors
    lifted = _lift(parts, base, query, scores, [each.coverage for each in scored], everything)
    least = _least_closeness(closeness, findable)
    found = []
    for at, part_scores in enumerate(scores):
        coverage, near = scored[at].coverage, closeness[at]
        chosen = np.flatnonzero(findable[at] & ((coverage > 0) | (near >= least)))
        near_there, cosine, is_learned = near[chosen], cosines[at][chosen], learned[at][chosen]
        part_of = np.full(len(chosen), at)
        is_lifted = np.isin(chosen, lifted.get(at, []))
        found.append(
            _Hits(part_of, chosen, part_scores[chosen], coverage[chosen], near_there, cosine, is_learned, is_lifted)
        )
    return found


def _meant(
    parts: Sequence[Part], query: Query, shares: Sequence[Floats], findable: Sequence[Mask]
) -> tuple[list[Floats], list[Floats], list[Mask]]:
    """How near each document's meaning is; where that is not known, its words' share of the nearest there is."""
    if query.meaning is None:
        raise ValueError("The query has no meaning.")
    measured = [query.meaning.to(part.id, part.column.places, part.size) for part in parts]
    nearest = _highest([np.nan_to_num(each.closeness) for each in measured], findable)
    closeness, cosines = [], []
    for each, share in zip(measured, shares, strict=True):
        is_unknown = np.isnan(each.closeness)
        closeness.append(np.where(is_unknown, share * nearest, each.closeness))
        cosines.append(np.where(is_unknown, share * nearest, each.cosine))
    return closeness, cosines, [each.has_learned for each in measured]


def _highest(values: Sequence[Floats], masks: Sequence[Mask]) -> float:
    tops = (np.max(each, where=mask, initial=0.0) for each, mask in zip(values, masks, strict=True))
    return float(max(tops, default=0.0))


def _least_closeness(closeness: Sequence[Floats], findable: Sequence[Mask]) -> float:
    """How near a document has to be that holds none of the words."""
    near = np.concatenate([each[mask] for each, mask in zip(closeness, findable, strict=True)] or [np.zeros(0)])
    if len(near) <= NEVER_CUT:
        return LEAST_OF_FIRST
    last_of_first = float(np.partition(near, len(near) - NEVER_CUT)[len(near) - NEVER_CUT])
    return min(LEAST_CLOSENESS, max(last_of_first, LEAST_OF_FIRST))


def _lift(
    parts: Sequence[Part],
    base: str,
    query: Query,
    scores: Sequence[Floats],
    coverage: Sequence[Floats],
    everything: float,
) -> dict[int, list[int]]:
    """Put documents that carry an asked-for identifier above all others of their language, and pinned ones on top.

    Returns the places of these, by part.
    """
    every: dict[int, list[int]] = {}
    pins = [(field_name("pins", base), query.pins[base])] if base in query.pins else []
    carried = [("identifiers", each) for each in query.identifiers]
    top = 0.0
    for names in (carried, pins):
        lifted = {spot for name, term in names for spot in _carriers(parts, name, term) if _base(parts, spot) == base}
        if lifted:
            top = max((float(score.max(initial=0.0)) for score in scores), default=0.0) or 1.0
        for at, place in lifted:
            # Its own score orders the lifted; one below nought, which means something else, is lifted as well.
            scores[at][place] = top + max(float(scores[at][place]), 1e-6)
            coverage[at][place] = max(everything, coverage[at][place], 1e-6)
            every.setdefault(at, []).append(place)
    return every


def _carriers(parts: Sequence[Part], name: str, term: str) -> list[tuple[int, int]]:
    carriers = [
        (at, int(place))
        for at, part in enumerate(parts)
        for place in part.postings(name, term)[0]
        if int(place) not in part.deleted
    ]
    return carriers if len(carriers) <= MOST_CARRIERS else []


def _base(parts: Sequence[Part], spot: tuple[int, int]) -> str:
    return parts[spot[0]].column.facts[spot[1]].base


def _together(found: Sequence[_Hits]) -> _Hits:
    if not found:
        none, at_none = np.zeros(0), np.zeros(0, np.int64)
        no_flags = np.zeros(0, np.bool_)
        return _Hits(at_none, at_none, none, none, none, none, no_flags, no_flags)
    return _Hits(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _one_a_group(parts: Sequence[Part], hits: _Hits, languages: Sequence[str]) -> _Hits:
    preference = {language: place for place, language in reversed(list(enumerate(languages)))}
    chosen: dict[tuple[str, str], tuple[tuple[int, float, str], int]] = {}
    for number, (part, place, score) in enumerate(zip(hits.part, hits.place, hits.score, strict=True)):
        facts = parts[part].column.facts[place]
        claim = (preference[facts.language], -score, facts.key)
        name = (facts.kind, facts.group)
        if name not in chosen or claim < chosen[name][0]:
            chosen[name] = (claim, number)
    return hits.at([number for _claim, number in chosen.values()])


def _best(parts: Sequence[Part], hits: _Hits, most: int) -> _Hits:
    """The first so many in order. Only those that score enough are compared in full, which is slow."""
    if most <= 0:
        return hits.at(slice(0))
    if len(hits.score) > most:
        least = np.partition(hits.score, len(hits.score) - most)[len(hits.score) - most]
        hits = hits.at(hits.score >= least)
    facts = [parts[part].column.facts[place] for part, place in zip(hits.part, hits.place, strict=True)]
    order = sorted(range(len(facts)), key=lambda at: (-hits.score[at], facts[at].kind, facts[at].key))
    return hits.at(order[:most])


def _without_tail(parts: Sequence[Part], hits: _Hits, *, has_meaning: bool) -> _Hits:
    never_cut = _never_cut(_standing(_best(parts, hits, 2))) if has_meaning else NEVER_CUT
    if len(hits.score) <= never_cut:
        return hits
    stays = hits.coverage >= max(LEAST_COVERAGE * hits.coverage.max() - 1e-9, 1e-9)
    stays |= hits.closeness >= max(LEAST_CLOSENESS, LEAST_SHARE * hits.closeness.max())
    first = _best(parts, hits, never_cut)
    rest = hits.at(stays)
    is_first = np.isin(_numbers(rest), _numbers(first))
    return _together([first, rest.at(~is_first)])


def _numbers(hits: _Hits) -> Places:
    """One number for each document: its part and place."""
    numbers: Places = (hits.part << 40) | hits.place
    return numbers


def _count(parts: Sequence[Part], hits: _Hits, filters: Mapping[str, str], ranked: Ranked) -> _Hits:
    # Documents with the same facets share one mapping, so that what many have in common is looked at once.
    passes = np.zeros(len(hits.score), np.bool_)
    for at, part in enumerate(parts):
        own = np.flatnonzero(hits.part == at)
        if not len(own):
            continue
        alike = part.column.facets
        codes = alike.codes[hits.place[own]]
        pass_alike = np.zeros(len(alike.values), np.bool_)
        counts = np.bincount(codes, minlength=len(alike.values))
        for code in np.flatnonzero(counts).tolist():
            pass_alike[code] = _tell(alike.values[code], int(counts[code]), filters, ranked)
        passes[own] = pass_alike[codes]
    passing = hits.at(passes)
    ranked.total = len(passing.score)
    ranked.elsewhere = len(hits.score) - ranked.total
    return passing


def _tell(facets: Mapping[str, Sequence[str]], count: int, filters: Mapping[str, str], ranked: Ranked) -> bool:
    """Count so many documents with these facets; whether they pass all filters."""
    failed = [facet for facet, value in filters.items() if value not in facets.get(facet, ())]
    if len(failed) <= 1:
        for facet in failed or facets:
            counts = ranked.facets.setdefault(facet, {})
            for value in facets.get(facet, ()):
                counts[value] = counts.get(value, 0) + count
    return not failed


def _never_cut(standing: Standing | None) -> int:
    if standing is None or fit_of(standing) is not Fit.ANSWER:
        return NEVER_CUT
    return NEVER_CUT_WITH_NAMED if standing.is_named else NEVER_CUT_WITH_ANSWER


def _standing(best: _Hits, *, holds_words: bool = True) -> Standing | None:
    if not len(best.score):
        return None
    margin = float(best.score[0] - best.score[1]) if len(best.score) > 1 else None
    is_named = bool(best.is_lifted[0]) and not best.is_lifted[1:2].any()
    return Standing(float(best.cosine[0]), margin, bool(best.has_learned[0]), holds_words, is_named)
