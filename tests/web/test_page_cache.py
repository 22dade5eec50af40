"""Pages kept for anonymous readers."""

from __future__ import annotations

import gzip
import time

from flask import Flask
from sqlalchemy.orm import Session

from app.knowledge.site_version import raise_site_version
from app.web.page_cache import KeptPage, PageCache, per_version
from tests.visitor import Visitor


def page(body: bytes = b"words", *, version: int = 1, made_at: float | None = None) -> KeptPage:
    return KeptPage(body, "tag", time.monotonic() if made_at is None else made_at, version)


def test_a_page_is_kept_for_its_version_and_not_for_long() -> None:
    cache = PageCache()
    cache.keep(("/",), page())
    assert cache.find(("/",), 1) is not None
    assert cache.find(("/",), 2) is None
    cache.keep(("/",), page(made_at=time.monotonic() - 3600))
    assert cache.find(("/",), 1) is None


def test_the_pages_read_longest_ago_are_dropped_when_there_are_too_many() -> None:
    cache = PageCache(most_bytes=10)
    for path in ("/one", "/two"):
        cache.keep((path,), page())
    cache.find(("/one",), 1)
    cache.keep(("/three",), page())
    kept = [path for path in ("/one", "/two", "/three") if cache.find((path,), 1)]
    assert kept == ["/one", "/three"]
    cache.keep(("/huge",), page(b"x" * 11))
    assert cache.find(("/huge",), 1) is None


def test_a_question_is_asked_again_when_the_site_has_another_version(app: Flask, session: Session) -> None:
    asked: list[int] = []
    answer = per_version(lambda: asked.append(1) or len(asked))
    for _ in range(2):
        with app.app_context():
            assert answer() == 1
    raise_site_version(session)
    session.commit()
    with app.app_context():
        assert answer() == 2


def test_a_page_made_for_a_site_below_another_path_is_not_kept_for_all(client: Visitor) -> None:
    assert 'href="http://localhost/below/"' in client.get("/", base_url="http://localhost/below").text
    assert "below" not in client.get("/").text


def test_a_kept_page_is_sent_compressed_to_those_who_take_it(client: Visitor) -> None:
    plain = client.get("/")
    small = client.get("/", headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(plain.data)
    assert gzip.decompress(small.data) == plain.data
    again = client.get("/", headers={"Accept-Encoding": "gzip", "If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
