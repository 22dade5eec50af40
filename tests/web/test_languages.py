"""The interface in the reader's language: its words, its direction, its dates and numbers, and how it is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale, gettext, ngettext
from sqlalchemy.orm import Session

from app import create_app
from app.foundation.database import db
from app.web import templating
from app.web.languages import best_language
from app.web.translating import interface_language, locale_for
from config import Settings, SettingsError
from tests.make import Make
from tests.visitor import Visitor


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A site that offers every language of its interface, and one that it does not speak."""
    return replace(settings, languages="es, fr, de, ar, zh, pt-BR")


@pytest.fixture
def german_site(settings: Settings) -> Iterator[Visitor]:
    """A site whose own language is German."""
    site = create_app(replace(settings, default_language="de"))
    site.test_client_class = Visitor
    visitor = site.test_client()
    assert isinstance(visitor, Visitor)
    yield visitor
    with site.app_context():
        db.engine.dispose()
    site.extensions["carrier"].close()


def root(page: str) -> tuple[str, str]:
    """The language and the direction that a page declares for itself."""
    found = re.search(r'<html lang="([^"]+)" dir="([^"]+)"', page)
    assert found
    return found[1], found[2]


def said(app: Flask, language: str, words: str) -> str:
    """The words in a language."""
    with app.app_context(), force_locale(language):
        return str(gettext(words))


@pytest.mark.parametrize(
    ("asked", "declared"),
    [
        ("es", ("es", "ltr")),
        ("ar", ("ar", "rtl")),
        ("zh-CN,zh;q=0.9", ("zh", "ltr")),
        ("es-MX,en;q=0.5", ("es", "ltr")),
        ("en", ("en", "ltr")),
        ("nl", ("en", "ltr")),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(
    client: Visitor, asked: str, declared: tuple[str, str]
) -> None:
    assert root(client.get("/", headers={"Accept-Language": asked}).text) == declared


def test_every_kind_of_page_is_in_the_language_of_its_reader(app: Flask, client: Visitor) -> None:
    for language in ("es", "fr", "de", "ar", "zh"):
        skip = said(app, language, "Skip to the content")
        assert skip != "Skip to the content"
        for address in ("/", "/search", "/search?q=xyzzy", "/contact", "/sign-in", "/nothing/here"):
            page = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}").text
            assert root(page)[0] == language, address
            assert f">{skip}<" in page, address


def test_an_error_is_told_in_the_language_of_its_reader(app: Flask, client: Visitor) -> None:
    page = client.get("/nothing/here?lang=fr").text
    assert f"<h1>{said(app, 'fr', 'There is no page at this address')}</h1>" in page


def test_what_a_form_refuses_is_told_in_the_language_of_its_reader(app: Flask, client: Visitor) -> None:
    answer = client.submit("/sign-in?lang=de", "/sign-in", email="", password="x").text
    assert said(app, "de", "Enter your e-mail address.") in answer


def test_a_language_that_the_interface_does_not_speak_gets_the_site_s_own(german_site: Visitor) -> None:
    page = german_site.get("/?lang=pt-BR").text
    assert root(page)[0] == "de"


def test_words_are_english_outside_of_pages(app: Flask, german_site: Visitor) -> None:
    assert gettext("Send") == "Send"
    with app.app_context():
        assert interface_language() == "en"
        assert gettext("Search") == "Search"


def test_a_chosen_language_stays_while_browsing(client: Visitor) -> None:
    client.get("/?lang=de")
    assert root(client.get("/").text)[0] == "de"
    assert root(client.get("/contact", headers={"Accept-Language": "fr"}).text)[0] == "de"


def test_a_kept_page_is_never_shown_in_another_language(client: Visitor) -> None:
    for language in ("en", "de", "ar", "en", "de"):
        answer = client.get("/", headers={"Accept-Language": language})
        assert root(answer.text)[0] == language
        assert {"Accept-Language", "Cookie"} <= {each.strip() for each in answer.headers["Vary"].split(",")}


def test_the_switch_keeps_the_search_and_its_filters(client: Visitor) -> None:
    page = client.get("/search?q=a+b&type=how_to&lang=fr").text
    assert 'href="?q=a+b&amp;type=how_to&amp;lang=de"' in page


def test_the_switch_leads_from_an_article_to_the_same_article(client: Visitor, session: Session, make: Make) -> None:
    article = make.article("How do I pay?")
    make.translation(article, "de", "Wie zahle ich?", "Mit Karte.")
    session.commit()
    answer = client.get(f"/articles/{article.id}-how-do-i-pay?lang=de", follow_redirects=True)
    assert answer.request.path == f"/articles/{article.id}-wie-zahle-ich"
    assert root(answer.text)[0] == "de"


def test_an_article_in_another_language_says_so_and_keeps_its_own(
    client: Visitor, session: Session, make: Make
) -> None:
    article = make.article("How do I pay?", "By card.")
    session.commit()
    page = client.get(f"/articles/{article.id}-how-do-i-pay?lang=ar").text
    assert root(page) == ("ar", "rtl")
    assert re.search(r'<div class="article-body prose" lang="en" dir="ltr"', page)
    assert re.search(r'<bdi lang="ar">العربية</bdi>.*<bdi lang="en">English</bdi>', page)


def test_an_article_that_exists_in_the_reader_s_language_is_not_called_missing(
    client: Visitor, session: Session, make: Make
) -> None:
    article = make.article("How do I pay?")
    make.translation(article, "de", "Wie zahle ich?", "Mit Karte.")
    session.commit()
    page = client.get(f"/articles/{article.id}-wie-zahle-ich", headers={"Accept-Language": "en"}).text
    assert "is not available in" not in page


@pytest.mark.parametrize(
    ("language", "day", "count", "share"),
    [
        ("en", "3 May 2026", "2,112", "84%"),
        ("en-US", "May 3, 2026", "2,112", "84%"),
        ("de", "3. Mai 2026", "2.112", "84\xa0%"),
        ("fr", "3 mai 2026", "2\u202f112", "84\xa0%"),
        ("es", "3 de mayo de 2026", "2.112", "84\xa0%"),
        ("zh", "2026年5月3日", "2,112", "84%"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_writes_them(
    app: Flask, language: str, day: str, count: str, share: str
) -> None:
    with app.app_context(), force_locale(str(locale_for(language))):
        assert templating.date_in_words(date(2026, 5, 3)) == day
        assert templating.number(2112) == count
        assert templating.percent(0.844).replace("\u202f", "\xa0") == share


def test_a_region_is_kept_and_an_unknown_one_forgiven() -> None:
    assert str(locale_for("es-MX")) == "es_MX"
    assert str(locale_for("de-QQ")) == "de"
    assert str(locale_for("pt-BR", "fr")) == "fr"
    assert str(locale_for("pt-BR", "nl")) == "en_001"


def test_arabic_counts_in_its_six_forms(app: Flask) -> None:
    with app.app_context(), force_locale("ar"):
        forms = {ngettext("%(num)s article", "%(num)s articles", n).replace(str(n), "") for n in (0, 1, 2, 5, 11, 100)}
    assert len(forms) >= 4


def test_a_language_is_found_with_and_without_its_region() -> None:
    assert best_language("es-MX", ["en", "es"]) == "es"
    assert best_language("pt", ["en", "pt-BR"]) == "pt-BR"
    assert best_language("PT-br", ["en", "pt", "pt-BR"]) == "pt-BR"
    assert best_language("tlh", ["en"]) is None
    assert best_language("", ["en"]) is None


def test_words_of_others_cannot_break_out_of_a_sentence(app: Flask) -> None:
    with app.test_request_context("/"):
        page = render_template_string("{{ _('Call %(phone)s', phone='<b>1</b>' | ltr) }}")
    assert page == 'Call <bdi class="count" dir="ltr">&lt;b&gt;1&lt;/b&gt;</bdi>'


def test_a_setting_of_languages_that_names_none_is_refused() -> None:
    assert Settings(languages="es, pt-BR").offered_languages == ("es", "pt-BR")
    with pytest.raises(SettingsError, match="KB_LANGUAGES"):
        Settings(languages="Spanish")
