"""Ranking by BM25, term after term, over postings that an engine reads from wherever it keeps them.

Going through one term's postings at a time, instead of one document at a time through all terms, gives the same scores
for less, and with them the exact number of hits and facets, which a search for the best ten alone cannot know.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.search.engines.base import Query

#: Field -> how much a word in it counts. Questions count double once there are four of them (`index_fields`).
BOOSTS = {"title": 2.0, "aliases": 2.0, "questions": 2.0, "few_questions": 1.0, "short_answer": 1.0, "body": 1.0}
K1 = 1.2
B = 0.75
#: A hit stays when it covers this share of what the best hit covers of the query's weight, or is among the first.
LEAST_COVERAGE = 0.5
NEVER_CUT = 10
#: An identifier that more documents carry than this tells them apart no better than a word does.
MOST_CARRIERS = 20
MOST_KEPT_AUDIENCES = 50

Postings = tuple[Sequence[int], Sequence[float]]
Quality = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an indexed document beside its words. `lengths` counts its tokens a field."""

    kind: str
    key: str
    group: str
    language: str
    base: str
    readers: str
    facets: Mapping[str, Sequence[str]]
    lengths: Mapping[str, int]
    digest: str


@dataclass
class Part:
    """A part of an index that never changes, but for the documents that are deleted from it.

    `postings` gives places and numbers of occurrences of a term in a field, deleted documents included.
    """

    facts: Sequence[Facts]
    postings: Callable[[str, str], Postings]
    deleted: frozenset[int]
    lengths: Mapping[str, Sequence[float]]
    totals: Mapping[str, tuple[int, int]]
    _findable: dict[tuple[frozenset[str], frozenset[str] | None], bytearray] = field(default_factory=dict)
    _factors: tuple[Quality, dict[int, float]] | None = None

    def findable(self, languages: frozenset[str], readers: frozenset[str] | None) -> bytearray:
        """For each place 1 when its document is in one of the languages and for these readers, else 0; kept."""
        known = self._findable.get((languages, readers))
        if known is None:
            known = bytearray(
                each.language in languages and (readers is None or each.readers in readers) for each in self.facts
            )
            for place in self.deleted:
                known[place] = 0
            if len(self._findable) > MOST_KEPT_AUDIENCES:
                self._findable.clear()
            self._findable[languages, readers] = known
        return known

    def factors(self, quality: Quality) -> dict[int, float]:
        """By what to multiply the scores at which places; kept as long as the same `quality` is asked for."""
        known = self._factors
        if known is None or known[0] is not quality:
            found = {place: quality.get((each.kind, each.key), 1.0) for place, each in enumerate(self.facts)}
            known = self._factors = (quality, {place: factor for place, factor in found.items() if factor != 1})
        return known[1]


@dataclass
class Ranked:
    """The documents of one page as (part, place, score), and exact numbers about all hits, as in `Found`."""

    page: list[tuple[int, int, float]] = field(default_factory=list)
    total: int = 0
    elsewhere: int = 0
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    weights: dict[str, dict[str, float]] = field(default_factory=dict)


class _Candidate(NamedTuple):
    score: float
    coverage: float
    facts: Facts
    part: int
    place: int


def field_name(name: str, base: str) -> str:
    """A field in one base language: each has postings and statistics of its own."""
    return f"{name}:{base}"


def rank(parts: Sequence[Part], query: Query) -> Ranked:
    """Rank all documents that hold any of the tokens, cut the long tail, count what is left."""
    ranked = Ranked()
    candidates: list[_Candidate] = []
    languages = frozenset(query.languages)
    carriers = _carriers(parts, query.identifiers)
    for base, tokens in query.tokens.items():
        scores, coverage, weights = _scored(parts, base, tokens)
        ranked.weights[base] = weights
        _weigh(parts, query.quality, scores)
        _lift(parts, base, carriers, scores, coverage, sum(weights.values()))
        for at, part in enumerate(parts):
            covered, facts, findable = coverage[at], part.facts, part.findable(languages, query.readers)
            candidates += [
                _Candidate(score, covered[place], facts[place], at, place)
                for place, score in scores[at].items()
                if findable[place]
            ]
    # A group has one document a language, so with one language there is nothing to choose.
    hits = _without_tail(_one_a_group(candidates, query.languages) if len(languages) > 1 else candidates)
    passing = _count(hits, query.filters, ranked)
    best = _best(passing, query.offset + query.limit)[query.offset :]
    ranked.page = [(each.part, each.place, each.score) for each in best]
    return ranked


def token_weights(parts: Sequence[Part], base: str, tokens: Iterable[str]) -> dict[str, float]:
    """How much each token that is known says: its inverse document frequency in this language."""
    documents = sum(_documents(part, base) for part in parts)
    weights = {}
    for token in tokens:
        held = max(sum(len(part.postings(field_name(name, base), token)[0]) for part in parts) for name in BOOSTS)
        if held:
            weights[token] = math.log(1 + documents / held)
    return weights


def _documents(part: Part, base: str) -> int:
    return part.totals.get(f"documents:{base}", (0, 0))[0]


def _scored(
    parts: Sequence[Part], base: str, tokens: Sequence[str]
) -> tuple[list[dict[int, float]], list[dict[int, float]], dict[str, float]]:
    documents = sum(_documents(part, base) for part in parts)
    averages = {name: _average(parts, field_name(name, base), documents) for name in BOOSTS}
    scores: list[dict[int, float]] = [{} for _ in parts]
    coverage: list[dict[int, float]] = [{} for _ in parts]
    weights: dict[str, float] = {}
    for token in tokens:
        found = {name: [part.postings(field_name(name, base), token) for part in parts] for name in BOOSTS}
        held = {name: sum(len(places) for places, _counts in postings) for name, postings in found.items()}
        most = max(held.values())
        if not most:
            continue
        weights[token] = weight = math.log(1 + documents / most)
        for at, part in enumerate(parts):
            here: dict[int, float] = {}
            for name, postings in found.items():
                places, counts = postings[at]
                if places:
                    idf = math.log(max(documents, 1) / (held[name] + 1)) + 1
                    factor = BOOSTS[name] * max(idf, 0.05) * (K1 + 1)
                    lengths = part.lengths[field_name(name, base)]
                    _add_field(here, places, counts, lengths, factor, averages[name])
            score, cover = scores[at], coverage[at]
            for place, value in here.items():
                score[place] = score.get(place, 0.0) + value
                cover[place] = cover.get(place, 0.0) + weight
    return scores, coverage, weights


def _add_field(
    here: dict[int, float],
    places: Sequence[int],
    counts: Sequence[float],
    lengths: Sequence[float],
    factor: float,
    average: float,
) -> None:
    fixed, grows = K1 * (1 - B), K1 * B / average
    get = here.get
    for place, count in zip(places, counts, strict=True):
        here[place] = get(place, 0.0) + factor * count / (count + fixed + grows * lengths[place])


def _weigh(parts: Sequence[Part], quality: Quality, scores: Sequence[dict[int, float]]) -> None:
    """Multiply the scores of documents that have proved themselves; coverage, which decides who is found, stays."""
    for part, score in zip(parts, scores, strict=True):
        factors = part.factors(quality) if quality else {}
        for place in factors.keys() & score.keys():
            score[place] *= factors[place]


def _average(parts: Sequence[Part], name: str, documents: int) -> float:
    return (sum(part.totals.get(name, (0, 0))[1] for part in parts) / documents if documents else 0.0) or 1.0


def _carriers(parts: Sequence[Part], identifiers: Sequence[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for identifier in identifiers:
        carriers = [
            (at, place)
            for at, part in enumerate(parts)
            for place in part.postings("identifiers", identifier)[0]
            if place not in part.deleted
        ]
        if len(carriers) <= MOST_CARRIERS:
            found += carriers
    return found


def _lift(
    parts: Sequence[Part],
    base: str,
    carriers: Sequence[tuple[int, int]],
    scores: list[dict[int, float]],
    coverage: list[dict[int, float]],
    everything: float,
) -> None:
    """Put the documents that carry an asked-for identifier above all others of their language."""
    own = [(at, place) for at, place in carriers if parts[at].facts[place].base == base]
    if not own:
        return
    top = max((max(score.values(), default=0.0) for score in scores), default=0.0) or 1.0
    for at, place in own:
        scores[at][place] = scores[at].get(place, 0.0) + top
        coverage[at][place] = everything


def _one_a_group(candidates: Sequence[_Candidate], languages: Sequence[str]) -> list[_Candidate]:
    preference = {language: place for place, language in reversed(list(enumerate(languages)))}
    chosen: dict[tuple[str, str], _Candidate] = {}
    for each in candidates:
        name = (each.facts.kind, each.facts.group)
        other = chosen.get(name)
        if other is None or _claim(each, preference) < _claim(other, preference):
            chosen[name] = each
    return list(chosen.values())


def _claim(each: _Candidate, preference: Mapping[str, int]) -> tuple[int, float, str]:
    return preference[each.facts.language], -each.score, each.facts.key


def _best(hits: Sequence[_Candidate], most: int) -> list[_Candidate]:
    """The first so many in order. Only those that score enough are compared in full, which is slow."""
    if most <= 0:
        return []
    if len(hits) > most:
        least = heapq.nlargest(most, [each.score for each in hits])[-1]
        hits = [each for each in hits if each.score >= least]
    return sorted(hits, key=_order)[:most]


def _order(each: _Candidate) -> tuple[float, str, str]:
    return -each.score, each.facts.kind, each.facts.key


def _without_tail(hits: list[_Candidate]) -> list[_Candidate]:
    if len(hits) <= NEVER_CUT:
        return hits
    least = LEAST_COVERAGE * max(each.coverage for each in hits) - 1e-9
    first = _best(hits, NEVER_CUT)
    return [each for each in hits if each.coverage >= least] + [each for each in first if each.coverage < least]


def _count(hits: Sequence[_Candidate], filters: Mapping[str, str], ranked: Ranked) -> list[_Candidate]:
    # Documents with the same facets share one mapping, so that what many have in common is looked at once.
    alike: dict[int, list[_Candidate]] = {}
    for each in hits:
        alike.setdefault(id(each.facts.facets), []).append(each)
    passing: list[_Candidate] = []
    for group in alike.values():
        own = group[0].facts.facets
        failed = [facet for facet, value in filters.items() if value not in own.get(facet, ())]
        if not failed:
            passing += group
        if len(failed) <= 1:
            for facet in failed or own:
                counts = ranked.facets.setdefault(facet, {})
                for value in own.get(facet, ()):
                    counts[value] = counts.get(value, 0) + len(group)
    ranked.total = len(passing)
    ranked.elsewhere = len(hits) - len(passing)
    return passing
