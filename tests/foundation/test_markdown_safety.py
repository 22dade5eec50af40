"""Whatever is written, nothing in it runs, nothing in it is lost, and it takes no time to speak of."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.foundation.markdown import LONGEST_TEXT, Rendered, render

TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h2 h3 h4 h5 h6 hr i img input ins kbd label li mark ol p pre q rp rt ruby s samp small span strong sub summary "
    "sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
ATTRIBUTES = frozenset(
    "href src class id title alt lang dir width height colspan rowspan scope start reversed open data-language "
    "datetime tabindex role aria-label aria-hidden loading decoding rel type disabled checked".split()
)


class Reader(HTMLParser):
    """Reads a page as a browser would and notes what must not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[object] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.faults.append((tag, name))
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", value or "").lower())
            if name in ("href", "src") and scheme and scheme[1] not in ("http", "https", "mailto", "tel"):
                self.faults.append((tag, name, value))
            if tag == "input" and name == "type" and value != "checkbox":
                self.faults.append((tag, name, value))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.faults.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.faults.append(("instruction", data))


def read(page: Rendered) -> str:
    """The words of a page, after making sure that nothing in it can run."""
    reader = Reader()
    reader.feed(page.html)
    reader.close()
    assert not reader.faults
    return "".join(reader.words)


ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.example>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java&#115;cript:alert(1)">x</a>',
    '<a href="  javascript:alert(1)">x</a>',
    '<a href="data:text/html,<b>x">x</a>',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=/articles/1/votes method=post><button>x</button></form>",
    "<input type=text autofocus onfocus=alert(1)>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed" class="site-header vote">x</p>',
    "<base href=//x.example><meta http-equiv=refresh content=0>",
    "<details open ontoggle=alert(1)>x</details>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?>",
    "[x](javascript:alert(1))",
    "[x](&#106;avascript&colon;alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](a.png)',
    '[x](/a "t\\" onmouseover=\\"alert(1)")',
    "<javascript:alert(1)>",
    "[x]\n\n[x]: javascript:alert(1)",
    '## x {#a" onclick="alert(1)}',
    '```"><script>alert(1)</script>\nx\n```',
    "| <img src=x onerror=alert(1)> |\n|---|",
    '!!! note "<script>alert(1)</script>"',
    ":::note[<img src=x onerror=alert(1)>]\n:::",
    '[^"><script>]\n\n[^"><script>]: x',
    '<x-raw>0</x-raw> <b>x</b> <a title="<x-code>0</x-code>">',
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0000\x03 \x02amp\x03lt;script>",
    "<a href=x><table><a href=javascript:alert(1)>x",
]
PLACES = ["{}", "# {}", "- {}", "> {}", "| {} |\n|---|", "<p>{}</p>", "<div>\n{}\n</div>", '<a title="{}">', "`{}` {}"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_wherever_it_is_written(attack: str, place: str) -> None:
    read(render(place.replace("{}", attack) + "\n\nafter"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_text_after_an_attack_survives(attack: str) -> None:
    assert "afterwards" in read(render(f"{attack}\n\n\nafterwards"))


def test_classes_of_the_site_cannot_be_borrowed() -> None:
    assert render('<p class="vote callout-note">x</p>').html == '<p class="callout-note">x</p>'


def test_identifiers_of_the_page_cannot_be_taken() -> None:
    assert 'id="vote"' not in render('<p id="vote">x</p>\n\n## Vote').html


def test_addresses_that_a_resolver_gives_are_checked_too() -> None:
    assert "javascript" not in render("[x](/a)", resolve=lambda _: "javascript:alert(1)").html


def test_an_address_like_another_site_is_not_taken_for_one_of_ours() -> None:
    for address in ("\\\\x.example", "/\\x.example", "https://a.example\\@x.example", "//a@x.example"):
        assert "href" not in render(f"<a href='{address}'>x</a>").html


_PIECES = st.sampled_from(
    [
        *"*_~`[]()<>!#|:-+=\\\"'&;{}%^\n\t 1.ax",
        *(
            "    ",
            "\n\n",
            "```",
            "~~~\n",
            "> ",
            "- ",
            "1. ",
            "# ",
            "|-|-|\n",
            ": ",
            "[^a]",
            "[^a]: ",
            "![",
            "](",
            "[a]: /b\n",
            "<a href=",
            "<div>",
        ),
        *(
            "</div>",
            "<!--",
            "-->",
            "<script>",
            "<b",
            "&lt;",
            "&#x6A;",
            "javascript:",
            "http://a.b",
            "a@b.cd",
            "!!! note\n",
            ":::tip\n",
            ":::\n",
        ),
        *(
            "> [!NOTE]\n",
            "- [ ] ",
            "{: .a}",
            "{{",
            "}}",
            "é",
            "漢",
            "\u202e",
            "😀",
            "\x00",
            "\x02",
            "\x03",
            "\ud800",
            "<table><tr><td>",
            "<svg>",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=60).map("".join))
def test_any_mixture_of_marks_is_safe(text: str) -> None:
    read(render(text))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_safe(text: str) -> None:
    read(render(text))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.from_regex(r"[A-Za-zÀ-ÿ0-9]{1,12}", fullmatch=True), min_size=1, max_size=40))
def test_words_are_never_lost(words: list[str]) -> None:
    assert read(render(" ".join(words))).split() == words


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "[",
            "![",
            "*a_ ",
            "**a ",
            "`",
            "``a`",
            "<!--",
            "[a](",
            "> ",
            "- ",
            "1. ",
            "#",
            "|",
            "(",
            "\\",
            "&",
            "{%",
            "[^",
            "<div>",
            "</div>",
        ),
        *(
            "<a href='",
            "<script>",
            "<svg>",
            "<table>",
            "http://",
            "www.",
            "a@",
            "[a][b]",
            "[a]",
            "- a\n",
            "> a\n",
            "# a\n",
            "a\n: b\n",
            "a|b\n-|-\n",
        ),
        *(
            "[a]: b\n",
            "[^a]: b\n",
            "```\n",
            ":::note\n",
            "!!! note\n",
            "<b>",
            "~~a ",
            "***a",
            " ",
            "\n",
            "&#",
            "![a](b)\n\n",
            "<details>\n\n",
        ),
    ],
)
def test_fifty_thousand_of_anything_are_shown_in_time(piece: str) -> None:
    start = time.thread_time()
    read(render(piece * 50_000))
    assert time.thread_time() - start < 10


@pytest.mark.parametrize(
    "text",
    [
        "a " * 2_500_000,
        "a **b** " * 70_000,
        "|".join("a" * 2000) + "\n" + "|".join("-" * 2000) + "\n" + "|".join("b" * 2000),
        "a|b\n-|-\n" + "*c*|d\n" * 20_000,
        "\n".join("  " * depth + "- a" for depth in range(500)),
        "\n".join("> " * depth + "a" for depth in range(700)),
        "[a](b) " * 20_000,
        "x\u0301" + "\u0301" * 300_000,
        "```java\n" + "a " * 2900 + "\n```",
        "```c\n" + "\n " * 2900 + "\n```",
        "```perl\n" + "s{a{" * 1400 + "\n```",
    ],
)
def test_enormous_texts_are_shown_in_time(text: str) -> None:
    start = time.thread_time()
    read(render(text))
    assert time.thread_time() - start < 10


def test_a_text_beyond_the_bounds_is_shown_as_written() -> None:
    text = "<b>*x*</b> " * (LONGEST_TEXT // 10)
    page = render(text)
    assert page.html.startswith('<pre tabindex="0">&lt;b&gt;*x*')
    assert page.sections[0].text == text.strip()


def test_a_paragraph_beyond_the_bounds_is_shown_as_written_and_the_rest_is_rendered() -> None:
    page = render("[" * 5000 + "\n\n**b**")
    assert page.html == f"<p>{'[' * 5000}</p><p><strong>b</strong></p>"
