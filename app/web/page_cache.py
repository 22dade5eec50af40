"""Pages kept ready for readers who have not signed in, under the number of the site's version.

The number is read from the database for every page, so a change shows at once in every process. A page made for one
reader in particular (signed in, voted, or with words in its address) is never kept. What is the same for everybody,
such as the sitemap, is `shared`: kept as long as nothing changes, whoever asks.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, make_response, request, session
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.database import db, only_reads
from app.web.kept_answers import MARK
from app.web.languages import reader_language

View = TypeVar("View", bound=Callable[..., Any])
Value = TypeVar("Value")

#: Signs of a reader of whom the page knows something; `app.knowledge.voters` adds its cookie.
PERSONAL_COOKIES = {"session", "remember_token"}
LONGEST_AGE = 60.0
MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class KeptPage:
    """A page as it goes out: its body in gzip, its entity tag, when it was made (seconds) and of which version."""

    compressed: bytes
    etag: str
    made_at: float
    version: int
    content_type: str = "text/html; charset=utf-8"
    vary: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    longest_age: float = LONGEST_AGE

    @property
    def fresh_until(self) -> float:
        """When it has to be made anew, by the clock of `time.monotonic`."""
        return self.made_at + self.longest_age


class PageCache:
    """The kept pages of one process, the least recently read dropped first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._pages: OrderedDict[tuple[str, ...], KeptPage] = OrderedDict()
        self._bytes = 0
        self._most_bytes = most_bytes
        self._lock = threading.Lock()

    def find(self, key: tuple[str, ...], version: int) -> KeptPage | None:
        """The page under this key, when it is of this version and fresh."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.version != version or time.monotonic() > page.fresh_until:
                return None
            self._pages.move_to_end(key)
            return page

    def keep(self, key: tuple[str, ...], page: KeptPage) -> None:
        """Keep a page, and drop the oldest ones while there are too many bytes."""
        with self._lock:
            before = self._pages.pop(key, None)
            self._bytes += len(page.compressed) - (len(before.compressed) if before else 0)
            self._pages[key] = page
            while self._bytes > self._most_bytes:
                _, dropped = self._pages.popitem(last=False)
                self._bytes -= len(dropped.compressed)


def install(app: Flask) -> None:
    """Give the process its cache."""
    app.extensions["page_cache"] = PageCache()
    app.after_request(_forget_session)


def kept(view: View, *, varies_by_language: bool = True) -> View:
    """Keep the answers of a reading view for anonymous readers; anything but 200 goes out as it is."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        if request.query_string or not PERSONAL_COOKIES.isdisjoint(request.cookies):
            return _private(make_response(view(*args, **kwargs)))
        language = reader_language() if varies_by_language else ""
        vary = "Accept-Encoding, Accept-Language, Cookie" if varies_by_language else "Accept-Encoding, Cookie"
        key = (request.path, request.root_url, language)
        return _kept(partial(view, *args, **kwargs), key, longest_age=LONGEST_AGE, vary=vary)

    return answer  # type: ignore[return-value]  # wraps keeps the signature


def kept_in_its_language(view: View) -> View:
    """As `kept`, for views whose address tells the language of all that they answer."""
    return kept(view, varies_by_language=False)


def shared(view: View) -> View:
    """Keep the answers of a view that gives everybody the same, whatever they send along, until the site changes."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Any:
        g.is_shared = True
        g.reader_language = current_app.extensions["settings"].default_language
        key = ("shared", request.path, request.root_url)
        return _kept(partial(view, *args, **kwargs), key, longest_age=float("inf"), vary="Accept-Encoding")

    return answer  # type: ignore[return-value]  # wraps keeps the signature


def _forget_session(response: Response) -> Response:
    """What everybody gets alike differs by no cookie: a look at the session must not have caches think so."""
    if g.get("is_shared"):
        session.accessed = False
    return response


def cache_control() -> str:
    """What caches may do with a page that is the same for all: ask each time, or as often as `cdn_seconds` says."""
    seconds = int(current_app.extensions["settings"].cdn_seconds)
    return (
        f"public, max-age=0, s-maxage={seconds}, must-revalidate" if seconds else "public, max-age=0, must-revalidate"
    )


def site_version() -> int:
    """The number of the site's present version, read from the database once a request; 0 before the first change."""
    if "site_version" not in g:
        # A request that writes holds SQLite's lock already: this connection beside it may not ask for it.
        asking = only_reads.set(True)
        try:
            with db.engine.connect() as connection:
                row = connection.exec_driver_sql("SELECT number FROM site_version WHERE id = 1").fetchone()
        finally:
            only_reads.reset(asking)
        g.site_version = int(row[0]) if row else 0
    return int(g.site_version)


def per_version(ask: Callable[[], Value]) -> Callable[[], Value]:
    """The same question, asked anew only when the site has another version.

    While the database does not answer, the answer is the last one; without one, what the database raised.
    """
    known: tuple[int, Value] | None = None

    def answer() -> Value:
        nonlocal known
        at_hand = known  # other threads may put another one in its place at any time
        try:
            version = site_version()
            if at_hand is None or at_hand[0] != version:
                at_hand = known = (version, ask())
        except SQLAlchemyError:
            if at_hand is None:
                raise
        return at_hand[1]

    return answer


def _kept(make: Callable[[], Any], key: tuple[str, ...], *, longest_age: float, vary: str) -> Response:
    cache: PageCache = current_app.extensions["page_cache"]
    version = site_version()
    page = cache.find(key, version)
    if page is None:
        made = make_response(make())
        if made.status_code != 200:
            return made
        made.add_etag()
        compressed = gzip.compress(made.get_data(), compresslevel=6, mtime=0)
        own = tuple((name, value) for name, value in made.headers.items() if name in _OWN_HEADERS)
        content_type = made.headers["Content-Type"]
        tag = made.get_etag()[0] or ""
        page = KeptPage(compressed, tag, time.monotonic(), version, content_type, vary, own, longest_age)
        cache.keep(key, page)
    request.environ[MARK] = page
    return _answer(page)


#: What a view may say of its answer and is kept with it.
_OWN_HEADERS = frozenset({"Link", "Content-Language", "Content-Disposition", "X-Robots-Tag"})


def _answer(page: KeptPage) -> Response:
    if request.if_none_match.contains_weak(page.etag):
        response = Response(status=304)
        del response.headers["Content-Type"]
    elif request.accept_encodings["gzip"] > 0:
        response = Response(page.compressed, content_type=page.content_type, headers=[("Content-Encoding", "gzip")])
    else:
        response = Response(gzip.decompress(page.compressed), content_type=page.content_type)
    response.headers["ETag"] = f'W/"{page.etag}"'
    response.headers["Cache-Control"] = cache_control()
    response.headers["Vary"] = page.vary
    response.headers.extend(page.headers)
    return response


def _private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
