"""The application that a web server runs: `gunicorn wsgi:app`, and what the `flask` command finds."""

import os
import sys

# Processes and threads of the site share the cores already: what reckons in numpy takes one, and starts no threads that
# a fork would lose. It is read when numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from app import create_app
from app.foundation import log
from config import Settings, SettingsError

try:
    settings = Settings.from_environment().prepared()
    log.set_up(settings)
    app = create_app(settings)
except SettingsError as error:
    sys.exit(f"The site cannot start: {error}")
