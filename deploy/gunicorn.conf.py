"""How gunicorn serves the site, for `make run` and for `gunicorn -c deploy/gunicorn.conf.py wsgi:app` alike."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from config import Settings

settings = Settings.from_environment()

bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
worker_class = "gthread"
workers = settings.web_processes
threads = settings.web_threads
preload_app = True
keepalive = 5
timeout = 60
graceful_timeout = 10
backlog = 512
control_socket_disable = True
# What proxies tell is believed by the application alone, as far as KB_TRUSTED_PROXIES says. Without these lines whoever
# reaches us from this machine could move the whole site below another path, in pages that are kept for everybody.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
if Path("/dev/shm").is_dir():  # noqa: S108  # only empty files, for the signs of life; a disk could make them late
    worker_tmp_dir = "/dev/shm"  # noqa: S108


def post_worker_init(worker: Any) -> None:
    """Have each process read what it keeps of the index before customers ask, beside its first requests."""
    app = worker.app.callable
    threading.Thread(target=app.extensions["warm_up"], args=(app,), name="warm-up", daemon=True).start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Have each process write what it noted of searches and reading before it ends."""
    worker.app.callable.extensions["trail_journal"].close()


accesslog = "-" if settings.access_log else None
# The path without its query: what people search for is nobody's business.
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"generic": {"()": "app.foundation.log.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "generic", "stream": sys.stderr}},
    "root": {"level": settings.log_level.upper(), "handlers": ["console"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "INFO" if settings.access_log else "WARNING", "handlers": [], "propagate": True},
    },
}
