"""How long `make run` takes to its first page the second time, promised in under 3 s: `python -m benchmarks.start`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request

from benchmarks.load import ROOT, free_port

RUNS = 5


def main() -> None:
    """Start once to make the installation, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        first = _seconds(folder)
        seconds = sorted(_seconds(folder) for _ in range(RUNS))
    print(f"first start {first:.2f} s; later starts {', '.join(f'{each:.2f}' for each in seconds)} s")
    print(json.dumps({"first_start_s": round(first, 2), "second_start_p50_s": round(seconds[RUNS // 2], 2)}))


def _seconds(folder: str) -> float:
    port = free_port()
    environment = {**os.environ, "KB_DATA_DIR": folder, "PORT": str(port)}
    began = time.perf_counter()
    process = subprocess.Popen(
        ["make", "--no-print-directory", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for_page(f"http://127.0.0.1:{port}/", until=began + 60)
        return time.perf_counter() - began
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def _wait_for_page(address: str, *, until: float) -> None:
    while time.perf_counter() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"{address} did not answer within a minute.")


if __name__ == "__main__":
    main()
