"""Answers of the API on their way out: entity tags, 304, compression, and those to everybody kept for a minute.

What is kept stands under the number of the site's version, as pages do (`app.web.page_cache`).
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, make_response, request

from app.accounts.bearer import bearer
from app.api.addresses import asked_language
from app.web.page_cache import KeptPage, PageCache, cache_control, site_version

View = TypeVar("View", bound=Callable[..., Any])

MOST_BYTES = 8 * 2**20
WORTH_COMPRESSING = 1000
"""Bytes from which on compressing saves more than it costs."""
_OWN_HEADERS = frozenset({"Link", "Content-Language"})
_VARY = "Accept-Encoding, Accept-Language, Authorization"


def install(app: Flask) -> None:
    """Give the process its store of answers."""
    app.extensions["api_answers"] = PageCache(MOST_BYTES)


def kept_answer(view: View) -> View:
    """Keep what a reading view answers to whoever shows no token; anything but 200 goes out as it is."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Response:
        if bearer() is not None:
            return make_response(view(*args, **kwargs))
        store: PageCache = current_app.extensions["api_answers"]
        version = site_version()
        key = (request.path, request.query_string.decode("latin-1"), request.root_url, asked_language())
        page = store.find(key, version)
        if page is None:
            made = make_response(view(*args, **kwargs))
            if made.status_code != 200:
                return made
            page = _kept(made, version)
            store.keep(key, page)
        return _answer(page)

    return answer  # type: ignore[return-value]  # wraps keeps the signature


def finish(response: Response) -> Response:
    """Give a fresh answer to GET its tag and compress it; answers that were kept have both already."""
    if response.status_code != 200 or request.method not in ("GET", "HEAD") or response.direct_passthrough:
        return response
    if "ETag" not in response.headers:
        response.add_etag(weak=True)
    response.headers.setdefault("Cache-Control", cache_control() if bearer() is None else "private, no-cache")
    response.headers.setdefault("Vary", _VARY)
    if "Content-Encoding" not in response.headers and request.accept_encodings["gzip"] > 0:
        whole = response.get_data()
        if len(whole) >= WORTH_COMPRESSING:
            response.set_data(gzip.compress(whole, compresslevel=6, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response.make_conditional(request)  # type: ignore[return-value]  # gives the same object back


def _kept(made: Response, version: int) -> KeptPage:
    made.add_etag(weak=True)
    own = tuple((name, value) for name, value in made.headers.items() if name in _OWN_HEADERS)
    compressed = gzip.compress(made.get_data(), compresslevel=6, mtime=0)
    return KeptPage(
        compressed,
        made.get_etag()[0] or "",
        time.monotonic(),
        version,
        content_type=made.headers["Content-Type"],
        headers=own,
    )


def _answer(page: KeptPage) -> Response:
    is_compressed = request.accept_encodings["gzip"] > 0
    response = Response(
        page.compressed if is_compressed else gzip.decompress(page.compressed), content_type=page.content_type
    )
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(page.etag, weak=True)
    response.headers.extend(page.headers)
    return response
