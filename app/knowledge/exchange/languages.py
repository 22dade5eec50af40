"""In which language a file is written, and which files are one article in several languages.

Names are trusted only with evidence: `built_in.md` is no Italian, so a language in a name counts when another file has
the same name in another language or in none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

_CODES = frozenset(
    [
        "af",
        "am",
        "ar",
        "az",
        "be",
        "bg",
        "bn",
        "bs",
        "ca",
        "cs",
        "cy",
        "da",
        "de",
        "el",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fa",
        "fi",
        "fr",
        "ga",
        "gl",
        "gu",
        "he",
        "hi",
        "hr",
        "hu",
        "hy",
        "id",
        "is",
        "it",
        "ja",
        "ka",
        "kk",
        "km",
        "kn",
        "ko",
        "ky",
        "lo",
        "lt",
        "lv",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "mt",
        "my",
        "nb",
        "ne",
        "nl",
        "nn",
        "no",
        "pa",
        "pl",
        "ps",
        "pt",
        "ro",
        "ru",
        "rw",
        "si",
        "sk",
        "sl",
        "so",
        "sq",
        "sr",
        "sv",
        "sw",
        "ta",
        "te",
        "tg",
        "th",
        "tk",
        "tl",
        "tr",
        "tt",
        "uk",
        "ur",
        "uz",
        "vi",
        "xh",
        "yo",
        "zh",
        "zu",
    ]
)
_CODE = r"[a-z]{2}(?:[-_](?:[A-Z]{2}|[A-Z][a-z]{3}|[a-z]{2}))?"
_CERTAIN = re.compile(rf"^(?P<stem>.+)\._(?P<code>{_CODE})$")
_LIKELY = re.compile(rf"^(?P<stem>.+?)[._](?P<code>{_CODE})$")
_I18N = re.compile(
    rf"^(?P<before>.*?)i18n/(?P<code>{_CODE})/(?:docusaurus-plugin-content-docs/(?:current|version-[^/]+)/)?(?P<rest>.+)$"
)


@dataclass(frozen=True)
class Spoken:
    """The language of a file, or "" when nothing names one, and the key that it shares with its translations."""

    language: str
    group: str


def language_code(word: object) -> str:
    """A language as BCP 47 writes it (`pt_br` is `pt-BR`), or "" when it is none."""
    parts = re.split(r"[-_]", str(word).strip()) if isinstance(word, str) else []
    if not parts or parts[0].lower() not in _CODES or len(parts) > 2:
        return ""
    if len(parts) == 1:
        return parts[0].lower()
    if not re.fullmatch(r"[A-Za-z]{2}|[A-Za-z]{4}", parts[1]):
        return ""
    return f"{parts[0].lower()}-{parts[1].upper() if len(parts[1]) == 2 else parts[1].capitalize()}"


def by_path(paths: Iterable[str]) -> dict[str, Spoken]:
    """What the paths alone tell of each file's language and group."""
    known = sorted(paths)
    stems = {_stemmed(path) for path in known}
    by_suffix = _suffixed(known, stems)
    folders = _language_folders(known)
    found = {}
    for path in known:
        translated = _I18N.match(path)
        if translated and language_code(translated["code"]):
            found[path] = Spoken(
                language_code(translated["code"]), _docs_path(translated["before"], translated["rest"], stems)
            )
            continue
        stem, code = by_suffix.get(path, (_stemmed(path), ""))
        for position, part in enumerate(PurePosixPath(path).parent.parts):
            if "/".join(PurePosixPath(path).parts[: position + 1]) in folders:
                pieces = stem.split("/")
                stem, code = "/".join(pieces[:position] + pieces[position + 1 :]), code or language_code(part)
                break
        found[path] = Spoken(code, stem)
    return found


def permalink_language(permalink: str, all_permalinks: Iterable[str] | frozenset[str]) -> tuple[str, str]:
    """The language that an address such as `/es/help/` starts with and the rest of it, when the rest is an address too.

    Gives ("", permalink) otherwise.
    """
    first, _, rest = permalink.strip("/").partition("/")
    code = language_code(first)
    if code and f"/{rest}" in all_permalinks:
        return code, f"/{rest}"
    return "", permalink


def _stemmed(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))


def _suffixed(paths: list[str], stems: set[str]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    likely: dict[str, dict[str, str]] = defaultdict(dict)
    for path in paths:
        stem = _stemmed(path)
        certain = _CERTAIN.match(stem)
        if certain and language_code(certain["code"]):
            found[path] = (certain["stem"], language_code(certain["code"]))
            continue
        match = _LIKELY.match(stem)
        if match and language_code(match["code"]):
            likely[match["stem"]][path] = language_code(match["code"])
    for stem, files in likely.items():
        if stem in stems or len(set(files.values())) > 1:
            found |= {path: (stem, code) for path, code in files.items()}
    return found


def _language_folders(paths: list[str]) -> set[str]:
    """The folders that hold translations of what lies beside them, or beside them in another language's folder."""
    below: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        parts = path.split("/")
        for depth in range(1, min(len(parts), 4)):
            if language_code(parts[depth - 1]):
                below["/".join(parts[:depth])].add("/".join(parts[depth:]))
    known = set(paths)
    found = set()
    for folder, rests in below.items():
        before = folder.rpartition("/")[0]
        prefix = f"{before}/" if before else ""
        others = [rest for other, rest in below.items() if other != folder and other.rpartition("/")[0] == before]
        if any(rests & other for other in others) or any(prefix + rest in known for rest in rests):
            found.add(folder)
    return found


def _docs_path(before: str, rest: str, stems: set[str]) -> str:
    stem = _stemmed(rest)
    for folder in ("docs/", "", "content/"):
        if f"{before}{folder}{stem}" in stems:
            return f"{before}{folder}{stem}"
    return f"{before}docs/{stem}"
