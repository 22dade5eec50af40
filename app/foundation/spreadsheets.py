"""Tables for spreadsheets: CSV that they read rightly and in which nothing that somebody typed becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

#: The wide signs are those of East Asian keyboards, which spreadsheets take for the narrow ones.
_FORMULA = (*"=+-@", *"\uff1d\uff0b\uff0d\uff20", "\t", "\r", "\n")


def as_csv(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table as CSV (RFC 4180), with the mark at its beginning by which spreadsheets know UTF-8.

    Text that a spreadsheet would take for a formula gets an apostrophe in front. Source: OWASP, CSV injection.
    """
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(head)
    table.writerows([_harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + file.getvalue()


def _harmless(cell: object) -> object:
    is_formula = isinstance(cell, str) and (cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA))
    return f"'{cell}" if is_formula else cell
