"""What other programs than browsers find: robots, OpenSearch, security.txt, and how caches may keep it all."""

from __future__ import annotations

import dataclasses
import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.roles import Role
from app.foundation.worker import run_due_jobs
from app.web.limits import FILE
from config import Settings
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

SHARED = ("/sitemap.xml", "/robots.txt", "/opensearch.xml", "/feed.atom", "/llms.txt", "/llms-full.txt")


def test_search_engines_are_told_where_everything_is(app: Flask, app_with: Callable[..., Flask]) -> None:
    told = app_with(site_url="https://help.example.com").test_client().get("/robots.txt")
    assert told.content_type == "text/plain; charset=utf-8"
    assert "Sitemap: https://help.example.com/sitemap.xml" in told.text.splitlines()
    assert "Disallow: /search" in told.text.splitlines()
    assert "Disallow: /" not in told.text.splitlines()


def test_a_site_can_keep_out_of_search_engines(app: Flask, app_with: Callable[..., Flask]) -> None:
    assert app_with(allow_indexing=False).test_client().get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_browsers_learn_how_to_search_the_site(app: Flask, app_with: Callable[..., Flask]) -> None:
    client = app_with(site_url="https://help.example.com", site_name='<Help> & "more" of everything').test_client()
    told = client.get("/opensearch.xml")
    assert told.content_type == "application/opensearchdescription+xml; charset=utf-8"
    spec = "{http://a9.com/-/spec/opensearch/1.1/}"
    description = ElementTree.fromstring(told.data)
    assert description.findtext(f"{spec}ShortName") == '<Help> & "more"'
    templates = {url.attrib["type"]: url.attrib["template"] for url in description.iter(f"{spec}Url")}
    assert templates["text/html"] == "https://help.example.com/search?q={searchTerms}"
    suggestions = templates["application/x-suggestions+json"]
    assert suggestions == "https://help.example.com/search/suggestions.json?q={searchTerms}"
    assert 'type="application/opensearchdescription+xml"' in client.get("/").text


def test_browsers_are_given_titles_while_somebody_types(
    app: Flask, client: Visitor, make: Make, session: Session
) -> None:
    article = make.article("Reset your password")
    make.article("Reset the secret server", audience="staff")
    session.commit()
    run_due_jobs(app)
    answer = client.get("/search/suggestions.json?q=rese")
    assert answer.content_type == "application/x-suggestions+json; charset=utf-8"
    address = f"http://localhost/articles/{article.id}-reset-your-password"
    assert answer.json == ["rese", ["Reset your password"], [], [address]]


def test_browsers_share_the_limit_of_our_own_suggestions(client: Visitor, settings: Settings) -> None:
    client.get("/search/suggestions.json?q=rese")
    client.get("/search/suggest?q=rese")
    with closing(sqlite3.connect(settings.data_dir / FILE)) as counted:
        assert counted.execute("SELECT count FROM hits").fetchall() == [(2,)]


def test_weaknesses_can_be_reported_where_the_setting_says(app: Flask, app_with: Callable[..., Flask]) -> None:
    told = app_with(security_contact="mailto:security@example.com", site_url="https://help.example.com").test_client()
    lines = dict(line.split(": ", 1) for line in told.get("/.well-known/security.txt").text.splitlines())
    assert lines["Contact"] == "mailto:security@example.com"
    assert lines["Canonical"] == "https://help.example.com/.well-known/security.txt"
    expires = datetime.fromisoformat(lines["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    assert app_with().test_client().get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("path", SHARED)
def test_what_is_for_everybody_is_the_same_for_everybody(
    client: Visitor, make: Make, session: Session, path: str
) -> None:
    make.translation(make.article("Reset"), "de", "Zurücksetzen")
    make.article("Secret", audience="staff")
    administrator = make.account(Role.ADMINISTRATOR, password=PASSWORD)
    session.commit()
    german = client.get(path, headers={"Accept-Language": "de"})
    assert client.get(path, headers={"Accept-Language": "en"}).data == german.data
    client.sign_in(administrator.email)
    signed_in = client.get(f"{path}?lang=de")
    assert signed_in.data == german.data
    assert signed_in.headers["Vary"] == "Accept-Encoding"
    assert signed_in.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Set-Cookie" not in signed_in.headers


@pytest.mark.parametrize("path", SHARED)
def test_it_is_sent_compressed_and_not_again(client: Visitor, make: Make, session: Session, path: str) -> None:
    make.article("Reset")
    session.commit()
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    again = client.get(path, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(path)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", plain.headers["ETag"])


def test_whole_addresses_are_those_of_the_setting_alone(app: Flask, app_with: Callable[..., Flask]) -> None:
    client = app_with(site_url="https://help.example.com").test_client()
    for path in ("/", "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/feed.atom", "/llms.txt"):
        assert "evil" not in client.get(path, headers={"Host": "evil.example"}).text
        assert "localhost" not in client.get(path).text


def test_a_site_behind_a_proxy_without_its_address_is_told_so(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    create_app(dataclasses.replace(settings, trusted_proxies=1))
    assert "KB_SITE_URL is empty" in caplog.text
    caplog.clear()
    create_app(dataclasses.replace(settings, trusted_proxies=1, site_url="https://help.example.com"))
    assert "KB_SITE_URL" not in caplog.text
