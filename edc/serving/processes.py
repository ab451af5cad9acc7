"""The two processes of an installation on one machine: the web server, and the worker that also keeps the clock."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

GRACE = 15
"""Seconds that a process has to finish what it does, before it is killed."""
PATIENCE = 60
"""Seconds until something that was started has to be there."""
PAUSE = 0.1
LAST_LINES = 15
HTTP_OK = 200


class DidNotStart(Exception):
    """A process ended by itself, or something that it should do did not happen in time. Says what, and what to do."""


@dataclass
class Child:
    """One process, with its output in a file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise `DidNotStart` when it is no longer there."""
        if self.process.poll() is not None:
            raise DidNotStart(
                f"The {self.name} ended with code {self.process.returncode}. Its last words, from {self.log}:\n"
                + self.last_words()
            )

    def last_words(self) -> str:
        """The end of what it wrote."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-LAST_LINES:])


@dataclass
class Processes:
    """The children, started together and stopped together."""

    folder: Path
    """Where their output goes."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What they get beside our own environment."""
    children: list[Child] = field(default_factory=list)
    _files: list[BinaryIO] = field(default_factory=list)

    def start(self, name: str, *arguments: str) -> Child:
        """Start a Python module in a process of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name.replace(' ', '-')}.log"
        log = path.open("wb")
        self._files.append(log)
        # In a session of its own: Ctrl-C reaches us, and we end the children in order.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, and no shell
            [sys.executable, "-m", *arguments],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        child = Child(name, process, path)
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raise `DidNotStart` when one of them is no longer there."""
        for child in self.children:
            child.check()

    def wait_until(self, what: str, is_there: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something is there; raises `DidNotStart` when it is not in time, or a child is gone."""
        deadline = time.monotonic() + seconds
        while not is_there():
            self.check()
            if time.monotonic() > deadline:
                logs = ", ".join(str(child.log) for child in self.children)
                raise DidNotStart(f"{what}: not within {seconds:.0f} seconds. Look into {logs}.")
            time.sleep(PAUSE)

    def stay(self) -> None:
        """Wait until a child is gone, which raises `DidNotStart`, or until somebody stops us."""
        while True:
            self.check()
            time.sleep(1)

    def stop(self) -> None:
        """Ask every child to end, and kill what has not ended after a while."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self.children:
            try:
                child.process.wait(max(PAUSE, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        for log in self._files:
            log.close()


@contextmanager
def running(folder: Path, *, port: int, workers: int = 1, environment: Mapping[str, str]) -> Iterator[Processes]:
    """Have the web server on 127.0.0.1 and the worker run while the block runs, and end them after it."""
    if not is_free(port):
        raise DidNotStart(f"Port {port} is in use. Say another one with --port.")
    processes = Processes(folder, environment)
    with stopped_by_signal():
        try:
            processes.start("worker", "celery", "-A", "edc.celery", "worker", "-B", "-P", "threads", "-c", "2")
            processes.start(
                "web server",
                *("gunicorn", "edc.wsgi:application", "--bind", f"127.0.0.1:{port}"),
                *("--workers", str(workers), "--threads", "4"),
            )
            yield processes
        finally:
            processes.stop()


@contextmanager
def stopped_by_signal() -> Iterator[None]:
    """Let a SIGTERM end the block as Ctrl-C does, so that the children are ended too."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before: Any = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(url: str, host: str = "") -> bool:
    """Whether a page answers."""
    headers = {"Host": host} if host else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as response:  # noqa: S310 - our own server
            return bool(response.status == HTTP_OK)
    except (urllib.error.URLError, OSError):
        return False
