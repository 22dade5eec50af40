"""A small collection of questions with known answers, written for a test."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterable, Mapping
from pathlib import Path

ENTRIES = [
    {"_id": "pay", "title": "Pay an invoice", "text": "Open the invoice and press pay."},
    {"_id": "toner", "title": "Replace the toner", "text": "Lift the lid of the printer."},
    {"_id": "parcel", "title": "Track a parcel", "text": "Open the parcel page.\n\nIt names the carrier."},
]
QUERIES = [{"_id": "q1", "text": "paying invoices"}, {"_id": "q2", "text": "printer lid"}, {"_id": "q3", "text": "?"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\tpay\t1\nq2\ttoner\t1\n"


def write_lines(path: Path, rows: Iterable[Mapping[str, str]], packing: str = "") -> Path:
    """Write rows as lines of JSON, compressed as the packing (`.gz`, `.xz`) says."""
    written = "".join(json.dumps(row) + "\n" for row in rows).encode()
    packed = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}[packing](written)
    target = path.with_name(path.name + packing)
    target.write_bytes(packed)
    return target


def write_collection(folder: Path, *, packing: str = "") -> Path:
    """Write three entries, three questions and judgements of two of them."""
    (folder / "qrels").mkdir()
    write_lines(folder / "corpus.jsonl", ENTRIES, packing)
    write_lines(folder / "queries.jsonl", QUERIES)
    (folder / "qrels" / "test.tsv").write_text(QRELS, encoding="utf-8")
    return folder
