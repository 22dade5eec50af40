"""A worker in a process of its own, with one kind of job: `note` takes a while and leaves a row in the activity log.

Arguments: data folder, database setting, how many seconds a job may take (no number: as long as usual).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.foundation import activity, jobs
from app.foundation.supervisor import run_worker
from app.foundation.worker import Worker
from config import Settings


def add_note_kind(app: Flask, folder: Path) -> None:
    """Make jobs of the kind `note` known; each leaves a file when it begins."""

    def note(session: Session, text: str, seconds: float) -> None:
        (folder / f"begun-{text}").touch()
        time.sleep(seconds)
        activity.record(session, "noted", "note", text, by_id=None)

    jobs.add_job_kind(app, "note", note)


if __name__ == "__main__":
    data_dir = Path(sys.argv[1])
    site = create_app(Settings(data_dir, sys.argv[2], secret_key="x" * 40, encoder="none"))
    add_note_kind(site, data_dir)
    if sys.argv[3:]:
        Worker(site, longest_run=float(sys.argv[3])).run()
    else:
        run_worker(site, say=lambda line: sys.stdout.write(line + "\n") and None)
