import dataclasses

import pytest
from flask import Flask, Response, request

from app import create_app
from app.web.access import access
from config import Settings
from tests.visitor import Visitor


def _site(settings: Settings, **changes: object) -> Flask:
    site = create_app(dataclasses.replace(settings, **changes))  # type: ignore[arg-type]  # any setting

    @site.get("/try")
    @access("read_public")
    def seen() -> dict[str, str | None]:
        return {"address": request.remote_addr, "url": request.url}

    @site.get("/try/own-policy")
    @access("read_public")
    def own_policy() -> Response:
        return Response("drawing", headers={"Content-Security-Policy": "sandbox"})

    return site


def test_scripts_and_styles_come_from_the_site_alone(client: Visitor) -> None:
    policy = client.get("/sign-in").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in policy


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
