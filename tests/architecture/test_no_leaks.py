"""What is not for everybody is nowhere that everybody can look: secrets are planted, then everything is read.

Each secret word stands in all that an article holds. Whoever may not read the article asks for it by its number, its
title, its area, its old address and the words around the secret, follows every link they are given, and must not meet
the word: in no page, feed, list, suggestion, header, picture of the site or answer of the API.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.roles import Role
from app.foundation import clock
from app.foundation.worker import run_due_jobs
from app.knowledge import attachments, glossary, news, next_steps, publishing
from app.knowledge.categories import category_at
from app.knowledge.glossary import TermWords
from app.knowledge.models import Article, ArticleType, RelatedArticle, Significance
from app.knowledge.news import NewsKind, NewsWords, Plan
from app.knowledge.redirects import add_redirect
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

#: The secret words, and beside each a harmless one to look for it with: what was asked may be said back.
STAFF, SIGNED_IN, DRAFT, REMOVED = "Quittenkern", "Pflaumenmus", "Feigenblatt", "Kirschmaden"
ASKED = {STAFF: "zirkel", SIGNED_IN: "lineal", DRAFT: "kompass", REMOVED: "winkelmesser"}
STAFF_ADDRESS = "Hagebutte@example.com"
LONGEST_CRAWL = 5000
#: Of the links that differ behind their question mark alone so many are followed.
MOST_AT_PATH = 4
_ADDRESS = re.compile(r"(?:https?://localhost)?(/[^\s\"'<>()\\\[\]{}|^`]*)")


@dataclass(frozen=True)
class Planted:
    """Where the secrets are: their articles, and the addresses of their files."""

    articles: tuple[Article, ...]
    files: tuple[str, ...]


def text_about(secret: str, picture: str = "") -> publishing.ArticleText:
    """A text with the secret in each of its parts."""
    shown = f"\n\n![{secret}]({picture})" if picture else ""
    body = f"## {secret} {ASKED[secret]}\n\nThe {ASKED[secret]} is called {secret}.\n\n- step {secret}{shown}"
    return publishing.ArticleText(f"{ASKED[secret].title()} {secret}", body, f"The short answer is {secret}.")


def secret_article(make: Make, secret: str, **columns: Any) -> tuple[Article, str]:
    """An article about a secret with all that can hang on one, and the address of its file."""
    session = make.session
    stored = attachments.store(session, f"{secret} in a file".encode(), f"{secret}.txt")
    picture = f"attachment:{stored.sha256}/{secret}.txt"
    path = f"{ASKED[secret]}-area"
    titles = {path: f"All about {secret}", f"{path}/inside": f"More about {secret}"}
    article = publishing.create_article(
        session, language="en", text=text_about(secret, picture), by=None,
        category=category_at(session, f"{path}/inside", titles=titles), type=ArticleType.QA, **columns,
    )  # fmt: skip
    publishing.set_aliases(session, article, "en", [f"{ASKED[secret]} alias {secret}"])
    publishing.set_tags(session, article, [secret.lower()])
    add_redirect(session, f"/old/{ASKED[secret]}", article=article)
    return article, f"/attachments/{stored.sha256}/file.txt"


@pytest.fixture
def planted(app: Flask, make: Make, session: Session) -> Planted:
    """A site with a public article from which everything leads to secrets."""
    agent = make.account(Role.EDITOR, email=STAFF_ADDRESS.lower(), display_name="Kim")
    public = make.article("How do I cancel?", "Press **Cancel**.", category="billing/invoices", owner_id=agent.id)
    made = [secret_article(make, STAFF, audience="staff"), secret_article(make, SIGNED_IN, audience="signed_in")]
    for article, _ in made:
        publishing.publish(session, article, language="en", by=None)
        make.translation(article, "de", f"Auf Deutsch {article.id}", "Hallo")
    made.append(secret_article(make, DRAFT))
    removed = [secret_article(make, REMOVED, audience="staff"), secret_article(make, REMOVED)]
    for number, (article, _) in enumerate(removed):
        publishing.publish(session, article, language="en", by=None)
        publishing.archive(session, article, by=None, replaced_by=made[number][0])
    articles = tuple(article for article, _ in [*made, removed[0]])
    # A draft of the public article, and everything that leads on from it.
    publishing.save_revision(
        session, public, language="en", text=text_about(DRAFT), significance=Significance.MAJOR, based_on=1, by=None
    )
    next_steps.set_next_steps(session, public, [each.id for each in articles[:4]], by=None)
    for place, article in enumerate(articles):
        glossary.write_term(session, {"en": TermWords(f"word{place}", "A word.")}, article_id=article.id, by=None)
        if article.audience != "public":
            soon = Plan(NewsKind.NEWS, clock.now() - timedelta(hours=1), category_id=article.category_id)
            news.write_news(session, soon, {"en": NewsWords(f"News {place}", "Something is new.")}, by=None)
    session.flush()
    session.add_all(RelatedArticle(article_id=public.id, related_id=each.id, position=each.id) for each in articles)
    session.commit()
    run_due_jobs(app)
    return Planted(articles, tuple(file for _, file in [*made, removed[0]]))


def first_addresses(app: Flask, planted: Planted) -> Iterator[str]:
    """Where somebody begins who wants to find out: every route, for every article, area and word."""
    yield from planted.files
    articles = [1, *(each.id for each in planted.articles)]
    paths = [f"{word}-area{more}" for word in ASKED.values() for more in ("", "/inside")] + ["billing"]
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        for article in articles:
            address = rule.rule
            for name in ("article_id", "category_id", "number", "news_id"):
                address = re.sub(rf"<[a-z]+:{name}>", str(article), address)
            address = address.replace("<any(md, txt):form>", "md").replace("<slug>", "x")
            for path in paths if "<path:path>" in address else [""]:
                yield re.sub(r"<[^>]+>", "en", address.replace("<path:path>", path))
    for word in [*ASKED.values(), "the", "cancel", *(f"#{number}" for number in articles)]:
        for page in ("/search", "/search/suggest", "/search/suggestions.json", "/api/v1/search", "/api/v1/suggest"):
            for more in ("", "&lang=de", "&type=qa", *(f"&category={path}" for path in paths)):
                yield f"{page}?q={word.replace('#', '%23')}{more}"
    for article in articles:
        yield f"/contact?article={article}&q=x"
    yield from (f"/old/{word}" for word in ASKED.values())


def links_in(answer: TestResponse) -> Iterable[str]:
    """Every address on this site that an answer names."""
    found = [answer.headers.get("Location", ""), answer.headers.get("Link", "")]
    if re.search("^text/|json|xml", answer.mimetype or ""):
        found.append(answer.get_data(as_text=True).replace("&amp;", "&"))
    for text in found:
        yield from (each.group(1).partition("#")[0] for each in _ADDRESS.finditer(text))


def meets(visitor: Visitor, addresses: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """Read everything there is from these addresses on; returns where a secret was met."""
    waiting = list(dict.fromkeys(addresses))
    seen, met_at = set(waiting), Counter[str]()
    met: list[str] = []
    hidden = [re.compile(re.escape(secret), re.IGNORECASE) for secret in secrets]
    while waiting and len(seen) < LONGEST_CRAWL:
        address = waiting.pop(0)
        answer = visitor.get(address, buffered=True)
        assert answer.status_code < 500, address
        text = answer.get_data(as_text=True) + str(answer.headers)
        met += [f"{secret.pattern} at {address}" for secret in hidden if secret.search(text)]
        for link in links_in(answer):
            path = link.partition("?")[0]
            if link not in seen and len(link) < 400 and met_at[path] < MOST_AT_PATH:
                met_at[path] += 1
                seen.add(link)
                waiting.append(link)
    assert len(seen) < LONGEST_CRAWL, "there is no end to the addresses"
    return met


def test_a_stranger_meets_no_secret_wherever_they_look(app: Flask, planted: Planted, client: Visitor) -> None:
    secrets = (STAFF, SIGNED_IN, DRAFT, REMOVED, STAFF_ADDRESS)
    assert meets(client, first_addresses(app, planted), secrets) == []


def test_a_reader_who_has_signed_in_meets_none_of_staff(
    app: Flask, planted: Planted, client: Visitor, make: Make, session: Session
) -> None:
    reader = make.account(Role.READER, password=PASSWORD)
    session.commit()
    client.sign_in(reader.email)
    secrets = (STAFF, DRAFT, REMOVED, STAFF_ADDRESS)
    addresses = list(first_addresses(app, planted))
    assert meets(client, addresses, secrets) == []
    assert meets(client, addresses[:50], [SIGNED_IN]), "this test would find a secret"


def test_an_agent_meets_what_is_for_staff_and_nothing_of_it_is_kept_for_strangers(
    app: Flask, planted: Planted, client: Visitor, make: Make, session: Session
) -> None:
    agent = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    client.sign_in(agent.email)
    addresses = list(first_addresses(app, planted))
    places = meets(client, addresses, [STAFF])
    for kind in (
        "/attachments/",
        "/articles/2-",
        "/search?",
        "/search/suggest?",
        "/categories/zirkel-area",
        "/glossary",
    ):
        assert any(f" at {kind}" in each for each in places), kind
    read = sorted({each.partition(" at ")[2] for each in places})
    stranger = app.test_client()
    assert isinstance(stranger, Visitor)
    # An address that holds the secret says it back: that of the article's title, and searches for it.
    assert meets(stranger, [each for each in read if STAFF.lower() not in each.lower()], [STAFF]) == []
