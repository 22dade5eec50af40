"""The sitemap names every public page in every language, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.knowledge.sitemap import SitePage, public_pages, sitemap_files, sitemap_index
from tests.counting import statements_of
from tests.make import Make
from tests.visitor import Visitor

BASE = "https://help.example.com"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def entries(xml: str) -> dict[str, dict[str, str]]:
    """The language versions of every page in a file, by the page's address."""
    return {
        str(url.findtext(f"{SITEMAP}loc")): {
            link.attrib["hreflang"]: link.attrib["href"] for link in url.iter(f"{XHTML}link")
        }
        for url in ElementTree.fromstring(xml).iter(f"{SITEMAP}url")
    }


def test_every_public_page_is_named_with_its_languages(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset", category="billing/invoices")
    make.translation(article, "de", "Zurücksetzen")
    session.commit()
    found = entries(client.get("/sitemap.xml").text)
    here = "http://localhost"
    versions = {
        "en": f"{here}/articles/{article.id}-reset",
        "de": f"{here}/articles/{article.id}-zurucksetzen",
        "x-default": f"{here}/articles/{article.id}-reset",
    }
    assert found[versions["en"]] == found[versions["de"]] == versions
    for path in ("/", "/categories/billing", "/categories/billing/invoices"):
        both = {"en": here + path, "de": f"{here}{path}?lang=de", "x-default": here + path}
        assert found[here + path] == found[f"{here}{path}?lang=de"] == both
    assert len(found) == 8


def test_a_site_in_one_language_names_no_versions(client: Visitor, make: Make, session: Session) -> None:
    make.article("Reset")
    session.commit()
    assert set(map(len, entries(client.get("/sitemap.xml").text).values())) == {0}


def test_a_language_that_is_offered_has_its_home_before_anything_is_written_in_it(
    app: Flask, app_with: Callable[..., Flask]
) -> None:
    offering = app_with(languages="fr").test_client()
    assert set(entries(offering.get("/sitemap.xml").text)) == {"http://localhost/", "http://localhost/?lang=fr"}
    assert 'hreflang="fr" href="http://localhost/?lang=fr"' in offering.get("/").text


@pytest.mark.parametrize("audience", ["staff", "signed_in"])
def test_what_is_not_for_everybody_is_not_named(client: Visitor, make: Make, session: Session, audience: str) -> None:
    make.article("Secret", category="inside", audience=audience)
    make.article("Draft", category="later", published=False)
    session.commit()
    assert set(entries(client.get("/sitemap.xml").text)) == {"http://localhost/"}


def test_a_page_tells_when_it_was_changed(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset", category="billing")
    session.commit()
    changed_at = article.translations[0].publication.published_at.isoformat(timespec="seconds")
    assert client.get("/sitemap.xml").text.count(f"<lastmod>{changed_at}</lastmod>") == 3


def test_the_sitemap_follows_what_is_published(client: Visitor, make: Make, session: Session) -> None:
    assert len(entries(client.get("/sitemap.xml").text)) == 1
    make.article("Reset")
    session.commit()
    assert len(entries(client.get("/sitemap.xml").text)) == 2


def test_a_large_sitemap_is_cut_into_files() -> None:
    pages = [SitePage(f"/articles/{number}", None, ()) for number in range(5)]
    files = sitemap_files(pages, base=BASE, most_pages=2)
    assert [list(entries(each)) for each in files] == [
        [f"{BASE}/articles/0", f"{BASE}/articles/1"],
        [f"{BASE}/articles/2", f"{BASE}/articles/3"],
        [f"{BASE}/articles/4"],
    ]
    index = ElementTree.fromstring(sitemap_index(len(files), base=BASE))
    assert [place.text for place in index.iter(f"{SITEMAP}loc")] == [f"{BASE}/sitemap-{n}.xml" for n in (1, 2, 3)]


def test_a_file_stays_within_the_bytes_that_search_engines_read() -> None:
    versions = tuple((f"l{number}", "/" + "x" * 2000) for number in range(100))
    pages = (SitePage(f"/articles/{number}", None, versions) for number in range(400))
    files = sitemap_files(pages, base=BASE)
    assert len(files) == 2
    assert all(len(each.encode()) <= 50 * 2**20 for each in files)


def test_addresses_are_safe_inside_xml() -> None:
    hostile = SitePage('/a?b="<&>', None, (("en", '/a?b="<&>'),))
    assert entries(sitemap_files([hostile], base=BASE)[0]) == {f'{BASE}/a?b="<&>': {"en": f'{BASE}/a?b="<&>'}}


def test_files_of_the_sitemap_have_numbers(client: Visitor, make: Make, session: Session) -> None:
    make.article("Reset")
    session.commit()
    assert client.get("/sitemap-1.xml").data == client.get("/sitemap.xml").data
    assert client.get("/sitemap-2.xml").status_code == client.get("/sitemap-0.xml").status_code == 404


def test_the_sitemap_needs_as_many_queries_for_five_articles_as_for_one(
    app: Flask, make: Make, session: Session
) -> None:
    counts = []
    for number in (1, 4):
        for _ in range(number):
            make.article(f"Article {number}", category=f"area/part-{number}")
        session.flush()
        with statements_of(app) as asked:
            list(public_pages(session, languages=["en"]))
        counts.append(len(asked))
    assert counts[0] == counts[1]
