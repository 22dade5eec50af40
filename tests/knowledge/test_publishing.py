"""Writing and publishing articles."""

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.activity import Activity
from app.foundation.database import transaction
from app.foundation.errors import Conflict, InvalidInput
from app.knowledge import publishing
from app.knowledge.models import (
    Article,
    ArticleState,
    Publication,
    PublishedLink,
    Revision,
    Significance,
    SiteVersion,
    Translation,
)
from app.knowledge.publishing import ArticleText
from app.knowledge.redirects import redirected
from app.search.indexing import IndexingRequest
from tests.make import Make


def revise(
    session: Session, article: Article, title: str, significance: Significance, language: str = "en"
) -> Revision:
    latest = publishing.latest_revision(session, article.id, language)
    return publishing.save_revision(
        session,
        article,
        language=language,
        text=ArticleText(title, "New body"),
        significance=significance,
        based_on=latest.id if latest else None,
        by=None,
    )


def test_a_new_article_is_a_draft_that_nobody_can_read(session: Session, make: Make) -> None:
    article = make.article(published=False)
    assert article.state is ArticleState.DRAFT
    assert session.get(Publication, (article.id, "en")) is None


def test_publishing_renders_the_text_once(session: Session, make: Make) -> None:
    article = make.article(body="Press **start**.\n\n## Then\n\nWait.")
    publication = session.get_one(Publication, (article.id, "en"))
    assert "<strong>start</strong>" in publication.html
    assert [heading["text"] for heading in publication.contents] == ["Then"]
    assert publication.passages[1]["text"].strip() == "Wait."


def test_a_later_draft_does_not_change_what_readers_see(session: Session, make: Make) -> None:
    article = make.article("Old title")
    revise(session, article, "New title", Significance.MINOR)
    assert session.get_one(Publication, (article.id, "en")).title == "Old title"


def test_of_two_writers_the_second_one_is_told_and_loses_nothing(session: Session, make: Make) -> None:
    article = make.article()
    seen = publishing.latest_revision(session, article.id, "en")
    assert seen is not None
    revise(session, article, "The first writer's title", Significance.MINOR)
    with pytest.raises(Conflict, match="while you were writing"):
        publishing.save_revision(
            session,
            article,
            language="en",
            text=ArticleText("The second writer's title", "…"),
            significance=Significance.MINOR,
            based_on=seen.id,
            by=None,
        )
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest is not None
    assert latest.title == "The first writer's title"


@pytest.mark.parametrize(("significance", "line"), [("minor", 1), ("moderate", 1), ("major", 2)])
def test_only_a_major_revision_starts_a_new_line_of_votes(
    session: Session, make: Make, significance: str, line: int
) -> None:
    article = make.article()
    assert revise(session, article, "Changed", Significance(significance)).line == line


def test_an_address_follows_the_title_and_the_old_one_leads_there(session: Session, make: Make) -> None:
    article = make.article("Reset a password")
    revise(session, article, "Change a password", Significance.MINOR)
    publishing.publish(session, article, language="en", by=None)
    assert session.get_one(Translation, (article.id, "en")).slug == "change-a-password"
    old = f"/articles/{article.id}-reset-a-password"
    assert redirected(session, old, language="en") == f"/articles/{article.id}-change-a-password"


def test_two_languages_with_one_title_have_different_addresses(session: Session, make: Make) -> None:
    article = make.article("Contact")
    make.translation(article, "fr", "Contact")
    slugs = session.scalars(
        select(Translation.slug).where(Translation.article_id == article.id).order_by(Translation.slug)
    )
    assert list(slugs) == ["contact", "contact-fr"]


def test_a_link_to_another_article_leads_to_its_present_address(session: Session, make: Make) -> None:
    target = make.article("Where is my invoice?")
    article = make.article("Paying", f"See [the invoice](article:{target.id}#due).")
    html = session.get_one(Publication, (article.id, "en")).html
    assert f'href="/articles/{target.id}-where-is-my-invoice#due"' in html
    link = session.scalars(select(PublishedLink).where(PublishedLink.article_id == article.id)).one()
    assert (link.target_id, link.anchor) == (target.id, "due")


def test_a_link_to_no_article_is_kept_as_broken(session: Session, make: Make) -> None:
    article = make.article("Paying", "See [the invoice](article:4711).")
    assert "<a" not in session.get_one(Publication, (article.id, "en")).html
    link = session.scalars(select(PublishedLink).where(PublishedLink.article_id == article.id)).one()
    assert link.target_id == 4711


def test_archiving_takes_an_article_away_in_every_language(session: Session, make: Make) -> None:
    article = make.article("One")
    make.translation(article, "es", "Uno")
    publishing.archive(session, article, by=None)
    assert article.state is ArticleState.ARCHIVED
    assert session.scalars(select(Publication).where(Publication.article_id == article.id)).all() == []
    assert session.scalars(select(Revision).where(Revision.article_id == article.id)).all() != []


def test_publishing_is_noticed_by_search_by_kept_pages_and_in_the_log(session: Session, make: Make) -> None:
    before = session.scalar(select(SiteVersion.number)) or 0
    article = make.article()
    assert (session.scalar(select(SiteVersion.number)) or 0) > before
    requested = session.scalars(select(IndexingRequest.key)).all()
    assert f"{article.id}:en" in requested
    verbs = session.scalars(select(Activity.verb).where(Activity.subject_id == str(article.id)).order_by(Activity.id))
    assert list(verbs) == ["created", "published"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (ArticleText(" \x00 ", "body"), "title"),
        (ArticleText("t" * 301, "body"), "title"),
        (ArticleText("title", "body", "s" * 301), "short_answer"),
        (ArticleText("title", "b" * 2_000_001), "body"),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_by_field(session: Session, text: ArticleText, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        publishing.create_article(session, language="en", text=text, by=None)
    assert refused.value.field == field


def test_tags_and_wordings_are_kept_once(session: Session, make: Make) -> None:
    article = make.article(tags=("Billing", "billing ", "VAT"), aliases=("lost password", "Lost  Password", "résumé"))
    assert [tag.name for tag in article.tags] == ["billing", "vat"]
    assert [alias.text for alias in article.aliases] == ["lost password", "résumé"]


def test_a_list_of_links_is_no_passage_that_answers(session: Session, make: Make) -> None:
    body = "Press start.\n\n## Related\n\n- [Lost phone](/a)\n- [Lost key](/b)"
    article = make.article(body=body)
    assert [passage["heading"] for passage in session.get_one(Publication, (article.id, "en")).passages] == [""]
    only_links = make.article(body="- [Lost phone](/a)\n- [Lost key](/b)")
    assert "Lost phone" in session.get_one(Publication, (only_links.id, "en")).passages[0]["text"]


def test_a_link_to_what_only_some_may_read_does_not_tell_its_title(session: Session, make: Make) -> None:
    secret = make.article("Margins and discounts", audience="staff")
    article = make.article("Prices", f"See [our page](article:{secret.id}#now).")
    html = session.get_one(Publication, (article.id, "en")).html
    assert f'href="/articles/{secret.id}#now"' in html
    assert "margins" not in html


def test_what_is_archived_while_it_is_published_is_not_left_to_readers(
    app: Flask, session: Session, make: Make
) -> None:
    article = make.article("One", published=False)
    session.commit()

    def archive_beside() -> None:
        with app.app_context(), transaction() as beside:
            publishing.archive(beside, beside.get_one(Article, article.id), by=None)

    publishing.publish(session, article, language="en", by=None)
    other = threading.Thread(target=archive_beside)
    other.start()
    time.sleep(0.2)
    session.commit()
    other.join()
    session.expire_all()
    assert session.get_one(Article, article.id).state is ArticleState.ARCHIVED
    assert session.get(Publication, (article.id, "en")) is None


def test_two_who_begin_the_same_translation_do_not_overwrite_each_other(
    app: Flask, session: Session, make: Make
) -> None:
    article = make.article("One")
    session.commit()
    refused: list[Conflict] = []

    def translate_beside() -> None:
        try:
            with app.app_context(), transaction() as beside:
                Make(beside).translation(beside.get_one(Article, article.id), "es", "Dos")
        except Conflict as error:
            refused.append(error)

    make.translation(article, "es", "Uno")
    other = threading.Thread(target=translate_beside)
    other.start()
    time.sleep(0.2)
    session.commit()
    other.join()
    assert len(refused) == 1
    assert session.get_one(Publication, (article.id, "es")).title == "Uno"
