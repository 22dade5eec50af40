"""Makes sure that the tests find a browser, a PostgreSQL server and an encoder: `python -m tests.needs`.

What is missing is installed on a Debian machine where we are allowed to; otherwise one line says what to install. The
encoder is fetched where there is a network; without it the tests of what its weights say are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from app.foundation.errors import Unavailable
from app.search.encoders import ENCODERS, preparing
from config import Settings
from tests.postgresql import programs

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def missing() -> list[str]:
    """The Debian packages that are still needed."""
    return [
        *([] if browser() else ["chromium"]),
        *([] if programs() else ["postgresql"]),
    ]


def prepare_encoders() -> None:
    """Prepare every encoder where that can be done."""
    for kind in ENCODERS.values():
        try:
            preparing.prepare(kind, Settings().encoders_dir, say=lambda words: sys.stderr.write(f"{words}\n"))
        except Unavailable as error:
            sys.stderr.write(f"{error} Until then the tests of what it says are skipped.\n")


def main() -> int:
    """Install what is missing; returns an exit status."""
    prepare_encoders()
    packages = missing()
    if not packages:
        return 0
    names = " ".join(packages)
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.stderr.write(
            f"The tests need {' and '.join(packages)}: install it, on Debian with 'apt-get install {names}'.\n"
        )
        return 1
    sys.stderr.write(f"Installing what the tests need: {names} …\n")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run([apt, *arguments], env=environment, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            sys.stderr.write(f"'apt-get {arguments[0]}' failed: install {names} by hand and start again.\n")
            return 1
    still = missing()
    if still:
        sys.stderr.write(f"{' and '.join(still)} cannot be found although it was installed.\n")
    return int(bool(still))


if __name__ == "__main__":
    sys.exit(main())
