"""The site's search for programs: `GET /api/v1/search` and `GET /api/v1/suggest`."""

from __future__ import annotations

import time
from typing import Any

from marshmallow import Schema, fields, validate

from app.accounts.signing_in import reader_groups
from app.api.addresses import asked_language
from app.api.fields import about, language, shown, text, word
from app.api.resource import Resource
from app.foundation.database import db
from app.knowledge.models import ArticleType
from app.search import service
from app.search.answers import Fit
from app.search.noting import note_search
from app.search.pages import FILTERS
from app.search.service import Result, SearchState
from app.web.addresses import absolute

resource = Resource("search", description="Finding articles.")


class SearchQuery(Schema):
    """What is searched for."""

    q = text("The question, in any words. Without it the state is `hint`.", "reset password", longest=2000)
    lang = language("The reader's language; without it, the header Accept-Language decides.")
    category = text("Only in the category at this path, and below it.", "billing", longest=500)
    language = language("Only articles in this language.")
    type = word(ArticleType, "Only articles of this type.", "how_to")
    tag = text("Only articles with this tag.", "administrators", longest=60)
    page = fields.Integer(
        load_default=1,
        validate=validate.Range(min=1, max=1000),
        metadata=about("Which page of the results; counts from 1, and one too far is the last one.", 1),
    )
    exact = fields.String(
        validate=validate.OneOf(["0", "1"]), metadata=about("1 leaves misspelled words as they are.", "1")
    )
    all = fields.String(
        validate=validate.OneOf(["0", "1"]),
        metadata=about("1 lists what holds the words, even when none of it seems to answer.", "1"),
    )


class ResultSchema(Schema):
    """One result."""

    id = shown(fields.Integer, "The article's permanent number.", 12)
    language = shown(fields.String, "The language of the text.", "en")
    title = shown(fields.String, "Its title.", "How do I reset my password?")
    url = shown(fields.Url, "The page for readers, at the passage.", "https://help.example.com/articles/12-reset#steps")
    passage = shown(
        fields.String,
        "The passage that matches best, or the part of it that holds the words.",
        "Open the app and press Forgot password.",
    )
    passage_html = shown(
        fields.String,
        "The beginning of the passage that answers, as its article has it, made safe; links and pictures may be "
        "relative to the site. Null for all but the answer, and where the passage cannot be cut out in good order.",
        "<ol><li>Press <strong>Forgot password</strong>.</li></ol>",
        allow_none=True,
    )
    heading = shown(fields.String, "The heading above the passage; may be empty.", "Steps")
    area = shown(
        fields.List, "The titles of its categories, from the top.", ["Account"], cls_or_instance=fields.String()
    )
    fixed = shown(fields.Integer, "How many said that it fixed their problem.", 41)
    votes = shown(fields.Integer, "How many said yes or no.", 50)
    score = shown(fields.Float, "How well it matches; only its order means something.", 7.1)


class SearchSchema(Schema):
    """The answer to a search."""

    query = shown(fields.String, "What was searched for.", "reset pasword")
    state = shown(fields.Enum, "What happened.", "corrected", enum=SearchState, by_value=True)
    corrected_to = shown(fields.String, "What was searched for instead; may be empty.", "reset password")
    fit = shown(
        fields.Enum,
        "How well the first result answers; `unjudged` where no encoder took part.",
        "answer",
        enum=Fit,
        by_value=True,
    )
    confidence = shown(
        fields.Float, "How sure that is, from 0 to 1; null where nothing was judged.", 0.83, allow_none=True
    )
    by_meaning = shown(fields.Boolean, "Whether an encoder took part, or words alone.", True)
    is_degraded = shown(fields.Boolean, "Whether a simpler search stands in.", False)
    total = shown(fields.Integer, "How many results there are.", 8)
    page = shown(fields.Integer, "Which page this is.", 1)
    pages = shown(fields.Integer, "How many pages there are; at least one.", 1)
    results = shown(fields.Nested, "The results, best first.", [], nested=ResultSchema, many=True)
    nearest = shown(
        fields.Nested, "Without results or an answer: what may be meant.", [], nested=ResultSchema, many=True
    )


class SuggestQuery(Schema):
    """What has been typed so far."""

    q = text("What has been typed so far.", "reset pas", longest=2000)
    lang = language("The reader's language; without it, the header Accept-Language decides.")


class SuggestionSchema(Schema):
    """One line under a search field."""

    title = shown(fields.String, "The title of the article.", "How do I reset my password?")
    url = shown(fields.Url, "The page for readers.", "https://help.example.com/articles/12-how-do-i-reset")
    area = shown(fields.String, "Where it stands; may be empty.", "Account › Signing in")


class SuggestionsSchema(Schema):
    """Titles that may be meant, at most six."""

    query = shown(fields.String, "What was typed.", "reset pas")
    suggestions = shown(fields.Nested, "Best first.", [], nested=SuggestionSchema, many=True)


@resource.operation("GET", "/search", answer=SearchSchema, query=SearchQuery, also={503: "Nothing can search"})
def search_articles(query: dict[str, Any]) -> Any:
    """Search, as the search page does.

    `state` is one of: `hint` (nothing was asked), `results`, `corrected`, `filtered_out` (only without the filters),
    `other_language`, `no_answer` (nothing that was found seems to answer: `total` counts what `all=1` lists),
    `no_results`, `down`. When nothing can search, the status is 503.

    With the fit `answer`, the first result of page 1 is the answer, and its `passage` the whole passage that answers;
    lines in it are paragraphs or items of a list. With `may_help` the results may help.
    """
    wanted, begun = query.get("lang") or asked_language(), time.perf_counter()
    filters = {name: query[name] for name in FILTERS if query.get(name)}
    answer = service.search(
        db.session,
        query.get("q", ""),
        language=wanted,
        readers=reader_groups(),
        page=query["page"],
        filters=filters,
        exact=query.get("exact") == "1",
        everything=query.get("all") == "1",
    )
    note_search(answer, language=wanted, filters=filters, begun=begun)
    body = {**vars(answer), "results": _lines(answer.results), "nearest": _lines(answer.nearest)}
    return body, 503 if answer.state is SearchState.DOWN else 200


@resource.operation("GET", "/suggest", answer=SuggestionsSchema, query=SuggestQuery)
def suggest(query: dict[str, Any]) -> Any:
    """Suggest titles while somebody types."""
    typed = query.get("q", "")
    found = service.suggest(typed, language=query.get("lang") or asked_language(), readers=reader_groups())
    lines = [{"title": each.title, "url": absolute(each.url), "area": each.area} for each in found[:6]]
    return {"query": typed[:400], "suggestions": lines}


def _lines(results: tuple[Result, ...]) -> list[dict[str, Any]]:
    return [
        {
            "id": int(each.key.partition(":")[0]),
            "language": each.language,
            "title": each.shown.title,
            "url": absolute(each.url),
            "passage": each.passage,
            "passage_html": str(each.excerpt.html) if each.excerpt else None,
            "heading": each.heading,
            "area": each.shown.area,
            "fixed": each.shown.fixed,
            "votes": each.shown.votes,
            "score": round(each.score, 6),
        }
        for each in results
    ]
