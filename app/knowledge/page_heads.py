"""What the head of a public page tells machines: its one address, its languages, its description, its other forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from app.knowledge import structured_data
from app.knowledge.areas import CategoryCard
from app.knowledge.article_page import ArticlePage
from app.knowledge.feeds import shortened
from app.knowledge.language_versions import article_versions, page_versions, version_url
from app.knowledge.models import Audience
from app.knowledge.renditions import rendition_url
from app.web.addresses import absolute, site_address
from app.web.assets import static_url
from app.web.branding import branding
from app.web.languages import site_languages
from config import Settings

_LONGEST_DESCRIPTION = 200
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


@dataclass(frozen=True)
class OtherForm:
    """Another form of a page: its media type, what it is in words, its whole address."""

    media_type: str
    words: str
    url: str


@dataclass(frozen=True)
class PageHead:
    """All that templates write into the head. Addresses are whole; `versions` are (language, address).

    `kind` is a word of Open Graph; `image` is empty or the address of a picture; `data` is JSON-LD.
    """

    title: str
    url: str
    language: str
    description: str
    kind: str
    image: str
    is_for_everybody: bool
    versions: tuple[tuple[str, str], ...]
    forms: tuple[OtherForm, ...]
    data: structured_data.Thing


def of_home(language: str) -> PageHead:
    """The head of the home page for readers of a language."""
    publisher = site_publisher()
    data = structured_data.graph(
        structured_data.website(publisher, language=language), structured_data.organization(publisher)
    )
    return _following_reader("/", publisher.name, publisher.description, language, data, feed="/feed")


def of_area(area: CategoryCard, above: Sequence[tuple[str, str]], language: str, *, page: int = 1) -> PageHead:
    """The head of an area's page for readers of a language; `above` are the areas that it is in, as (words, path)."""
    publisher = site_publisher()
    data = structured_data.graph(
        structured_data.breadcrumbs(publisher, (_home_crumb(), *above, (area.title, area.url)))
    )
    description = shortened(area.description, _LONGEST_DESCRIPTION)
    return _following_reader(area.url, area.title, description, language, data, feed=f"{area.url}/feed", page=page)


def of_article(shown: ArticlePage) -> PageHead:
    """The head of an article's page."""
    publisher = site_publisher()
    description = shortened(shown.short_answer or _first_paragraph(shown.html), _LONGEST_DESCRIPTION)
    is_public = shown.audience is Audience.PUBLIC
    things = (
        structured_data.article(publisher, shown, description=description),
        structured_data.question(publisher, shown),
        structured_data.breadcrumbs(publisher, (_home_crumb(), *shown.trail, (shown.title, shown.url))),
        structured_data.organization(publisher),
    )
    versions = article_versions([(each, url) for each, _name, url in shown.translations], default=_default_language())
    feed = [OtherForm("application/atom+xml", _("Changes to this article"), absolute(f"{shown.url}.atom"))]
    texts = [
        OtherForm("text/markdown", _("This article as Markdown"), absolute(rendition_url(shown.url, "md"))),
        OtherForm("text/plain", _("This article as plain text"), absolute(rendition_url(shown.url, "txt"))),
    ]
    return PageHead(
        title=shown.title,
        url=absolute(shown.url),
        language=shown.language,
        description=description,
        kind="article",
        image=publisher.logo,
        is_for_everybody=is_public,
        versions=tuple((each, absolute(url)) for each, url in versions),
        forms=tuple([*feed, *texts] if is_public else texts),
        data=structured_data.graph(*(things if is_public else ())),
    )


def site_publisher() -> structured_data.Publisher:
    """Whose site this is."""
    settings: Settings = current_app.extensions["settings"]
    brand = branding()
    # Previews of links cannot show drawings.
    logo = absolute(static_url(brand.logo.name)) if brand.logo and not brand.logo.is_vector else ""
    return structured_data.Publisher(settings.site_name, site_address(), brand.description, logo)


def feed_url(place: str, language: str) -> str:
    """The path of a feed in a language; `place` is its path without an ending, such as `/feed`."""
    return f"{place}.atom" if language == _default_language() else f"{place}.{language}.atom"


def _following_reader(
    path: str, title: str, description: str, language: str, data: structured_data.Thing, *, feed: str, page: int = 1
) -> PageHead:
    default = _default_language()
    versions = page_versions(path, site_languages(), default=default, page=page)
    return PageHead(
        title=title,
        url=absolute(version_url(path, language, default=default, page=page)),
        language=language,
        description=description,
        kind="website",
        image=site_publisher().logo,
        is_for_everybody=True,
        versions=tuple((each, absolute(url)) for each, url in versions),
        forms=(OtherForm("application/atom+xml", _("What is new"), absolute(feed_url(feed, language))),),
        data=data,
    )


def _home_crumb() -> tuple[str, str]:
    return _("Help"), "/"


def _default_language() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.default_language


def _first_paragraph(html: Any) -> str:
    found = _PARAGRAPH.search(str(html)[:20_000])
    return Markup(found[1]).striptags() if found else ""  # noqa: S704  # made safe when it was published, shown as words
