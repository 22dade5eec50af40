"""The whole site in processes of its own, as `make run` starts it, on a port and data folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from config import PREFIX, ROOT

FLASK = str(Path(sys.executable).with_name("flask"))


def free_port() -> int:
    """A port of the loopback address that nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that knows no settings but these, named as in the environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "FLASK_"))}
    return kept | dict(settings)


class RunningSite:
    """A site that runs. `output` is the file that holds all that it says."""

    def __init__(self, data_dir: Path, *, database_url: str = "", **settings: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.output = data_dir.parent / f"{data_dir.name}.log"
        given = {
            "KB_DATA_DIR": str(data_dir),
            "KB_DATABASE_URL": database_url,
            "KB_PORT": str(self.port),
            "KB_ENCODER": "none",
        } | settings
        with self.output.open("ab") as file:
            self.process = subprocess.Popen(
                [FLASK, "serve"], cwd=ROOT, env=environment(given), stdout=file, stderr=file, start_new_session=True
            )

    def get(self, path: str) -> int | None:
        """The status of the answer to a GET, or None when nobody answers."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return None

    def wait(self, path: str = "/healthz", *, seconds: float = 60) -> None:
        """Wait until the site answers 200 there."""
        deadline = time.monotonic() + seconds
        while self.get(path) != 200:
            assert self.process.poll() is None, f"the site stopped: {self.told()}"
            assert time.monotonic() < deadline, f"the site does not answer: {self.told()}"
            time.sleep(0.05)

    def told(self) -> str:
        """All that the site has said so far."""
        return self.output.read_text(encoding="utf-8")

    def parts(self) -> list[int]:
        """The process ids of the running parts: web server, worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(each) for each in children.split()]

    def stop(self) -> int:
        """Stop the site as Ctrl-C does; returns its exit status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextlib.contextmanager
def running_site(data_dir: Path, *, database_url: str = "", **settings: str) -> Iterator[RunningSite]:
    """A site that answers, and is stopped at the end."""
    site = RunningSite(data_dir, database_url=database_url, **settings)
    try:
        site.wait()
        yield site
    finally:
        if site.process.poll() is None:
            site.stop()
