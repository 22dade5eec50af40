"""What a page says in the words of schema.org, for search engines and assistants, as JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.knowledge.article_page import ArticlePage
from app.knowledge.models import ArticleType

Thing = dict[str, Any]

#: Source: the length up to which search engines show a headline.
_LONGEST_HEADLINE = 110


@dataclass(frozen=True)
class Publisher:
    """Whose site it is. `address` has no slash at its end; `logo` is the whole address of a picture, or empty."""

    name: str
    address: str
    description: str
    logo: str


def graph(*things: Thing | None) -> Thing:
    """The things of one page together, as one document."""
    return {"@context": "https://schema.org", "@graph": [each for each in things if each]}


def website(publisher: Publisher, *, language: str) -> Thing:
    """The site itself, and how it is searched."""
    told: Thing = {
        "@type": "WebSite",
        "@id": f"{publisher.address}/#website",
        "url": f"{publisher.address}/",
        "name": publisher.name,
        "inLanguage": language,
        "publisher": {"@id": f"{publisher.address}/#organization"},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{publisher.address}/search?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }
    return told | ({"description": publisher.description} if publisher.description else {})


def organization(publisher: Publisher) -> Thing:
    """Who publishes the site."""
    told: Thing = {
        "@type": "Organization",
        "@id": f"{publisher.address}/#organization",
        "name": publisher.name,
        "url": f"{publisher.address}/",
    }
    return told | ({"logo": {"@type": "ImageObject", "url": publisher.logo}} if publisher.logo else {})


def breadcrumbs(publisher: Publisher, trail: Sequence[tuple[str, str]]) -> Thing | None:
    """The way to a page as (words, path), the page itself last; None for a page at the top."""
    if len(trail) < 2:
        return None
    places = [
        {"@type": "ListItem", "position": position, "name": words, "item": publisher.address + path}
        for position, (words, path) in enumerate(trail, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": places}


def article(publisher: Publisher, shown: ArticlePage, *, description: str) -> Thing:
    """An article as a text with a date and a publisher."""
    address = publisher.address + shown.url
    told: Thing = {
        "@type": "Article",
        "@id": f"{address}#article",
        "url": address,
        "mainEntityOfPage": address,
        "headline": shown.title[:_LONGEST_HEADLINE],
        "inLanguage": shown.language,
        "dateModified": shown.updated_on.isoformat(),
        "author": {"@id": f"{publisher.address}/#organization"},
        "publisher": {"@id": f"{publisher.address}/#organization"},
        "isPartOf": {"@id": f"{publisher.address}/#website"},
    }
    if description:
        told["description"] = description
    if publisher.logo:
        told["image"] = publisher.logo
    if shown.trail:
        told["articleSection"] = shown.trail[-1][0]
    return told


def question(publisher: Publisher, shown: ArticlePage) -> Thing | None:
    """A question with its answer, for an article that is one and answers in short; else None."""
    if shown.type is not ArticleType.QA or not shown.short_answer:
        return None
    address = publisher.address + shown.url
    answer = {"@type": "Answer", "text": shown.short_answer, "url": address}
    asked = {"@type": "Question", "name": shown.title, "acceptedAnswer": answer}
    return {"@type": "FAQPage", "@id": f"{address}#faq", "inLanguage": shown.language, "mainEntity": [asked]}
