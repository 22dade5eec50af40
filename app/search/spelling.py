""" "Did you mean": words that the site does not know, one slip of the finger away from words that it knows.

Every word that one slip could have come from is looked up, which costs the same however large the site is. A wrong
correction annoys more than a missing one: names, codes, everyday words and doubtful guesses are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from app.search import words
from app.search.engines.base import Engine, Query
from app.search.everyday_words import EVERYDAY_WORDS

SHORTEST = 4
LONGEST = 24
MOST_CORRECTIONS = 4
#: From so many documents on, a word that only one holds is taken for a slip in that one.
MANY_DOCUMENTS = 200
#: Words that are less common elsewhere are not believed to be meant.
MOST_RANK = 30_000
RankOf = Callable[[str], int | None]
_JOINTS = frozenset("._-/@")
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
    "αβγδεζηθικλμνξοπρστυφχψως",
    "אבגדהוזחטיכלמנסעפצקרשתםןץףך",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويءةىئؤآأإ",
)


def one_slip(word: str, *, up_to: int | None = None) -> Iterator[str]:
    """Every word that differs by one letter left out, put in, taken for another, or by two neighbours swapped.

    Args:
        up_to: how many letters at the beginning may all be right; None is all of them.
    """
    alphabet = next((letters for letters in _ALPHABETS if word[0] in letters), "".join(sorted(set(word))))
    for place in range((len(word) if up_to is None else up_to) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in alphabet:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


def best_of(word: str, known: Mapping[str, int], *, least: int = 1) -> str | None:
    """The likeliest of the known words that `least` documents hold: the most frequent, then by alphabet.

    Another first letter is not believed: too many words rhyme.
    """
    likely = [each for each, count in known.items() if count >= least and _is_likely(word, each)]
    return min(likely, key=lambda each: (each[0] != word[0], -known[each], each)) if likely else None


def corrected(
    text: str,
    engine: Engine,
    *,
    languages: Sequence[str],
    readers: frozenset[str],
    rank_of: RankOf | None = None,
    is_word: Callable[[str, str], bool] = lambda word, language: False,
) -> str | None:
    """The text with its unknown words corrected from texts that these readers may find; None when nothing was.

    Args:
        languages: languages of documents, the reader's first: its words are the likeliest. A word that any of them
            knows is left alone.
        rank_of: how common a word is elsewhere, None for an unknown one: a known one is left alone.
        is_word: whether something besides the documents knows a folded word of a language.
    """
    spots = [
        (start, end, word)
        for start, end, word in _doubtful(text, languages)
        if (rank_of is None or rank_of(word) is None) and not any(is_word(word, language) for language in languages)
    ]
    if not spots:
        return None
    known = _Known(engine, languages, readers)
    replacements: dict[str, str] = {}
    for word in known.doubted(dict.fromkeys(word for _start, _end, word in spots)):
        meant = known.meant_by(word)
        if meant is not None:
            replacements[word] = meant
    return _replaced(text, spots, replacements) if replacements else None


def repaired(text: str, languages: Sequence[str], rank_of: RankOf, known: Collection[str]) -> str:
    """The text with words that nobody knows made the most common word that is one slip away; itself when there is none.

    It is nothing to show: the word may be a name. To an encoder both say the same, and the nearer one counts.

    Args:
        rank_of: how common a word is, 0 the most; None for an unknown one.
        known: words that the site itself knows.
    """
    spots = [spot for spot in _doubtful(text, languages) if spot[2] not in known and rank_of(spot[2]) is None]
    replacements = {}
    for word in list(dict.fromkeys(word for _start, _end, word in spots))[:MOST_CORRECTIONS]:
        ranks = {
            each: -rank for each in set(one_slip(word)) if len(each) >= SHORTEST and (rank := rank_of(each)) is not None
        }
        best = best_of(word, ranks, least=-MOST_RANK)
        if best is not None:
            replacements[word] = best
    return _replaced(text, spots, replacements)


def doubtful_words(text: str, languages: Sequence[str]) -> set[str]:
    """The words that could be slips: long enough, and neither everyday words, names nor parts of codes."""
    return {word for _start, _end, word in _doubtful(text, languages)}


def _doubtful(text: str, languages: Sequence[str]) -> list[tuple[int, int, str]]:
    return [
        (start, end, word)
        for start, end, word in words.located_spellings(text)
        if SHORTEST <= len(word) <= LONGEST and _is_plain(text, start, end) and not _is_everyday(word, languages)
    ]


def _replaced(text: str, spots: Sequence[tuple[int, int, str]], replacements: Mapping[str, str]) -> str:
    for start, end, word in reversed(spots):
        if word in replacements:
            text = text[:start] + replacements[word] + text[end:]
    return text


def _is_likely(word: str, meant: str) -> bool:
    is_other_letter = len(word) == len(meant) and sorted(word) != sorted(meant)
    return not is_other_letter or word[0] == meant[0]


def _is_plain(text: str, start: int, end: int) -> bool:
    """Whether nothing about a word's looks says that it is a name or part of a code."""
    word = text[start:end]
    is_alone = not (text[:start][-1:].isalnum() or text[end : end + 1].isalnum() or text[:start][-1:] in _JOINTS)
    is_lower = word.islower() or not word.isascii() or text.isupper() or (not text[:start].strip() and word.istitle())
    return is_alone and is_lower and (text[end : end + 1] not in _JOINTS or not text[end + 1 : end + 2].isalnum())


def _is_everyday(word: str, languages: Iterable[str]) -> bool:
    return any(
        words.is_stop_word(word, base) or words.stemmed(word, base) in _everyday_stems(base)
        for base in map(words.base_language, languages)
    )


@lru_cache
def _everyday_stems(base: str) -> frozenset[str]:
    return frozenset(words.stemmed(word, base) for word in EVERYDAY_WORDS.get(base, ()))


def _is_stop_word(word: str, languages: Iterable[str]) -> bool:
    return any(words.is_stop_word(word, words.base_language(language)) for language in languages)


class _Known:
    """The words of a site that these readers may know of: those of its texts, and those of learned questions.

    Customers misspell, and two can make the same slip. So a word that learned questions alone hold is itself taken for
    a slip of a word of the texts, when that is one slip away and stands in at least as many documents. It is none when
    it is another form of a word of the texts.
    """

    def __init__(self, engine: Engine, languages: Sequence[str], readers: frozenset[str]) -> None:
        self._engine = engine
        self._languages = languages
        self._readers = readers
        documents = sum(count for language, count in engine.languages(readers).items() if language in languages)
        self._least = 2 if documents >= MANY_DOCUMENTS else 1
        self._bases = tuple(dict.fromkeys(map(words.base_language, languages)))

    def doubted(self, asked: Iterable[str]) -> list[str]:
        """Those of these words that stand in no text, at most `MOST_CORRECTIONS`."""
        asked = list(asked)
        in_texts = self._engine.frequencies(asked, self._languages, self._readers)
        rest = [word for word in asked if word not in in_texts]
        in_questions = self._in_questions(rest)
        unknown = set(self._unknown([word for word in rest if word not in in_questions]))
        return [word for word in rest if word in in_questions or word in unknown][:MOST_CORRECTIONS]

    def meant_by(self, word: str) -> str | None:
        """The word that was meant by one that stands in no text; None when there is none or it may be right."""
        near = self._near(word)
        times_asked = self._in_questions([word]).get(word, 0)
        if times_asked:
            return self._slip_of(word, near, times_asked)
        in_texts = self._in_texts(near)
        if in_texts:
            return best_of(word, in_texts, least=self._least)
        asked = self._in_questions(near)
        meant = best_of(word, asked, least=self._least)
        if meant is None or self._slip_of(meant, self._near(meant), asked[meant]) is not None:
            return None
        return meant

    def _slip_of(self, word: str, near: Collection[str], times_asked: int) -> str | None:
        in_texts = self._in_texts(near)
        if any(words.stemmed(word, base) == words.stemmed(each, base) for each in in_texts for base in self._bases):
            return None
        return best_of(word, in_texts, least=max(self._least, times_asked))

    def _near(self, word: str) -> set[str]:
        near = {each for each in one_slip(word) if len(each) >= SHORTEST}
        return {each for each in near if not _is_stop_word(each, self._languages)}

    def _in_texts(self, tried: Collection[str]) -> Mapping[str, int]:
        """How many documents hold them, in the reader's own language if any does there."""
        own = [each for each in self._languages if words.base_language(each) == self._bases[0]]
        return self._engine.frequencies(tried, own, self._readers) or self._engine.frequencies(
            tried, self._languages, self._readers
        )

    def _in_questions(self, tried: Collection[str]) -> Mapping[str, int]:
        return self._engine.frequencies(tried, self._languages, self._readers, in_questions=True)

    def _unknown(self, unknown: list[str]) -> list[str]:
        """Those of these words of which no text holds another form, either."""
        for base in self._bases:
            stems = {word: words.stemmed(word, base) for word in unknown}
            held = self._engine.weights(set(stems.values()), base) if stems else {}
            own = tuple(each for each in self._languages if words.base_language(each) == base)
            unknown = [
                word
                for word in unknown
                if stems[word] not in held
                # Only then is looked whether these readers may know of it: correcting or not would tell.
                or not self._engine.search(Query({base: (stems[word],)}, own, self._readers, limit=0)).total
            ]
        return unknown
