"""A search page is in one state at a time, and shows that state's words and no other's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from flask import Flask, render_template
from markupsafe import Markup

from app.foundation.excerpts import Excerpt
from app.search.answers import FacetValue, Fit, Result, SearchAnswer, SearchState
from app.search.documents import Presentation

WORDS = {
    SearchState.HINT: "Search the help centre</h1>",
    SearchState.RESULTS: " results for “<bdi>invoice</bdi>”",
    SearchState.CORRECTED: "Search instead for",
    SearchState.FILTERED_OUT: "The filters you chose hide them.",
    SearchState.OTHER_LANGUAGE: "These articles are in other languages.",
    SearchState.NO_ANSWER: "Nothing here answers that",
    SearchState.NO_RESULTS: "We found nothing for",
    SearchState.DOWN: "Search is not working just now",
}


#: What tells one fit from another beside the words of the state.
FITS = {Fit.ANSWER: "The answer</p>", Fit.MAY_HELP: "These may help", Fit.NOTHING: WORDS[SearchState.NO_ANSWER]}


def result(number: int = 1, *, language: str = "en", votes: int = 212, fixed: int = 178) -> Result:
    shown = Presentation(
        f"/articles/{number}-pay", "Pay an invoice", ("Billing",), date(2026, 5, 3), fixed, votes,
        vote_url=f"/articles/{number}/votes",
    )  # fmt: skip
    marked = Markup("Pay the <mark>invoice</mark> by card")
    return Result(
        "article",
        f"{number}:{language}",
        language,
        1.0,
        shown,
        "Pay it:\nby card\nby transfer",
        marked,
        "By card",
        "by-card",
    )


def facets(*, is_chosen: bool = False) -> dict[str, tuple[FacetValue, ...]]:
    return {"category": (FacetValue("billing", "Billing", 7, is_chosen), FacetValue("account", "Account", 3, False))}


def answer(state: SearchState) -> SearchAnswer:
    """An answer in this state, as full as it gets."""
    found = {"results": (result(1), result(2)), "total": 2, "facets": facets()}
    full: dict[SearchState, dict[str, object]] = {
        SearchState.RESULTS: found,
        SearchState.CORRECTED: found | {"corrected_to": "invoices"},
        SearchState.OTHER_LANGUAGE: {"results": (result(language="es"),), "total": 1},
        SearchState.FILTERED_OUT: {"elsewhere": 7, "facets": facets(is_chosen=True)},
        SearchState.NO_ANSWER: {"nearest": (result(1), result(2), result(3)), "total": 12, "fit": Fit.NOTHING},
        SearchState.NO_RESULTS: {"nearest": (result(),)},
    }
    query = {SearchState.HINT: "", SearchState.CORRECTED: "invoce"}.get(state, "invoice")
    return SearchAnswer(query, state, **full.get(state, {}))  # type: ignore[arg-type]


def page_of(app: Flask, shown: SearchAnswer) -> str:
    card = SimpleNamespace(
        title="Billing", own_title="Billing", url="/categories/billing", description="", article_count=7
    )
    line = SimpleNamespace(id=1, title="Pay", url="/articles/1-pay", short_answer="", language="en")
    with app.test_request_context("/search"):
        return render_template(
            "search/results.html",
            answer=shown,
            mark=lambda place: f"sixteen_letters_.{place}",
            said=None,
            query_url=lambda **changes: "/search?" + "&".join(f"{name}={value}" for name, value in changes.items()),
            example_query="pay by card",
            areas=[card],
            useful=SimpleNamespace(kind="helped", articles=[line]),
        )


@pytest.mark.parametrize("state", list(SearchState))
def test_a_page_shows_the_words_of_its_state_and_of_no_other(app: Flask, state: SearchState) -> None:
    page = page_of(app, answer(state))
    assert [other for other, words in WORDS.items() if words in page] == [state]


@pytest.mark.parametrize("state", list(SearchState))
def test_a_person_is_in_reach_in_every_state_and_the_words_go_along(app: Flask, state: SearchState) -> None:
    page = page_of(app, answer(state))
    wanted = {SearchState.HINT: '"/contact"', SearchState.CORRECTED: '"/contact?q=invoce"'}
    assert wanted.get(state, '"/contact?q=invoice"') in page


def test_the_words_that_match_are_marked_and_lead_to_the_heading(app: Flask) -> None:
    page = page_of(app, answer(SearchState.RESULTS))
    assert "Pay the <mark>invoice</mark> by card" in page
    assert 'href="/articles/1-pay?q=invoice&amp;from=sixteen_letters_.1#by-card"' in page


def test_how_often_an_article_helped_is_told_from_twenty_votes_on(app: Flask) -> None:
    many = SearchAnswer("x", SearchState.RESULTS, (result(votes=20, fixed=15),), 1)
    few = SearchAnswer("x", SearchState.RESULTS, (result(votes=19, fixed=15),), 1)
    assert "Fixed it for 75%" in page_of(app, many)
    assert "Fixed it for" not in page_of(app, few)


def test_results_in_another_language_say_which_one(app: Flask) -> None:
    page = page_of(app, answer(SearchState.OTHER_LANGUAGE))
    assert '<div lang="es" dir="ltr">' in page
    assert "Español" in page


def test_filters_are_named_and_a_long_list_is_folded(app: Flask) -> None:
    many = tuple(FacetValue(f"a{number}", f"Area {number}", 1, is_chosen=False) for number in range(11))
    page = page_of(app, SearchAnswer("x", SearchState.RESULTS, (result(),), 11, facets={"category": many}))
    assert "<h3>Area</h3>" in page
    assert "3 more</summary>" in page
    assert page.index("Area 7<") < page.index("3 more</summary>") < page.index("Area 8<")


def test_a_chosen_filter_can_be_taken_away(app: Flask) -> None:
    page = page_of(app, answer(SearchState.FILTERED_OUT))
    assert "Take away the filter" in page
    assert "Show all 7" in page


def test_a_search_with_the_database_alone_says_so_beside_its_results(app: Flask) -> None:
    shown = SearchAnswer("invoice", SearchState.RESULTS, (result(), result(2)), 2, is_degraded=True)
    page = page_of(app, shown)
    assert "it finds only your exact words" in page
    assert "Pay an invoice" in page


def test_what_somebody_searched_for_is_shown_as_text(app: Flask) -> None:
    page = page_of(app, SearchAnswer('"><script>alert(1)</script>', SearchState.NO_RESULTS))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def fitting(fit: Fit, **fields: object) -> SearchAnswer:
    """Two results of which the first fits this well."""
    full = {"results": (result(1), result(2)), "total": 2, "fit": fit, "confidence": 0.5, "by_meaning": True} | fields
    return SearchAnswer("invoice", SearchState.RESULTS, **full)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [SearchState.RESULTS, SearchState.CORRECTED, SearchState.OTHER_LANGUAGE])
@pytest.mark.parametrize("fit", [Fit.UNJUDGED, Fit.ANSWER, Fit.MAY_HELP])
def test_a_page_says_of_its_results_what_was_judged_and_nothing_else(app: Flask, state: SearchState, fit: Fit) -> None:
    page = page_of(app, replace(answer(state), fit=fit))
    assert [other for other, words in FITS.items() if words in page] == [fit] * (fit in FITS)
    assert [other for other, words in WORDS.items() if words in page] == [state]


def test_the_answer_stands_above_the_others_with_its_passage_its_source_and_its_vote(app: Flask) -> None:
    page = page_of(app, fitting(Fit.ANSWER))
    card = page[page.index('<section class="answer-card" aria-labelledby="answer-title">') : page.index("<ol")]
    assert '<h2 id="answer-title">By card</h2>' in card
    assert "<p>Pay it:</p>" in card
    assert "<p>by transfer</p>" in card
    assert 'href="/articles/1-pay?q=invoice&amp;from=sixteen_letters_.1#by-card"' in card
    assert "Fixed it for 84% (of 212)" in card
    assert 'action="/articles/1/votes" data-vote' in card
    assert '<input type="hidden" name="query" value="invoice">' in card
    assert '<input type="hidden" name="from" value="sixteen_letters_.1">' in card
    assert "vote.js" in page


def test_the_answer_looks_as_in_its_article_where_that_is_known(app: Flask) -> None:
    shown = Excerpt(Markup("<ol><li>Pay</li></ol>"), is_cut=True)
    page = page_of(app, fitting(Fit.ANSWER, results=(replace(result(), excerpt=shown),)))
    assert "<ol><li>Pay</li></ol>" in page
    assert "<p>Pay it:</p>" not in page
    assert "Read on in" in page


def test_an_answer_under_no_heading_is_headed_by_its_title_and_says_it_once(app: Flask) -> None:
    page = page_of(app, fitting(Fit.ANSWER, results=(replace(result(), heading="", anchor=""),)))
    card = page[page.index('<section class="answer-card"') : page.index("<ol")]
    assert '<h2 id="answer-title">Pay an invoice</h2>' in card
    assert card.count("Pay an invoice") == 1
    assert "Read the whole article" in card


def test_the_answer_is_not_listed_again(app: Flask) -> None:
    page = page_of(app, fitting(Fit.ANSWER))
    assert "/articles/1-" not in page[page.index("<ol") :]
    assert "from=sixteen_letters_.2" in page[page.index("<ol") :]


def test_only_a_first_result_that_nothing_judged_stands_out(app: Flask) -> None:
    stands_out = '<li class="result answer">'
    assert stands_out in page_of(app, fitting(Fit.UNJUDGED, confidence=None))
    assert stands_out not in page_of(app, fitting(Fit.UNJUDGED, confidence=0.1))
    assert stands_out not in page_of(app, fitting(Fit.MAY_HELP))


def test_an_answer_that_takes_no_vote_asks_for_none(app: Flask) -> None:
    first = result()
    without = replace(first, shown=replace(first.shown, vote_url=""))
    assert "data-vote" not in page_of(app, fitting(Fit.ANSWER, results=(without,)))


@pytest.mark.parametrize(
    "shown",
    [
        fitting(Fit.MAY_HELP),
        fitting(Fit.UNJUDGED),
        fitting(Fit.NOTHING),
        fitting(Fit.ANSWER, page=2, pages=3),
        fitting(Fit.MAY_HELP, page=2, pages=3),
    ],
)
def test_no_other_list_claims_to_begin_with_the_answer(app: Flask, shown: SearchAnswer) -> None:
    page = page_of(app, shown)
    assert "answer-card" not in page
    assert "vote.js" not in page
    assert ("These may help" in page) == (shown.fit is Fit.MAY_HELP and shown.page == 1)


def test_where_nothing_answers_the_nearest_and_a_person_are_there_and_all_results_in_reach(app: Flask) -> None:
    page = page_of(app, answer(SearchState.NO_ANSWER))
    nearest = page[page.index("The nearest we have") :]
    assert nearest.count('class="result"') == 3
    assert '<a class="button" href="/search?all=1&amp;page=None" rel="nofollow">Show all 12 results' in nearest
    assert '<textarea class="input" id="ask-message"' in nearest
    assert ">\ninvoice</textarea>" in nearest


def test_a_corrected_search_that_nothing_answers_can_be_made_as_it_was_typed(app: Flask) -> None:
    page = page_of(app, replace(answer(SearchState.NO_ANSWER), query="invoce", corrected_to="invoice"))
    assert "We looked for “<bdi>invoice</bdi>”" in page
    assert 'rel="nofollow"><bdi>invoce</bdi></a> as you wrote it' in page
