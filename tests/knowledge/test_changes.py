"""What changed in an article: only what readers could see, in words, from the text that they read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock
from app.knowledge import publishing
from app.knowledge.models import Article, Audience, Revision, Significance
from app.knowledge.published import PublishedRevision
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import Visitor


def write(
    session: Session,
    article: Article,
    body: str,
    *,
    significance: Significance = Significance.MODERATE,
    published: bool = True,
    language: str = "en",
    title: str = "Reset",
) -> Revision:
    """Another text of an article, published unless told otherwise."""
    latest = publishing.latest_revision(session, article.id, language)
    revision = publishing.save_revision(
        session,
        article,
        language=language,
        text=publishing.ArticleText(title, body),
        significance=significance,
        based_on=latest.id if latest else None,
        by=None,
        comment="Why it says so",
    )
    if published:
        publishing.publish(session, article, language=language, by=None, revision=revision)
    session.commit()
    return revision


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_difference_is_told_in_words_and_for_screen_readers(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "Press the **red** button twice.")
    write(session, article, "Press the **green** button twice.")
    page = client.get(f"/articles/{article.id}-reset/changes?since=1").text
    assert re.search(r"<del>.*\[removed:\].*red.*</del>", page)
    assert re.search(r"<ins>.*\[added:\].*green.*</ins>", page)
    assert "**" not in text_of(page)
    assert "Why it says" in page


def test_what_was_never_published_is_not_shown(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "First words.")
    draft = write(session, article, "Secret draft words.", published=False)
    write(session, article, "Last words.")
    for since in ("1", str(draft.number), "99", "", "x", "9" * 40):
        page = client.get(f"/articles/{article.id}-reset/changes?since={since}").text
        assert "Secret draft" not in page
        assert "First" in page


def test_what_was_published_for_staff_is_not_shown_to_the_public(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "Inside words.", audience=Audience.STAFF)
    write(session, article, "Words for all.")
    article.audience = Audience.PUBLIC
    publishing.announce_change(session, article, ["en"])
    session.commit()
    page = client.get(f"/articles/{article.id}-reset/changes?since=1").text
    assert "Inside" not in page
    assert "readers have seen only this text" in page
    assert "/changes" not in client.get(f"/articles/{article.id}-reset").text


def test_an_article_leads_to_its_changes_once_there_are_any(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "First words.")
    session.commit()
    path = f"/articles/{article.id}-reset"
    assert "/changes" not in client.get(path).text
    write(session, article, "Other words.", significance=Significance.MAJOR)
    write(session, article, "Other words!", significance=Significance.MINOR)
    page = client.get(path).text
    assert f'href="{path}/changes"' in page
    assert 'data-revision="3"' in page
    assert 'data-last-change="2"' in page


def test_publishing_the_same_text_again_is_no_change(session: Session, make: Make) -> None:
    article = make.article("Reset", "Words.")
    publishing.publish(session, article, language="en", by=None)
    session.commit()
    assert len(session.scalars(select(PublishedRevision)).all()) == 1


def test_an_equal_text_says_that_nothing_changed(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "First words.")
    write(session, article, "Other words.")
    page = client.get(f"/articles/{article.id}-reset/changes?since=2").text
    assert "the words are the same" in page
    assert "<ins>" not in page


@pytest.mark.parametrize(
    ("columns", "status"), [({"audience": "staff"}, 404), ({"audience": "signed_in"}, 403), ({"published": False}, 404)]
)
def test_changes_are_as_closed_as_their_article(
    session: Session, make: Make, client: Visitor, columns: dict[str, object], status: int
) -> None:
    article = make.article("Secret plans", **columns)  # type: ignore[arg-type]
    session.commit()
    answer = client.get(f"/articles/{article.id}-secret-plans/changes")
    assert answer.status_code == status
    assert "Secret plans" not in answer.text


def test_changes_of_a_removed_article_are_gone_with_it(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "First words.")
    write(session, article, "Other words.")
    publishing.archive(session, article, by=None)
    session.commit()
    answer = client.get(f"/articles/{article.id}-reset/changes?since=1")
    assert answer.status_code == 410
    assert "First" not in answer.text


def test_an_old_address_leads_to_the_present_one(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "First words.")
    session.commit()
    answer = client.get(f"/articles/{article.id}-old/changes?since=1")
    assert answer.headers["Location"] == f"/articles/{article.id}-reset/changes?since=1"


def test_changes_need_as_many_queries_for_five_versions_as_for_two(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Reset", "Words 0.")
    write(session, article, "Words 1.")
    path = f"/articles/{article.id}-reset/changes"
    two = count_queries(app, client, path)
    for number in range(2, 6):
        write(session, article, f"Words {number}.")
    assert count_queries(app, client, path) == two


def test_a_translation_says_that_its_source_is_newer(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "First words.")
    source = publishing.latest_revision(session, article.id, "en")
    assert source is not None
    text = publishing.ArticleText("Restablecer", "Primeras palabras.")
    publishing.save_revision(
        session,
        article,
        language="es",
        text=text,
        significance=Significance.MAJOR,
        based_on=None,
        by=None,
        source_revision_id=source.id,
    )
    publishing.publish(session, article, language="es", by=None)
    session.commit()
    path = f"/articles/{article.id}-restablecer"

    def says_so() -> bool:
        return (
            f'<a href="/articles/{article.id}-reset" hreflang="en">'
            in client.get(path, headers={"Accept-Language": "en"}).text
        )

    assert not says_so()
    write(session, article, "First word.", significance=Significance.MINOR)
    assert not says_so()
    write(session, article, "Quite other words.", published=False)
    assert not says_so()
    write(session, article, "Quite other words!")
    assert says_so()


def test_versions_are_told_newest_first(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "Words 1.")
    row = session.scalars(select(PublishedRevision)).one()
    row.published_at = clock.now() - timedelta(days=40)
    write(session, article, "Words 2.")
    page = client.get(f"/articles/{article.id}-reset/changes").text
    assert page.index("the text of today") < page.index("?since=1")
