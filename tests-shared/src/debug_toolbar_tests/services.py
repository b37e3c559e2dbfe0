"""Services: real servers for the tests, each in a folder of its own on a port that was free, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from debug_toolbar_tests.serving import free_port

_PATIENCE = 60.0


@dataclass(frozen=True)
class Service:
    """A running server: where it listens, its process, and the URL that its clients take."""

    host: str
    port: int
    url: str
    process: subprocess.Popen[bytes]


def program(name: str, *places: str) -> str:
    """Return the path of a server's program, or fail saying what to install: a test never skips."""
    found = shutil.which(name) or next((path for place in places for path in map(str, Path("/").glob(place))), None)
    if found is None:
        raise FileNotFoundError(f"{name} is not on this machine; `.ci/run` installs what the tests need.")
    return found


def account(name: str) -> str | None:
    """Return the account that a server runs as: its own where we are root, whom servers refuse."""
    if os.getuid() != 0:
        return None
    try:
        pwd.getpwnam(name)
    except KeyError:
        return "nobody"
    return name


@contextmanager
def folder(owner: str | None) -> Iterator[Path]:
    """Make a short-named folder (a socket's path may have 107 bytes) that the server's account may write."""
    with tempfile.TemporaryDirectory(prefix="dt-", ignore_cleanup_errors=True) as made:
        if owner is not None:
            shutil.chown(made, owner)
        yield Path(made)


@contextmanager
def running(command: Sequence[str], log: Path, ready: Callable[[], bool], user: str | None = None) -> Iterator[
    subprocess.Popen[bytes]
]:  # fmt: skip
    """Run a server until the block ends, and wait until it is ready; its log is in the error when it never is."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, user=user, cwd="/")
    try:
        until = time.monotonic() + _PATIENCE
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listening(port: int) -> Callable[[], bool]:
    """Return what tells whether somebody accepts connections on a port."""

    def ask() -> bool:
        with socket.socket() as client:
            client.settimeout(1)
            return client.connect_ex(("127.0.0.1", port)) == 0

    return ask


@contextmanager
def redis(port: int | None = None) -> Generator[Service]:
    """Run a Redis that keeps nothing on disk; a test that stops it may start one again on the same port."""
    port = port or free_port()
    with folder(None) as home:
        command = [
            program("redis-server"),
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(home),
        ]
        with running(command, home / "log", listening(port)) as process:
            yield Service("127.0.0.1", port, f"redis://127.0.0.1:{port}/0", process)


@contextmanager
def memcached() -> Generator[Service]:
    """Run a memcached."""
    port, user = free_port(), account("memcache")
    with folder(user) as home:
        command = [program("memcached"), "-l", "127.0.0.1", "-p", str(port), "-U", "0"]
        with running(command, home / "log", listening(port), user) as process:
            yield Service("127.0.0.1", port, f"127.0.0.1:{port}", process)


@contextmanager
def postgresql() -> Generator[Service]:
    """Run a PostgreSQL with a database `test` of the superuser `test`, who needs no password here."""
    port, user = free_port(), account("postgres")
    place = "usr/lib/postgresql/*/bin/"
    with folder(user) as home:
        data = home / "data"
        setup = [program("initdb", f"{place}initdb"), "-D", str(data), "-U", "test", "-A", "trust", "--no-sync"]
        subprocess.run([*setup, "-E", "UTF8", "--locale=C"], check=True, capture_output=True, user=user, cwd="/")
        options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": home, "fsync": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [program("postgres", f"{place}postgres"), "-D", str(data), *settings]
        with running(command, home / "log", _answers(home, port, place), user) as process:
            psql = [program("psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "test", "-d", "postgres"]
            subprocess.run([*psql, "-c", "CREATE DATABASE test"], check=True, capture_output=True)
            yield Service("127.0.0.1", port, f"postgresql://test@127.0.0.1:{port}/test", process)


def _answers(home: Path, port: int, place: str) -> Callable[[], bool]:
    ask = [program("pg_isready", f"{place}pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-d", "postgres"]
    return lambda: subprocess.run(ask, check=False, capture_output=True).returncode == 0


_FIRST = (
    "CREATE DATABASE test",
    "CREATE USER test@'127.0.0.1' IDENTIFIED BY 'test'",
    "GRANT ALL ON test.* TO test@'127.0.0.1'",
)


@contextmanager
def mariadb() -> Generator[Service]:
    """Run a MariaDB with a database `test` of the account `test`, whose password is `test`."""
    port, user = free_port(), account("mysql")
    with folder(user) as home:
        data, client = home / "data", home / "socket"
        setup = [program("mariadb-install-db", "usr/bin/mariadb-install-db"), f"--datadir={data}", "--skip-test-db"]
        setup += ["--auth-root-authentication-method=normal", "--no-defaults"]
        subprocess.run(setup, check=True, capture_output=True, user=user, cwd="/")
        first = home / "first.sql"
        first.write_text("".join(f"{statement};\n" for statement in _FIRST))  # one a line, or only the first is run
        command = [program("mariadbd", "usr/sbin/mariadbd"), "--no-defaults", f"--datadir={data}", f"--port={port}"]
        command += ["--bind-address=127.0.0.1", f"--socket={client}", f"--init-file={first}", "--skip-name-resolve"]
        command += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"]
        with running(command, home / "log", listening(port), user) as process:
            yield Service("127.0.0.1", port, f"mysql://test:test@127.0.0.1:{port}/test", process)
