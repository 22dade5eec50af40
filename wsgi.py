"""The application that a web server runs: `gunicorn wsgi:app`, and what the `flask` command finds."""

import sys

from app import create_app
from config import Settings, SettingsError

try:
    app = create_app(Settings.from_environment().prepared())
except SettingsError as error:
    sys.exit(f"The site cannot start: {error}")
