import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.web.access import access
from app.web.origin import anonymous_form
from config import Settings
from tests.visitor import Visitor


@pytest.fixture
def visitor(client: Visitor) -> Visitor:
    """A browser that tells nothing of where its requests come from."""
    del client.environ_base["HTTP_ORIGIN"]
    return client


@pytest.fixture(autouse=True)
def forms(app: Flask) -> None:
    _add_forms(app)


def _add_forms(app: Flask) -> None:
    @app.post("/try/anonymous")
    @access("read_public")
    @anonymous_form
    def anonymous() -> str:
        return "done"

    @app.route("/try/token", methods=["POST", "PUT", "PATCH", "DELETE"])
    @access("read_public")
    def with_token() -> str:
        return "done"


OWN = [
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost:80"},
    {"Origin": "https://localhost"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
]
FOREIGN = [
    {"Origin": "https://example.com"},
    {"Origin": "http://localhost.example.com"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "http://localhost@example.com"},
    {"Origin": "http://[bad"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "something new"},
]


@pytest.mark.parametrize("headers", OWN)
def test_an_anonymous_form_of_our_own_page_is_taken(visitor: Visitor, headers: dict[str, str]) -> None:
    assert visitor.post("/try/anonymous", headers=headers).text == "done"


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/try/anonymous", "/try/token"])
def test_a_form_of_another_site_is_refused(visitor: Visitor, path: str, headers: dict[str, str]) -> None:
    refused = visitor.post(path, headers=headers)
    assert refused.status_code == 403
    assert "came from another site" in refused.text


def test_an_anonymous_form_is_taken_from_browsers_that_tell_nothing(visitor: Visitor) -> None:
    assert visitor.post("/try/anonymous").text == "done"


def test_other_forms_need_their_token_from_programs_that_tell_nothing(visitor: Visitor) -> None:
    assert visitor.post("/try/token").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_forms_need_their_token(client: Visitor, method: str) -> None:
    assert client.open("/try/token", method=method).status_code == 400


def test_a_form_with_its_token_is_taken(client: Visitor) -> None:
    assert client.submit("/sign-in", "/try/token").text == "done"


def test_the_token_of_another_session_is_refused(app: Flask, client: Visitor) -> None:
    other = app.test_client()
    assert isinstance(other, Visitor)
    other.get("/sign-in")
    with other.session_transaction() as session:
        planted = session["csrf_token"]
    assert client.post("/try/token", data={"csrf_token": planted}).status_code == 400


def test_the_public_address_counts_as_our_own_behind_a_proxy(settings: Settings) -> None:
    site = create_app(Settings(settings.data_dir, secret_key="x" * 40, site_url="https://help.example.com"))
    _add_forms(site)
    client = site.test_client()

    taken = client.post("/try/anonymous", headers={"Origin": "https://help.example.com"})

    assert taken.text == "done"


def test_reading_is_open_from_everywhere(visitor: Visitor, session: Session) -> None:
    assert visitor.get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
