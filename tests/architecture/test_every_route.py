"""Every route, tried by everybody: a stranger, each role, other sites, and whoever sends what no page would."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.accounts.roles import Role, permissions_of
from app.web.access import PUBLIC, required_permission
from tests.architecture.test_views import SAMPLES
from tests.make import Make
from tests.visitor import PASSWORD, Visitor

ROLES: list[Role | None] = [None, *Role]
#: Opening a page may set these cookies: one for the token of a form, one for a language that was chosen.
COOKIES_OF_READING = {"session", "language"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "r",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "-origin",
    "Strict-Transport-Security": "max-age=",
}
#: Parts of an address as they are sent: no letter at all, half of one, ways out of a folder, far too long, too large.
HOSTILE_PARTS = (
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF%FE",
    "%F0%9F%92%A9",
    "%D8%A7%E2%80%AE%CC%81",
    "..",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5C..%5Cboot.ini",
    "%252e%252e%252f",
    "%0D%0ASet-Cookie:%20a=b",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "'%20OR%20'1'='1",
    "%25",
    "-1",
    "0",
    "9" * 12,
    "9" * 40,
    "%D9%A3",
    "a" * 5000,
    "e%CC%81" * 500,
)
HOSTILE_TEXTS = (
    "\0",
    "a\0b",
    "\ud800",
    "\u202e\u0301",
    "../../etc/passwd",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "a\r\nX-Evil: yes",
    "<script>alert(1)</script>",
    "%_\\'\"",
    "-1",
    "9" * 30,
    "٣",
    "1e999",
    "NaN",
    "x" * 20_000,
)
FIELDS = (
    *(
        "message",
        "email",
        "phone",
        "name",
        "subject",
        "query",
        "article",
        "revision",
        "language",
        "kind",
        "page",
        "token",
    ),
    *("fixed", "reason", "comment", "read", "seconds", "text", "state", "then", "decision", "next", "title", "term"),
    *(
        "definition",
        "forms",
        "starts_at",
        "ends_at",
        "category",
        "resolution",
        "current",
        "password",
        "repeated",
        "scopes",
    ),
    *("days", "title-en", "text-en", "term-en", "definition-en", "body", "slug", "path", "tags", "aliases", "position"),
)
PARAMETERS = (
    *(
        "q",
        "page",
        "lang",
        "language",
        "next",
        "from",
        "category",
        "type",
        "tag",
        "exact",
        "article",
        "revision",
        "query",
    ),
    *("state", "since", "days", "only", "sort", "color", "label", "limit", "slug", "number", "path", "with_counts"),
)


def methods_of(rule: Rule) -> list[str]:
    """GET and POST where the route takes them, else what it takes."""
    taken = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
    return [each for each in ("GET", "POST") if each in taken] or sorted(taken)


def address_of(app: Flask, rule: Rule, changes: Mapping[str, object] | None = None) -> str:
    """A sample address of a route."""
    values = {name: SAMPLES.get(name, 1 if name.endswith("_id") else "sample") for name in rule.arguments}
    method = next(iter(rule.methods or ()))
    return str(app.url_map.bind("localhost").build(rule.endpoint, values | dict(changes or {}), method=method))


def written_with(rule: Rule, part: str) -> str:
    """The address of a route as somebody types it, with this in the place of each thing that changes."""
    return re.sub(r"<[^>]+>", part.replace("\\", r"\\"), rule.rule)


def routes(app: Flask) -> Iterator[tuple[Rule, str, str | None, bool]]:
    """Every route with each of its methods, the permission that it needs, and whether it looks at no cookie."""
    with app.app_context():
        for rule in app.url_map.iter_rules():
            needed = required_permission(rule.endpoint)
            is_for_programs = getattr(app.view_functions[rule.endpoint], "looks_at_no_cookie", False)
            for method in methods_of(rule):
                yield rule, method, needed, is_for_programs


@pytest.fixture
def site(app: Flask, make: Make, session: Session) -> Flask:
    """A site with one article where the sample addresses lead."""
    article = make.article(category="billing/invoices")
    session.commit()
    assert article.id == SAMPLES["article_id"]
    return app


@pytest.fixture
def visitors(site: Flask, make: Make, session: Session) -> dict[Role | None, Visitor]:
    """One browser each for a stranger and for every role."""
    accounts = {role: make.account(role, password=PASSWORD) for role in Role}
    session.commit()
    found: dict[Role | None, Visitor] = {}
    for role in ROLES:
        found[role] = site.test_client()  # type: ignore[assignment]  # what the fixture of the application set
        if role is not None:
            assert found[role].sign_in(accounts[role].email).status_code == 303
    return found


def is_sign_in(answer: TestResponse) -> bool:
    """Whether the answer leads to where one signs in."""
    return answer.headers.get("Location", "").startswith("/sign-in")


def is_let_in(answer: TestResponse) -> bool:
    """Whether the view itself answered."""
    return answer.status_code not in (401, 403) and not is_sign_in(answer)


def runs_script(answer: TestResponse) -> bool:
    """Whether the answer holds our script as something that a browser would run, which it does in no JSON."""
    return "json" not in (answer.mimetype or "") and b"<script>alert" in answer.data


def test_every_route_lets_in_whom_it_declares_and_nobody_else(
    site: Flask, visitors: dict[Role | None, Visitor]
) -> None:
    for rule, method, needed, is_for_programs in routes(site):
        address = address_of(site, rule)
        for role, visitor in visitors.items():
            who = f"{method} {address} by {role or 'a stranger'}"
            answer = visitor.open(address, method=method)
            assert answer.status_code < 500 or answer.status_code == 503, who
            if needed == PUBLIC:
                assert is_let_in(answer), who
            elif is_for_programs:
                assert answer.status_code == 401, who  # an account's cookie is worth nothing there
            elif needed is not None and needed in permissions_of(role):
                # A form without its token is refused, but not for who sends it.
                assert is_let_in(answer), who
                assert method == "GET" or answer.status_code == 400, who
            elif role is None:
                assert is_sign_in(answer), who
                assert answer.status_code == (302 if method == "GET" else 303), who
            else:
                assert answer.status_code == 403, who
        if rule.endpoint == "accounts.sign_out":
            assert visitors[Role.READER].get("/account").status_code == 200, "signing out took no token"


def test_no_route_takes_a_form_of_another_site_or_one_without_its_token(
    site: Flask, visitors: dict[Role | None, Visitor]
) -> None:
    administrator = visitors[Role.ADMINISTRATOR]
    others = ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"})
    for rule, method, _, is_for_programs in routes(site):
        if method == "GET" or is_for_programs:
            continue
        address = address_of(site, rule)
        for headers in others:
            assert administrator.open(address, method=method, headers=headers).status_code == 403, (address, headers)
        if not getattr(site.view_functions[rule.endpoint], "accepts_anonymous_posts", False):
            answer = administrator.open(address, method=method, data={"csrf_token": "made up"})
            assert answer.status_code == 400, address


def test_every_answer_carries_the_headers_and_no_cookie_without_need(site: Flask, app_with: Any) -> None:
    secure = app_with(secure_cookies=True, site_url="https://help.example.com")
    for rule, method, _, _ in routes(secure):
        visitor = secure.test_client()
        visitor.environ_base["HTTP_ORIGIN"] = "https://help.example.com"
        address = address_of(secure, rule)
        for headers in ({}, {"If-None-Match": "*"}, {"Accept-Encoding": "gzip"}):
            answer = visitor.open(address, method=method, headers=headers, base_url="https://help.example.com")
            for name, part in HEADERS.items():
                assert part in answer.headers.get(name, "missing"), (address, name)
            policy = answer.headers["Content-Security-Policy"]
            assert not re.search("unsafe-eval|script-src[^;]*unsafe", policy), address
            assert "frame-ancestors 'none'" in policy or "sandbox" in policy, address
            for cookie in answer.headers.getlist("Set-Cookie"):
                name, _, rest = cookie.partition("=")
                assert method != "GET" or (name in COOKIES_OF_READING and address == "/sign-in"), (address, cookie)
                assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(rest.split("; ")), (address, cookie)
            assert not {"Server", "X-Powered-By"} & set(answer.headers.keys()), address


def test_what_is_not_for_everybody_is_kept_by_no_cache(site: Flask, visitors: dict[Role | None, Visitor]) -> None:
    for rule, method, needed, _ in routes(site):
        address = address_of(site, rule)
        for role in (None, Role.READER, Role.ADMINISTRATOR):
            answer = visitors[role].open(address, method=method)
            kept = answer.headers.get("Cache-Control", "nothing is said")
            if needed != PUBLIC or "public" not in kept:
                assert "no-store" in kept or "private" in kept, (address, role, kept)
            elif role is not None:
                # What is public holds nothing of whoever has signed in.
                assert "Cookie" not in answer.headers.get("Vary", ""), (address, role, kept)


def test_no_address_however_hostile_makes_the_site_fail(
    site: Flask, visitors: dict[Role | None, Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    for rule, method, needed, _ in routes(site):
        if not rule.arguments:
            continue
        for part in HOSTILE_PARTS:
            address = written_with(rule, part)
            for role in (None, Role.ADMINISTRATOR) if needed == PUBLIC else (Role.ADMINISTRATOR,):
                answer = visitors[role].open(address, method=method)
                assert answer.status_code < 500, f"{method} {address[:200]} answers {answer.status_code}"
                assert not runs_script(answer), address[:200]
                assert "a=b" not in answer.headers.getlist("Set-Cookie"), address[:200]
    assert not caplog.records


def test_no_form_however_hostile_makes_the_site_fail(
    site: Flask, visitors: dict[Role | None, Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    administrator = visitors[Role.ADMINISTRATOR]
    token = re.search('name="csrf_token"[^>]*value="([^"]+)"', administrator.get("/account").text)
    assert token
    for rule, method, _, is_for_programs in routes(site):
        if method == "GET" or rule.endpoint == "accounts.sign_out":
            continue
        address = address_of(site, rule)
        for text in HOSTILE_TEXTS[::2]:
            # Half letters reach a program in JSON alone; in a form they become a mark.
            fields = dict.fromkeys(FIELDS, text.encode("utf-8", "replace").decode())
            sent: dict[str, Any] = {"json": dict.fromkeys(FIELDS, text)} if is_for_programs else {"data": fields}
            if not is_for_programs:
                sent["data"] = fields | {"csrf_token": token[1]}
            answer = administrator.open(address, method=method, **sent)
            assert answer.status_code < 500, f"{method} {address} with {text[:30]!r} answers {answer.status_code}"
            assert not runs_script(answer), address
            assert "evil" not in answer.headers.get("Location", ""), address
            assert "X-Evil" not in answer.headers, address
    assert not caplog.records


def test_no_parameter_however_hostile_makes_the_site_fail(
    app_with: Any, site: Flask, visitors: dict[Role | None, Visitor], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    for rule, method, _, _ in routes(site):
        if method != "GET" or rule.endpoint == "static":
            continue
        address = address_of(site, rule)
        for text in HOSTILE_TEXTS:
            sent = "&".join(f"{name}={quote(text[:2000].encode('utf-8', 'surrogatepass'))}" for name in PARAMETERS)
            for role in (None, Role.ADMINISTRATOR):
                answer = visitors[role].get(f"{address}?{sent}")
                assert answer.status_code < 500, f"{address} with {text[:30]!r} answers {answer.status_code}"
                assert not runs_script(answer), address
                assert "evil" not in answer.headers.get("Location", "").partition("?")[0], address
                assert "X-Evil" not in answer.headers, address
    assert not caplog.records
