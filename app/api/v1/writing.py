"""Writing articles: beginning one, saving and publishing texts, taking one down, its tags and other wordings."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.bearer import require
from app.accounts.tokens import Bearer, Scope
from app.api.fields import VISIBLE, Body, Text, about, is_visible, language, number, shown, text, word
from app.api.models import RepeatableRequest
from app.api.resource import LARGEST_TEXT, LOCATION, Resource
from app.api.v1.articles import ARTICLE
from app.foundation import clock
from app.foundation.database import db
from app.foundation.errors import Conflict, InvalidInput, NotAllowed
from app.knowledge import catalogue, publishing
from app.knowledge.models import Article, ArticleState, ArticleType, Audience, Governance
from app.knowledge.publishing import LONGEST_BODY, LONGEST_TITLE, ArticleText
from app.web.addresses import absolute

resource = Resource("writing", description="Writing articles.")

MOST_TAGS, LONGEST_TAG = 30, 60
MOST_ALIASES, LONGEST_ALIAS = 100, 300
KEPT_FOR = timedelta(days=1)
_LONGEST_KEY = 200
_VISIBLE_ASCII = re.compile("[!-~]+")

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A random text of the program's own. Sent again within a day, nothing more is made.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": _LONGEST_KEY,
        "pattern": "^[!-~]+$",
        "example": "b1946ac9",
    },
}


def title(**settings: Any) -> Text:
    """The title of a text."""
    example = "How do I reset my password?"
    return text("The question in the customers' words.", example, longest=LONGEST_TITLE, is_needed=True, **settings)


def body(**settings: Any) -> Text:
    """A text in Markdown."""
    return text("The text in Markdown.", "Press **Forgot password**.", longest=LONGEST_BODY, **settings)


def short_answer() -> Text:
    """The answer in a sentence."""
    return text("The answer in a sentence.", "Press Forgot password.", longest=300, load_default="")


def comment() -> Text:
    """What was changed and why."""
    return text("For the people who write: what was changed, and why.", "New button.", longest=500, load_default="")


def words(description: str, example: str, *, longest: int, most: int, **settings: Any) -> fields.List[str]:
    """A list of short texts."""
    each = Text(
        validate=[validate.Length(max=longest), is_visible],
        metadata=about("One of them.", example, minLength=1, pattern=VISIBLE),
    )
    return fields.List(each, validate=validate.Length(max=most), metadata=about(description, [example]), **settings)


class NewArticleSchema(Body):
    """An article to begin."""

    language = language("The language that it is first written in.", required=True)
    title = title(required=True)
    body = body(required=True)
    short_answer = short_answer()
    category = text(
        "The path of a category that there is; without one it is found by search alone.", "account", longest=500
    )
    type = word(ArticleType, "What kind of knowledge it is.", "how_to", load_default=ArticleType.HOW_TO.value)
    audience = word(Audience, "Who may read it.", "public", load_default=Audience.PUBLIC.value)
    tags = words("Words that group articles across categories.", "administrators", longest=LONGEST_TAG, most=MOST_TAGS)
    aliases = words(
        "Other ways in which customers ask for it, in its language.",
        "cannot log in",
        longest=LONGEST_ALIAS,
        most=MOST_ALIASES,
    )
    comment = comment()


class WrittenArticleSchema(Schema):
    """An article as those who write see it."""

    id = shown(fields.Integer, "Its permanent number.", 12)
    state = shown(fields.Enum, "How far the work on it is.", "draft", enum=ArticleState, by_value=True)
    type = shown(fields.Enum, "What kind of knowledge it is.", "how_to", enum=ArticleType, by_value=True)
    audience = shown(fields.Enum, "Who may read it.", "public", enum=Audience, by_value=True)
    source_language = shown(fields.String, "The language that it was first written in.", "en")
    category = shown(fields.String, "The path of its category; empty without one.", "account")
    tags = shown(fields.List, "Its tags, by name.", ["administrators"], cls_or_instance=fields.String())
    aliases = shown(
        fields.Dict,
        "Other ways in which customers ask for it, by language.",
        {"en": ["cannot log in"]},
        keys=fields.String(),
        values=fields.List(fields.String()),
    )
    languages = shown(fields.List, "The languages that it has texts in.", ["en", "es"], cls_or_instance=fields.String())
    published = shown(
        fields.List, "The languages that readers can read it in.", ["en"], cls_or_instance=fields.String()
    )
    replaced_by = shown(fields.Integer, "What stands in its place when it is archived.", 7, allow_none=True)
    created_at = shown(fields.AwareDateTime, "When it was begun.", "2026-05-03T09:30:00+00:00")
    url = shown(fields.Url, "Its page, once it is published.", "https://help.example.com/articles/12")


class PublishSchema(Body):
    """Which text readers shall see."""

    language = language("In which language.", required=True)
    revision = number("The number of the text; without it, the newest.", 3)


class ArchiveSchema(Body):
    """How an article is taken down."""

    replaced_by = number("The article that readers are sent to.", 7, allow_none=True, load_default=None)


class TagsSchema(Body):
    """All tags of an article."""

    tags = words(
        "Exactly these; new ones are made.", "administrators", longest=LONGEST_TAG, most=MOST_TAGS, required=True
    )


class AliasesSchema(Body):
    """All other wordings of an article in a language."""

    aliases = words("Exactly these.", "cannot log in", longest=LONGEST_ALIAS, most=MOST_ALIASES, required=True)


@resource.operation(
    "POST",
    "/articles",
    answer=WrittenArticleSchema,
    status=201,
    body=NewArticleSchema,
    scope=Scope.ARTICLES_WRITE,
    problems=[404, 409],
    headers=[IDEMPOTENCY_KEY],
    answer_headers={"Location": LOCATION},
    largest=LARGEST_TEXT,
)
def create_article(body: dict[str, Any]) -> Any:
    """Begin an article, as a draft.

    Readers see it when it is published. With an `Idempotency-Key` it is safe to send the same again.
    """
    program = require(Scope.ARTICLES_WRITE)
    article = _made_before(db.session, program, body)
    if article is None:
        article = _made(db.session, program, body)
        _remember(db.session, program, body, article)
    return written(db.session, article), 201, {"Location": absolute(f"/api/v1/articles/{article.id}/work")}


@resource.operation("GET", f"{ARTICLE}/work", answer=WrittenArticleSchema, scope=Scope.ARTICLES_WRITE)
def article_work(article_id: int) -> Any:
    """Read an article as those who write see it, published or not."""
    return written(db.session, catalogue.existing_article(db.session, article_id))


@resource.operation(
    "POST",
    f"{ARTICLE}/publish",
    answer=WrittenArticleSchema,
    body=PublishSchema,
    scope=Scope.ARTICLES_PUBLISH,
)
def publish_article(body: dict[str, Any], article_id: int) -> Any:
    """Show a text to readers: the newest one in a language, or the one named."""
    article = catalogue.existing_article(db.session, article_id)
    wanted, by = body["language"], require(Scope.ARTICLES_PUBLISH).account
    named = body.get("revision")
    revision = (
        catalogue.text_of(db.session, article_id, wanted, named)
        if named
        else catalogue.newest_text(db.session, article_id, wanted)
    )
    publishing.publish(db.session, article, language=wanted, by=by, revision=revision)
    return written(db.session, article)


@resource.operation(
    "POST",
    f"{ARTICLE}/archive",
    answer=WrittenArticleSchema,
    body=ArchiveSchema,
    scope=Scope.ARTICLES_PUBLISH,
    problems=[409],
)
def archive_article(body: dict[str, Any], article_id: int) -> Any:
    """Take an article away from readers, in every language; its texts are kept."""
    article = catalogue.existing_article(db.session, article_id)
    instead = body["replaced_by"]
    if instead == article_id:
        raise Conflict(f"Article {article_id} cannot replace itself: name another one.")
    replaced_by = catalogue.existing_article(db.session, instead) if instead else None
    publishing.archive(db.session, article, by=require(Scope.ARTICLES_PUBLISH).account, replaced_by=replaced_by)
    return written(db.session, article)


@resource.operation("PUT", f"{ARTICLE}/tags", answer=WrittenArticleSchema, body=TagsSchema, scope=Scope.ARTICLES_WRITE)
def set_tags(body: dict[str, Any], article_id: int) -> Any:
    """Give an article exactly these tags."""
    article = changeable(db.session, article_id)
    publishing.set_tags(db.session, article, body["tags"])
    publishing.announce_change(db.session, article, [each.language for each in article.translations])
    return written(db.session, article)


@resource.operation(
    "PUT",
    f"{ARTICLE}/aliases/<language:language>",
    answer=WrittenArticleSchema,
    body=AliasesSchema,
    scope=Scope.ARTICLES_WRITE,
)
def set_aliases(body: dict[str, Any], article_id: int, language: str) -> Any:
    """Give an article exactly these other wordings in a language."""
    article = changeable(db.session, article_id)
    publishing.set_aliases(db.session, article, language, body["aliases"])
    publishing.announce_change(db.session, article, [language])
    return written(db.session, article)


def changeable(session: Session, article_id: int) -> Article:
    """An article that the program of this request may change.

    Raises:
        NotFound: there is no such article.
        NotAllowed: it is controlled, and the program or its account may not publish.
    """
    article = catalogue.existing_article(session, article_id)
    program = require(Scope.ARTICLES_WRITE)
    if article.governance is Governance.CONTROLLED and Scope.ARTICLES_PUBLISH not in program.scopes:
        raise NotAllowed(f"Article {article_id} is controlled: it takes a token with {Scope.ARTICLES_PUBLISH} too.")
    return article


def written(session: Session, article: Article) -> dict[str, Any]:
    """An article as `WrittenArticleSchema` shows it."""
    session.flush()
    session.expire(article, ["translations", "tags", "aliases"])
    aliases: dict[str, list[str]] = {}
    for alias in article.aliases:
        aliases.setdefault(alias.language, []).append(alias.text)
    return {
        "id": article.id,
        "state": article.state,
        "type": article.type,
        "audience": article.audience,
        "source_language": article.source_language,
        "category": article.category.path if article.category else "",
        "tags": [tag.name for tag in article.tags],
        "aliases": aliases,
        "languages": [each.language for each in article.translations],
        "published": [each.language for each in article.translations if each.publication is not None],
        "replaced_by": article.replaced_by_id,
        "created_at": article.created_at,
        "url": absolute(f"/articles/{article.id}"),
    }


def _made(session: Session, program: Bearer, body: dict[str, Any]) -> Article:
    path = body.get("category", "").strip("/")
    article = publishing.create_article(
        session,
        language=body["language"],
        text=ArticleText(body["title"], body["body"], body["short_answer"]),
        by=program.account,
        category=catalogue.category_by_path(session, path) if path else None,
        comment=body["comment"],
        type=ArticleType(body["type"]),
        audience=Audience(body["audience"]),
    )
    publishing.set_tags(session, article, body.get("tags", ()))
    publishing.set_aliases(session, article, body["language"], body.get("aliases", ()))
    return article


def _made_before(session: Session, program: Bearer, body: dict[str, Any]) -> Article | None:
    """The article that this very request made before. Raises Conflict when the key was for another one."""
    key = _key()
    if not key:
        return None
    session.execute(delete(RepeatableRequest).where(RepeatableRequest.made_at < clock.now() - KEPT_FOR))
    before = session.get(RepeatableRequest, (program.token_id, key))
    if before is None:
        return None
    if before.digest != _digest(body):
        raise Conflict("This Idempotency-Key was sent with another article: use a new one for each.")
    return session.get_one(Article, before.article_id)


def _remember(session: Session, program: Bearer, body: dict[str, Any], article: Article) -> None:
    key = _key()
    if key:
        session.add(
            RepeatableRequest(
                token_id=program.token_id, key=key, digest=_digest(body), article_id=article.id, made_at=clock.now()
            )
        )
        try:
            session.flush()
        except IntegrityError as error:
            # Both arrived at once and the other one was first: this one's article goes with its transaction.
            raise Conflict("The same request is being answered just now: send it again in a moment.") from error


def _key() -> str:
    key = request.headers.get("Idempotency-Key")
    if key is not None and (len(key) > _LONGEST_KEY or not _VISIBLE_ASCII.fullmatch(key)):
        raise InvalidInput(f"An Idempotency-Key has 1 to {_LONGEST_KEY} visible ASCII letters.")
    return key or ""


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
