"""Front matter is read within bounds, and what is wrong with it is named with its line."""

from __future__ import annotations

import pytest

from app.knowledge.exchange.frontmatter import BrokenYaml, dump, load, split


def test_front_matter_is_told_from_text() -> None:
    assert split("---\ntitle: A\n---\n\nBody\n") == ({"title": "A"}, "\n\nBody\n")
    assert split("Just text") == ({}, "Just text")
    assert split("---\n\nA ruler and text") == ({}, "---\n\nA ruler and text")
    assert split("---\nwords between rulers\n---\ntext") == ({}, "---\nwords between rulers\n---\ntext")


def test_a_mistake_is_named_with_its_line() -> None:
    with pytest.raises(BrokenYaml) as caught:
        split("---\ntitle: A\nother: [1, 2\nlast: x\n---\nBody")

    assert caught.value.line == 4


def test_aliases_that_multiply_are_refused() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]

    with pytest.raises(BrokenYaml, match="too many values"):
        load("\n".join(levels))


def test_merges_that_multiply_are_refused() -> None:
    levels = ["a0: &a0 {x: 1}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]

    with pytest.raises(BrokenYaml, match="too many values"):
        load("\n".join(levels))


def test_an_alias_that_leads_to_itself_is_refused() -> None:
    with pytest.raises(BrokenYaml, match="leads to itself"):
        load("a: &a [1, *a]")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "{a: " * 5_000,
        "\n".join(" " * n + "a:" for n in range(3000)),
        "- " * 20_000,
        "a: " + "x" * 300_000,
        "{a: " * 60_000,
    ],
)
def test_what_is_too_deep_or_too_large_is_refused(text: str) -> None:
    with pytest.raises(BrokenYaml):
        load(text)


def test_a_tag_of_another_program_runs_nothing() -> None:
    assert load("a: !!python/object/apply:os.system ['true']\nb: 1") == {"a": None, "b": 1}


def test_what_is_dumped_is_loaded_again() -> None:
    values = {
        "title": "A: b # c",
        "words": ["---", "…", "null", "12", " x "],
        "long": "word " * 3000,
        "lines": "a\n---\nb\x85c\u2028",
    }

    assert load(dump(values)) == values
    assert split(f"---\n{dump(values)}---\n\nBody") == (values, "\n\nBody")
