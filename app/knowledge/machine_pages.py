"""What other programs than browsers ask for: sitemap, feeds, articles as text, descriptions of the site.

All of it is for everybody and the same for everybody, but the texts of articles, which follow the rules of their pages.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as AnyResponse

from app.accounts.signing_in import reader_groups
from app.foundation import clock
from app.foundation.database import db, reading
from app.knowledge import article_page, directory, feeds, page_heads, renditions, sitemap
from app.knowledge.language_versions import public_languages
from app.knowledge.models import EVERYBODY
from app.search import service
from app.search.pages import SUGGESTIONS_LIMIT
from app.web.access import PUBLIC, access
from app.web.addresses import site_address
from app.web.languages import reader_language
from app.web.limits import limited
from app.web.page_cache import cache_control, kept_in_its_language, shared, site_version
from config import Settings

pages = Blueprint("machines", __name__, template_folder="templates")

_TYPES = {"md": "text/markdown", "txt": "text/plain"}
_MOST_SUGGESTIONS = 8


def install(app: Flask) -> None:
    """Add the addresses, and have templates make the heads of pages."""
    app.register_blueprint(pages)
    app.jinja_env.globals.update(
        home_head=page_heads.of_home, area_head=page_heads.of_area, article_head=page_heads.of_article
    )


@pages.get("/sitemap.xml")
@access(PUBLIC)
@shared
def whole_sitemap() -> Response:
    """The sitemap, or the list of its files when one would be too large."""
    files = _sitemap_files()
    return _xml(files[0] if len(files) == 1 else sitemap.sitemap_index(len(files), base=site_address()))


@pages.get("/sitemap-<int:number>.xml")
@access(PUBLIC)
@shared
def sitemap_file(number: int) -> Response:
    """One file of a large sitemap."""
    files = _sitemap_files()
    if not 1 <= number <= len(files):
        abort(404)
    return _xml(files[number - 1])


@pages.get("/robots.txt")
@access(PUBLIC)
@shared
def robots() -> Response:
    """What search engines may read."""
    return _text(render_template("machines/robots.txt", base=site_address(), is_open=_settings().allow_indexing))


@pages.get("/opensearch.xml")
@access(PUBLIC)
@shared
def search_description() -> Response:
    """How browsers search this site from their own field."""
    told = render_template("machines/opensearch.xml", base=site_address(), name=_settings().site_name)
    return _xml(told, "application/opensearchdescription+xml")


@pages.get("/search/suggestions.json")
@access(PUBLIC)
@limited(SUGGESTIONS_LIMIT, name="suggest")
def browser_suggestions() -> Response:
    """Titles for what is being typed into a browser's own field, in the form that browsers read."""
    typed = request.args.get("q", "")[:400]
    found = service.suggest(typed, language=reader_language(), readers=EVERYBODY, most=_MOST_SUGGESTIONS)
    base = site_address()
    response = jsonify([typed, [each.title for each in found], [], [base + each.url for each in found]])
    response.content_type = "application/x-suggestions+json; charset=utf-8"
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@pages.get("/.well-known/security.txt")
@access(PUBLIC)
def security_contact() -> Response:
    """Where to report weaknesses (RFC 9116)."""
    settings = _settings()
    if not settings.security_contact:
        abort(404)
    expires = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [f"Contact: {settings.security_contact}", f"Expires: {expires}"]
    lines += [f"Preferred-Languages: {settings.default_language}"]
    lines += [f"Canonical: {site_address()}/.well-known/security.txt"] if settings.site_url else []
    return _text("\n".join(lines) + "\n")


@pages.get("/feed.atom", defaults={"language": ""})
@pages.get("/feed.<language>.atom")
@access(PUBLIC)
@shared
def feed(language: str) -> Response:
    """New and newly written articles."""
    return _atom(directory.feed_of_site(db.session, _feed_language(language), site_name=_settings().site_name))


@pages.get("/categories/<path:path>/feed.atom", defaults={"language": ""})
@pages.get("/categories/<path:path>/feed.<language>.atom")
@access(PUBLIC)
@shared
def area_feed(path: str, language: str) -> Response:
    """New and newly written articles of one area and those below it."""
    return _atom(directory.feed_of_area(db.session, path, _feed_language(language)))


@pages.get("/articles/<int:article_id>-<slug>.atom")
@access(PUBLIC)
@shared
def article_feed(article_id: int, slug: str) -> AnyResponse:
    """What happened to one article; an outdated title leads to the present address."""
    shown = _article(article_id, slug, readers=EVERYBODY)
    if shown.slug != slug:
        return _moved(f"{shown.url}.atom")
    return _atom(directory.feed_of_article(db.session, shown))


@pages.get("/articles/<int:article_id>.<any(md, txt):form>", defaults={"slug": ""})
@pages.get("/articles/<int:article_id>-<slug>.<any(md, txt):form>")
@access(PUBLIC)
@kept_in_its_language
def rendition(article_id: int, slug: str, form: str) -> AnyResponse:
    """An article as Markdown or plain text, for those who may read its page."""
    shown = _article(article_id, slug, readers=reader_groups())
    if shown.slug != slug:
        return _moved(renditions.rendition_url(shown.url, form))
    text = renditions.published_text(db.session, article_id, shown.language)
    base = site_address()
    if form == "md":
        response = _text("".join(renditions.as_markdown(db.session, [text], base=base)), _TYPES[form])
    else:
        response = _text(renditions.as_plain_text(text, base=base), _TYPES[form])
    response.headers["Link"] = f'<{base}{shown.url}>; rel="canonical"'
    response.headers["Content-Language"] = shown.language
    return response


@pages.get("/llms.txt")
@access(PUBLIC)
@shared
def overview() -> Response:
    """All public articles with their short answers, for language models (llmstxt.org)."""
    settings = _settings()
    words = directory.overview(
        db.session,
        language=settings.default_language,
        base=site_address(),
        name=settings.site_name,
        description=settings.site_description,
    )
    return _text(words, "text/markdown")


@pages.get("/llms-full.txt")
@access(PUBLIC)
@limited("10 per minute", name="whole text")
def whole_text() -> Response:
    """The text of all public articles in the site's language, sent while it is read: it may be large."""
    g.is_shared = True
    base, language = site_address(), _settings().default_language
    digest = sha256(f"{site_version()} {base} {language}".encode()).hexdigest()[:24]
    is_packed = request.accept_encodings["gzip"] > 0
    if request.if_none_match.contains_weak(digest):
        response = Response(status=304)
    else:
        text = _whole_text(current_app._get_current_object(), base, language)  # type: ignore[attr-defined]  # a proxy
        response = Response(_packed(text) if is_packed else text, mimetype="text/markdown")
        if is_packed:
            response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = f'W/"{digest}"'
    response.headers["Cache-Control"] = cache_control()
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _whole_text(app: Flask, base: str, language: str) -> Iterator[bytes]:
    last = 0
    while True:
        # A session for each part: whoever reads slowly holds no transaction open.
        with app.app_context(), reading() as session:
            texts = renditions.public_texts(session, language, after=last)
            part = "\n".join(renditions.as_markdown(session, texts, base=base))
        if not texts:
            return
        yield (part + "\n").encode()
        last = texts[-1].article_id


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(4, wbits=31)  # 31: with the head of a gzip file
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()


def _sitemap_files() -> list[str]:
    return sitemap.sitemap_files(sitemap.public_pages(db.session, languages=_languages()), base=site_address())


def _languages() -> list[str]:
    settings = _settings()
    return public_languages(db.session, offered=(settings.default_language, *settings.offered_languages))


def _article(article_id: int, slug: str, *, readers: frozenset[str]) -> article_page.ArticlePage:
    return article_page.article_page(db.session, article_id, slug, language=reader_language(), readers=readers)


def _feed_language(language: str) -> str:
    default = _settings().default_language
    if language and (language == default or language not in _languages()):
        abort(404)
    return language or default


def _atom(feed_: feeds.Feed) -> Response:
    written = feeds.atom(feed_, base=site_address(), author=_settings().site_name)
    return _xml(written, "application/atom+xml")


def _moved(path: str) -> Response:
    response: Any = redirect(path, 301)
    response.headers["Cache-Control"] = "private, no-cache"
    return response  # type: ignore[no-any-return]  # Flask's redirect gives the class of Werkzeug


def _xml(words: str, media_type: str = "application/xml") -> Response:
    return Response(words, content_type=f"{media_type}; charset=utf-8")


def _text(words: str, media_type: str = "text/plain") -> Response:
    return Response(words, content_type=f"{media_type}; charset=utf-8")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
