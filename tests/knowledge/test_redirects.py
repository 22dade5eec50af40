"""Old addresses."""

import pytest
from sqlalchemy.orm import Session

from app.foundation.errors import NotFound
from app.knowledge.categories import category_at, rename_category
from app.knowledge.redirects import add_redirect, normalised, redirected, remove_redirect
from tests.make import Make


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/help/start/", "/help/start"),
        ("help/start?x=1#y", "/help/start"),
        ("/caf%C3%A9", "/café"),
        ("https://elsewhere.example/help", ""),
        ("//elsewhere.example/help", ""),
        ("/", ""),
        ("/search/old", ""),
        ("/" + "x" * 600, ""),
        ("//[broken", ""),
        ("/\\[broken", ""),
        ("/nul%2500%00", "/nul%00"),
    ],
)
def test_an_address_is_known_by_its_path(address: str, path: str) -> None:
    assert normalised(address) == path


def test_an_old_address_leads_to_its_language_or_to_the_readers(session: Session, make: Make) -> None:
    article = make.article("Start")
    make.translation(article, "es", "Empezar")
    add_redirect(session, "/es/inicio/", article=article, language="es")
    add_redirect(session, "/start-here", article=article)
    assert redirected(session, "/es/inicio", language="en") == f"/articles/{article.id}-empezar"
    assert redirected(session, "/start-here", language="es") == f"/articles/{article.id}-empezar"
    assert redirected(session, "/start-here", language="fr") == f"/articles/{article.id}-start"
    assert redirected(session, "/unknown", language="en") is None


def test_an_old_address_prefers_a_published_language(session: Session, make: Make) -> None:
    article = make.article("Start")
    make.translation(article, "es", "Empezar", published=False)
    add_redirect(session, "/start-here", article=article)
    assert redirected(session, "/start-here", language="fr") == f"/articles/{article.id}-start"


def test_an_old_address_does_not_tell_the_title_of_what_is_not_for_everybody(session: Session, make: Make) -> None:
    for article in (make.article("Secret plans", audience="staff"), make.article("Draft", published=False)):
        add_redirect(session, f"/old/{article.id}", article=article)
        assert redirected(session, f"/old/{article.id}", language="en") == f"/articles/{article.id}"


def test_an_address_leads_to_one_place_only(session: Session, make: Make) -> None:
    one, other = make.article("One"), make.article("Other")
    assert add_redirect(session, "/old", article=one)
    assert add_redirect(session, "/old/", article=one)
    assert not add_redirect(session, "/old", article=other)


def test_a_renamed_category_leads_on_from_its_old_address_and_those_below(session: Session, make: Make) -> None:
    make.article(category="money/invoices")
    invoices = category_at(session, "money/invoices")
    money = category_at(session, "money")
    rename_category(session, money, title="Billing", slug="billing")
    assert invoices.path == "billing/invoices"
    assert redirected(session, "/categories/money/invoices", language="en") == "/categories/billing/invoices"
    assert redirected(session, "/categories/money", language="en") == "/categories/billing"


def test_an_old_address_does_not_tell_of_areas_of_others(session: Session, make: Make) -> None:
    article = make.article(category="desk/rules", audience="staff")
    add_redirect(session, "/old/desk", category=article.category)
    assert redirected(session, "/old/desk", language="en") is None
    assert redirected(session, "/old/desk", language="en", readers=frozenset({"staff"})) == "/categories/desk/rules"


def test_an_address_is_forgotten(session: Session, make: Make) -> None:
    add_redirect(session, "/old", article=make.article("New"))
    remove_redirect(session, "/old/")
    assert redirected(session, "/old", language="en") is None
    with pytest.raises(NotFound, match="leads nowhere"):
        remove_redirect(session, "/old")
