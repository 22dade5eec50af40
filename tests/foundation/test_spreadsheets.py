"""Tables for spreadsheets."""

import csv
import io

import pytest

from app.foundation.spreadsheets import as_csv


def read(table: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))


def test_a_table_holds_what_was_given_whatever_signs_are_in_it() -> None:
    table = as_csv(["words", "times"], [['say "hi",\nfriend', 3], ["ναι", -2]])
    assert table.startswith("\ufeffwords,times\r\n")
    assert read(table) == [["words", "times"], ['say "hi",\nfriend', "3"], ["ναι", "-2"]]


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1"])
def test_nothing_that_somebody_typed_becomes_a_formula(typed: str) -> None:
    assert read(as_csv(["words"], [[typed]]))[1] == [f"'{typed}"]
