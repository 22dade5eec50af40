"""What documents are scored by: the parts of an index, and BM25 over their words.

One term's postings are gone through at a time, instead of one document at a time through all terms: the same scores for
less, and with them the exact number of hits and facets, which a search for the best ten alone cannot know.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.search.column import Column, Floats, Mask

#: Field -> how much a word in it counts. Questions count double once there are four of them (`index_fields`).
BOOSTS = {"title": 2.0, "aliases": 2.0, "questions": 2.0, "few_questions": 1.0, "short_answer": 1.0, "body": 1.0}
K1 = 1.2
B = 0.75
#: How much another way to say a word counts beside the word itself.
SYNONYM_COUNTS = 0.7
COUNTED_EXACTLY = 500
MOST_KEPT_AUDIENCES = 50

Postings = tuple[NDArray[np.uint32], NDArray[np.float32]]


@dataclass
class Part:
    """A part of an index that never changes, but for the documents that are deleted from it.

    `id` names it for good. `postings` gives places and numbers of occurrences of a term in a field, deleted documents
    included.
    """

    id: str
    column: Column
    postings: Callable[[str, str], Postings]
    deleted: frozenset[int]
    _findable: dict[tuple[frozenset[str], frozenset[str] | None], Mask] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many places there are, those of deleted documents included."""
        return len(self.column.facts)

    def count(self, name: str, term: str, with_deleted: float) -> int:
        """How many documents hold a term in a field; where there are hundreds, deleted ones may count."""
        if not self.deleted or with_deleted > COUNTED_EXACTLY:
            return int(with_deleted)
        places = self.postings(name, term)[0]
        return len(places) - int(np.isin(places, np.fromiter(self.deleted, np.int64)).sum())

    def findable(self, languages: frozenset[str], readers: frozenset[str] | None) -> Mask:
        """For each place whether its document is in one of the languages and for these readers; kept."""
        known = self._findable.get((languages, readers))
        if known is None:
            known = self.column.open_to(languages, readers)
            known[list(self.deleted)] = False
            if len(self._findable) > MOST_KEPT_AUDIENCES:
                self._findable.clear()
            self._findable[languages, readers] = known
        return known


def languages(parts: Sequence[Part], readers: frozenset[str] | None) -> dict[str, int]:
    """How many documents there are in each language for these readers."""
    counts: dict[str, int] = {}
    for part in parts:
        audiences = part.column.audiences
        for number, count in audiences.counts(part.deleted).items():
            language, group = audiences.values[number]
            if count and (readers is None or group in readers):
                counts[language] = counts.get(language, 0) + count
    return counts


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
    return part.column.totals.get(f"documents:{base}", (0, 0))[0]


def score_words(
    parts: Sequence[Part], base: str, tokens: Sequence[str], synonyms: Sequence[str]
) -> tuple[list[Scored], dict[str, float]]:
    """BM25 of all documents for these tokens, by part and place, and how much each known token says.

    Args:
        synonyms: tokens that count somewhat less, and that no document has to hold.
    """
    documents = sum(_documents(part, base) for part in parts)
    averages = {name: _average(parts, field_name(name, base)) for name in BOOSTS}
    scored = [Scored(np.zeros(part.size), np.zeros(part.size)) for part in parts]
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
                    lengths = part.column.lengths[field_name(name, base)]
                    fixed, grows = K1 * (1 - B), K1 * B / averages[name]
                    scored[at].scores[places] += factor * counts / (counts + fixed + grows * lengths[places])
                    touched.append(places)
            if touched:
                scored[at].coverage[_once(touched, part.size)] += share * weight
    return scored, weights


def _once(touched: Sequence[NDArray[np.uint32]], size: int) -> NDArray[np.uint32] | Mask:
    """Each place that is touched once, as places or, which is quicker for many, as a mask over all."""
    if len(touched) == 1:
        return touched[0]
    if 20 * sum(map(len, touched)) < size:
        return np.unique(np.concatenate(touched))
    mask = np.zeros(size, np.bool_)
    for places in touched:
        mask[places] = True
    return mask


def _average(parts: Sequence[Part], name: str) -> float:
    """How long the field is where there is one: most documents lack some fields, which makes it no longer elsewhere."""
    holders, length = (sum(part.column.totals.get(name, (0, 0))[at] for part in parts) for at in (0, 1))
    return length / holders if holders else 1.0
