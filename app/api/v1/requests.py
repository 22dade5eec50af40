"""Sending a message to a person: `POST /api/v1/requests`."""

from __future__ import annotations

from typing import Any

from flask import current_app
from marshmallow import Schema, fields

from app.api.addresses import asked_language
from app.api.fields import Body, Flag, Text, about, language, matches, number, shown, text
from app.api.resource import Resource
from app.foundation.database import db
from app.foundation.errors import InvalidInput, NotFound
from app.knowledge.feedback import LONGEST_QUERY
from app.support.about import about as asked_about
from app.support.intake import LONGEST_NAME, LONGEST_TEXT, Inquiry, InvalidRequest, send_request
from app.trail.recording import record_request, source_of_request
from app.web.limits import count_hit

resource = Resource("requests", description="Reaching a person.")


PHONE = r"\+?[ (]?[0-9](?:[ ()./-]{0,2}[0-9]){4,12}"


class RequestSchema(Body):
    """What somebody needs a person for."""

    message = text(
        "What happened, or what is needed.", "The link never came.", longest=LONGEST_TEXT, is_needed=True, required=True
    )
    email = fields.Email(required=True, metadata=about("Where to answer.", "kim@example.com"))
    phone = Text(
        validate=matches(PHONE, "Write it in digits, such as +1 555 0100."),
        metadata=about("Where to call.", "+1 555 0100", pattern=f"^{PHONE}$"),
    )
    name = text("How to call the person.", "Kim", longest=LONGEST_NAME)
    article = number("The article that did not help.", 12)
    revision = number("The number of the text of it that was read.", 3)
    language = language("The language to answer in; without it, as for reading.")
    query = text("What was searched for before.", "reset link", longest=LONGEST_QUERY)
    with_trail = Flag(
        load_default=True,
        metadata=about("Whether to send along what this person searched and read here today.", True),
    )
    form_token = text(
        "A random text of the program's own: sent twice with the same words, one request is kept.",
        "b1946ac9",
        longest=100,
    )


class SentRequestSchema(Schema):
    """What became of a message."""

    reference = shown(fields.String, "What to name it by when asking about it.", "K7Q-4M2P")


@resource.operation("POST", "/requests", answer=SentRequestSchema, status=201, body=RequestSchema, problems=[404])
def send(body: dict[str, Any]) -> Any:
    """Send a message to a person. A site that takes no messages answers 404."""
    if not current_app.extensions["settings"].contact_form:
        raise NotFound("This site takes no messages here.")
    count_hit("{limit_messages} per hour", name="message")
    told: dict[str, str] = {
        name: str(body[name]) for name in ("article", "revision", "language", "query") if name in body
    }
    asked = asked_about(db.session, told)
    inquiry = Inquiry(
        text=body["message"],
        email=body.get("email", ""),
        phone=body.get("phone", ""),
        name=body.get("name", ""),
        language=body.get("language") or asked_language(),
        category_id=asked.category_id if body["with_trail"] else None,
        packet=asked.packet.kept() if body["with_trail"] else None,
        form_token=body.get("form_token", ""),
        sender=source_of_request(),
    )
    try:
        ticket = send_request(db.session, inquiry)
    except InvalidRequest as invalid:
        field, message = next(iter(invalid.problems.items()))
        raise InvalidInput(message, field=field) from invalid
    record_request(ticket.reference)
    return {"reference": ticket.reference}, 201
