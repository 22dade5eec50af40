"""Passages: texts cut to pieces that can be shown, the piece that answers best, and its words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.search import words
from app.search.documents import Document

LONGEST_CHUNK = 420
"""Characters of a piece, about sixty words: as much as has one meaning."""
LONGEST_ANSWER = 900
"""Characters of what is shown as an answer."""
LONGEST_SNIPPET = 240
_SENTENCE_END = re.compile(r"(?:[.!?…](?=\s)|[。！？]|\n)\s*")
#: The end of a line that no mark ends, such as that of an item of a list.
_UNENDED = re.compile(r"(?<![.!?…:;,。！？：；，])\n")


@dataclass(frozen=True)
class Chunk:
    """A piece of a text under one heading. `tokens` are the distinct tokens of both, between blanks: ` a b `."""

    anchor: str
    heading: str
    text: str
    tokens: str


@dataclass(frozen=True)
class Snippet:
    """What is shown of a text: `plain`, and `html`, the same escaped with the words looked for in `<mark>`."""

    plain: str
    html: Markup
    heading: str
    anchor: str


@dataclass(frozen=True)
class Read:
    """The pieces that a document is shown in, and the words of its short answer and of its passages with headings."""

    chunks: tuple[Chunk, ...]
    short_answer: words.Counted
    body: words.Counted


def chunks_of(document: Document) -> tuple[Chunk, ...]:
    """The pieces that a document is shown in: its short answer, then its passages, cut at ends of sentences."""
    return read(document).chunks


def read(document: Document) -> Read:
    """Cut a document to pieces and count its words, looking at each word once."""
    short_answer, body = words.counted(document.short_answer, document.language), words.Counted()
    chunks = [_chunk("", "", document.short_answer, short_answer.tokens)] if document.short_answer.strip() else []
    for passage in document.passages:
        heading = words.counted(passage.heading, document.language)
        body.add(heading)
        for text in _pieces(passage.text.strip()):
            piece = words.counted(text, document.language)
            body.add(piece)
            chunks.append(_chunk(passage.anchor, passage.heading, text, heading.tokens | piece.tokens))
    return Read(tuple(chunks), short_answer, body)


def best_snippet(
    chunks: Sequence[Chunk],
    language: str,
    tokens: Sequence[str],
    weights: Mapping[str, float],
    *,
    otherwise: int = 0,
) -> Snippet:
    """The stretch of the chunk that holds most of what was looked for; the first one when several hold as much.

    Args:
        weights: how much each token says, such as its inverse document frequency; a token without one counts 1.
        otherwise: the number of the chunk to show when none holds any.
    """
    if not chunks:
        return Snippet("", Markup(""), "", "")
    wanted = {token: weights.get(token, 1.0) for token in tokens}

    def held(chunk: Chunk) -> float:
        return sum(weight for token, weight in wanted.items() if f" {token} " in chunk.tokens)

    best = max(chunks, key=held)
    if not held(best) and otherwise < len(chunks):
        best = chunks[otherwise]
    plain, html = _cut(best.text, language, wanted)
    return Snippet(plain, html, best.heading, best.anchor)


def whole_passage(chunks: Sequence[Chunk], at: int) -> Snippet:
    """All of the text under the heading of one chunk; when that is long, from this chunk on, cut between chunks."""
    if not chunks:
        return Snippet("", Markup(""), "", "")
    # What is known of meanings may be older than the text.
    at = at if at < len(chunks) else 0
    chosen = chunks[at]
    own = [
        number for number, each in enumerate(chunks) if (each.anchor, each.heading) == (chosen.anchor, chosen.heading)
    ]
    if sum(len(chunks[number].text) for number in own) > LONGEST_ANSWER:
        own = [number for number in own if number >= at]
    text, last = chunks[own[0]].text, own[0]
    for number in own[1:]:
        if number != last + 1 or len(text) + len(chunks[number].text) > LONGEST_ANSWER:
            break
        text, last = f"{text}\n{chunks[number].text}", number
    return Snippet(text, escape(text), chosen.heading, chosen.anchor)


def marked(text: str, language: str, tokens: Sequence[str]) -> Markup:
    """The whole text escaped, with the words that stand for one of the tokens in `<mark>`."""
    spots = _spots(text, language, frozenset(tokens))
    return _marked(text, [(start, end) for start, end, _found in spots])


def _chunk(anchor: str, heading: str, text: str, tokens: Iterable[str]) -> Chunk:
    return Chunk(anchor, heading, text, f" {' '.join(tokens)} ")


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > LONGEST_CHUNK:
        earliest, latest = start + LONGEST_CHUNK // 3, start + LONGEST_CHUNK
        ends = [match.end() for match in _SENTENCE_END.finditer(text, earliest, latest)]
        end = (ends[-1] if ends else text.rfind(" ", earliest, latest) + 1) or latest
        yield text[start:end].strip()
        start = end
    if text[start:].strip():
        yield text[start:].strip()


def _spots(text: str, language: str, wanted: frozenset[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    spots = []
    for each in words.located_tokens(text, language):
        found = tuple(token for token in each.tokens if token in wanted)
        if found:
            spots.append((each.start, each.end, found))
    return spots


def _cut(text: str, language: str, wanted: Mapping[str, float]) -> tuple[str, Markup]:
    spots = _spots(text, language, frozenset(wanted))
    start, end = _best_window(text, spots, wanted)
    inside = [(at - start, to - start) for at, to, _found in spots if at >= start and to <= end]
    before, after = ("… " if start else ""), (" …" if end < len(text) else "")
    # One letter for one letter, so that the places of the words stay right; no text holds a NUL.
    piece = _UNENDED.sub("\0", text[start:end]).replace("\n", " ")
    shown = escape(before) + _marked(piece, inside) + escape(after)
    return (before + piece + after).replace("\0", " · "), shown.replace("\0", " · ")


def _best_window(
    text: str, spots: Sequence[tuple[int, int, tuple[str, ...]]], wanted: Mapping[str, float]
) -> tuple[int, int]:
    if len(text) <= LONGEST_SNIPPET:
        return 0, len(text)
    best, chosen = -1.0, (0, 0)
    for first, (start, _end, _found) in enumerate(spots):
        last = first
        while last + 1 < len(spots) and spots[last + 1][1] - start <= LONGEST_SNIPPET - 40:
            last += 1
        held = sum(wanted[token] for token in {token for spot in spots[first : last + 1] for token in spot[2]})
        if held > best + 1e-9:
            best, chosen = held, (start, spots[last][1])
    slack = LONGEST_SNIPPET - (chosen[1] - chosen[0])
    start = max(0, min(chosen[0] - slack // 3, len(text) - LONGEST_SNIPPET))
    end = min(len(text), start + LONGEST_SNIPPET)
    return _at_words(text, start, end, chosen)


def _at_words(text: str, start: int, end: int, kept: tuple[int, int]) -> tuple[int, int]:
    if start:
        blank = text.find(" ", start, max(kept[0], start + 1))
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", kept[1], end + 1)
        end = blank if blank >= 0 else end
    return start, end


def _marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(end, joined[-1][1])
        else:
            joined.append([start, end])
    parts: list[Markup] = []
    at = 0
    for start, end in joined:
        parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*parts, escape(text[at:])])
