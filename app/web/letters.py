"""Letters: each is written once, in the receiver's language, and becomes a text and an HTML part with the site's look.

A template extends `letter`, fills the block `letter` with the parts of `mail/parts_html.html`, and knows `site`,
`language`, `direction` and what it was given. The same template is drawn with `mail/parts_text.html` for the
text part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from pathlib import Path
from string import Template
from typing import Any

import css_inline
from flask import Flask, current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.foundation import mail
from app.foundation.mail import Letter
from app.web.branding import brand_of
from app.web.colours import brand_hex
from app.web.languages import direction
from app.web.templating import site
from app.web.translating import locale_for
from config import Settings

_STYLE = Template((Path(__file__).parent / "templates/mail/letter.css").read_text(encoding="utf-8"))
_MANY_LINES = re.compile(r"\n{3,}")


def install(app: Flask) -> None:
    """Give templates `mail_is_set_up()`: what needs mail is not offered without."""
    app.jinja_env.globals["mail_is_set_up"] = mail.is_set_up


def send_later(
    session: Session,
    *,
    to: str,
    subject: object,
    template: str,
    language: str,
    reply_to: str = "",
    message_id: str = "",
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> None:
    """Have a letter sent once the transaction at hand is committed; nothing happens when mail is not set up.

    Args:
        subject: words, best as `lazy_gettext`, which then are of the receiver's language.
        template: such as `support/mail/received.html`.
        language: of the receiver; English words when the interface does not speak it.
        message_id: stays the same for the same letter, so that one sent twice is shown once; a new one when empty.
        context: what the template wants.
    """
    if mail.is_set_up():
        mail.queue(
            session,
            written(
                to=to,
                subject=subject,
                template=template,
                language=language,
                reply_to=reply_to,
                message_id=message_id,
                headers=headers,
                **context,
            ),
        )


def written(
    *,
    to: str,
    subject: object,
    template: str,
    language: str,
    reply_to: str = "",
    message_id: str = "",
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Letter:
    """The letter itself, of the same arguments."""
    settings: Settings = current_app.extensions["settings"]
    spoken = locale_for(language, settings.default_language)
    with force_locale(str(spoken)):
        html, text = _drawn(template, spoken.language, context)
        words = str(subject)
    return Letter(to, words, text, html, message_id or mail.new_message_id(), reply_to, dict(headers or {}))


def _drawn(template: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """A letter as (HTML, text)."""
    environment = current_app.jinja_env
    settings: Settings = current_app.extensions["settings"]
    known = {
        "site": site([settings.default_language]),
        "language": language,
        "direction": direction(language),
        **context,
    }
    letter = environment.get_template(template)
    drawn = {
        form: letter.render(
            **known,
            layout=environment.get_template(f"mail/letter_{form}.html"),
            parts=environment.get_template(f"mail/parts_{form}.html").module,
        )
        for form in ("html", "text")
    }
    text = _MANY_LINES.sub("\n\n", unescape(drawn["text"])).strip() + "\n"
    colours = brand_hex(brand_of(settings))
    return _inliner(_STYLE.substitute(colours)).inline(drawn["html"]), text


@cache
def _inliner(style: str) -> css_inline.CSSInliner:
    return css_inline.CSSInliner(extra_css=style, load_remote_stylesheets=False)
