"""Stores that processes share, under real servers: one history and one live stream for all workers, and after them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from debug_toolbar_testing.shared_stores import opened
from debug_toolbar_tests.services import Service
from debug_toolbar_tests.serving import free_port

API = "/_debug_toolbar/api"
PATIENCE = 30.0


@pytest.fixture(params=["sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path, redis_server: Service) -> str:
    """The URL of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    return f"{redis_server.url}?prefix={tmp_path.name}"


@contextmanager
def uvicorn(
    store: str, *options: str, app: str = "debug_toolbar_tests.wrapped:app", cwd: Path | None = None
) -> Iterator[str]:
    """Run uvicorn with a store; yields where it is, and has it stop as a terminal does."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "warning", *options]
    environ = {**os.environ, "DEBUG_TOOLBAR_STORE": store}
    process = subprocess.Popen(command, env=environ, cwd=cwd, start_new_session=True, stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or answers(url))
        assert process.poll() is None, process.communicate()[1].decode()
        yield url
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def until(done: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Tell whether a server answers."""
    try:
        return httpx.get(f"{url}{API}/panels").status_code == 200
    except httpx.TransportError:
        return False


def listed(url: str, count: int = 500) -> list[str]:
    """Return the ids in the list that some worker gives."""
    answer = httpx.get(f"{url}{API}/records", params={"limit": count}).json()
    assert answer["notices"] == []
    return [summary["id"] for summary in answer["records"]]


def visit(url: str, path: str = "/") -> str:
    """Ask for a page, from a worker that happens to take the connection; return the record's id."""
    return httpx.get(url + path).headers["x-debug-toolbar-id"]


class Stream(threading.Thread):
    """A reader of the live stream, who notes the ids."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.heard: list[str] = []
        self.begun = threading.Event()
        self.client = httpx.Client(timeout=PATIENCE)
        self.start()
        assert self.begun.wait(PATIENCE)

    def run(self) -> None:
        with self.client.stream("GET", f"{self.url}{API}/live") as answer:
            for line in answer.iter_lines():
                self.begun.set()
                if line.startswith("data: "):
                    summary: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    self.heard.append(summary["id"])
                    if summary["path"] == "/last":
                        return


def test_four_workers_are_one(store: str) -> None:
    """Whichever worker is asked, it lists, loads and tells live of every worker's records, and of a job's process."""
    with uvicorn(store, "--workers", "4") as url:
        streams = [Stream(url) for _ in range(4)]
        made = [visit(url, f"/{number}") for number in range(40)]
        assert len({id[13:] for id in made}) > 1, "one worker answered all"
        command = [sys.executable, "-m", "debug_toolbar_testing.saving", store, "3", "a job"]
        jobs = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[:-1]
        expected = sorted([*made, *jobs], reverse=True)
        for _ in range(8):  # eight connections are taken by several workers
            until(lambda: listed(url) == expected)
            assert httpx.get(f"{url}{API}/records/{made[0]}").json()["record"]["id"] == made[0]
            assert len(httpx.get(f"{url}{API}/records", params={"q": "kind:task"}).json()["records"]) == 3
        last = visit(url, "/last")
        for stream in streams:
            stream.join(PATIENCE)
            assert sorted(stream.heard, reverse=True) == [last, *expected]
        # A worker tells its own streams of a record before it has saved it; there another's clearing does not reach it.
        saved = opened(store)
        until(lambda: last in {id for id, _ in saved.backend.page(100, None)})
        saved.finish()
        httpx.post(f"{url}{API}/records/clear", json={}, headers={"x-debug-toolbar": "1"}).raise_for_status()
        for _ in range(8):
            assert listed(url) == []


def test_a_reload_keeps_the_history(store: str, tmp_path: Path) -> None:
    """What was recorded before the code was changed is there after it, from the first to the last request."""
    module = tmp_path / "reloaded.py"
    module.write_text("from debug_toolbar_tests.wrapped import app\n")
    options = ("--reload", "--reload-dir", str(tmp_path), "--app-dir", str(tmp_path))
    with uvicorn(store, *options, app="reloaded:app") as url:
        before = visit(url)

        def reloaded() -> bool:
            """Change the module until it was noticed: a change before the server watches is none."""
            with module.open("a") as code:
                code.write("# changed\n")
            end = time.monotonic() + 3
            while time.monotonic() < end:
                if visible(url) not in ("", before[13:]):
                    return True
                time.sleep(0.02)
            return False

        until(reloaded)
        after = visit(url)
        found = listed(url)
        assert found[0] == after
        assert before in found


def visible(url: str) -> str:
    """Return the mark of the process that answers now, or nothing while none does."""
    try:
        return visit(url)[13:]
    except httpx.TransportError:
        return ""


def test_a_restart_keeps_the_history(store: str) -> None:
    """A server that is stopped at once after a request has stored it; the next one shows it."""
    with uvicorn(store) as url:
        made = [visit(url) for _ in range(5)]
    with uvicorn(store) as url:
        assert listed(url) == made[::-1]


def test_a_reader_is_told_of_a_store_that_is_away() -> None:
    """The list, the application's menu and what is not found say so, and the application answers as ever."""
    with uvicorn(f"redis://127.0.0.1:{free_port()}") as url:
        made = [visit(url) for _ in range(3)]
        until(lambda: httpx.get(f"{url}{API}/records").json()["notices"])
        answer = httpx.get(f"{url}{API}/records").json()
        assert [summary["id"] for summary in answer["records"]] == made[::-1]
        assert {notice["label"] for notice in answer["notices"]} == {"store away"}
        app = httpx.get(f"{url}{API}/records/app").json()
        (entry,) = [panel for panel in app["panels"] if panel["name"] == "store"]
        assert (entry["level"], entry["failure"]["hook"]) == ("error", "save")
        blocks = httpx.get(f"{url}{API}/records/app/panels/store").json()["blocks"]
        assert "not written" in blocks[0]["text"]
        missing = httpx.get(f"{url}{API}/records/0000000000000unknown00")
        assert "not written" in missing.json()["error"]["hint"]
        refused = httpx.post(f"{url}{API}/records/clear", json={}, headers={"x-debug-toolbar": "1"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "store_away")
