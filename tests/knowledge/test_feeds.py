"""Feeds tell what is new, once, to everybody, and nothing that is not for everybody."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from app.knowledge import publishing
from app.knowledge.categories import category_at, translate_category
from app.knowledge.models import Article, Significance
from tests.make import Make
from tests.visitor import Visitor

ATOM = "{http://www.w3.org/2005/Atom}"


def feed_at(client: Visitor, path: str) -> ElementTree.Element:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.data)


def titles(feed: ElementTree.Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def ids(feed: ElementTree.Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]


def write_again(session: Session, article: Article, body: str, significance: Significance) -> None:
    before = publishing.latest_revision(session, article.id, "en")
    assert before is not None
    publishing.save_revision(
        session,
        article,
        language="en",
        text=publishing.ArticleText(before.title, body),
        significance=significance,
        based_on=before.id,
        by=None,
    )
    publishing.publish(session, article, language="en", by=None)
    session.commit()


def test_new_articles_stand_first(client: Visitor, make: Make, session: Session) -> None:
    for title in ("Oldest", "Middle", "Newest"):
        make.article(title)
    session.commit()
    assert titles(feed_at(client, "/feed.atom")) == ["Newest", "Middle", "Oldest"]


@pytest.mark.parametrize("audience", ["staff", "signed_in"])
def test_what_is_not_for_everybody_is_in_no_feed(client: Visitor, make: Make, session: Session, audience: str) -> None:
    hidden = make.article("Secret", category="inside", audience=audience)
    make.article("Draft", published=False)
    session.commit()
    assert titles(feed_at(client, "/feed.atom")) == []
    assert client.get("/categories/inside/feed.atom").status_code == 404
    assert client.get(f"/articles/{hidden.id}-secret.atom").status_code == 404


def test_a_major_change_is_news_and_a_minor_one_is_not(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("First")
    make.article("Second")
    session.commit()
    before = feed_at(client, "/feed.atom")
    write_again(session, article, "A word mended.", Significance.MINOR)
    minor = feed_at(client, "/feed.atom")
    assert titles(minor) == ["Second", "First"]
    assert ids(minor) == ids(before)
    write_again(session, article, "All is new.", Significance.MAJOR)
    major = feed_at(client, "/feed.atom")
    assert titles(major) == ["First", "Second"]
    assert ids(major)[0] not in ids(before)


def test_a_new_title_leaves_the_name_of_an_entry_as_it_is(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Old words")
    session.commit()
    before = ids(feed_at(client, "/feed.atom"))
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    publishing.save_revision(
        session,
        article,
        language="en",
        text=publishing.ArticleText("New words", "…"),
        significance=Significance.MINOR,
        based_on=latest.id,
        by=None,
    )
    publishing.publish(session, article, language="en", by=None)
    session.commit()
    after = feed_at(client, "/feed.atom")
    assert titles(after) == ["New words"]
    assert ids(after) == before


def test_an_area_has_a_feed_of_what_is_in_it_and_below(client: Visitor, make: Make, session: Session) -> None:
    make.article("Above", category="billing")
    make.article("Below", category="billing/invoices")
    make.article("Elsewhere", category="billing-old")
    session.commit()
    feed = feed_at(client, "/categories/billing/feed.atom")
    assert titles(feed) == ["Below", "Above"]
    assert feed.findtext(f"{ATOM}title") == "Billing"
    assert client.get("/categories/nothing/feed.atom").status_code == 404


def test_every_language_has_a_feed_of_its_own(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset", category="billing")
    make.translation(article, "de", "Zurücksetzen")
    make.article("Only in English")
    translate_category(session, category_at(session, "billing"), "de", title="Abrechnung")
    session.commit()
    assert titles(feed_at(client, "/feed.de.atom")) == ["Only in English", "Zurücksetzen"]
    german = feed_at(client, "/categories/billing/feed.de.atom")
    assert (german.findtext(f"{ATOM}title"), titles(german)) == ("Abrechnung", ["Zurücksetzen"])
    assert client.get("/feed.fr.atom").status_code == 404
    assert client.get("/feed.en.atom").status_code == 404


def test_an_article_has_a_feed_of_what_was_published(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset")
    session.commit()
    write_again(session, article, "A word mended.", Significance.MINOR)
    feed = feed_at(client, f"/articles/{article.id}-reset.atom")
    summaries = [entry.findtext(f"{ATOM}summary") for entry in feed.iter(f"{ATOM}entry")]
    assert summaries == ["A word mended.", "Press Forgot password and follow the link."]
    assert len(set(ids(feed))) == 2
    moved = client.get(f"/articles/{article.id}-old-words.atom")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/articles/{article.id}-reset.atom")


def test_hostile_words_stay_words(client: Visitor, make: Make, session: Session) -> None:
    make.article("<script>alert(1)</script> & ]]>", "…", short_answer="<b>bold</b> &amp; more")
    session.commit()
    feed = feed_at(client, "/feed.atom")
    assert titles(feed) == ["<script>alert(1)</script> & ]]>"]
    summary = feed.find(f"{ATOM}entry/{ATOM}summary")
    assert summary is not None
    assert summary.attrib == {"type": "html"}
    assert summary.text == "&lt;b&gt;bold&lt;/b&gt; &amp;amp; more"


def test_a_feed_has_what_the_format_asks_for(client: Visitor, make: Make, session: Session) -> None:
    make.article("Reset")
    session.commit()
    feed = feed_at(client, "/feed.atom")
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}")
        assert feed.findtext(f"{ATOM}entry/{ATOM}{name}")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Help centre"
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert links == {"alternate": "http://localhost/", "self": "http://localhost/feed.atom"}


def test_pages_lead_to_their_feeds(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset", category="billing")
    session.commit()
    for page, feed in (
        ("/", "/feed.atom"),
        ("/categories/billing", "/categories/billing/feed.atom"),
        (f"/articles/{article.id}-reset", f"/articles/{article.id}-reset.atom"),
    ):
        text = client.get(page).text
        assert '<link rel="alternate" type="application/atom+xml" title="' in text
        assert f'href="http://localhost{feed}"' in text
