"""A part of a rendered text for another page."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from app.foundation.excerpts import Excerpt, excerpt, letters
from app.foundation.markdown import render

STEPS = """Before you begin, read [how](#steps), or [what](/what)[^1].

## Steps

Do this:

1. Open the *lid* of the lamp with care.
2. Turn the screw three times ![to the left](/left.png).

   > [!TIP]
   > Use a coin.
3. Close the lid.

Then wait.

## Quoted

> Said before
>
> ### Inside
>
> said after

- [x] done

| Key | Means |
| --- | --- |
| A | Alpha |

[^1]: A note.
"""


def part(anchor: str, *, before: str = "", longest: int = 900, text: str = STEPS) -> Excerpt:
    found = cut(text, anchor, before=before, longest=longest)
    assert found is not None
    return found


def cut(text: str, anchor: str, *, before: str = "", longest: int = 900) -> Excerpt | None:
    return excerpt(render(text).html, anchor, url="/articles/1-lamp", after=letters(before), longest=longest)


def test_all_under_a_heading_looks_as_in_its_text() -> None:
    found = part("steps")
    assert found.html.startswith("<p>Do this:</p><ol><li><p>Open the <em>lid</em> of the lamp with care.</p></li>")
    assert found.html.endswith("<li><p>Close the lid.</p></li></ol><p>Then wait.</p>")
    assert '<div class="callout callout-tip" role="note">' in found.html
    assert not found.is_cut


def test_before_the_first_heading_and_links_to_places_in_the_text() -> None:
    found = part("")
    assert 'href="/articles/1-lamp#steps"' in found.html
    assert 'href="/what"' in found.html
    assert 'href="/articles/1-lamp#fn-1"' in found.html
    assert " id=" not in found.html


def test_what_is_too_long_ends_after_a_block_or_an_item() -> None:
    assert part("steps", longest=40) == Excerpt(
        Markup(str(part("steps").html).split("</li>")[0] + "</li></ol>"), is_cut=True
    )
    # However little room there is, the first block is shown.
    assert part("steps", longest=3) == Excerpt(part("steps").html[: len("<p>Do this:</p>")], is_cut=True)


def test_what_is_too_long_begins_with_what_is_wanted_and_goes_on_counting() -> None:
    found = part("steps", before="Do this: Open the lid of the lamp with care.", longest=60)
    assert found.html.startswith('<ol start="2"><li><p>Turn the screw')
    assert found.html.endswith("<li><p>Close the lid.</p></li></ol>")
    assert found.is_cut
    everything = render(STEPS).sections[1].text
    assert part("steps", before=everything.removesuffix("Then wait."), longest=60).html == "<p>Then wait.</p>"
    assert part("steps", before=everything, longest=40) == part("steps", longest=40)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("You <b>cannot</b> get it back.", "<p>You <b>cannot</b> get it back.</p>"),
        ("Press A.<br>Then <b>wait</b> for C.", "<p>Press A.<br>Then <b>wait</b> for C.</p>"),
        ("<div>note</div>You must close it.", "<div>note</div><p>You must close it.</p>"),
        ("before<p>one</p>between<p>two</p>after", "<p>before</p><p>one</p><p>between</p><p>two</p><p>after</p>"),
        ('<img src="/a.png" alt=""> ', '<p><img src="/a.png" alt=""></p>'),
    ],
)
def test_no_word_between_blocks_is_lost(written: str, shown: str) -> None:
    found = excerpt(f'<h2 id="a">A</h2>\n{written}\n<h2 id="b">B</h2>', "a", url="/x", longest=900)
    assert found
    assert re.sub(r"\s+(?=<)|(?<=>)\s+", "", found.html) == re.sub(r"\s+(?=<)|(?<=>)\s+", "", shown)


@pytest.mark.parametrize(
    "written",
    [
        "<ul>loose<li>item</li></ul>",
        "<ol><li>item</li>loose</ol>",
        '<h2 id="b">B</h2>after</li><li>c</li></ul>',
        "<p>" + "long " * 100 + "</p><p>more</p>",
        "<p></p>" * 20_000 + "x",
    ],
)
def test_what_cannot_be_cut_in_good_order_is_not_cut(written: str) -> None:
    anchor = "b" if 'id="b"' in written else ""
    assert excerpt(written, anchor, url="/x", longest=60) is None


def test_tags_that_reach_out_of_the_part_are_closed_and_left_out() -> None:
    assert part("quoted").html == "<blockquote><p>Said before</p></blockquote>"
    inside = part("inside").html
    assert inside.startswith("<p>said after</p><ul><li")
    assert "checked" in inside
    assert "<td>Alpha</td>" in inside
    assert "A note" not in inside


def test_no_such_heading_and_nothing_under_it() -> None:
    html = render("# One\n\n## Two\n\nwords").html
    assert excerpt(html, "three", url="/", longest=9) is None
    assert excerpt(html, "one", url="/", longest=9) is None
    assert excerpt(html, "", url="/", longest=9) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<b",
        "a & b &amp; &lt;script&gt;",
        "> 1. a\n>    - b\n\n# h\n\n<i>c\n\n- d\n\n<details><summary>e\n\nf",
        "<br><hr>\n\n![](x.png)",
    ],
)
def test_whatever_was_written_comes_out_as_safe_as_it_went_in(text: str) -> None:
    rendered = render(text)
    for anchor in ["", *(each.anchor for each in rendered.contents)]:
        found = excerpt(rendered.html, anchor, url="/x", longest=3)
        assert found is None or set(re.findall(r"<([a-z0-9]+)", found.html)) <= set(
            re.findall(r"<([a-z0-9]+)", rendered.html)
        )


def test_the_letters_of_a_section_are_those_of_its_part() -> None:
    for section in render(STEPS.partition("[^1]: ")[0]).sections:
        lines = section.text.splitlines()
        found = part(section.anchor, before="".join(lines[:-1]), longest=len(lines[-1]))
        assert re.sub(r"\W+", "", lines[-1]) in re.sub(r"\W+", "", re.sub(r"<[^>]+>", "", found.html))
