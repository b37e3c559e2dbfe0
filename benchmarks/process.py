"""Process: what must be measured in a process of its own, start-up, memory and instructions."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
HEAVY = (
    "sqlalchemy",
    "litestar",
    "fastapi",
    "starlette",
    "mcp",
    "strawberry",
    "opentelemetry",
    "saq",
    "httpx",
    "redis",
    "jinja2",
)
MEGABYTE = 1024 * 1024


def child(task: str, *arguments: str) -> Any:
    """Run a task of this module in a fresh interpreter and return what it printed."""
    command = [sys.executable, str(HERE / "process.py"), task, *arguments]
    # What pip installs is compiled; where a checkout may not be, its start-up would be the compiler's.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE, env=environ)
    return json.loads(done.stdout.splitlines()[-1])


def startup(rounds: int) -> tuple[float, float, list[str]]:
    """Return the milliseconds of CPU that starting the toolbar takes, the bare application's, and heavy imports."""
    from layers import standard

    names, added, alone, heavy = ",".join(standard()), [], [], []
    for _ in range(rounds):
        bare, whole = child("start", "bare"), child("start", "toolbar", names)
        added.append((whole["cpu"] - bare["cpu"]) * 1000)
        alone.append(bare["cpu"] * 1000)
        heavy = whole["heavy"]
    return median(added), median(alone), heavy


def growth() -> float:
    """Return the kilobytes of memory that 50,000 requests, with every installed panel, add once the store is full."""
    return float(child("growth")["kilobytes"])


def bodies() -> dict[str, float]:
    """Return the megabytes that a body of 100 MB takes more than in the bare application, each way."""
    return {way: child("body", way, "toolbar")["peak"] - child("body", way, "bare")["peak"] for way in ("up", "down")}


def instructions(workload: str, layer: str) -> int | None:
    """Return the instructions of one unit, counted by valgrind, or None where there is no valgrind."""
    if shutil.which("valgrind") is None:
        return None
    few, many = (_instructions(workload, layer, count) for count in (200, 700))
    return (many - few) // 500


def _instructions(workload: str, layer: str, count: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        task = [sys.executable, str(HERE / "process.py"), "run", workload, layer, str(count)]
        environ = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run([*command, *task], capture_output=True, text=True, check=True, cwd=HERE, env=environ)
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found[1]) if found else 0


def _start(layer: str, names: str = "") -> dict[str, Any]:
    import workloads

    app: Any = workloads.json_app
    if layer == "toolbar":
        from layers import toolbar

        app = toolbar(app, names=names.split(","))
    asyncio.run(_lifespan(app))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": used.ru_utime + used.ru_stime, "heavy": [name for name in HEAVY if name in sys.modules]}


async def _lifespan(app: Any) -> None:
    import workloads

    await workloads.one_by_one(app, 1)


def _rss() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


def _growth() -> dict[str, Any]:
    import layers
    import workloads

    app = layers.toolbar(workloads.json_app, names=layers.installed())

    async def run() -> float:
        await workloads.one_by_one(app, 5_000)
        before = _rss()
        await workloads.one_by_one(app, 50_000)
        return _rss() - before

    return {"kilobytes": asyncio.run(run())}


def _body(way: str, layer: str) -> dict[str, Any]:
    import layers
    import workloads

    async def download(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        for _ in range(1600):
            await send({"type": "http.response.body", "body": bytes(65_536), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def upload(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await workloads.json_app(scope, receive, send)

    left = 1600

    async def receive() -> Any:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": bytes(65_536), "more_body": left > 0}

    app: Any = download if way == "down" else upload
    app = layers.toolbar(app) if layer == "toolbar" else app

    async def run() -> float:
        nonlocal left
        left = 1
        await app(workloads.scope(), receive, workloads.nothing)
        left, before = 1600, _rss()
        await app(workloads.scope(), receive, workloads.nothing)
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    return {"peak": asyncio.run(run())}


def _run(workload: str, layer: str, count: str) -> dict[str, Any]:
    from layers import layers
    from workloads import WORKLOADS

    chosen = next(item for item in WORKLOADS if item.name == workload)
    asyncio.run(chosen.run(layers(chosen.app, chosen.more)[layer], int(count)))
    return {}


if __name__ == "__main__":
    TASKS: dict[str, Any] = {"start": _start, "growth": _growth, "body": _body, "run": _run}
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
