import dataclasses

import pytest
from flask import Flask, Response, request

from app import create_app
from app.web.access import access
from app.web.headers import content_policy
from config import Settings
from tests.visitor import Visitor


def _site(settings: Settings, **changes: object) -> Flask:
    site = create_app(dataclasses.replace(settings, **changes))  # type: ignore[arg-type]  # any setting

    @site.get("/try")
    @access("read_public")
    def seen() -> dict[str, str | None]:
        return {"address": request.remote_addr, "url": request.url}

    @site.get("/try/framed")
    @access("read_public")
    @content_policy(frame_ancestors="*", img_src="")
    def framed() -> str:
        return "framed"

    @site.get("/try/own-policy")
    @access("read_public")
    def own_policy() -> Response:
        return Response("drawing", headers={"Content-Security-Policy": "sandbox"})

    return site


def _rules(answer: Response) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))


def test_scripts_and_styles_come_from_the_site_alone(client: Visitor) -> None:
    rules = _rules(client.get("/sign-in"))
    assert rules["default-src"] == rules["object-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "localhost/static/"
    assert rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert not any("unsafe" in value for value in rules.values())


def test_scripts_come_from_the_public_name_of_the_site_too(settings: Settings) -> None:
    client = _site(settings, site_url="https://help.example.com").test_client()
    assert _rules(client.get("/try"))["script-src"] == "localhost/static/ help.example.com/static/"


@pytest.mark.parametrize("host", ["[::1]:8000", "evil.example; script-src *", "a b"])
def test_a_host_that_fits_into_no_policy_does_not_get_into_it(settings: Settings, host: str) -> None:
    policy = _site(settings).test_client().get("/try", headers={"Host": host}).headers["Content-Security-Policy"]
    assert "script-src 'self'; " in policy
    assert "evil" not in policy


def test_a_view_may_have_a_policy_that_differs(settings: Settings) -> None:
    client = _site(settings).test_client()
    framed = client.get("/try/framed")
    assert _rules(framed)["frame-ancestors"] == "*"
    assert "img-src" not in _rules(framed)
    assert "X-Frame-Options" not in framed.headers
    assert client.get("/try").headers["X-Frame-Options"] == "DENY"


def test_a_secure_site_has_everything_fetched_by_https(settings: Settings) -> None:
    assert (
        "upgrade-insecure-requests" not in _site(settings).test_client().get("/try").headers["Content-Security-Policy"]
    )
    secure = _site(settings, secure_cookies=True, hsts_subdomains=True).test_client().get("/try").headers
    assert secure["Content-Security-Policy"].endswith("; upgrade-insecure-requests")
    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_site_that_keeps_to_itself_tells_search_engines_so_everywhere(settings: Settings) -> None:
    closed = _site(settings, allow_indexing=False).test_client()
    for path in ("/try", "/no/such/page", "/robots.txt"):
        assert closed.get(path).headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "X-Robots-Tag" not in _site(settings).test_client().get("/try").headers


def test_other_sites_may_show_our_static_files_but_not_our_pages(client: Visitor) -> None:
    assert client.get("/sign-in").headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert client.get("/static/0/vote.js").headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/sign-in", "/there/is/no/such/page"])
def test_every_answer_carries_the_headers(client: Visitor, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Content-Security-Policy" in headers


def test_an_answer_keeps_the_policy_that_it_has(settings: Settings) -> None:
    answer = _site(settings).test_client().get("/try/own-policy")
    assert answer.headers.getlist("Content-Security-Policy") == ["sandbox"]


@pytest.mark.parametrize(("is_secure", "told"), [(True, True), (False, False)])
def test_browsers_are_held_to_https_when_the_site_has_it(settings: Settings, is_secure: bool, told: bool) -> None:
    answer = _site(settings, secure_cookies=is_secure).test_client().get("/try")
    assert ("Strict-Transport-Security" in answer.headers) is told


FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "help.example.com"}


def test_forwarded_headers_are_not_believed_without_a_proxy(settings: Settings) -> None:
    answer = _site(settings).test_client().get("/try", headers=FORWARDED)
    assert answer.json == {"address": "127.0.0.1", "url": "http://localhost/try"}


def test_forwarded_headers_of_as_many_proxies_as_set_are_believed(settings: Settings) -> None:
    answer = _site(settings, trusted_proxies=1).test_client().get("/try", headers=FORWARDED)
    assert answer.json == {"address": "198.51.100.7", "url": "https://help.example.com/try"}
