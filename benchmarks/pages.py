"""How fast pages are, beside a bare Flask page of the same size in the same run: `python -m benchmarks.pages`.

Needs wrk. Prints a table and, on the last line, the same as JSON. Ratios are what counts: requests per second of a
bare Flask and Jinja page under the same server are 1.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import urllib.request
from pathlib import Path

from app import create_app
from app.foundation.database import Base, db, transaction
from app.foundation.worker import run_due_jobs
from benchmarks import corpus, load
from config import Settings


def main() -> None:
    """Measure at each size and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--seconds", type=int, default=8)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is not installed, so requests per second are left out.")
        return
    rows = []
    for count in arguments.articles:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(count, seconds=arguments.seconds, folder=Path(folder)))
            print("  ".join(f"{name}={value}" for name, value in rows[-1].items()), flush=True)
    print(json.dumps(rows))


def measure(count: int, *, seconds: int, folder: Path) -> dict[str, float]:
    """One size: ratios to the bare page at concurrency 8, and latencies of search at concurrency 1 in milliseconds."""
    paths = _site(count, folder)
    site = {"KB_DATA_DIR": str(folder), "KB_LOG_LEVEL": "ERROR", "KB_LIMITS": "no"}
    with load.server("wsgi:app", site) as address:
        one = paths[len(paths) // 2]
        body = folder / "body.html"
        with urllib.request.urlopen(address + one) as answer:
            body.write_bytes(answer.read())
            tag = answer.headers["ETag"]
        bare_site = {"BARE_BODY": str(body)}
        queries = [f"/search?q={'+'.join(query)}" for query in _queries(200)]
        suggestions = [f"/search/suggest?q={query[0][:5]}" for query in _queries(200)]
        with load.server("benchmarks.bare:app", bare_site) as bare_address:
            # Interleaved, so that a slow moment of the machine meets both.
            rounds = [
                (
                    load.put_load(bare_address, ["/"], connections=8, seconds=seconds, folder=folder),
                    load.put_load(address, [one], connections=8, seconds=seconds, folder=folder),
                    load.put_load(address, [one], connections=8, seconds=seconds, folder=folder, known_tag=tag),
                )
                for _ in range(2)
            ]
            many = load.put_load(address, paths, connections=8, seconds=seconds, folder=folder)
        searched = load.put_load(address, queries, connections=1, seconds=seconds, folder=folder)
        suggested = load.put_load(address, suggestions, connections=1, seconds=seconds, folder=folder)
    bare = sum(each[0]["per_second"] for each in rounds) / len(rounds)
    article = sum(each[1]["per_second"] for each in rounds) / len(rounds)
    conditional = sum(each[2]["per_second"] for each in rounds) / len(rounds)
    return {
        "articles": count,
        "page_bytes": body.stat().st_size,
        "bare_per_second": round(bare, 1),
        "article_ratio": round(article / bare, 3),
        "unchanged_article_ratio": round(conditional / bare, 3),
        "all_articles_in_turn_ratio": round(many["per_second"] / bare, 3),
        "search_p50_ms": searched["p50_ms"],
        "search_p95_ms": searched["p95_ms"],
        "suggest_p95_ms": suggested["p95_ms"],
        "errors": sum(each["errors"] for part in rounds for each in part) + many["errors"] + searched["errors"],
    }


def _site(count: int, folder: Path) -> list[str]:
    """Fill a site with articles and index them; gives the paths of all article pages, shuffled."""
    app = create_app(Settings(data_dir=folder).prepared())
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with transaction() as session:
            ids = corpus.fill(session, count)
        run_due_jobs(app)
    client = app.test_client()
    paths = [client.get(f"/articles/{article_id}").headers["Location"] for article_id in ids]
    random.Random(2).shuffle(paths)
    return paths


def _queries(count: int) -> list[list[str]]:
    chance = random.Random(3)
    titles = [title.rstrip("?").split() for title, _, _ in corpus.articles(300, seed=1)]
    return [chance.sample(title[3:], k=3) for title in chance.choices(titles, k=count)]


if __name__ == "__main__":
    main()
