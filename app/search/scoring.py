"""What documents are scored by: the parts of an index, and BM25 over their words.

One term's postings are gone through at a time, instead of one document at a time through all terms: the same scores for
less, and with them the exact number of hits and facets, which a search for the best ten alone cannot know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Field -> how much a word in it counts. Questions count double once there are four of them (`index_fields`).
BOOSTS = {"title": 2.0, "aliases": 2.0, "questions": 2.0, "few_questions": 1.0, "short_answer": 1.0, "body": 1.0}
K1 = 1.2
B = 0.75
#: How much another way to say a word counts beside the word itself.
SYNONYM_COUNTS = 0.7
MOST_KEPT_AUDIENCES = 50

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Postings = tuple[NDArray[np.uint32], NDArray[np.float32]]
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

    `id` names it for good. `postings` gives places and numbers of occurrences of a term in a field, deleted documents
    included. `places` tells where documents stand, by kind and key; `lengths` how long a field is, by place.
    """

    id: str
    facts: Sequence[Facts]
    places: Mapping[tuple[str, str], int]
    postings: Callable[[str, str], Postings]
    deleted: frozenset[int]
    lengths: Mapping[str, Floats]
    totals: Mapping[str, tuple[int, int]]
    _findable: dict[tuple[frozenset[str], frozenset[str] | None], Mask] = field(default_factory=dict)
    _factors: tuple[Quality, Floats | None] | None = None

    def findable(self, languages: frozenset[str], readers: frozenset[str] | None) -> Mask:
        """For each place whether its document is in one of the languages and for these readers; kept."""
        known = self._findable.get((languages, readers))
        if known is None:
            allowed = (
                each.language in languages and (readers is None or each.readers in readers) for each in self.facts
            )
            known = np.fromiter(allowed, np.bool_, len(self.facts))
            known[list(self.deleted)] = False
            if len(self._findable) > MOST_KEPT_AUDIENCES:
                self._findable.clear()
            self._findable[languages, readers] = known
        return known

    def factors(self, quality: Quality) -> Floats | None:
        """By what to multiply the score at each place, None for nothing; kept as long as it is the same `quality`."""
        known = self._factors
        if known is None or known[0] is not quality:
            found = [
                (place, factor) for name, factor in quality.items() if (place := self.places.get(name)) is not None
            ]
            factors = np.ones(len(self.facts)) if found else None
            for place, factor in found:
                factors[place] = factor  # type: ignore[index]  # there is one when something was found
            known = self._factors = (quality, factors)
        return known[1]

    @cached_property
    def alike(self) -> tuple[Places, list[Mapping[str, Sequence[str]]]]:
        """Documents with the same facets share one mapping: its number for each place, and the mappings."""
        numbers: dict[int, int] = {}
        mappings: list[Mapping[str, Sequence[str]]] = []
        codes = np.empty(len(self.facts), np.int64)
        for place, each in enumerate(self.facts):
            number = numbers.setdefault(id(each.facets), len(mappings))
            if number == len(mappings):
                mappings.append(each.facets)
            codes[place] = number
        return codes, mappings


class Scored(NamedTuple):
    """For every place of a part what the words say, and the weight of those of the query that stand there."""

    scores: Floats
    coverage: Floats


def field_name(name: str, base: str) -> str:
    """A field in one base language: each has postings and statistics of its own."""
    return f"{name}:{base}"


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


def score_words(
    parts: Sequence[Part], base: str, tokens: Sequence[str], synonyms: Sequence[str]
) -> tuple[list[Scored], dict[str, float]]:
    """BM25 of all documents for these tokens, by part and place, and how much each known token says.

    Args:
        synonyms: tokens that count somewhat less, and that no document has to hold.
    """
    documents = sum(_documents(part, base) for part in parts)
    averages = {name: _average(parts, field_name(name, base)) for name in BOOSTS}
    scored = [Scored(np.zeros(len(part.facts)), np.zeros(len(part.facts))) for part in parts]
    weights: dict[str, float] = {}
    others = [token for token in synonyms if token not in tokens]
    for token, share in [*((token, 1.0) for token in tokens), *((token, SYNONYM_COUNTS) for token in others)]:
        found = {name: [part.postings(field_name(name, base), token) for part in parts] for name in BOOSTS}
        held = {name: sum(len(places) for places, _counts in postings) for name, postings in found.items()}
        most = max(held.values())
        if not most:
            continue
        weight = math.log(1 + documents / most)
        if token not in others:
            weights[token] = weight
        for at, part in enumerate(parts):
            touched: list[NDArray[np.uint32]] = []
            for name, postings in found.items():
                places, counts = postings[at]
                if len(places):
                    idf = math.log(max(documents, 1) / (held[name] + 1)) + 1
                    factor = share * BOOSTS[name] * max(idf, 0.05) * (K1 + 1)
                    lengths = part.lengths[field_name(name, base)]
                    fixed, grows = K1 * (1 - B), K1 * B / averages[name]
                    scored[at].scores[places] += factor * counts / (counts + fixed + grows * lengths[places])
                    touched.append(places)
            if touched:
                once = touched[0] if len(touched) == 1 else np.unique(np.concatenate(touched))
                scored[at].coverage[once] += share * weight
    return scored, weights


def _average(parts: Sequence[Part], name: str) -> float:
    """How long the field is where there is one: most documents lack some fields, which makes it no longer elsewhere."""
    holders, length = (sum(part.totals.get(name, (0, 0))[at] for part in parts) for at in (0, 1))
    return length / holders if holders else 1.0
