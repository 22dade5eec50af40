"""The head of a page: one address, its languages, a description, and data that search engines can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.knowledge.models import ArticleType
from config import Settings
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

#: What schema.org's types need to be of use. Source: schema.org and the search engines' guides to each.
NEEDED: dict[str, set[str]] = {
    "Answer": {"text"},
    "Article": {"headline", "dateModified", "author", "publisher", "url", "inLanguage"},
    "BreadcrumbList": {"itemListElement"},
    "EntryPoint": {"urlTemplate"},
    "FAQPage": {"mainEntity"},
    "ImageObject": {"url"},
    "ListItem": {"position", "name", "item"},
    "Organization": {"name", "url"},
    "Question": {"name", "acceptedAnswer"},
    "SearchAction": {"target", "query-input"},
    "WebSite": {"name", "url", "potentialAction"},
}
HOSTILE = "</script><script>alert(1)</script> <!-- \" ' & \u2028 {{ 7 * 7 }} ]]>"


class Head(HTMLParser):
    """Gathers what the head of a page says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.canonical = ""
        self.versions: dict[str, str] = {}
        self.forms: dict[str, str] = {}
        self.told: dict[str, str] = {}
        self.blocks: list[Any] = []
        self.scripts = 0
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and given["rel"] == "canonical":
            self.canonical = given["href"]
        elif tag == "link" and given["rel"] == "alternate" and "hreflang" in given:
            self.versions[given["hreflang"]] = given["href"]
        elif tag == "link" and given["rel"] == "alternate":
            self.forms[given["type"]] = given["href"]
        elif tag == "meta":
            self.told[given.get("name") or given.get("property", "")] = given.get("content", "")
        elif tag == "script":
            self.scripts += 1
            self._inside = given.get("type", "")

    def handle_data(self, data: str) -> None:
        if self._inside == "application/ld+json":
            self.blocks.append(json.loads(data))
            self._inside = ""

    def things(self) -> dict[str, Any]:
        """The things of the page by their type; each has been seen to be whole."""
        assert len(self.blocks) == 1
        assert self.blocks[0]["@context"] == "https://schema.org"
        for thing in every_thing(self.blocks[0]["@graph"]):
            missing = NEEDED[thing["@type"]] - {name for name, value in thing.items() if value}
            assert not missing, f"{thing['@type']} says nothing of {missing}"
        return {thing["@type"]: thing for thing in self.blocks[0]["@graph"]}


def every_thing(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from every_thing(each)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for each in value.values():
            yield from every_thing(each)


def head_of(client: Visitor, path: str, **headers: str) -> Head:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return Head(answer.text)


def test_an_article_has_an_address_in_each_of_its_languages(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset")
    make.translation(article, "es", "Restablecer", "Pulse.")
    session.commit()
    english, spanish = (f"http://localhost/articles/{article.id}-{slug}" for slug in ("reset", "restablecer"))
    for path, canonical in ((english, english), (f"{spanish}", spanish)):
        head = head_of(client, path.removeprefix("http://localhost"), **{"Accept-Language": "es"})
        assert head.canonical == canonical
        assert head.versions == {"en": english, "es": spanish, "x-default": english}


@pytest.mark.parametrize("query", ["?q=lost+key", "?lang=es", "?lang=xx&page=3&utm_source=mail"])
def test_no_query_gets_into_the_address_of_an_article(
    client: Visitor, make: Make, session: Session, query: str
) -> None:
    article = make.article("Reset")
    make.article("Restablecer", language="es")
    session.commit()
    head = head_of(client, f"/articles/{article.id}-reset{query}")
    assert head.canonical == head.told["og:url"] == f"http://localhost/articles/{article.id}-reset"


@pytest.mark.parametrize("path", ["/", "/categories/billing"])
def test_a_page_that_follows_the_reader_names_the_language_it_is_in(
    client: Visitor, make: Make, session: Session, path: str
) -> None:
    article = make.article("Reset", category="billing")
    make.translation(article, "de", "Zurücksetzen")
    session.commit()
    here, german = f"http://localhost{path}", f"http://localhost{path}?lang=de"
    versions = {"en": here, "de": german, "x-default": here}
    assert head_of(client, path, **{"Accept-Language": "en"}).canonical == here
    assert head_of(client, path, **{"Accept-Language": "de"}).canonical == german
    chosen = head_of(client, f"{path}?lang=de&utm_source=mail")
    assert chosen.canonical == german
    assert chosen.versions == versions


def test_each_page_of_a_long_area_has_an_address_of_its_own(client: Visitor, make: Make, session: Session) -> None:
    for number in range(31):
        make.article(f"Article {number}", category="billing")
    session.commit()
    assert head_of(client, "/categories/billing?page=2").canonical == "http://localhost/categories/billing?page=2"
    assert head_of(client, "/categories/billing?page=1").canonical == "http://localhost/categories/billing"


def test_addresses_are_those_of_the_setting(app_with: Callable[..., Flask], make: Make, session: Session) -> None:
    article = make.article("Reset", category="billing")
    session.commit()
    site = app_with(site_url="https://help.example.com/")
    for path in ("/", "/categories/billing", f"/articles/{article.id}-reset"):
        page = site.test_client().get(path, headers={"Host": "evil.example"}).text
        assert f'<link rel="canonical" href="https://help.example.com{path}">' in page
        assert "evil.example" not in page


def test_an_article_is_described_by_its_short_answer_or_its_beginning(
    client: Visitor, make: Make, session: Session
) -> None:
    short = make.article("One", short_answer="In short.")
    long = make.article("Two", "## Heading\n\nThe **first** words & more. " + "word " * 100)
    session.commit()
    assert head_of(client, f"/articles/{short.id}-one").told["description"] == "In short."
    told = head_of(client, f"/articles/{long.id}-two").told
    assert told["description"] == told["og:description"]
    assert told["description"].startswith("The first words & more. word")
    assert len(told["description"]) <= 200


def test_an_article_is_told_as_data(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset", short_answer="In short.", category="billing/invoices")
    session.commit()
    address = f"http://localhost/articles/{article.id}-reset"
    head = head_of(client, f"/articles/{article.id}-reset")
    things = head.things()
    assert set(things) == {"Article", "BreadcrumbList", "Organization"}
    assert things["Article"]["headline"] == "Reset"
    assert things["Article"]["articleSection"] == "Invoices"
    crumbs = [(each["position"], each["name"], each["item"]) for each in things["BreadcrumbList"]["itemListElement"]]
    assert crumbs == [
        (1, "Help", "http://localhost/"),
        (2, "Billing", "http://localhost/categories/billing"),
        (3, "Invoices", "http://localhost/categories/billing/invoices"),
        (4, "Reset", address),
    ]
    assert head.forms == {
        "application/atom+xml": f"{address}.atom",
        "text/markdown": f"{address}.md",
        "text/plain": f"{address}.txt",
    }


def test_a_question_with_a_short_answer_is_told_as_one(client: Visitor, make: Make, session: Session) -> None:
    asked = make.article("Is it free?", short_answer="Yes.", type=ArticleType.QA)
    open_ = make.article("Is it good?", type=ArticleType.QA)
    session.commit()
    faq = head_of(client, f"/articles/{asked.id}-is-it-free").things()["FAQPage"]
    assert faq["mainEntity"][0]["name"] == "Is it free?"
    assert faq["mainEntity"][0]["acceptedAnswer"]["text"] == "Yes."
    assert "FAQPage" not in head_of(client, f"/articles/{open_.id}-is-it-good").things()


def test_the_home_page_tells_whose_it_is_and_how_to_search_it(client: Visitor) -> None:
    things = head_of(client, "/").things()
    assert things["Organization"]["name"] == "Help centre"
    target = things["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == "http://localhost/search?q={search_term_string}"


def test_an_area_tells_where_it_stands(client: Visitor, make: Make, session: Session) -> None:
    make.article("Reset", category="billing/invoices")
    session.commit()
    crumbs = head_of(client, "/categories/billing/invoices").things()["BreadcrumbList"]["itemListElement"]
    assert [each["name"] for each in crumbs] == ["Help", "Billing", "Invoices"]


def test_hostile_words_stay_words(client: Visitor, make: Make, session: Session) -> None:
    article = make.article(HOSTILE, short_answer=HOSTILE, type=ArticleType.QA)
    plain = make.article("Plain", short_answer="Plain.", type=ArticleType.QA)
    session.commit()
    head = head_of(client, client.get(f"/articles/{article.id}").headers["Location"])
    things = head.things()
    title = article.translations[0].revisions[0].title
    assert things["FAQPage"]["mainEntity"][0]["name"] == title
    assert head.told["og:title"] == title
    assert head.scripts == head_of(client, f"/articles/{plain.id}-plain").scripts


def test_pages_that_are_not_for_everybody_tell_machines_nothing(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Secret", short_answer="Hidden.", audience="staff")
    agent = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(agent.email)
    head = head_of(client, f"/articles/{article.id}-secret")
    assert head.told["robots"] == "noindex"
    assert head.blocks == []
    assert not any(name.startswith("og:") for name in head.told)
    assert "application/atom+xml" not in head.forms


def test_logo_and_description_stand_in_previews(app: Flask, app_with: Callable[..., Flask], settings: Settings) -> None:
    written = BytesIO()
    Image.new("RGB", (300, 100), "teal").save(written, "PNG")
    (settings.data_dir / "logo.png").write_bytes(written.getvalue())
    told = app_with(site_logo="logo.png", site_description="All answers.", site_url="https://help.example.com")
    head = Head(told.test_client().get("/").text)
    assert head.told["og:image"].startswith("https://help.example.com/static/")
    assert head.told["description"] == head.told["og:description"] == "All answers."
    assert head.things()["Organization"]["logo"]["url"] == head.told["og:image"]
