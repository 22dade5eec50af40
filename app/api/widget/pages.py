"""The addresses of the widget: its script, its settings, and the page where administrators fetch the tag."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping

from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts.roles import Permission
from app.api.widget.script import widget_script
from app.api.widget.settings import COLOUR, widget_settings
from app.web.access import PUBLIC, access
from app.web.addresses import absolute
from app.web.headers import content_policy
from app.web.origin import without_cookies

blueprint = Blueprint("widget", __name__)

#: Browsers ask again after so many seconds, and meanwhile bear a site that does not answer.
_SCRIPT_AGE = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
_SETTINGS_AGE = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
_CHOICES = {"position": ("right", "left"), "theme": ("auto", "light", "dark")}
_LONGEST_LABEL = 40


@blueprint.get("/widget.js")
@access(PUBLIC)
@without_cookies
def script() -> Response:
    """The script that other sites load."""
    return _shared(widget_script(), "text/javascript; charset=utf-8", _SCRIPT_AGE)


@blueprint.get("/widget/settings.json")
@access(PUBLIC)
@without_cookies
def settings() -> Response:
    """Words, colours and ways to a person, in the language `lang` or the browser's, with the accent `color`."""
    told = widget_settings(request.args.get("color", ""))
    g.pop("language_chosen", None)  # another site's page chose it, not the reader: no cookie keeps it
    answer = _shared(json.dumps(told, ensure_ascii=False).encode(), "application/json", _SETTINGS_AGE)
    answer.vary.update(("Accept-Encoding", "Accept-Language"))
    return answer


@blueprint.get("/desk/widget")
@access(Permission.RUN_THE_SITE)
@content_policy(script_src="'self'")
def desk() -> str:
    """The tag to put into other sites, with its options, and the widget itself to try."""
    chosen = _chosen(request.args)
    return render_template(
        "widget/desk.html",
        tag=tag(absolute("/widget.js"), chosen),
        policy="script-src {0}; connect-src {0}; img-src {0}".format(absolute("")),
        preview=tag(url_for("widget.script"), chosen),
        chosen=chosen,
        more=_more_options(),
        has_form=current_app.extensions["settings"].contact_form,
        positions={"right": _("Right"), "left": _("Left")},
        themes={"auto": _("As the visitor's device"), "light": _("Light"), "dark": _("Dark")},
    )


def tag(address: str, options: Mapping[str, str]) -> Markup:
    """The script tag that brings the widget to a page; options without a value are left out."""
    attributes = (Markup(' data-{}="{}"').format(name, value) for name, value in options.items() if value)
    return Markup('<script src="{}"{} defer></script>').format(address, Markup("").join(attributes))


def _more_options() -> list[tuple[str, str]]:
    """Options that only make sense on one page or another, as (how to write them, what they do)."""
    return [
        ('data-language="es"', _("The language of the widget. Without it, the language of the page.")),
        ('data-open-on="#help"', _("Pressing any element that this CSS selector finds opens the widget, too.")),
        ('data-button="none"', _("No button of its own, for pages that open it in another way.")),
        ('data-query="invoices"', _("What the page is about: answers to it are shown before anything is typed.")),
        (
            'HelpWidget.open("…")',
            _("Opens it from a script of the page, and searches for the words in brackets."),
        ),
        ("HelpWidget.close()", _("Closes it.")),
    ]


def _chosen(given: Mapping[str, str]) -> dict[str, str]:
    """The options of the tag as they were chosen, each empty when it is the usual one or makes no sense."""
    found = {name: value if (value := given.get(name, "")) in choices[1:] else "" for name, choices in _CHOICES.items()}
    colour = given.get("color", "")
    found["color"] = colour if COLOUR.fullmatch(colour) else ""
    found["label"] = " ".join(given.get("label", "").split())[:_LONGEST_LABEL]
    return found


def _shared(content: bytes, media_type: str, age: str) -> Response:
    """An answer that pages of any site may load and read, and every cache may keep."""
    response = Response(content, content_type=media_type)
    response.add_etag(weak=True)
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(content, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = age
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Accept-Encoding")
    return response.make_conditional(request)  # type: ignore[return-value]  # gives the same object back
