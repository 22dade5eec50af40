"""The glossary: words explained where they occur first, and nowhere that they would disturb."""

from __future__ import annotations

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.roles import Role
from app.foundation.errors import InvalidInput
from app.knowledge import glossary
from app.knowledge.explaining import Explainer
from app.knowledge.glossary import Explained, GlossaryTerm, TermWords
from tests.counting import count_queries
from tests.make import Make
from tests.visitor import PASSWORD, Visitor


def term(words: str = "invoice", *forms: str, language: str = "en", article_id: int | None = None) -> Explained:
    return Explained(words.lower().replace(" ", "-"), language, words, f"What {words} means", forms, article_id)


def explained(html: str, *terms: Explained, language: str = "en", article_id: int = 0) -> list[str]:
    """The words that became links, in order."""
    found = str(Explainer.of(terms, language).explained(Markup(html), article_id=article_id))
    return [part.partition(">")[2].partition("<")[0] for part in found.split('<a class="term"')[1:]]


def test_a_term_is_explained_where_it_occurs_first(app: Flask) -> None:
    assert explained("<p>An invoice and an invoice.</p><p>Invoice</p>", term()) == ["invoice"]


@pytest.mark.parametrize("tag", ["code", "pre", "h2", "h6", "a", "kbd", "button", "summary"])
def test_nothing_is_explained_in_code_links_and_headings(app: Flask, tag: str) -> None:
    html = f"<{tag}>the <em>invoice</em></{tag}>"
    assert explained(html, term()) == []
    assert explained(f"{html}<p>invoice</p>", term()) == ["invoice"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Invoices are sent.", ["Invoices"]),
        ("Your INVOICE.", ["INVOICE"]),
        ("invoiced, reinvoice, e-invoice, invoice-like", []),
        ("invoice_id", []),
    ],
)
def test_whole_words_and_plain_plurals_are_met(app: Flask, text: str, found: list[str]) -> None:
    assert explained(f"<p>{text}</p>", term()) == found


@pytest.mark.parametrize(("text", "found"), [("Ask IT for it.", ["IT"]), ("it is late", []), ("Its", [])])
def test_an_abbreviation_is_met_as_it_is_written(app: Flask, text: str, found: list[str]) -> None:
    assert explained(f"<p>{text}</p>", term("IT")) == found


def test_the_longer_term_wins_and_other_forms_count(app: Flask) -> None:
    terms = (term("credit"), term("credit note", "refund slip"))
    assert explained("<p>A credit note, then credit.</p>", *terms) == ["credit note", "credit"]
    assert explained("<p>A refund\nslip</p>", *terms) == ["refund\nslip"]
    assert explained("<p>Policies</p>", term("policy")) == ["Policies"]


def test_signs_in_terms_and_attributes_break_nothing(app: Flask) -> None:
    html = '<p title="an invoice"><img alt="invoice > x" src="/a"> R&amp;D &amp; &quot;amp&quot;</p>'
    assert explained(html, term(), term("R&D"), term("amp")) == ["R&amp;D", "amp"]
    dangerous = Explained("x", "en", "x", '"><script>alert(1)</script>', (), None)
    assert "<script" not in Explainer.of([dangerous], "en").explained(Markup("<p>x</p>"))


def test_text_without_blanks_between_words_is_explained_too(app: Flask) -> None:
    assert explained("<p>请查看发票和发票</p>", term("发票", language="zh"), language="zh") == ["发票"]


def test_an_article_does_not_explain_its_own_subject(app: Flask) -> None:
    assert explained("<p>invoice</p>", term(article_id=7), article_id=7) == []
    assert explained("<p>invoice</p>", term(article_id=7), article_id=8) == ["invoice"]


def write(session: Session, words: str = "Invoice", definition: str = "A bill.", **columns: object) -> GlossaryTerm:
    written = glossary.write_term(
        session,
        {"en": TermWords(words, definition)},
        article_id=columns.get("article_id"),
        by=None,  # type: ignore[arg-type]
    )
    session.commit()
    return written


def test_a_changed_term_shows_at_once_in_every_article(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Reset", "Look at the **invoice**.")
    session.commit()
    path = f"/articles/{article.id}-reset"
    assert "A bill." not in client.get(path).text
    written = write(session)
    page = client.get(path).text
    assert 'href="/glossary#invoice" data-definition="A bill."' in page
    glossary.write_term(
        session, {"en": TermWords("Invoice", "A demand to pay.")}, article_id=None, by=None, term=written
    )
    session.commit()
    assert "A demand to pay." in client.get(path).text
    glossary.remove_term(session, written, by=None)
    session.commit()
    assert 'class="term"' not in client.get(path).text


def test_terms_are_explained_in_articles_of_their_language_only(session: Session, make: Make, client: Visitor) -> None:
    article = make.article("Hola", "La invoice.", language="es")
    write(session)
    assert 'class="term"' not in client.get(f"/articles/{article.id}-hola").text


def test_the_glossary_lists_terms_with_articles_that_the_reader_may_see(
    session: Session, make: Make, client: Visitor
) -> None:
    open_article, staff = make.article("All about invoices"), make.article("Secret dunning", audience="staff")
    write(session, article_id=open_article.id)
    write(session, "Dunning", "Asking again.", article_id=staff.id)
    page = client.get("/glossary").text
    assert page.index("Dunning") < page.index("Invoice")
    assert "All about invoices" in page
    assert "Secret dunning" not in page


def test_the_foot_of_pages_leads_to_the_glossary_once_there_is_one(session: Session, client: Visitor) -> None:
    assert 'href="/glossary"' not in client.get("/").text
    write(session)
    assert 'href="/glossary"' in client.get("/").text


@pytest.mark.parametrize(
    "words",
    [
        {"en": TermWords("", "x")},
        {"en": TermWords("x", "")},
        {"en": TermWords("x" * 81, "y")},
        {"en": TermWords("x", "y" * 401)},
        {"en": TermWords("INVOICE", "twice")},
    ],
)
def test_what_explains_nothing_is_refused(session: Session, words: dict[str, TermWords]) -> None:
    write(session)
    with pytest.raises(InvalidInput):
        glossary.write_term(session, words, article_id=None, by=None)


def test_pages_need_as_many_queries_for_five_terms_as_for_one(
    app: Flask, session: Session, make: Make, client: Visitor
) -> None:
    article = make.article("Reset", " ".join(f"word{number}" for number in range(5)))
    write(session, "word0", article_id=article.id)
    paths = ("/glossary", f"/articles/{article.id}-reset?q=x")
    one = [count_queries(app, client, path) for path in paths]
    for number in range(1, 5):
        write(session, f"word{number}", article_id=article.id)
    assert [count_queries(app, client, path) for path in paths] == one


def test_an_editor_writes_changes_and_removes_a_term(session: Session, make: Make, client: Visitor) -> None:
    account = make.account(Role.EDITOR, password=PASSWORD)
    session.commit()
    client.sign_in(account.email)
    page = "/desk/glossary"
    refused = client.submit(page, f"{page}/-", term_en="Invoice", definition_en="")
    assert (refused.status_code, 'value="Invoice"' in refused.text) == (422, True)
    assert (
        client.submit(page, f"{page}/-", term_en="Invoice", definition_en="A bill.", forms_en="bills").status_code
        == 303
    )
    client.submit(f"{page}/invoice", f"{page}/invoice", term_en="Invoice", definition_en="A demand.")
    assert "A demand." in client.get("/glossary").text
    client.submit(f"{page}/invoice", f"{page}/invoice", do="remove")
    assert session.scalars(select(GlossaryTerm)).all() == []
    assert client.get(f"{page}/invoice").status_code == 404
