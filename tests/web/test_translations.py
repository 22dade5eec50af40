"""The interface speaks each of its languages completely: nothing is missing, guessed, out of date or broken."""

from __future__ import annotations

import json

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import read_mo

from app.web.translating import INTERFACE_LANGUAGES
from tests import translations
from tests.translations import LANGUAGES, catalog, extracted, key_of, messages, po_path, problem_of, texts_of

ADVICE = "run 'make translations', then fill in what 'python -m tests.translations missing <language>' lists"


def entries(language: str) -> dict[tuple[str | None, object], Message]:
    """The messages of a language by what gettext finds them by."""
    return {(message.context, message.id): message for message in messages(catalog(language))}


@pytest.fixture(scope="module")
def marked() -> set[tuple[str | None, object]]:
    """What code and templates ask for."""
    return {(message.context, message.id) for message in messages(extracted())}


def test_the_folder_holds_the_languages_that_the_interface_speaks() -> None:
    assert {path.name for path in translations.FOLDER.iterdir() if path.is_dir()} == set(INTERFACE_LANGUAGES) - {"en"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_of_a_language_holds_every_marked_word_and_no_other(
    marked: set[tuple[str | None, object]], language: str
) -> None:
    known = set(entries(language))
    assert not marked - known, f"not in {language}: {ADVICE}"
    assert not known - marked, f"said nowhere, but in {language}: {ADVICE}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated_and_none_is_guessed(language: str) -> None:
    assert not list(translations.missing(language)), f"not translated into {language}: {ADVICE}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_are_those_of_the_english_text(language: str) -> None:
    found = ((key_of(message), problem_of(message, texts_of(message))) for message in messages(catalog(language)))
    assert not [(key, problem) for key, problem in found if problem]


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_every_form_of_their_language(language: str) -> None:
    known = catalog(language)
    plurals = [message for message in messages(known) if message.pluralizable]
    assert plurals
    assert {len(texts_of(message)) for message in plurals} == {known.num_plurals}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_says_the_same_as_what_is_written(language: str) -> None:
    with po_path(language).with_suffix(".mo").open("rb") as file:
        compiled = {(message.context, key_of(message)): texts_of(message) for message in messages(read_mo(file))}
    written = {(message.context, key_of(message)): texts_of(message) for message in messages(catalog(language))}
    assert _with_text(compiled) == _with_text(written), ADVICE


def _with_text(texts: dict[tuple[str | None, str], list[str]]) -> dict[tuple[str | None, str], list[str]]:
    return {key: each for key, each in texts.items() if any(each)}


def test_a_translation_that_lost_a_placeholder_is_refused() -> None:
    message = Message("%(num)s article", locations=[("a", 1)])
    assert problem_of(message, ["Artikel"])
    assert problem_of(message, ["%(zahl)s Artikel"])
    assert problem_of(message, ["100 % von %(num)s"])
    assert not problem_of(message, ["%(num)s Artikel"])


def test_a_translation_that_breaks_the_page_is_refused() -> None:
    message = Message('See <a href="%(url)s">there</a>')
    assert problem_of(message, ['Siehe <b href="%(url)s">dort</b>'])
    assert problem_of(message, ['Siehe <a href="%(url)s">dort'])
    assert problem_of(Message("Search"), ['"Suche"'])
    assert not problem_of(message, ['Siehe <a href="%(url)s">dort</a>'])


def test_the_form_for_one_may_leave_its_number_out() -> None:
    message = Message(("%(num)s result for %(query)s", "%(num)s results for %(query)s"))
    assert not problem_of(message, ["Ein Ergebnis für %(query)s", "%(num)s Ergebnisse für %(query)s"])
    assert problem_of(message, ["Ein Ergebnis", "%(num)s Ergebnisse für %(query)s"])


def test_what_is_missing_can_be_written_down_as_json() -> None:
    assert all(json.loads(json.dumps(translations.missing(language))) is not None for language in LANGUAGES)
