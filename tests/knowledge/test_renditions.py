"""Articles as Markdown and plain text, for programs and people who want the text alone."""

from __future__ import annotations

import gzip

import pytest
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


def test_an_article_is_given_as_markdown_with_whole_addresses(client: Visitor, make: Make, session: Session) -> None:
    other = make.article("Other")
    file = f"attachment:{'0' * 64}/plan.png"
    body = (
        f"See [the other](article:{other.id}#part), [a part](#here), [a page](/contact), [the web](https://example.com)\n"
        f"and ![a plan]({file}).\n\n`[code](article:{other.id})` stays."
    )
    article = make.article("How *does* it work?", body, short_answer="It works.")
    session.commit()
    answer = client.get(f"/articles/{article.id}-how-does-it-work.md")
    here = f"http://localhost/articles/{article.id}-how-does-it-work"
    assert answer.content_type == "text/markdown; charset=utf-8"
    assert answer.headers["Link"] == f'<{here}>; rel="canonical"'
    assert answer.headers["Content-Language"] == "en"
    assert answer.text.startswith("# How \\*does\\* it work?\n\n> It works.\n\nSee ")
    for address in (
        f"](http://localhost/articles/{other.id}-other#part)",
        f"]({here}#here)",
        "](http://localhost/contact)",
        "](https://example.com)",
        f"](http://localhost/attachments/{'0' * 64}/plan.png)",
        f"`[code](article:{other.id})`",
    ):
        assert address in answer.text
    assert here in answer.text.splitlines()[-1]


def test_an_article_is_given_as_plain_text(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset", "Press **this**.\n\n## If it fails\n\n1. Wait\n2. Ask", short_answer="In short.")
    session.commit()
    answer = client.get(f"/articles/{article.id}-reset.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.startswith("Reset\n\nIn short.\n\nPress this.\n\nIf it fails\n\n")
    assert "**" not in answer.text


@pytest.mark.parametrize("form", ["md", "txt"])
def test_an_outdated_or_missing_title_leads_to_the_text(
    client: Visitor, make: Make, session: Session, form: str
) -> None:
    article = make.article("Reset")
    session.commit()
    for path in (f"/articles/{article.id}.{form}", f"/articles/{article.id}-old.{form}"):
        moved = client.get(path)
        assert (moved.status_code, moved.headers["Location"]) == (301, f"/articles/{article.id}-reset.{form}")


def test_the_title_in_the_address_tells_the_language(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Reset")
    make.translation(article, "es", "Restablecer", "Pulse.")
    session.commit()
    for asked in ("en", "es"):
        answer = client.get(f"/articles/{article.id}-restablecer.md", headers={"Accept-Language": asked})
        assert "Pulse." in answer.text
        assert "Accept-Language" not in answer.headers["Vary"]


def test_a_text_is_open_to_those_who_may_read_the_page(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Secret", audience="staff")
    agent = make.account(Role.AGENT, password=PASSWORD)
    session.commit()
    path = f"/articles/{article.id}-secret.md"
    assert client.get(path).status_code == 404
    client.sign_in(agent.email)
    shown = client.get(path)
    assert "# Secret" in shown.text
    assert "private" in shown.headers["Cache-Control"]
    client.delete_cookie("session")
    client.delete_cookie("remember_token")
    assert client.get(path).status_code == 404


def test_the_overview_lists_what_everybody_may_read_by_area(client: Visitor, make: Make, session: Session) -> None:
    article = make.article("Why [is] it so?", short_answer="Because.", category="billing/invoices")
    make.article("Loose")
    make.article("Secret", audience="staff", category="inside")
    session.commit()
    text = client.get("/llms.txt").text
    assert text.startswith("# Help centre\n\n## Billing\n\n")
    assert f"- [Why \\[is\\] it so?](http://localhost/articles/{article.id}-why-is-it-so.md): Because." in text
    assert "## Other articles\n\n- [Loose](" in text
    assert "Secret" not in text
    assert "Inside" not in text


def test_the_whole_text_holds_every_public_article_in_the_language_of_the_site(
    client: Visitor, make: Make, session: Session
) -> None:
    for number in range(205):
        make.article(f"Article {number}", f"Text number {number}.")
    make.article("Secret", audience="staff")
    make.translation(make.article("Both"), "de", "Beide")
    session.commit()
    text = client.get("/llms-full.txt").text
    assert [line for line in text.splitlines() if line.startswith("# ")] == [
        *(f"# Article {number}" for number in range(205)),
        "# Both",
    ]


def test_the_whole_text_is_sent_compressed_and_only_when_it_has_changed(
    client: Visitor, make: Make, session: Session
) -> None:
    make.article("First")
    session.commit()
    packed = client.get("/llms-full.txt", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data).startswith(b"# First\n")
    again = {"If-None-Match": packed.headers["ETag"]}
    assert client.get("/llms-full.txt", headers=again).status_code == 304
    make.article("Second")
    session.commit()
    assert client.get("/llms-full.txt", headers=again).status_code == 200
