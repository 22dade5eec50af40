"""Putting the glossary's explanations into an article: the first time a term occurs, in running text only.

Done when a page is drawn and not when an article is published: a changed term shows at once, in every article, and kept
pages pay nothing. Without script a term is a link to the glossary; `article.js` shows the explanation in place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

from app.knowledge.glossary import Explained

_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\"[^\"]*\"|[^\">])*>|([^<]+)")
_WORD = re.compile(r"\w+")
#: Inside of these nothing is explained: they lead elsewhere, stand for themselves, or are no running text.
_UNTOUCHED = frozenset("a button code pre kbd samp h1 h2 h3 h4 h5 h6 summary label dfn abbr sup".split())
#: Languages without blanks between words.
_UNSPACED = frozenset({"ja", "th", "zh"})
_ENDINGS = {"en": ("s", "es"), "es": ("s", "es"), "fr": ("s", "x"), "de": ("s", "es", "e", "n", "en", "er", "ern")}


@dataclass(frozen=True)
class Explainer:
    """The terms of one language, ready to be found. `by_word` holds (pattern, term) by the first word in lower case."""

    by_word: dict[str, list[tuple[re.Pattern[str], Explained]]] = field(default_factory=dict)
    unspaced: tuple[tuple[re.Pattern[str], Explained], ...] = ()

    @classmethod
    def of(cls, terms: Iterable[Explained], language: str) -> Explainer:
        """Make terms of one language ready; those in other languages are left out."""
        own = [each for each in terms if each.language == language]
        base = language.partition("-")[0]
        if base in _UNSPACED:
            patterns = [(re.compile("|".join(map(re.escape, _longest_first(each)))), each) for each in own]
            return cls(unspaced=tuple(patterns))
        by_word: dict[str, list[tuple[re.Pattern[str], Explained]]] = {}
        for each in own:
            for form in _inflected(_longest_first(each), base):
                words = _WORD.search(form)
                if words is not None and words.start() == 0:
                    by_word.setdefault(words[0].lower(), []).append((_pattern(form), each))
        for patterns_of_word in by_word.values():
            patterns_of_word.sort(key=lambda pair: -len(pair[0].pattern))
        return cls(by_word=by_word)

    def explained(self, html: Markup, *, article_id: int = 0) -> Markup:
        """The HTML of an article with each term explained where it occurs first.

        Args:
            html: as `markdown.render` gives it.
            article_id: the article itself, which needs no link to itself.
        """
        present = self.by_word.keys() & set(_WORD.findall(html.lower())) if self.by_word else set()
        if not self.unspaced and not present:
            return html
        words = re.compile(rf"(?<![\w&#-])(?:{'|'.join(map(re.escape, sorted(present)))})(?!\w)", re.IGNORECASE)
        starts = words if present else None
        seen = {pair[1].slug for pair in self._all() if article_id and pair[1].article_id == article_id}
        out: list[str] = []
        depth = 0
        wanted = {term.slug for _, term in self.unspaced}
        wanted |= {term.slug for word in present for _, term in self.by_word[word]}
        for token in _TOKEN.finditer(html):
            if wanted <= seen:
                out.append(html[token.start() :])
                break
            closing, tag, text = token.groups()
            if text is not None:
                out.append(text if depth else self._in_text(text, starts, seen))
                continue
            if tag.lower() in _UNTOUCHED:
                depth = max(0, depth - 1) if closing else depth + 1
            out.append(token[0])
        return Markup("".join(out))  # noqa: S704  # the renderer's HTML and links made here

    def _in_text(self, text: str, starts: re.Pattern[str] | None, seen: set[str]) -> str:
        found = sorted(self._found(text, starts, seen), key=lambda each: each[0])
        out, end = [], 0
        for start, stop, term in found:
            if start >= end:
                out += [text[end:start], _link(term, text[start:stop])]
                seen.add(term.slug)
                end = stop
        return "".join([*out, text[end:]])

    def _found(self, text: str, starts: re.Pattern[str] | None, seen: set[str]) -> Iterator[tuple[int, int, Explained]]:
        here: set[str] = set()
        for pattern, term in self.unspaced:
            match = pattern.search(text)
            if match and term.slug not in seen:
                yield match.start(), match.end(), term
        reached = 0
        for word in starts.finditer(text) if starts else ():
            if word.start() < reached:
                continue
            for pattern, term in self.by_word.get(word[0].lower(), ()):
                match = pattern.match(text, word.start())
                if match and term.slug not in seen and term.slug not in here:
                    here.add(term.slug)
                    reached = match.end()
                    yield match.start(), match.end(), term
                    break

    def _all(self) -> Iterator[tuple[re.Pattern[str], Explained]]:
        yield from self.unspaced
        for patterns in self.by_word.values():
            yield from patterns


def _longest_first(term: Explained) -> list[str]:
    return sorted({term.term, *term.forms}, key=lambda form: (-len(form), form))


def _inflected(forms: Sequence[str], base: str) -> Iterator[str]:
    for form in forms:
        yield form
        for ending in _ENDINGS.get(base, ()):
            yield form + ending
        if base == "en" and form.endswith("y") and not form.endswith(("ay", "ey", "oy", "uy")):
            yield form[:-1] + "ies"


def _pattern(form: str) -> re.Pattern[str]:
    """Whole words. Abbreviations are met as they are written only: IT is not “it”."""
    words = [re.escape(escape(word, quote=False)) for word in form.split()]
    is_exact = any(letter.isupper() for letter in form[1:])
    return re.compile(r"\s+".join(words) + r"(?![\w-])", 0 if is_exact else re.IGNORECASE)


def _link(term: Explained, words: str) -> str:
    more = (
        f' data-title="{escape(term.article_title)}" data-url="{escape(term.article_url)}"' if term.article_url else ""
    )
    return f'<a class="term" href="{term.url}" data-definition="{escape(term.definition)}"{more}>{words}</a>'
