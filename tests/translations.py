"""The translations of the interface, for those who add words: `python -m tests.translations update`.

    update              take the marked words of app/ into every messages.po, and compile them
    missing de          list what German lacks, as JSON to be filled in (without a language: how many each lacks)
    merge de words.json take translations in: {"Send": "Senden", "%(num)s article": ["%(num)s Artikel", …]}

Words are known by their English text. Of plurals the singular is the key, and the list has one text a plural form of
the language, in the order of the header `Plural-Forms` of its messages.po.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.web.translating import INTERFACE_LANGUAGES
from config import ROOT

FOLDER = ROOT / "app" / "web" / "translations"
LANGUAGES = tuple(language for language in INTERFACE_LANGUAGES if language != "en")
_KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
#: What the header of a file would change with every run or machine; who and when is in the history.
_PASSING = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator|Language-Team|Generated-By): .*\n',
    re.MULTILINE,
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|(\{\w+\})")
_TAG = re.compile(r"</?[a-z]+(?: [^>]*)?>")


def po_path(language: str) -> Path:
    """Where the translations of a language are written."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def extracted() -> Catalog:
    """Every marked word in app/, from code and templates."""
    with (FOLDER / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = Catalog(charset="utf-8")
    for name, _line, message, comments, context in extract_from_dir(
        ROOT / "app", method_map=methods, options_map=options, keywords=_KEYWORDS, comment_tags=("For translators:",)
    ):
        found.add(message, locations=[(f"app/{name}", 0)], auto_comments=comments, context=context)
    return found


def catalog(language: str) -> Catalog:
    """What is translated into a language; empty for a new one."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Help centre", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(known: Catalog) -> list[Message]:
    """The messages of a catalog without its header."""
    return [message for message in known if message.id]


def key_of(message: Message) -> str:
    """The English text that a message is known by: of plurals the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def texts_of(message: Message) -> list[str]:
    """The translations of a message: one, or one a plural form; empty ones where it is not translated."""
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def update() -> None:
    """Bring every language up to the marked words: new ones are added empty, those that are gone are dropped."""
    template = extracted()
    for language in LANGUAGES:
        known = catalog(language)
        known.update(template, no_fuzzy_matching=True)
        known.obsolete.clear()
        save(language, known)


def save(language: str, known: Catalog) -> None:
    """Write the translations of a language, and compile them beside."""
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    known.fuzzy = False
    known.header_comment = f"# The interface in {known.locale.english_name}. See README.md beside this folder."
    with path.open("wb") as file:
        write_po(file, known, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    path.write_text(_PASSING.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog(language))


def missing(language: str) -> dict[str, str | list[str]]:
    """The words without a translation, with empty places for one."""
    known = catalog(language)
    lacking = [message for message in messages(known) if not all(texts_of(message)) or message.fuzzy]
    return {key_of(each): [""] * known.num_plurals if each.pluralizable else "" for each in lacking}


def merge(language: str, translated: dict[str, str | list[str]]) -> list[str]:
    """Take translations in and compile them; what was not taken, in words."""
    known = catalog(language)
    by_key = {key_of(message): message for message in messages(known)}
    refused = []
    for key, text in translated.items():
        message = by_key.get(key)
        if message is None:
            refused.append(f"No page says: {key}")
            continue
        texts = [text] if isinstance(text, str) else text
        wanted = known.num_plurals if message.pluralizable else 1
        problem = f"{len(texts)} forms, not {wanted}" if len(texts) != wanted else problem_of(message, texts)
        if problem:
            refused.append(f"{problem}: {key}")
        elif all(texts):
            message.string = tuple(texts) if message.pluralizable else texts[0]
            message.flags.discard("fuzzy")
    save(language, known)
    return refused


def problem_of(message: Message, texts: list[str]) -> str:
    """What is wrong with translations beside the message, in a few words; empty when nothing is.

    A form for one or two things may leave their number out.
    """
    english = message.id if isinstance(message.id, tuple) else (message.id,)
    placeholders = {name for text in english for name in _names(text)}
    optional = {"num"} if message.pluralizable else set()
    for text in filter(None, texts):
        if set(_names(text)) - placeholders or placeholders - optional - set(_names(text)):
            return f"placeholders differ in “{text}”"
        if sorted(_TAG.findall(text)) != sorted(_TAG.findall(english[-1])):
            return f"tags differ in “{text}”"
        if ('"' in text and '"' not in english[0]) or "<" in _TAG.sub("", text):
            return f"a sign that HTML cannot hold there in “{text}”"
        if re.search(r"%(?!\(\w+\)s|%)", text):
            return f"a lone % in “{text}”"
        if text != text.strip() and english[0] == english[0].strip():
            return f"blanks around “{text}”"
    return ""


def _names(text: str) -> Iterator[str]:
    for found in _PLACEHOLDER.finditer(text):
        yield found[1] or found[2]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(arguments: list[str]) -> int:
    """Run one of the commands above; returns an exit status."""
    match arguments:
        case ["update"]:
            update()
        case ["missing"]:
            for language in LANGUAGES:
                _say(f"{language}: {len(missing(language))} of {len(messages(catalog(language)))}")
        case ["missing", language] if language in LANGUAGES:
            _say(json.dumps(missing(language), ensure_ascii=False, indent=2))
        case ["merge", language, name] if language in LANGUAGES:
            refused = merge(language, json.loads(Path(name).read_text(encoding="utf-8")))
            for line in refused:
                _say(line)
            return 1 if refused else 0
        case _:
            _say(__doc__ or "")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
