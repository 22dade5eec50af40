"""What the widget has to know of the site: words in the reader's language, colours, and the ways to a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from app.knowledge.feedback import LONGEST_QUERY, reason_words
from app.support.intake import LONGEST_TEXT
from app.web.addresses import absolute
from app.web.branding import brand_of
from app.web.colours import Brand, Colour, brand_ramp
from app.web.languages import direction, reader_language, site_languages
from app.web.templating import site
from app.web.translating import INTERFACE_LANGUAGES, interface_language
from config import Settings

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
#: Lightness and chroma of what has no accent, by name: as the tokens of the site's own pages have it.
_NEUTRAL: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "light": {
        "surface": (1.0, 0.0),
        "sunken": (0.966, 0.0045),
        "line": (0.885, 0.008),
        "line-strong": (0.6, 0.014),
        "text": (0.245, 0.015),
        "strong": (0.19, 0.013),
        "quiet": (0.45, 0.016),
        "on-fill": (1.0, 0.0),
    },
    "dark": {
        "surface": (0.225, 0.014),
        "sunken": (0.275, 0.015),
        "line": (0.4, 0.016),
        "line-strong": (0.62, 0.016),
        "text": (0.885, 0.008),
        "strong": (0.966, 0.0045),
        "quiet": (0.76, 0.012),
        "tint": (0.3, 0.042),
    },
}
_ACCENTS = {
    "light": {"accent": 6, "fill": 6, "focus": 6, "tint": 1},
    "dark": {"accent": 3, "fill": 3, "focus": 3, "on-fill": 9},
}
_DANGER = {"light": Colour(0.45, 0.16, 27), "dark": Colour(0.82, 0.09, 22)}


def widget_settings(colour: str = "") -> dict[str, Any]:
    """Everything that the script needs before it shows anything.

    Args:
        colour: the accent that the page wishes, such as `#0055aa`, made readable; anything else gives the site's own.
    """
    own: Settings = current_app.extensions["settings"]
    wished = Brand.from_settings(own.brand_hue, colour) if COLOUR.fullmatch(colour) else brand_of(own)
    return {
        "site": {"name": own.site_name},
        "language": reader_language(),
        "interface": interface_language(),
        "direction": direction(interface_language()),
        "right_to_left": [
            each for each in dict.fromkeys((*site_languages(), *INTERFACE_LANGUAGES)) if direction(each) == "rtl"
        ],
        "colours": {scheme: _colours(wished, scheme) for scheme in ("light", "dark")},
        "contact": _contact(own),
        "longest": {"query": LONGEST_QUERY, "message": LONGEST_TEXT},
        "reasons": reason_words(),
        "words": _words(),
    }


def _colours(brand: Brand, scheme: str) -> dict[str, str]:
    ramp = brand_ramp(brand)
    neutral = {name: Colour(*values, brand.hue).hex for name, values in _NEUTRAL[scheme].items()}
    return {**neutral, **{name: ramp[at].hex for name, at in _ACCENTS[scheme].items()}, "danger": _DANGER[scheme].hex}


def _contact(own: Settings) -> dict[str, Any]:
    offered = site([]).contact
    ways = [
        (_("Call us:"), f"tel:{offered.phone}", offered.phone),
        (_("Write to us:"), f"mailto:{offered.email}", offered.email),
        (_("Talk to us here:"), offered.url, offered.url.removeprefix("https://")),
    ]
    return {
        "form": own.contact_form,
        "page": absolute("/contact"),
        "hours": offered.hours,
        "ways": [
            {"words": words, "address": address, "label": label, "opens": address == offered.url}
            for words, address, label in ways
            if label
        ],
    }


def _words() -> dict[str, str]:
    """The words of the widget by name. What stands in braces is filled in by the script."""
    query, count = "{query}", "{count}"
    return {
        "help": _("Help"),
        "close": _("Close"),
        "back": _("Back"),
        "retry": _("Try again"),
        "contact": _("Contact a person"),
        "open_site": _("Open the help site"),
        "new_tab": _("(opens in a new tab)"),
        "waiting": _("Please wait…"),
        "trouble": _("Something is in the way"),
        "unreachable": _("The help site does not answer. It is not your fault, and nothing you wrote is lost."),
        "too_many": _("Many requests came from your network in a short time."),
        "wait_for": _("You can try again in %(time)s.", time="{time}"),
        "gone": _("This answer is no longer there."),
        "search": _("Search"),
        "search_label": _("What do you need help with?"),
        "keys": _(
            "Suggestions come while you type. Choose one with the arrow keys and Enter, or press Enter to search."
        ),
        "suggestions": _("Suggestions"),
        "suggestions_count": _("Suggestions: %(count)s", count=count),
        "search_for": _("Search for “%(query)s”", query=query),
        "found": _("Results for “%(query)s”.", query=query),
        "found_corrected": _("Showing results for “%(query)s”.", query=query),
        "found_elsewhere": _("Nothing in your language for “%(query)s”, but in others:", query=query),
        "count": _("Found: %(count)s", count=count),
        "search_instead": _("Search for “%(query)s” as you wrote it", query=query),
        "all_results": _("All results on the help site"),
        "answer": _("The answer"),
        "may_help": _("These may help"),
        "no_answer": _("Nothing here answers “%(query)s”.", query=query),
        "nothing": _("We found nothing for “%(query)s”.", query=query),
        "nothing_hint": _("Other or fewer words may help. You can also ask a person right here."),
        "nearest": _("Perhaps you mean"),
        "not_found_contact": _("Not what you need? Contact a person"),
        "for_this_page": _("Answers for this page"),
        "other_language": _("There is no text in your language yet, so this is in another one."),
        "open_article": _("Open this answer on the help site"),
        "fixed": _("Did this fix your problem?"),
        "yes": _("Yes, it fixed my problem"),
        "no": _("No"),
        "thanks": _("Good to hear. Thank you for telling us."),
        "what_went_wrong": _("We are sorry it did not help. What went wrong?"),
        "noted": _("Thank you. We noted what went wrong."),
        "change_answer": _("Change your answer"),
        "talk": _("Talk to a person"),
        "open_contact": _("See all ways to reach us"),
        "message": _("What happened?"),
        "message_missing": _("Please write what happened."),
        "email": _("Your e-mail address"),
        "email_missing": _("Please write your e-mail address, so that we can answer."),
        "email_wrong": _("Please check the e-mail address. It should look like name@example.com."),
        "send_along": _("Send along what I searched and read here, so that I need not explain it again."),
        "send": _("Send"),
        "sent": _("Thank you. We have your message."),
        "reference": _("Its reference is %(reference)s.", reference="{reference}"),
        "answer_goes_to": _("The answer goes to %(email)s.", email="{email}"),
    }
