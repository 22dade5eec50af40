"""Articles as search knows them."""

from sqlalchemy.orm import Session

from app.knowledge import feedback, publishing
from app.knowledge.searchable import ArticleSource
from tests.make import Make

source = ArticleSource()
PUBLIC = frozenset({"public"})


def test_each_published_language_is_one_document(session: Session, make: Make) -> None:
    article = make.article(
        "Reset", "Intro.\n\n## Steps\n\nPress.", category="a/b", aliases=("lost key",), tags=("pin",)
    )
    make.translation(article, "es", "Restablecer")
    make.translation(article, "fr", "Réinitialiser", published=False)
    keys = list(source.every_key(session))
    assert keys == [f"{article.id}:en", f"{article.id}:es"]
    english, spanish = source.documents(session, keys)
    assert (english.title, english.group, spanish.language) == ("Reset", str(article.id), "es")
    assert english.aliases == ("lost key",)
    assert spanish.aliases == ()
    assert english.facets == {"category": ("a", "a/b"), "type": ("how_to",), "tag": ("pin",)}
    assert [passage.heading for passage in english.passages] == ["", "Steps"]


def test_an_archived_article_is_no_document(session: Session, make: Make) -> None:
    article = make.article()
    publishing.archive(session, article, by=None)
    assert list(source.documents(session, [f"{article.id}:en"])) == []
    assert source.present(session, [f"{article.id}:en"], readers=PUBLIC) == {}


def test_an_article_for_staff_is_shown_to_staff_alone(session: Session, make: Make) -> None:
    article = make.article(audience="staff", category="desk")
    key = f"{article.id}:en"
    assert source.present(session, [key], readers=PUBLIC) == {}
    shown = source.present(session, [key], readers=PUBLIC | {"signed_in", "staff"})[key]
    assert shown.area == ("Desk",)


def test_a_found_article_brings_its_votes(session: Session, make: Make) -> None:
    article = make.article()
    for number in range(3):
        feedback.cast_vote(session, article.id, "en", fixed=number > 0, voter=str(number))
    shown = source.present(session, [f"{article.id}:en"], readers=PUBLIC)[f"{article.id}:en"]
    assert (shown.fixed, shown.votes) == (2, 3)


def test_a_section_is_shown_as_its_article_has_it(session: Session, make: Make) -> None:
    article = make.article(
        "Reset", "Do it:\n\n1. One\n2. Two\n\n## Later\n\nWait, see [above](#later).", short_answer="In <two> steps."
    )
    key = f"{article.id}:en"
    first, later = (source.excerpt(session, key, anchor=anchor, after=0, longest=900) for anchor in ("", "later"))
    assert first
    assert first.html == "<p>In &lt;two&gt; steps.</p><p>Do it:</p><ol><li>One</li><li>Two</li></ol>"
    assert later
    assert later.html == f'<p>Wait, see <a href="/articles/{article.id}-reset#later">above</a>.</p>'
    assert source.excerpt(session, "4711:en", anchor="", after=0, longest=900) is None


def test_without_an_index_titles_are_searched_first(session: Session, make: Make) -> None:
    in_body = make.article("Something else", "About a refund.")
    in_title = make.article("How do I get a refund?", "…")
    make.article("A refund for staff", audience="staff")
    found = source.search_plainly(session, ["refund"], language="en", readers=PUBLIC, most=5)
    assert [document.group for document in found] == [str(in_title.id), str(in_body.id)]


def test_the_name_of_an_area_is_known_to_those_who_find_something_in_it(session: Session, make: Make) -> None:
    make.article(category="desk/rules", audience="staff")
    make.article(category="billing")
    for readers, known in ((PUBLIC, False), (PUBLIC | {"staff"}, True)):
        assert source.knows_facet(session, "category", "desk", readers=readers) is known
        assert source.knows_facet(session, "category", "desk/rules", readers=readers) is known
    assert source.knows_facet(session, "category", "billing", readers=PUBLIC)
    assert not source.knows_facet(session, "category", "bill", readers=PUBLIC)
