"""Articles as readers see them: `GET /api/v1/articles` and `GET /api/v1/articles/<id>`."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from app.accounts.signing_in import reader_groups
from app.api.addresses import asked_language
from app.api.fields import about, language, page_of, shown, text, word
from app.api.paging import counts, page_answer
from app.api.problems import GoneTo
from app.api.resource import Resource
from app.foundation.database import db
from app.foundation.errors import Gone
from app.knowledge import catalogue
from app.knowledge.article_page import ArticlePage, article_page
from app.knowledge.catalogue import ListedText, Wanted
from app.knowledge.fix_rates import FixRate, fix_rate
from app.knowledge.models import ArticleType, Audience
from app.knowledge.queries import replacement_of
from app.web.addresses import absolute

resource = Resource("articles", description="Articles as readers see them.")

ARTICLE = "/articles/<number:article_id>"


class ArticleQuery(Schema):
    """In which language."""

    lang = language("The language to read in; without it, the header Accept-Language decides.")


class ArticlesQuery(Schema):
    """What the list is narrowed to."""

    category = text("Only in the category at this path, and below it.", "billing/invoices", longest=500)
    language = language("Only texts in this language.")
    type = word(ArticleType, "Only articles of this type.", "how_to")
    tag = text("Only articles with this tag.", "administrators", longest=60)
    updated_since = fields.AwareDateTime(
        metadata=about("Only texts published at this moment or later (RFC 3339).", "2026-05-03T00:00:00Z")
    )
    page = page_of()["page"]
    per_page = page_of()["per_page"]


class ListedArticleSchema(Schema):
    """A published text in a list."""

    id = shown(fields.Integer, "The article's permanent number.", 12)
    language = shown(fields.String, "The language of this text.", "en")
    title = shown(fields.String, "The question in the customers' words.", "How do I reset my password?")
    short_answer = shown(fields.String, "The answer in a sentence; may be empty.", "Press Forgot password.")
    url = shown(fields.Url, "The page for readers.", "https://help.example.com/articles/12-how-do-i-reset")
    type = shown(fields.Enum, "What kind of knowledge it is.", "how_to", enum=ArticleType, by_value=True)
    audience = shown(fields.Enum, "Who may read it.", "public", enum=Audience, by_value=True)
    category = shown(fields.String, "The path of its category; empty without one.", "account/signing-in")
    tags = shown(fields.List, "Its tags, by name.", ["administrators"], cls_or_instance=fields.String())
    revision = shown(fields.Integer, "The number of the text that is published.", 3)
    updated_at = shown(fields.AwareDateTime, "When it was published.", "2026-05-03T09:30:00+00:00")


class ListedArticlesSchema(Schema):
    """One page of a list of published texts."""

    articles = shown(fields.Nested, "By number and language.", [], nested=ListedArticleSchema, many=True)
    total, page, pages = counts().values()


class FixRateSchema(Schema):
    """How often an article fixed the problem."""

    fixed = shown(fields.Integer, "How many said yes.", 41)
    votes = shown(fields.Integer, "How many said yes or no.", 50)
    low = shown(fields.Float, "The lower end of the 95 % interval of the share, from 0 to 1.", 0.69)
    high = shown(fields.Float, "The upper end.", 0.9)


class HeadingSchema(Schema):
    """A heading of an article."""

    level = shown(fields.Integer, "How deep it stands, from 2.", 2)
    anchor = shown(fields.String, "What leads to it after # in the address.", "steps")
    text = shown(fields.String, "Its words.", "Steps")


class ArticleSchema(Schema):
    """A published article in one language."""

    id = shown(fields.Integer, "Its permanent number.", 12)
    language = shown(fields.String, "The language of this text.", "en")
    is_fallback = shown(fields.Boolean, "Whether there is no text in the language that was asked for.", False)
    title = shown(fields.String, "The question in the customers' words.", "How do I reset my password?")
    url = shown(fields.Url, "The page for readers.", "https://help.example.com/articles/12-how-do-i-reset")
    short_answer = shown(fields.String, "The answer in a sentence; may be empty.", "Press Forgot password.")
    html = shown(fields.String, "The text as HTML, made safe.", "<p>Press <strong>Forgot password</strong>.</p>")
    markdown = shown(fields.String, "The text as it was written.", "Press **Forgot password**.")
    text = shown(
        fields.String, "The text alone, for programs that read it out or learn from it.", "Press Forgot password."
    )
    contents = shown(fields.Nested, "Its headings, in order.", [], nested=HeadingSchema, many=True)
    category = shown(fields.String, "The path of its category; empty without one.", "account/signing-in")
    tags = shown(fields.List, "Its tags, by name.", ["administrators"], cls_or_instance=fields.String())
    audience = shown(fields.Enum, "Who may read it.", "public", enum=Audience, by_value=True)
    revision = shown(fields.Integer, "The number of the text that is published.", 3)
    updated_on = shown(fields.Date, "The day it was published.", "2026-05-03")
    reviewed_on = shown(
        fields.Date, "The day somebody last checked it; null if nobody did.", "2026-05-03", allow_none=True
    )
    translations = shown(
        fields.Dict,
        "Its pages by language.",
        {"es": "https://help.example.com/articles/12-como"},
        keys=fields.String(),
        values=fields.Url(),
    )
    fix_rate = shown(
        fields.Nested,
        "How often it fixed the problem; null until enough people have said so.",
        {"fixed": 41, "votes": 50, "low": 0.69, "high": 0.9},
        nested=FixRateSchema,
        allow_none=True,
    )


@resource.operation("GET", "/articles", answer=ListedArticlesSchema, query=ArticlesQuery, is_kept=True, is_paged=True)
def articles(query: dict[str, Any]) -> Any:
    """List the published texts.

    One row a language. A token with `articles:read` adds those for signed-in readers and staff, as far as its account
    may read them. To follow what changes, ask from time to time with `updated_since`.
    """
    page, size = query.pop("page"), query.pop("per_page")
    found, total = catalogue.listed_texts(db.session, Wanted(**query), readers=reader_groups(), page=page, size=size)
    body, headers = page_answer("articles", [_listed(each) for each in found], total=total, page=page, size=size)
    return body, 200, headers


@resource.operation("GET", ARTICLE, answer=ArticleSchema, query=ArticleQuery, is_kept=True, problems=[410])
def article(query: dict[str, Any], article_id: int) -> Any:
    """Read one published article.

    In the language asked for, or else in the best one that there is: see `is_fallback`. One that this token may not
    read is not found. One that was taken down is gone, and `replaced_by` may lead on.
    """
    wanted, readers = query.get("lang") or asked_language(), reader_groups()
    try:
        found = article_page(db.session, article_id, "", language=wanted, readers=readers)
    except Gone as gone:
        replacement = replacement_of(db.session, article_id, language=wanted, readers=readers)
        if replacement is not None:
            raise GoneTo(str(gone), absolute(replacement.url)) from gone
        raise
    return _shown(found)


def _shown(found: ArticlePage) -> dict[str, Any]:
    markdown, plain = catalogue.published_source(db.session, found.id, found.language)
    return {
        "id": found.id,
        "language": found.language,
        "is_fallback": found.is_fallback,
        "title": found.title,
        "url": absolute(found.url),
        "short_answer": found.short_answer,
        "html": str(found.html),
        "markdown": markdown,
        "text": plain,
        "contents": found.contents,
        "category": found.category_path,
        "tags": found.tags,
        "audience": found.audience,
        "revision": found.revision_number,
        "updated_on": found.updated_on,
        "reviewed_on": found.reviewed_on,
        "translations": {code: absolute(url) for code, _, url in found.translations},
        "fix_rate": told_rate(fix_rate(db.session, found.id, found.language)),
    }


def told_rate(rate: FixRate | None) -> FixRate | None:
    """A fix rate as far as everybody may know it: with few votes it says little, and may tell who gave them."""
    return rate if rate is not None and rate.is_shown else None


def _listed(each: ListedText) -> dict[str, Any]:
    return {**vars(each), "url": absolute(each.url)}
