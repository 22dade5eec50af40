"""References can be said on the telephone, and are read however they are written."""

from __future__ import annotations

import re

import pytest

from app.support.references import LETTERS, new_reference, read_reference


def test_a_reference_is_short_and_has_no_letters_that_are_mistaken_for_others() -> None:
    made = {new_reference() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(f"[{LETTERS}]{{3}}-[{LETTERS}]{{4}}", each) for each in made)
    assert not set("AEIOU01L5S8B") & set(LETTERS)


@pytest.mark.parametrize("written", ["K7Q-4M2P", "k7q4m2p", " K7Q 4M2P ", "k.7.q.4.m.2.p", "K7Q – 4M2P"])
def test_a_reference_is_read_however_it_is_written(written: str) -> None:
    assert read_reference(written) == "K7Q-4M2P"


@pytest.mark.parametrize("written", ["", "K7Q", "K7Q-4M2PX", "K7Q-4M20", "' OR 1=1", "\0" * 7])
def test_what_is_no_reference_is_none(written: str) -> None:
    assert read_reference(written) == ""
