"""Runs the whole site from one command: the web server and the worker, watched, started again when they die.

Everything is imported once, here, and forked. This process opens neither database nor index, so that its children share
nothing but the listening socket: while the web server is being started again, readers wait instead of being refused.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import Application

from app.foundation.errors import ProductError
from app.foundation.file_lock import AlreadyHeld
from app.foundation.starting import prepare
from app.foundation.worker import Worker
from config import ROOT, Settings, SettingsError

logger = logging.getLogger(__name__)

POLL = 0.1
LONGEST_WAIT = 30.0
STEADY_AFTER = 60.0
PATIENCE = 30.0

Say = Callable[[str], None]


@dataclass
class Part:
    """A process of the site. `waits` is how often in a row it died young."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    started_at: float = 0.0
    starts_at: float = 0.0
    waits: int = 0


class Supervisor:
    """Keeps the parts of a site running until it is told to stop."""

    def __init__(self, parts: list[Part], *, say: Say) -> None:
        self.parts = parts
        self.say = say
        self._stops = 0
        # Children read from this pipe; it ends when we do, even when we are killed.
        self._ear, self._mouth = os.pipe()

    def run(self) -> None:
        """Run the parts; returns when a signal has asked to stop and all of them have ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        while not self._stops:
            self._start_what_is_due()
            self._notice_deaths()
            time.sleep(POLL)
        self._stop_all()

    def fork(self, run: Callable[[], None], *, apart: bool) -> int:
        """Run something in a child process that ends when this process ends; returns its process id.

        Args:
            apart: in a session of its own, where a Ctrl-C in the terminal reaches only us.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            os.close(self._mouth)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
            if apart:
                os.setsid()
            threading.Thread(target=self._end_with_parent, name="parent", daemon=True).start()
            run()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        except KeyboardInterrupt:
            status = 130
        except BaseException:
            logger.exception("This part of the site failed.")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _end_with_parent(self) -> None:
        os.read(self._ear, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops += 1

    def _start_what_is_due(self) -> None:
        for part in self.parts:
            if not part.pid and time.monotonic() >= part.starts_at:
                part.pid = self.fork(part.run, apart=True)
                part.started_at = time.monotonic()

    def _notice_deaths(self) -> None:
        for part in self.parts:
            if part.pid and (status := _ended(part.pid)) is not None:
                is_steady = time.monotonic() - part.started_at > STEADY_AFTER
                part.waits = 0 if is_steady else part.waits + 1
                wait = min(LONGEST_WAIT, 0.25 * 2**part.waits)
                part.pid, part.starts_at = 0, time.monotonic() + wait
                self.say(f"The {part.name} {_told(status)}; it is started again in {wait:g} s.")

    def _stop_all(self) -> None:
        patience_ends = time.monotonic() + PATIENCE
        for part in self.parts:
            if part.pid:
                os.kill(part.pid, signal.SIGTERM)
        while any(part.pid for part in self.parts):
            for part in self.parts:
                if part.pid and _ended(part.pid) is not None:
                    part.pid = 0
                elif part.pid and (self._stops > 1 or time.monotonic() > patience_ends):
                    os.kill(part.pid, signal.SIGKILL)
            time.sleep(POLL / 2)


class _Web(Application):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, given the application and the listening socket that we already have."""

    def __init__(self, app: Flask, listening: socket.socket) -> None:
        self._app = app
        self._listening = listening
        super().__init__()

    def load_config(self) -> None:
        self.load_config_from_file(str(ROOT / "deploy" / "gunicorn.conf.py"))
        self.cfg.set("bind", [f"fd://{self._listening.fileno()}"])

    def load(self) -> Any:
        return self._app


def serve(app: Flask, *, say: Say) -> None:
    """Make the installation ready, then run web server and worker until a signal comes.

    Raises:
        SettingsError: the site cannot listen at its address.
        SystemExit: the installation could not be made ready; why has been said.
    """
    settings: Settings = app.extensions["settings"]
    with listen(settings) as listening:
        web = Part("web server", lambda: _Web(app, listening).run())
        supervisor = Supervisor([web, Part("worker", lambda: run_worker(app, say=say))], say=say)
        _prepare_apart(supervisor, app, say)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        say(f"{settings.site_name} is at http://{host}:{settings.port}/ — stop it with Ctrl-C.")
        supervisor.run()
    say("The site has stopped.")


def run_worker(app: Flask, *, say: Say) -> None:
    """Run the worker in this process until a signal comes. Raises SystemExit when another one runs already."""
    worker = Worker(app)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop())
    try:
        worker.run()
    except AlreadyHeld:
        say("Another worker runs in this data folder: one is enough, and only one may write the search index.")
        sys.exit(3)


def listen(settings: Settings) -> socket.socket:
    """A socket that listens at the site's address. Raises SettingsError when it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Port {settings.port} of {settings.host} is taken: stop what runs there, "
                f"or choose another port, such as make run PORT={settings.port + 1}."
            ) from error
        # A name that cannot be found has a number that is none of the system's; Python adds a bracket of its own.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else str(error.strerror).partition(" (while")[0]
        raise SettingsError(
            f"The site cannot listen at {settings.host}, port {settings.port} ({reason}): "
            "set HOST and PORT to an address of this machine."
        ) from error


def _prepare_apart(supervisor: Supervisor, app: Flask, say: Say) -> None:
    def run() -> None:
        try:
            prepare(app, say=say)
        except ProductError as error:
            say(f"The site cannot start: {error}")
            sys.exit(2)

    pid = supervisor.fork(run, apart=False)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: os.kill(pid, signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)


def _ended(pid: int) -> int | None:
    """The exit code of a child, negative for the signal that killed it; None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _told(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"stopped with status {status}"
