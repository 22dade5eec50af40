"""Passages made into paragraphs and lists again."""

from __future__ import annotations

from app.search.reading import Block, read_passage


def test_each_line_is_a_paragraph() -> None:
    assert read_passage("Open the app.\n\n Press Send. \n").blocks == (
        Block(("Open the app.",)),
        Block(("Press Send.",)),
    )


def test_lines_after_a_colon_are_a_list() -> None:
    read = read_passage("You need:\na key\na lamp\nThen, go on:\nout")
    assert read.blocks == (
        Block(("You need:",)),
        Block(("a key", "a lamp"), is_list=True),
        Block(("Then, go on:",)),
        Block(("out",)),
    )


def test_a_list_of_words_ends_where_sentences_begin() -> None:
    read = read_passage("You need:\na key\na lamp\nThen go on.\nTake care.")
    assert [(block.is_list, len(block.lines)) for block in read.blocks] == [
        (False, 1),
        (True, 2),
        (False, 1),
        (False, 1),
    ]


def test_long_lines_are_no_items() -> None:
    long = "word " * 50
    read = read_passage(f"You need:\na key\na lamp\n{long}")
    assert [block.is_list for block in read.blocks] == [False, True, False]


def test_what_is_too_long_is_cut_at_a_line_and_says_so() -> None:
    read = read_passage("one two\nthree four\nfive", longest=20)
    assert (read.blocks, read.is_cut) == ((Block(("one two",)), Block(("three four",))), True)


def test_the_first_line_is_shown_however_long() -> None:
    assert read_passage("word " * 900).blocks == (Block((("word " * 900).strip(),)),)


def test_nothing_is_no_block() -> None:
    assert read_passage(" \n ").blocks == ()
