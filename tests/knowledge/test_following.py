"""Following by mail: nobody gets letters who did not ask, and who did hears of what matters, once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation import clock, jobs
from app.foundation.database import transaction
from app.foundation.worker import run_due_jobs
from app.knowledge import publishing
from app.knowledge.following import CONFIRM_WITHIN, Follow, FollowKind, forget_unconfirmed
from app.knowledge.following_letters import tell_category_followers, tell_followers
from app.knowledge.models import Article, Significance
from config import Settings
from tests.mailbox import Mailbox, plain, rich
from tests.make import Make
from tests.visitor import Visitor

KIM = "kim@example.com"


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    """A site that sends mail."""
    return replace(
        settings,
        site_url="https://help.example.com",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security="none",
        mail_from="help@example.com",
    )


@pytest.fixture
def article(session: Session, make: Make) -> Article:
    """An article in an area."""
    made = make.article("Mend the lamp", category="lamps/broken")
    session.commit()
    return made


def link_in(text: str) -> str:
    """The path of the link with which one confirms and stops."""
    found = re.search(r"https://help\.example\.com(/following/[\w.-]+)", text)
    assert found
    return found[1]


def letters(app: Flask, mailbox: Mailbox, address: str = KIM) -> list[str]:
    """The subjects of all letters to somebody so far."""
    run_due_jobs(app)
    return [letter["Subject"].strip() for letter in mailbox.to(address)]  # long ones are folded


def follow(app: Flask, client: Visitor, mailbox: Mailbox, where: str, **fields: str) -> str:
    """Follows something and confirms it; gives the path of the link."""
    answer = client.post(f"{where}/follow", data={"email": KIM, "language": "en"} | fields)
    assert answer.status_code == 303
    run_due_jobs(app)
    link = link_in(plain(mailbox.to(KIM)[-1]))
    client.post(f"{link}/confirm")
    run_due_jobs(app)
    mailbox.letters.clear()
    return link


def test_who_asks_twice_at_once_is_asked_once(app: Flask, session: Session, mailbox: Mailbox, article: Article) -> None:
    together, where = Barrier(4), f"/articles/{article.id}/follow"

    def ask(_number: int) -> int:
        together.wait(10)
        return app.test_client().post(where, data={"email": KIM, "language": "en"}).status_code

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(ask, range(4))) == {303}
    assert len(session.scalars(select(Follow)).all()) == 1
    session.rollback()
    assert len(letters(app, mailbox)) == 1


def change(session: Session, article: Article, significance: Significance, body: str = "Other words.") -> None:
    latest = publishing.latest_revision(session, article.id, "en")
    assert latest
    text = publishing.ArticleText("Mend the lamp", body)
    publishing.save_revision(
        session, article, language="en", text=text, significance=significance, based_on=latest.id, by=None
    )
    publishing.publish(session, article, language="en", by=None)
    session.commit()


def tell(app: Flask, article: Article) -> None:
    with app.app_context(), transaction() as own:
        tell_followers(own, article_id=article.id, language="en")
    run_due_jobs(app)


def test_nothing_is_sent_but_one_question_until_it_is_confirmed_with_a_button(
    app: Flask, client: Visitor, session: Session, article: Article, mailbox: Mailbox
) -> None:
    client.post(f"/articles/{article.id}/follow", data={"email": KIM, "language": "en"})
    client.post(f"/articles/{article.id}/follow", data={"email": KIM, "language": "en"})
    assert len(letters(app, mailbox)) == 1
    link = link_in(plain(mailbox.letters[0]))
    assert "Yes, write to me" in client.get(link).text
    change(session, article, Significance.MAJOR)
    tell(app, article)
    assert len(letters(app, mailbox)) == 1


def test_each_major_change_brings_one_letter_and_smaller_ones_none(
    app: Flask, client: Visitor, session: Session, article: Article, mailbox: Mailbox
) -> None:
    link = follow(app, client, mailbox, f"/articles/{article.id}")
    change(session, article, Significance.MINOR)
    change(session, article, Significance.MODERATE)
    tell(app, article)
    assert letters(app, mailbox) == []
    change(session, article, Significance.MAJOR)
    tell(app, article)
    tell(app, article)
    assert letters(app, mailbox) == ["“Mend the lamp” was changed"]
    (letter,) = mailbox.to(KIM)
    assert letter["List-Unsubscribe"].strip() == f"<https://help.example.com{link}/stop>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"https://help.example.com/articles/{article.id}-mend-the-lamp" in rich(letter)


def test_publishing_asks_for_letters_after_a_while_to_take_slips_back(
    app: Flask, client: Visitor, session: Session, article: Article, mailbox: Mailbox
) -> None:
    follow(app, client, mailbox, f"/articles/{article.id}")
    with app.app_context():
        change(session, article, Significance.MAJOR)
        change(session, article, Significance.MAJOR)
    (job,) = [each for each in jobs.unfinished_jobs(session) if each.name == "tell_followers"]
    assert job.due_at > clock.now() + timedelta(minutes=5)


def test_a_mail_program_can_stop_the_letters_by_itself(
    app: Flask, client: Visitor, session: Session, article: Article, mailbox: Mailbox
) -> None:
    link = follow(app, client, mailbox, f"/articles/{article.id}")
    stranger = app.test_client()
    stranger.environ_base.pop("HTTP_ORIGIN")
    assert stranger.post(f"{link}/stop", data={"List-Unsubscribe": "One-Click"}).status_code == 303
    assert session.scalars(select(Follow)).all() == []
    session.rollback()
    assert "You do not follow this" in client.get(link).text
    assert client.post(f"{link}/stop").status_code == 303


def test_opening_links_as_mail_scanners_do_changes_nothing(
    app: Flask, client: Visitor, session: Session, article: Article, mailbox: Mailbox
) -> None:
    link = follow(app, client, mailbox, f"/articles/{article.id}")
    for path in (link, f"{link}/stop"):
        assert "Send me no more letters" in client.get(path).text
    assert client.get(f"{link}/confirm").status_code in (404, 405)
    assert len(session.scalars(select(Follow)).all()) == 1


def test_who_said_no_hears_once_when_it_was_changed(
    app: Flask, client: Visitor, session: Session, article: Article, mailbox: Mailbox
) -> None:
    follow(app, client, mailbox, f"/articles/{article.id}", kind="fix")
    change(session, article, Significance.MINOR)
    tell(app, article)
    assert letters(app, mailbox) == []
    change(session, article, Significance.MODERATE)
    tell(app, article)
    assert letters(app, mailbox) == ["We changed “Mend the lamp”. Does it work now?"]
    assert "#vote" in plain(mailbox.letters[0])
    assert session.scalars(select(Follow)).all() == []


def test_new_articles_of_an_area_come_in_one_letter_a_day(
    app: Flask, client: Visitor, session: Session, article: Article, mailbox: Mailbox, make: Make
) -> None:
    follow(app, client, mailbox, "/categories/lamps")
    with app.app_context():
        make.article("Buy a lamp", category="lamps")
        make.article("Light a lamp", category="lamps/broken")
        make.article("Walk a dog", category="dogs")
        make.article("Hide a lamp", category="lamps", audience="staff")
        change(session, article, Significance.MAJOR)
    (job,) = [each for each in jobs.unfinished_jobs(session) if each.name == "tell_category_followers"]
    assert clock.now() < job.due_at <= clock.now() + timedelta(days=1)
    session.rollback()
    for _ in range(2):
        with app.app_context(), transaction() as own:
            tell_category_followers(own)
    assert letters(app, mailbox) == ["2 new articles in “Lamps”"]
    text = plain(mailbox.letters[0])
    assert "Buy a lamp" in text
    assert "Light a lamp" in text
    assert "Walk a dog" not in text
    assert "Hide a lamp" not in text


def test_the_answer_is_the_same_whether_an_address_is_known_or_not(
    app: Flask, client: Visitor, article: Article, mailbox: Mailbox
) -> None:
    follow(app, client, mailbox, f"/articles/{article.id}")
    known, unknown = (
        client.post(f"/articles/{article.id}/follow", data={"email": email, "language": "en"})
        for email in (KIM, "lee@example.com")
    )
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)


@pytest.mark.parametrize("email", ["", "kim", "kim@example", "a@b.cc\nBcc: x@y.zz", "\0@example.com", "x" * 400])
def test_what_is_no_address_is_said_beside_the_field(client: Visitor, article: Article, email: str) -> None:
    answer = client.post(f"/articles/{article.id}/follow", data={"email": email, "language": "en"})
    assert answer.status_code == 422
    assert 'id="follow-problem"' in answer.text


def test_what_nobody_may_read_cannot_be_followed(client: Visitor, session: Session, make: Make) -> None:
    hidden = make.article("Secret plans", audience="staff")
    session.commit()
    for path in (f"/articles/{hidden.id}", "/articles/999", "/categories/none"):
        assert client.post(f"{path}/follow", data={"email": KIM, "language": "en"}).status_code == 404


def test_what_falls_into_the_trap_is_answered_alike_and_forgotten(
    client: Visitor, session: Session, article: Article
) -> None:
    answer = client.post(f"/articles/{article.id}/follow", data={"email": KIM, "language": "en", "website": "x"})
    assert answer.status_code == 303
    assert session.scalars(select(Follow)).all() == []


def test_what_is_not_confirmed_is_forgotten_after_a_week(
    app: Flask, client: Visitor, session: Session, article: Article
) -> None:
    client.post(f"/articles/{article.id}/follow", data={"email": KIM, "language": "en"})
    asked = session.scalars(select(Follow)).one()
    assert asked.kind is FollowKind.CHANGES
    assert [job.name for job in jobs.unfinished_jobs(session) if job.name == "forget_unconfirmed"]
    asked.asked_at = clock.now() - CONFIRM_WITHIN - timedelta(minutes=1)
    session.commit()
    with app.app_context(), transaction() as own:
        forget_unconfirmed(own)
    assert session.scalars(select(Follow)).all() == []


def test_without_a_mail_server_following_is_not_offered(
    app: Flask, settings: Settings, client: Visitor, article: Article
) -> None:
    address = f"/articles/{article.id}-mend-the-lamp"
    assert f'action="/articles/{article.id}/follow"' in client.get(f"{address}?q=x").text
    app.extensions["settings"] = replace(settings, mail_host="")
    assert f'action="/articles/{article.id}/follow"' not in client.get(f"{address}?q=x").text
    assert client.post(f"/articles/{article.id}/follow", data={"email": KIM}).status_code == 404


def test_a_link_of_one_person_never_becomes_one_of_the_next(
    app: Flask, client: Visitor, article: Article, mailbox: Mailbox, session: Session
) -> None:
    client.post(f"/articles/{article.id}/follow", data={"email": "lee@example.com"})
    run_due_jobs(app)
    link = link_in(plain(mailbox.to("lee@example.com")[0]))
    client.post(f"{link}/stop")
    # Now for somebody else, who is to confirm it themselves.
    client.post(f"/articles/{article.id}/follow", data={"email": KIM})
    client.post(f"{link}/confirm")
    client.post(f"{link}/stop")
    asked = session.scalars(select(Follow)).one()
    assert (asked.email, asked.confirmed_at) == (KIM, None)


def test_an_area_with_nothing_for_everybody_cannot_be_followed(
    app: Flask, client: Visitor, make: Make, mailbox: Mailbox, session: Session
) -> None:
    make.article("Merger", category="project-walnut", audience="staff")
    session.commit()
    assert client.post("/categories/project-walnut/follow", data={"email": KIM}).status_code == 404
    assert client.post("/categories/no-such-area/follow", data={"email": KIM}).status_code == 404
    assert letters(app, mailbox) == []
