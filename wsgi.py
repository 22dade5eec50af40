"""The application that a web server runs: `gunicorn wsgi:app`, and what the `flask` command finds."""

import sys

from app import create_app
from app.foundation import log
from config import Settings, SettingsError

try:
    settings = Settings.from_environment().prepared()
    log.set_up(settings)
    app = create_app(settings)
except SettingsError as error:
    sys.exit(f"The site cannot start: {error}")
