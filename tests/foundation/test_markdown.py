"""What writers can write, and what readers see."""

from __future__ import annotations

import threading

import pytest

from app.foundation.markdown import Heading, Section, plain, render


def html(text: str) -> str:
    return render(text).html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>"),
        ("one\ntwo  \nthree\\\nfour", "<p>one\ntwo<br>three<br>four</p>"),
        ("snake_case_name and 2*3*4", "<p>snake_case_name and 2<em>3</em>4</p>"),
        ("\\*a\\* &copy; &amp;lt; \\&copy;", "<p>*a* © &amp;lt; &amp;copy;</p>"),
        ("Press <kbd>Ctrl</kbd>, H<sub>2</sub>O", "<p>Press <kbd>Ctrl</kbd>, H<sub>2</sub>O</p>"),
        ("> quoted\nlazily", "<blockquote><p>quoted\nlazily</p></blockquote>"),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        ("", ""),
        (" \n\n ", ""),
        ("Use <your-name> here", "<p>Use &lt;your-name&gt; here</p>"),
    ],
)
def test_text_is_marked_as_written(text: str, expected: str) -> None:
    assert html(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Steps:\n- a\n- b", "<p>Steps:</p><ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- a\n  - b\n    - c", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("- a\n    - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("1. a\n  - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("1. a\n\n  more\n2. b", "<ol><li><p>a</p><p>more</p></li><li><p>b</p></li></ol>"),
        ("In 2024. It rained\n2024. was dry", "<p>In 2024. It rained\n2024. was dry</p>"),
        ("- a\n+ b", "<ul><li>a</li></ul><ul><li>b</li></ul>"),
    ],
)
def test_lists_are_understood_as_writers_indent_them(text: str, expected: str) -> None:
    assert html(text) == expected


def test_code_inside_a_list_keeps_the_list_together() -> None:
    shown = html("1. a\n\n   ```\n   x\n\n   - y\n   ```\n2. b")
    assert shown.count("<ol>") == 1
    assert "<code>x\n\n- y</code>" in shown


def test_code_is_highlighted_by_classes_without_inline_style() -> None:
    shown = html("```python\nreturn 1\n```")
    assert '<div class="code" data-language="python"><pre tabindex="0"><code><span class="k">return</span>' in shown
    assert "style=" not in shown


@pytest.mark.parametrize("word", ["nosuchlanguage", "", "<b>", "{.python}x"])
def test_code_of_an_unknown_language_is_shown_plainly(word: str) -> None:
    assert "<code>a &lt; b</code>" in html(f"```{word}\na < b\n```")


def test_a_table_scrolls_inside_a_named_frame() -> None:
    shown = html("| Name | Size |\n|---|--:|\n| a | 1 |\n| b \\| c |")
    assert '<div class="table-scroll" tabindex="0" role="region" aria-label="Name · Size"><table>' in shown
    assert '<th class="align-right" scope="col">Size</th>' in shown
    assert '<tr><td>b | c</td><td class="align-right"></td></tr>' in shown


@pytest.mark.parametrize(
    "text",
    [
        "> [!WARNING]\n> Careful",
        "!!! warning\n    Careful",
        ":::warning\nCareful\n:::",
        "> [!Warning]\nCareful",
    ],
)
def test_every_way_to_write_a_callout_gives_the_same(text: str) -> None:
    title = '<p class="callout-title">Warning</p>'
    assert html(text) == f'<div class="callout callout-warning" role="note">{title}<p>Careful</p></div>'


@pytest.mark.parametrize("text", ['!!! tip "Do this"\n    x', ":::tip[Do this]\nx\n:::", "> [!TIP] Do this\n> x"])
def test_a_callout_may_have_its_own_title(text: str) -> None:
    assert '<p class="callout-title">Do this</p><p>x</p>' in html(text)


def test_a_callout_is_named_in_the_language_of_the_text() -> None:
    assert "Advertencia" in render("> [!WARNING]\n> x", language="es").html
    assert "تحذير" in render("> [!WARNING]\n> x", language="ar").html


def test_tasks_are_boxes_that_nobody_can_tick() -> None:
    shown = html("- [ ] a\n- [x] b")
    assert '<li class="task"><label><input disabled="" type="checkbox"> a</label></li>' in shown
    assert '<input checked="" disabled="" type="checkbox"> b' in shown


def test_footnotes_lead_there_and_back() -> None:
    page = render("One[^b] two[^a].\n\n[^a]: First.\n[^b]: Second **note**.")
    assert '<sup class="footnote-ref" id="fnref-1"><a href="#fn-1">1</a></sup>' in page.html
    assert '<li id="fn-1"><p>Second <strong>note</strong>.<a class="footnote-back" href="#fnref-1">' in page.html
    assert page.sections[0].text.startswith("One two.")


def test_definitions_stand_beside_their_terms() -> None:
    assert html("Term\n: One\n: Two") == "<dl><dt>Term</dt><dd>One</dd><dd>Two</dd></dl>"


def test_headings_start_at_the_second_level_without_gaps() -> None:
    page = render("# A\n\n#### B\n\n## C")
    assert page.contents == (Heading(2, "a", "A"), Heading(3, "b", "B"), Heading(3, "c", "C"))
    assert page.html == '<h2 id="a">A</h2><h3 id="b">B</h3><h3 id="c">C</h3>'


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("What's new?", "whats-new"),
        ("Größe & Maß", "grosse-mass"),
        ("登录", "denglu"),
        ("`code` and *more*", "code-and-more"),
        ("???", "section"),
        ("Vote", "vote-2"),
        ("Named {#my-Anchor}", "my-Anchor"),
    ],
)
def test_a_heading_has_a_readable_anchor(heading: str, name: str) -> None:
    assert render(f"## {heading}").contents[0].anchor == name


def test_anchors_are_unique() -> None:
    assert [each.anchor for each in render("## A\n## A\n## A-2\n## A").contents] == ["a", "a-2", "a-2-2", "a-3"]


def test_a_link_to_a_heading_works_in_another_systems_spelling() -> None:
    assert 'href="#a-b-c"' in html("[x](#A--b--c)\n\n## A & b & c")


def test_sections_are_the_words_under_each_heading() -> None:
    page = render("Intro *x*\n\n## One\n\n- a\n- b\n\n```\ncode < 1\n```\n\n## Two\n\n| h |\n|---|\n| c & d |")
    assert page.sections == (
        Section("", "", "Intro x"),
        Section("one", "One", "a\nb\ncode < 1"),
        Section("two", "Two", "h\nc & d"),
    )


def test_an_image_alone_gets_its_title_as_caption_and_its_size() -> None:
    shown = render('![Alt](a.png "The caption")', image_size=lambda address: (640, 480)).html
    assert shown.startswith("<figure><img ")
    for part in ('alt="Alt"', 'width="640"', 'height="480"', 'loading="lazy"', 'decoding="async"'):
        assert part in shown
    assert "<figcaption>The caption</figcaption></figure>" in shown


def test_an_image_without_a_title_has_no_caption_that_says_the_same_twice() -> None:
    shown = render("![Alt](a.png)", image_size=lambda address: (640, 480)).html
    assert shown.count("Alt") == 1
    assert "figcaption" not in shown


def test_a_picture_that_is_shown_smaller_leads_to_itself() -> None:
    def shown(text: str, width: int = 1600) -> str:
        return render(text, resolve=lambda address: f"/files/{address}", image_size=lambda address: (width, 480)).html

    assert shown("![Alt](a.png)").startswith('<p><a class="image-link" href="/files/a.png"><img')
    assert shown('![Alt](a.png "T & T")').startswith('<figure><a class="image-link" href="/files/a.png"><img')
    assert "<figcaption>T &amp; T</figcaption>" in shown('![Alt](a.png "T & T")')
    for other in ("![](a.png)", "[![Alt](a.png)](b.md)", "See ![Alt](a.png) here"):
        assert "image-link" not in shown(other)
    assert "image-link" not in shown("![Alt](a.png)", width=640)


def test_an_image_among_words_has_no_caption() -> None:
    assert "figure" not in html('See ![Alt](a.png "T") here')


def test_links_are_resolved_and_listed_as_written() -> None:
    page = render(
        "[a](article:12#x) ![b](attachment:00/f.png) [c][r] <https://example.com>\n\n[r]: /old",
        resolve={"article:12#x": "/articles/12-a#x", "attachment:00/f.png": "/attachments/00/f.png"}.get,
    )
    assert page.links == ("article:12#x", "attachment:00/f.png", "/old", "https://example.com")
    assert '<a href="/articles/12-a#x">a</a>' in page.html
    assert 'src="/attachments/00/f.png"' in page.html
    assert '<span class="broken-link">c</span>' in page.html


def test_the_words_of_a_broken_image_stay() -> None:
    assert (
        render("![A map](gone.png) x", resolve=lambda _: None).html
        == '<p><span class="missing-image">A map</span> x</p>'
    )


def test_the_words_of_a_broken_image_are_said_once() -> None:
    assert (
        render("![A map](gone.png)", resolve=lambda _: None).html == '<p><span class="missing-image">A map</span></p>'
    )
    assert render("![A map](map.png)").sections == (Section("", "", "A map"),)


def test_the_plain_text_of_a_paragraph_is_one_line_and_that_of_code_is_not() -> None:
    sections = render("One\ntwo\n\n- three\n  four\n\n```\nfive\nsix\n```\nseven\neight").sections
    assert sections == (Section("", "", "One two\nthree four\nfive\nsix\nseven eight"),)


def test_bare_addresses_become_links() -> None:
    shown = html("See https://example.com/a_(b). Mail help@example.com")
    assert '<a href="https://example.com/a_(b)" rel="noopener">https://example.com/a_(b)</a>. Mail' in shown
    assert '<a href="mailto:help@example.com">' in shown


def test_links_stay_in_the_window() -> None:
    assert html("[x](https://example.com)") == '<p><a href="https://example.com" rel="noopener">x</a></p>'


@pytest.mark.parametrize(
    "text",
    [
        "a\n{: .number-list}",
        '[a](/b){:class="usa-link--external"}',
        "a {% include b.html c='d' %}",
        "a {{ site.name }}",
        "{: .x}\n\na",
        "::: zone target\n\na",
        "<div>\n{%\n include b %}\na\n</div>",
    ],
)
def test_leftovers_of_other_systems_are_not_shown(text: str) -> None:
    assert plain(text) == "a"


def test_code_about_templates_is_left_alone() -> None:
    assert "<code>{{ name }}</code>" in html("`{{ name }}` {{ gone }}")


def test_colon_images_are_images() -> None:
    assert 'src="a/b.png"' in html(':::image type="content" source="a/b.png" alt-text="B":::')


def test_markdown_goes_on_inside_details() -> None:
    shown = html("<details><summary>More</summary>\n\n- **a**\n\n</details>\n\nafter")
    assert shown == "<details><summary>More</summary><ul><li><strong>a</strong></li></ul></details><p>after</p>"


def test_the_same_text_gives_the_same_page_in_many_threads() -> None:
    text = "# A\n\n- *b*[^1]\n\n```python\nx = 1\n```\n\n[^1]: c\n" * 20
    expected, found = render(text), []
    threads = [threading.Thread(target=lambda: found.append(render(text))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_plain_text_has_no_marks() -> None:
    assert plain("# Title\n\nSome **bold** [link](/x).\n\n> [!NOTE]\n> y") == "Title\nSome bold link.\nNote\ny"


def test_a_section_of_links_alone_only_points_on() -> None:
    text = "See [the first](/a) and [the second](/b) for more words.\n\n## Related\n\n- [One](/a)\n- [Two](/b)\n"
    assert [section.only_points_on for section in render(text).sections] == [False, True]
