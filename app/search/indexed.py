"""What an index keeps of a document: its words by field, and its facts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

import numpy as np

from app.search import words
from app.search.column import Alike, Column, Facts, Floats
from app.search.documents import Document
from app.search.engines.base import Title, digest_of
from app.search.passages import Chunk, read
from app.search.scoring import BOOSTS, field_name

#: With fewer learned questions than this their words count once, not twice.
FEW_QUESTIONS = 4


@dataclass(frozen=True)
class IndexedDocument:
    """Field -> how often each of its tokens occurs; facts and title as one line of JSON; the pieces that are shown."""

    fields: dict[str, dict[str, int]]
    line: bytes
    chunks: tuple[Chunk, ...]


def indexed(document: Document) -> IndexedDocument:
    """Everything that makes a document findable."""
    base = words.base_language(document.language)
    found = read(document)
    questions = "questions" if len(document.questions) >= FEW_QUESTIONS else "few_questions"
    counted = {
        "title": words.counted(document.title, base),
        "aliases": words.counted("\n".join(document.aliases), base),
        questions: words.counted("\n".join(document.questions), base),
        "short_answer": found.short_answer,
        "body": found.body,
    }
    fields = {field_name(name, base): each.tokens for name, each in counted.items()}
    fields["identifiers"] = dict.fromkeys(_identifiers(document), 1)
    fields[field_name("pins", base)] = dict.fromkeys(words.pin_terms(document.pins, base), 1)
    own, asked = _spellings(counted, questions, base)
    fields[spelling_field(base, document.readers)] = dict.fromkeys(own, 1)
    fields[spelling_field(base, document.readers, in_questions=True)] = dict.fromkeys(asked, 1)
    lengths = {name: sum(each.tokens.values()) for name, each in counted.items() if each.tokens}
    fields = {name: tokens for name, tokens in fields.items() if tokens}
    return IndexedDocument(fields, _line(document, base, lengths), found.chunks)


def spelling_field(base: str, readers: str, *, in_questions: bool = False) -> str:
    """The field of unstemmed words, one a language and reader group: nobody is offered words of others' texts.

    Words that learned questions alone hold have a field of their own: nobody has looked at how those are spelt.
    """
    return f"{'asked' if in_questions else 'spellings'}:{base}:{readers}"


def column(lines: Sequence[bytes]) -> Column:
    """The facts of a part, from the lines of its documents in order of place."""
    facts: list[Facts] = []
    titles: list[Title] = []
    own_lengths: list[Mapping[str, int]] = []
    kept: dict[Any, Any] = {}
    for line in lines:
        told = json.loads(line)
        facets = {facet: tuple(values) for facet, values in told["facets"].items()}
        facets = kept.setdefault(tuple(facets.items()), facets)
        # What many documents have in common is kept in memory once.
        kind, language, base, readers = (intern(told[name]) for name in ("kind", "language", "base", "readers"))
        facts.append(Facts(kind, told["key"], told["group"], language, base, readers, facets, told["digest"]))
        wordings = tuple(told["wordings"])
        titles.append(Title(kind, told["key"], told["group"], language, readers, told["title"], wordings))
        own_lengths.append(told["lengths"])
    lengths, totals = _statistics(facts, own_lengths)
    return Column(
        facts,
        titles,
        places={(each.kind, each.key): place for place, each in enumerate(facts)},
        lengths=lengths,
        totals=totals,
        facets=Alike.of(((id(each.facets), each.facets) for each in facts), len(facts)),
        audiences=Alike.of((((own := (each.language, each.readers)), own) for each in facts), len(facts)),
    )


def _spellings(counted: Mapping[str, words.Counted], questions: str, base: str) -> tuple[set[str], set[str]]:
    """The words of a document, and those that only its questions hold; other endings of its own words are its own."""
    texts = [each for name, each in counted.items() if name != questions]
    own = set[str]().union(*(each.spellings for each in texts))
    tokens = set[str]().union(*(each.tokens for each in texts))
    only_asked = counted[questions].spellings - own
    asked = {word for word in only_asked if words.stemmed(word, base) not in tokens}
    return own | (only_asked - asked), asked


def _identifiers(document: Document) -> list[str]:
    given = [words.compact_identifier(text) or words.folded_word(text.strip()) for text in document.identifiers]
    found = words.identifiers("\n".join([document.title, *document.aliases]))
    return [each for each in dict.fromkeys([*given, *found]) if each]


def _line(document: Document, base: str, lengths: dict[str, int]) -> bytes:
    told = {
        "kind": document.kind,
        "key": document.key,
        "group": document.group,
        "language": document.language,
        "base": base,
        "readers": document.readers,
        "facets": {facet: list(values) for facet, values in document.facets.items()},
        "lengths": lengths,
        "digest": digest_of(document),
        "title": document.title,
        "wordings": [*document.aliases, *document.questions, *document.pins],
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _statistics(
    facts: Sequence[Facts], own_lengths: Sequence[Mapping[str, int]]
) -> tuple[dict[str, Floats], dict[str, tuple[int, int]]]:
    lengths: dict[str, Floats] = {}
    totals: dict[str, tuple[int, int]] = {}
    for base in {each.base for each in facts}:
        for name in BOOSTS:
            lengths[field_name(name, base)] = np.zeros(len(facts))
    for place, (each, own) in enumerate(zip(facts, own_lengths, strict=True)):
        _add(totals, field_name("documents", each.base), 0)
        for name, length in own.items():
            lengths[field_name(name, each.base)][place] = length
            _add(totals, field_name(name, each.base), length)
    return lengths, totals


def _add(totals: dict[str, tuple[int, int]], name: str, length: int) -> None:
    documents, total = totals.get(name, (0, 0))
    totals[name] = (documents + 1, total + length)
