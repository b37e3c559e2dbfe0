"""Serving: real servers on free ports, for what only a browser or a socket can tell."""

from __future__ import annotations

import itertools
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30.0
"""Seconds a server may take to answer its first request."""
_numbers = itertools.count(secrets.randbelow(20_000))


def free_port() -> int:
    """Return a port that nobody listens at, for a server that will in a moment.

    It is below those that the system gives to connections and to port 0, so that nobody takes it in between.
    """
    while True:
        port = 10_000 + next(_numbers) % 20_000
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def served(app: Any, **settings: Any) -> Iterator[str]:
    """Serve an ASGI application with uvicorn, in a thread of its own; yields where it is."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    options: dict[str, Any] = {"ws": "websockets-sansio", "log_level": "critical", "timeout_graceful_shutdown": 1}
    options |= settings
    server = uvicorn.Server(uvicorn.Config(app, **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="uvicorn")
    thread.start()
    try:
        _until(lambda: server.started or not thread.is_alive())
        if not server.started:
            raise RuntimeError("The application did not start.")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


@contextmanager
def bookshop(framework: str, log: Path, **environment: str) -> Iterator[str]:
    """Run `python -m bookshop FRAMEWORK` as its reader would, with what it prints in `log`; yields where it is."""
    port = free_port()
    command = [sys.executable, "-W", "default", "-m", "bookshop", framework, "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **environment})
    url = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: process.poll() is not None or _answers(url))
        if process.poll() is not None:
            raise RuntimeError(f"The bookshop did not start:\n{log.read_text()}")
        yield url
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(done: Any) -> None:
    """Wait until `done()`; raises TimeoutError past the patience."""
    until = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > until:
            raise TimeoutError(f"The server did not answer within {PATIENCE:.0f} s.")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_debug_toolbar/", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refused:
        refused.close()
        return True
    except OSError:
        return False
