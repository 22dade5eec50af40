"""Votes: "Did this fix your problem?" from wherever an article is shown, and what they add up to.

No cookie is set or read: the first vote gives the program a random text that it keeps, and that says next time that
the same person votes. Here it is kept as a keyed hash alone.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from app.accounts.bearer import bearer
from app.accounts.signing_in import reader_groups
from app.accounts.tokens import Scope
from app.api.addresses import asked_language
from app.api.fields import Body, Flag, about, language, matches, shown, text, word
from app.api.resource import Resource
from app.api.v1.articles import ARTICLE, ArticleQuery, FixRateSchema, told_rate
from app.foundation.database import db
from app.knowledge import feedback
from app.knowledge.article_page import ArticlePage, article_page
from app.knowledge.fix_rates import fix_rate
from app.knowledge.models import VoteReason
from app.knowledge.voters import VOTER, new_voter, source, voter_of
from app.trail.recording import record_vote
from app.trail.ways import way_to
from app.web.limits import count_hit

resource = Resource("votes", description="Did this fix your problem?")


def voter_field(**settings: Any) -> Any:
    """Who votes, without knowing who it is."""
    return fields.String(
        validate=matches(VOTER, "Send what the first vote gave back, unchanged."),
        metadata=about(
            "What an earlier vote of the same person gave back; without it, this is somebody new.",
            "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            pattern=f"^{VOTER}$",
        ),
        **settings,
    )


class VoteSchema(Body):
    """An answer."""

    fixed = Flag(required=True, metadata=about("Whether the article fixed the problem.", True))
    language = language("The language in which it was read; without it, as for reading.")
    query = text("What was searched for before, to learn from.", "cannot log in", longest=300)
    voter = voter_field()


class ReasonSchema(Body):
    """What went wrong."""

    voter = voter_field(required=True)
    language = language("The language in which it was read; without it, as for reading.")
    reason = word(VoteReason, "What was wrong with it.", "incomplete", allow_none=True, load_default=None)
    comment = text(
        "In the reader's own words.", "The button is not there.", longest=feedback.LONGEST_COMMENT, load_default=""
    )


class CastVoteSchema(Schema):
    """What was said, and by whom."""

    voter = shown(
        fields.String, "Keep this, and send it with the next vote.", "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
    fixed = shown(fields.Boolean, "What was said.", False)
    language = shown(fields.String, "The language of the text that it counts for.", "en")
    reason = shown(
        fields.Enum,
        "What was wrong; null when it was not said.",
        "incomplete",
        enum=VoteReason,
        by_value=True,
        allow_none=True,
    )
    fix_rate = shown(
        fields.Nested,
        "What all votes add up to; null until there are enough.",
        {"fixed": 41, "votes": 50, "low": 0.69, "high": 0.9},
        nested=FixRateSchema,
        allow_none=True,
    )


class VotesSchema(Schema):
    """What the votes on the published text add up to."""

    language = shown(fields.String, "The language of the text.", "en")
    fix_rate = shown(
        fields.Nested,
        "However few there are; null without any.",
        {"fixed": 4, "votes": 5, "low": 0.38, "high": 0.96},
        nested=FixRateSchema,
        allow_none=True,
    )


@resource.operation("POST", f"{ARTICLE}/votes", answer=CastVoteSchema, body=VoteSchema, problems=[410])
def cast_vote(body: dict[str, Any], article_id: int) -> Any:
    """Answer "Did this fix your problem?". A second answer of the same voter takes the place of the first."""
    count_hit("{limit_votes} per hour", name="vote")
    read = _read(article_id, body.get("language"))
    token = body.get("voter") or ""
    voter, token = (voter_of(token), token) if token else new_voter()
    vote = feedback.cast_vote(
        db.session,
        article_id,
        read.language,
        fixed=body["fixed"],
        voter=voter,
        query=body.get("query", ""),
        source=source(),
        is_staff=bearer() is not None,
        way=way_to(db.session, "article", f"{article_id}:{read.language}"),
    )
    record_vote("article", f"{article_id}:{read.language}", fixed=vote.fixed)
    return _said(read, vote, token)


@resource.operation("POST", f"{ARTICLE}/votes/reason", answer=CastVoteSchema, body=ReasonSchema, problems=[410])
def explain_vote(body: dict[str, Any], article_id: int) -> Any:
    """Say what went wrong, after a vote that it did not fix the problem."""
    count_hit("{limit_votes} per hour", name="vote")
    read = _read(article_id, body.get("language"))
    vote = feedback.explain_vote(
        db.session,
        article_id,
        read.language,
        voter=voter_of(body["voter"]),
        reason=body["reason"] or "",
        comment=body["comment"],
    )
    return _said(read, vote, body["voter"])


@resource.operation(
    "GET", f"{ARTICLE}/votes", answer=VotesSchema, query=ArticleQuery, scope=Scope.VOTES_READ, problems=[410]
)
def votes(query: dict[str, Any], article_id: int) -> Any:
    """Read what the votes on an article add up to, however few there are."""
    read = _read(article_id, query.get("lang"))
    return {"language": read.language, "fix_rate": fix_rate(db.session, article_id, read.language)}


def _read(article_id: int, language: str | None) -> ArticlePage:
    wanted = language or asked_language()
    return article_page(db.session, article_id, "", language=wanted, readers=reader_groups())


def _said(read: ArticlePage, vote: Any, token: str) -> dict[str, Any]:
    return {
        "voter": token,
        "fixed": vote.fixed,
        "language": read.language,
        "reason": vote.reason,
        "fix_rate": told_rate(fix_rate(db.session, read.id, read.language)),
    }
