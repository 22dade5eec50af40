import pytest
from flask import Flask, Response, request

from app.web.access import access
from app.web.headers import content_policy
from tests.conftest import AppWith
from tests.visitor import Visitor


def _site(app_with: AppWith, **changes: object) -> Flask:
    site = app_with(**changes)

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


def test_scripts_come_from_the_public_name_of_the_site_too(app_with: AppWith) -> None:
    client = _site(app_with, site_url="https://help.example.com").test_client()
    assert _rules(client.get("/try"))["script-src"] == "localhost/static/ help.example.com/static/"


@pytest.mark.parametrize("host", ["[::1]:8000", "evil.example; script-src *", "a b"])
def test_a_host_that_fits_into_no_policy_does_not_get_into_it(app_with: AppWith, host: str) -> None:
    policy = _site(app_with).test_client().get("/try", headers={"Host": host}).headers["Content-Security-Policy"]
    assert "script-src 'self'; " in policy
    assert "evil" not in policy


def test_a_view_may_have_a_policy_that_differs(app_with: AppWith) -> None:
    client = _site(app_with).test_client()
    framed = client.get("/try/framed")
    assert _rules(framed)["frame-ancestors"] == "*"
    assert "img-src" not in _rules(framed)
    assert "X-Frame-Options" not in framed.headers
    assert client.get("/try").headers["X-Frame-Options"] == "DENY"


def test_a_secure_site_has_everything_fetched_by_https(app_with: AppWith) -> None:
    assert (
        "upgrade-insecure-requests" not in _site(app_with).test_client().get("/try").headers["Content-Security-Policy"]
    )
    secure = _site(app_with, secure_cookies=True, hsts_subdomains=True).test_client().get("/try").headers
    assert secure["Content-Security-Policy"].endswith("; upgrade-insecure-requests")
    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_site_that_keeps_to_itself_tells_search_engines_so_everywhere(app_with: AppWith) -> None:
    closed = _site(app_with, allow_indexing=False).test_client()
    for path in ("/try", "/no/such/page", "/robots.txt"):
        assert closed.get(path).headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "X-Robots-Tag" not in _site(app_with).test_client().get("/try").headers


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


def test_an_answer_keeps_the_policy_that_it_has(app_with: AppWith) -> None:
    answer = _site(app_with).test_client().get("/try/own-policy")
    assert answer.headers.getlist("Content-Security-Policy") == ["sandbox"]


@pytest.mark.parametrize(("is_secure", "told"), [(True, True), (False, False)])
def test_browsers_are_held_to_https_when_the_site_has_it(app_with: AppWith, is_secure: bool, told: bool) -> None:
    answer = _site(app_with, secure_cookies=is_secure).test_client().get("/try")
    assert ("Strict-Transport-Security" in answer.headers) is told


FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "help.example.com"}


def test_forwarded_headers_are_not_believed_without_a_proxy(app_with: AppWith) -> None:
    answer = _site(app_with).test_client().get("/try", headers=FORWARDED)
    assert answer.json == {"address": "127.0.0.1", "url": "http://localhost/try"}


def test_forwarded_headers_of_as_many_proxies_as_set_are_believed(app_with: AppWith) -> None:
    answer = _site(app_with, trusted_proxies=1).test_client().get("/try", headers=FORWARDED)
    assert answer.json == {"address": "198.51.100.7", "url": "https://help.example.com/try"}
