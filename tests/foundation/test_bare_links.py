"""Bare addresses in plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.bare_links import linked


def test_a_web_address_becomes_a_link_and_the_rest_stays_text() -> None:
    assert linked("Open https://example.com/a?b=1&c=2, then <wait>.") == (
        'Open <a href="https://example.com/a?b=1&amp;c=2" rel="noopener nofollow">https://example.com/a?b=1&amp;c=2</a>'
        ", then &lt;wait&gt;."
    )


@pytest.mark.parametrize("text", ["Edit setup.py", "javascript:alert(1)", "x@example.com", "https:// nothing", ""])
def test_what_is_no_web_address_is_no_link(text: str) -> None:
    assert "<a" not in linked(text)


@given(st.text(), st.sampled_from(["https://example.com/", "www.example.com"]))
def test_nothing_but_links_comes_out(text: str, address: str) -> None:
    html = str(linked(text + address + text))
    without_links = html.replace("</a>", "")
    assert without_links.count("<") == without_links.count('<a href="http')
