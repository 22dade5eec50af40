"""Servers on loopback and the load that wrk puts on them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_START = 60.0
"""Seconds that a server may take to its first answer."""
_REPORT = """
done = function(summary, latency, requests)
  local e = summary.errors
  local form = '\\n{"requests": %d, "seconds": %.6f, "errors": %d, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f}\\n'
  io.write(string.format(form, summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
"""
_ROTATE = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local at = 0
local tag = os.getenv("KNOWN_TAG")
if tag and tag ~= "" then wrk.headers["If-None-Match"] = tag end
request = function() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
"""


def free_port() -> int:
    """A port of the loopback address that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def server(target: str, environment: Mapping[str, str], *, processes: int = 2, threads: int = 8) -> Iterator[str]:
    """Gunicorn on a free loopback port serving `target`; gives its address and ends it."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", str(processes), "--threads", str(threads)]
    command += ["-b", f"127.0.0.1:{port}", "--log-level", "warning", target]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address + environment.get("FIRST_PATH", "/"))
        yield address
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def whole_site(environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """`flask serve` on a free loopback port; gives its address and the id of its process, and ends it."""
    port = free_port()
    command = [sys.executable, "-m", "flask", "serve"]
    own = {**os.environ, **environment, "KB_HOST": "127.0.0.1", "KB_PORT": str(port)}
    process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address + "/")
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(60)


def ask_in_turn(address: str, paths: list[str], *, seconds: int) -> dict[str, float]:
    """Ask for each path once, one after the other over one connection, for so many seconds at most.

    Returns:
        How many were answered, and latencies in milliseconds; raises OSError for an answer that is an error.
    """
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    times: list[float] = []
    end = time.perf_counter() + seconds
    for path in paths:
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status >= 400:
            raise OSError(f"{address}{path} was answered with {answer.status}.")
        if time.perf_counter() > end:
            break
    connection.close()
    times.sort()
    shares = {f"p{share}_ms": round(times[min(len(times) - 1, len(times) * share // 100)], 2) for share in (50, 95, 99)}
    return {"requests": len(times), **shares}


def grandchildren(pid: int) -> list[int]:
    """The processes that a process's own processes have started, such as the workers of a web server."""
    return [below for child in _children(pid) for below in _children(child)]


def proportional_memory(pid: int) -> int:
    """The proportional set size of a process in bytes (Linux)."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return 1024 * next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for each in threads for child in each.read_text(encoding="ascii").split()]


def put_load(
    address: str, paths: list[str], *, connections: int, seconds: int, folder: Path, known_tag: str = ""
) -> dict[str, float]:
    """Ask for the paths in turn: requests, seconds, requests per second, errors and latencies in milliseconds.

    Args:
        known_tag: the entity tag that the asking browser has already; the answer is then 304 where it still holds.
    """
    script = folder / "load.lua"
    script.write_text(_ROTATE + _REPORT, encoding="utf-8")
    listed = folder / "paths.txt"
    listed.write_text("\n".join(paths) + "\n", encoding="utf-8")
    environment = {**os.environ, "PATHS": str(listed), "KNOWN_TAG": known_tag}
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), address]
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(out.stdout.strip().splitlines()[-1])
    return found | {"per_second": found["requests"] / found["seconds"]}


def _wait(address: str) -> None:
    end = time.perf_counter() + LONGEST_START
    while time.perf_counter() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{address} did not answer within {LONGEST_START:g} seconds.")
