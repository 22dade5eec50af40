"""Text made into words that can be compared: the one analysis that documents and searches share.

Case and accents are folded, words are stemmed in their language, and stop words fall away unless nothing else is left.
Scripts that put no blanks between words are taken as pairs of letters. Nothing a person types has a meaning of its own:
operators, wildcards and quotes are plain text. Functions live on the module because search engines pickle them.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import snowballstemmer

from app.foundation.text import cleaned
from app.search.stop_words import STOP_WORDS

#: Goes up with every change that makes indexed words differ; part of each document's digest.
ANALYSIS = "1"
LONGEST_QUERY = 4000
MOST_TOKENS = 48
LONGEST_WORD = 64

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_LETTERS_FOLDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_ELIDING = frozenset({"fr", "it", "ca"})

# Han, kana, Hangul, Thai, Lao, Burmese and Khmer are written without blanks, or glue endings to words.
_UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1100-\u11ff\u1780-\u17dd\u3005-\u3007\u3041-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
)
_MARKS = "".join(
    re.escape(chr(point))
    for start, end in ((0x300, 0x3100), (0xA600, 0xAC00), (0xFE00, 0xFE30))
    for point in range(start, end)
    if unicodedata.category(chr(point)).startswith("M") and not re.match(f"[{_UNSPACED}]", chr(point))
)
_LETTER = rf"(?:[0-9A-Za-z]++|(?![{_UNSPACED}_])[\w{_MARKS}])"
_CHUNK = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<sharp>(?<!\w)[A-Za-z](?:\+\+|\#)(?!\w))"
    rf"|(?P<word>{_LETTER}+(?:['’._\-]{_LETTER}+)*)"
    r"|(?P<picture>[\u2600-\u27bf\U0001f1e6-\U0001faff])"
)
_ANY_CHUNK = re.compile(re.sub(r"\?P<\w+>", "?:", _CHUNK.pattern))
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_JOINTS = re.compile(r"[._\-]")
_NO_QUOTES = str.maketrans("", "", "'’")
_IDENTIFIER = re.compile(r"(?=.*\d\d)(?=.*[a-z])[a-z]{1,12}\d[a-z0-9]*|0x[0-9a-f]{2,16}|\d+[a-z]+\d+[a-z0-9]*|\d{5,20}")
_NONE: frozenset[str] = frozenset()
_VERSION = re.compile(r"v?\d{1,5}(?:\.\d{1,6}){2,4}")


@dataclass(frozen=True)
class Located:
    """The tokens that stand for one stretch of a text, from `start` up to but not including `end` (in characters)."""

    start: int
    end: int
    tokens: tuple[str, ...]


@dataclass
class Counted:
    """The words of a text without their order: how often each token occurs, and the spellings."""

    tokens: dict[str, int] = field(default_factory=dict)
    spellings: set[str] = field(default_factory=set)

    def add(self, other: Counted) -> None:
        """Count the words of another text, too."""
        tokens = self.tokens
        for token, count in other.tokens.items():
            tokens[token] = tokens.get(token, 0) + count
        self.spellings |= other.spellings


def base_language(language: str) -> str:
    """The language without its region or script: `pt` for `pt-BR`."""
    return language.partition("-")[0].lower()


@lru_cache(maxsize=65536)
def folded_word(word: str) -> str:
    """The word case folded and without accents; marks that make another letter of it stay (`が`, `й`)."""
    if word.isascii():
        return word.lower()
    kept: list[str] = []
    for letter in unicodedata.normalize("NFKD", word.casefold()):
        if not (_is_accent(letter) and not (letter == "\u0306" and kept and kept[-1] == "и")):
            kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept)).translate(_LETTERS_FOLDED)


def stemmed(word: str, language: str) -> str:
    """The folded word's stem in this language (base code), the word itself where no stemmer is known."""
    return _stemmed(word, language) if language in _STEMMERS and len(word) > 2 else word


def index_tokens(text: str, language: str) -> list[str]:
    """All tokens of a document's text, in order, without stop words."""
    language = base_language(language)
    return [token for each in _located(text, language, is_query=False) for token in each.tokens]


def counted(text: str, language: str) -> Counted:
    """What `index_tokens` and `spellings` give, counted in one go through the text."""
    language = base_language(language)
    stops = STOP_WORDS.get(language, frozenset())
    found = Counted()
    tokens = found.tokens
    for chunk, count in Counter(_ANY_CHUNK.findall(text)).items():
        if _UNSPACED_RUN.match(chunk):
            own: Iterable[str] = [token for each in _letter_pairs(chunk, 0, is_query=False) for token in each.tokens]
        elif chunk[0].isalnum() and chunk[-1] not in "+#":
            own = _word_tokens(chunk, language, stops)
            found.spellings.update(_spellings_of(chunk))
        else:
            own = [token for each in _located(chunk, language, is_query=False) for token in each.tokens]
            found.spellings.update(spellings(chunk))
        for token in own:
            tokens[token] = tokens.get(token, 0) + count
    return found


def located_tokens(text: str, language: str) -> Iterator[Located]:
    """Where the tokens of `index_tokens` stand in the text; letters of unspaced scripts come as pairs."""
    return _located(text, base_language(language), is_query=False)


def located_words(text: str, language: str) -> Iterator[Located]:
    """Where the stems of all words stand in the text, stop words too, so that phrases can be compared word by word.

    Each has one token: what hyphens join counts as one word where it could be written so (`e-mail`), else as its parts.
    Letters of unspaced scripts come one by one.
    """
    language, end = base_language(language), 0
    for each in _located(text, "", is_query=False, stem_language=language):
        if each.start < end:
            continue
        end = each.end
        tokens = each.tokens
        if len(tokens) > 1 and tokens[-1] in _word_tokens(_JOINTS.sub("", text[each.start : end]), language, _NONE):
            tokens = tokens[-1:]
        for token in tokens:
            yield Located(each.start, end, (token,))


def query_tokens(text: str, language: str) -> tuple[str, ...]:
    """What to look for: each token once, in order, at most `MOST_TOKENS`; stop words only when nothing else is left."""
    language = base_language(language)
    text = cleaned(text[: LONGEST_QUERY * 2])[:LONGEST_QUERY]
    tokens = _distinct(_located(text, language, is_query=True))
    return tokens or _distinct(_located(text, "", is_query=True, stem_language=language))


def pin_term(question: str, language: str) -> str:
    """The form in which a question is compared with those that editors pin documents to: its tokens, in no order."""
    return "+".join(sorted(query_tokens(question, language)))


def pin_terms(questions: Iterable[str], language: str) -> list[str]:
    """`pin_term` of each question that has one."""
    return [term for question in questions if (term := pin_term(question, language))]


def content_words(text: str, language: str) -> tuple[str, ...]:
    """The stems of the words that say what a text is about, each once, in order; none when all are stop words.

    Scripts without blanks have words of about two letters, so two letters each stand for one.
    """
    language = base_language(language)
    stops = STOP_WORDS.get(language, frozenset())
    found: dict[str, None] = {}
    for match in _CHUNK.finditer(cleaned(text[:LONGEST_QUERY])):
        if match.lastgroup == "unspaced":
            letters = [folded_word(letter) for letter in match.group()]
            found |= dict.fromkeys("".join(letters[place : place + 2]) for place in range(0, len(letters), 2))
        elif match.lastgroup == "word":
            if tokens := _word_tokens(match.group(), language, stops):
                found["-".join(tokens)] = None
        elif match.lastgroup == "sharp":
            found[match.group().lower()] = None
    return tuple(found)


def spellings(text: str) -> Iterator[str]:
    """The folded, unstemmed words of a text that a speller can use: letters only, three or more."""
    for _start, _end, part in _parts(text):
        word = folded_word(part)
        if 3 <= len(word) <= 40 and word.isalpha():
            yield word


_spellings_of = lru_cache(maxsize=65536)(lambda chunk: tuple(spellings(chunk)))


def located_spellings(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the words of a text stand that a speller may look at: start, end, folded word."""
    for start, end, part in _parts(text):
        word = folded_word(part)
        if word.isalpha():
            yield start, end, word


def plain_words(text: str) -> list[str]:
    """The folded words of a text as they stand, unstemmed; in unspaced scripts every letter is a word."""
    found: list[str] = []
    for match in _CHUNK.finditer(cleaned(text)):
        if match.lastgroup == "unspaced":
            found += [folded_word(letter) for letter in match.group()]
        elif match.lastgroup == "word":
            folded = folded_word(match.group()).translate(_NO_QUOTES)
            found += [word for word in _JOINTS.split(folded) if word]
        else:
            found.append(match.group().lower())
    return found


def spelled_words(text: str) -> Iterator[str]:
    """The words of a text as they are written, for a search that knows nothing of stems; unspaced runs stay whole."""
    for match in _CHUNK.finditer(cleaned(text[:LONGEST_QUERY])):
        yield match.group()[:LONGEST_WORD]


def identifiers(text: str) -> tuple[str, ...]:
    """The error codes, product numbers and versions in a text, each once, written alike: `kb1234` for `KB-1234`."""
    found: dict[str, None] = {}
    for match in _CHUNK.finditer(text):
        if match.lastgroup == "word":
            spelled = dict.fromkeys((match.group(), *_JOINTS.split(match.group())))
            found |= dict.fromkeys(compact for word in spelled if (compact := compact_identifier(word)))
    return tuple(found)


def compact_identifier(word: str) -> str:
    """The identifier that a word is, written without hyphens; empty when it is none."""
    plain = folded_word(word[:LONGEST_WORD])
    if _VERSION.fullmatch(plain):
        return plain.removeprefix("v")
    compact = re.sub(r"[_\-]", "", plain)
    return compact if _IDENTIFIER.fullmatch(compact) else ""


def is_stop_word(word: str, language: str) -> bool:
    """Whether a folded word says nothing in this language (base code)."""
    return word in STOP_WORDS.get(language, frozenset())


def _is_accent(letter: str) -> bool:
    kind = unicodedata.combining(letter)
    return kind >= 200 or 10 <= kind <= 36


_stemmers = threading.local()


@lru_cache(maxsize=200_000)
def _stemmed(word: str, language: str) -> str:
    # A stemmer keeps the word at hand in itself, so each thread has its own.
    own: dict[str, Any] = _stemmers.__dict__
    stemmer = own.get(language)
    if stemmer is None:
        stemmer = own[language] = snowballstemmer.stemmer(_STEMMERS[language])
    return str(stemmer.stemWord(word))


def _distinct(located: Iterable[Located]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for each in located:
        found |= dict.fromkeys(each.tokens)
        if len(found) >= MOST_TOKENS:
            break
    return tuple(found)[:MOST_TOKENS]


def _located(text: str, language: str, *, is_query: bool, stem_language: str | None = None) -> Iterator[Located]:
    stops = STOP_WORDS.get(language, frozenset())
    stems = language if stem_language is None else stem_language
    for match in _CHUNK.finditer(text):
        kind = match.lastgroup
        if kind == "word":
            tokens = _word_tokens(match.group(), stems, stops)
            if tokens:
                yield Located(match.start(), match.end(), tokens)
        elif kind == "unspaced":
            yield from _letter_pairs(match.group(), match.start(), is_query=is_query)
        else:
            yield Located(match.start(), match.end(), (match.group().lower(),))


@lru_cache(maxsize=65536)
def _word_tokens(chunk: str, language: str, stops: frozenset[str]) -> tuple[str, ...]:
    parts = _JOINTS.split(chunk)
    tokens = []
    for part in parts:
        word = _without_apostrophes(folded_word(part[:LONGEST_WORD]), language)
        if word and word not in stops:
            tokens.append(stemmed(word, language))
    if len(parts) > 1:
        joined = compact_identifier(chunk) or ("" if "." in chunk or len(parts) > 3 else folded_word("".join(parts)))
        if joined and joined not in stops:
            tokens.append(stemmed(joined[:LONGEST_WORD], language))
    return tuple(tokens)


def _without_apostrophes(word: str, language: str) -> str:
    if "'" not in word and "’" not in word:
        return word
    first, *rest = word.replace("’", "'").split("'")
    if language in _ELIDING and rest:
        return rest[-1]
    if rest and rest[-1] == "s":
        rest.pop()
    return first + "".join(rest)


def _letter_pairs(run: str, start: int, *, is_query: bool) -> Iterator[Located]:
    """Pairs of neighbouring letters. Documents also hold the single ones, which a query of one letter looks for."""
    letters = [folded_word(letter) for letter in run]
    if len(run) == 1 or not is_query:
        for place, letter in enumerate(letters):
            yield Located(start + place, start + place + 1, (letter,))
    for place in range(len(letters) - 1):
        yield Located(start + place, start + place + 2, (letters[place] + letters[place + 1],))


def _parts(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _CHUNK.finditer(text):
        if match.lastgroup != "word":
            continue
        at = match.start()
        for part in re.split(r"([._\-])", match.group()):
            if part not in "._-":
                bare = re.split(r"['’]", part)[0] if part[-2:].lower() in ("'s", "’s") else part
                yield at, at + len(bare), bare
            at += len(part)
