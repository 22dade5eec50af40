"""A part of a rendered text for another page."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from app.foundation.excerpts import Excerpt, excerpt
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


def part(anchor: str, *, begins: str = "", longest: int = 900, text: str = STEPS) -> Excerpt:
    found = excerpt(render(text).html, anchor, url="/articles/1-lamp", begins=begins, longest=longest)
    assert found is not None
    return found


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
    assert part("steps", longest=1) == Excerpt(part("steps").html[: len("<p>Do this:</p>")], is_cut=True)


def test_what_is_too_long_begins_where_the_words_are_and_goes_on_counting() -> None:
    found = part("steps", begins="Turn the screw three times to the left", longest=60)
    assert found.html.startswith('<ol start="2"><li><p>Turn the screw')
    assert found.html.endswith("<li><p>Close the lid.</p></li></ol>")
    assert found.is_cut
    assert part("steps", begins="Then wait.", longest=60) == Excerpt("<p>Then wait.</p>", is_cut=False)
    assert part("steps", begins="nowhere to be found", longest=40) == part("steps", longest=40)


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


def test_the_words_of_a_section_are_found_in_its_part() -> None:
    for section in render(STEPS.partition("[^1]: ")[0]).sections:
        last = section.text.splitlines()[-1]
        found = part(section.anchor, begins=last, longest=1)
        assert re.sub(r"\W+", "", last) in re.sub(r"\W+", "", re.sub(r"<[^>]+>", "", found.html))
