"""The whole site as `flask serve` runs it, asked by one person at a time: `python -m benchmarks.serving`.

Tells how long pages, searches and suggestions take over HTTP, how much memory the web processes take together, and how
long after its publication an article is found. Memory is the proportional set size (PSS), in which what processes share
counts once. Vectors of articles are random (see `made_vectors`). Prints a table and the same as one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from flask import Flask

from app import create_app
from app.foundation.database import db, transaction
from app.foundation.starting import prepare
from app.foundation.worker import run_due_jobs
from app.knowledge import publishing
from app.search import indexing, vectorizing
from benchmarks import corpus, load
from benchmarks.made_vectors import use_made_vectors
from config import Settings

PUBLICATIONS = 5
LONGEST_WAIT = 60.0
_WARM_UP = 50


def main(given: Sequence[str]) -> None:
    """Measure at each size and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000])
    parser.add_argument("--seconds", type=int, default=8)
    arguments = parser.parse_args(given)
    rows = []
    for count in arguments.articles:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(count, seconds=arguments.seconds, folder=Path(folder)))
        print("\n".join(f"{name:<28}{value}" for name, value in rows[-1].items()), flush=True)
    print(json.dumps(rows))


def measure(count: int, *, seconds: int, folder: Path) -> dict[str, float | str]:
    """One size: times in milliseconds at concurrency 1, memory in megabytes, and seconds until an article is found."""
    app = create_app(Settings(data_dir=folder).prepared())
    told, ids = _fill(app, count)
    client = app.test_client()
    chance = random.Random(2)
    pages = [client.get(f"/articles/{each}").headers["Location"] for each in chance.sample(ids, min(count, 500))]
    titles = [title.rstrip("?") for title, _, _ in corpus.articles(count, seed=1)]
    asked = [chance.choice(titles).split() for _ in range(2000)]
    searches = [f"/search?q={quote(' '.join(chance.sample(words[3:], 3)))}" for words in asked]
    begun = [" ".join(words[chance.choice((0, 4)) :]) for words in asked]
    suggestions = [f"/search/suggest?q={quote(text[: chance.randint(2, len(text))])}" for text in begun]
    site = {"KB_DATA_DIR": str(folder), "KB_LOG_LEVEL": "ERROR", "KB_LIMITS": "no"}
    row: dict[str, float | str] = {"articles": count, "search_by": told}
    with load.whole_site(site) as (address, pid):
        for name, paths in (("page", pages), ("search", searches), ("suggest", suggestions)):
            load.ask_in_turn(address, paths[:_WARM_UP], seconds=seconds)
            times = load.ask_in_turn(address, paths[_WARM_UP:], seconds=seconds)
            row |= {f"{name}_{share}_ms": times[f"{share}_ms"] for share in ("p50", "p95")}
        row["web_processes"] = len(web := load.grandchildren(pid))
        row["web_memory_mb"] = round(sum(map(load.proportional_memory, web)) / 1e6, 1)
        row["findable_after_s"] = round(statistics.median(_findable(app, address) for _ in range(PUBLICATIONS)), 2)
    app.extensions["search_quality"].close()
    app.extensions["carrier"].close()
    with app.app_context():
        db.engine.dispose()
    return row


def _fill(app: Flask, count: int) -> tuple[str, list[int]]:
    """Fill a site with articles, index and vectors; says what its searches run on, and the ids of the articles."""
    prepare(app, say=lambda _line: None)
    with app.app_context():
        told = use_made_vectors(app)
        with transaction() as session:
            ids = corpus.fill(session, count)
        indexing.rebuild()
        vectorizing.catch_up()
    run_due_jobs(app)
    return told, ids


def _findable(app: Flask, address: str) -> float:
    """Publish an article with a word of its own; gives the seconds until a search for the word shows it."""
    word = "q" + "".join(random.SystemRandom().choices("bcdfghjklmnpqrstvwxz", k=12))
    with app.app_context(), transaction() as session:
        text = publishing.ArticleText(f"How to {word}", "Press it.", "")
        article = publishing.create_article(session, language="en", text=text, by=None)
        publishing.publish(session, article, language="en", by=None)
        link = f"/articles/{article.id}"
    begun = time.perf_counter()
    while time.perf_counter() - begun < LONGEST_WAIT:
        with urllib.request.urlopen(f"{address}/search?q={word}", timeout=30) as answer:
            if link.encode() in answer.read():
                return time.perf_counter() - begun
        time.sleep(0.02)
    raise TimeoutError(f"An article was not found within {LONGEST_WAIT:g} seconds of its publication.")


if __name__ == "__main__":
    main(sys.argv[1:])
