"""What the stores cost that processes share: CPU to save a record, and responses and losses under load.

python benchmarks/benchmark_stores.py                    CPU of saving one record, by store
python benchmarks/benchmark_stores.py --load             and 2,000 requests a second for a minute, beside memory
python benchmarks/benchmark_stores.py --load --seconds 10 --rate 500
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import layers
from debug_toolbar_core import Record
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_core.retention import Retention
from debug_toolbar_redis import RedisStore
from debug_toolbar_sqlite import SQLiteStore
from debug_toolbar_testing import sample_record
from debug_toolbar_tests import services
from workloads import json_app, one_by_one

ROUNDS, RECORDS = 9, 500
KEPT = Retention(records=1_000_000, bytes=4 << 30)
CONNECTIONS = 32
WORKERS, PAIRS = 2, 12
app = layers.toolbar(json_app)
"""What uvicorn serves; its store comes from the environment."""


def requests(count: int) -> list[Record]:
    """Return the records of so many tiny requests, as they are given to a store."""
    taken: list[Record] = []
    assert app.toolbar is not None
    app.toolbar.keep = taken.append  # type: ignore[method-assign]  # in place of its store
    asyncio.run(one_by_one(app, count))
    return taken


def queries(count: int) -> list[Record]:
    """Return records with five queries, headers and bodies."""
    return [sample_record(queries=5, stored=False, text=f"book-{number}") for number in range(count)]


def saving(store: Any, records: list[Record]) -> tuple[float, float]:
    """Return the microseconds of CPU that a record costs where it is saved, and in all until it is stored."""
    before = process_time()
    for record in records:
        store.keep(record)
    kept = process_time()
    if hasattr(store, "writer"):
        assert store.writer.flush(60)
    return (kept - before) / len(records) * 1e6, (process_time() - before) / len(records) * 1e6


def costs() -> None:
    """Print what saving a record costs, stores in turn, medians."""
    with services.redis() as redis, tempfile.TemporaryDirectory() as folder:
        stores = {
            "memory": MemoryStore(RECORDS, 1 << 30),
            "sqlite": SQLiteStore(Path(folder) / "records.db", KEPT),
            "redis": RedisStore(redis.url, KEPT),
        }
        print(f"{'CPU µs a record':24}{'store':10}{'in save()':>12}{'in all':>10}")
        made: Callable[[int], list[Record]]
        for name, made in (("tiny JSON request", requests), ("five queries, bodies", queries)):
            found: dict[str, list[tuple[float, float]]] = {store: [] for store in stores}
            for _ in range(ROUNDS):
                for store, each in stores.items():
                    found[store].append(saving(each, made(RECORDS)))
            for store, pairs in found.items():
                here, everywhere = (median(pair[place] for pair in pairs) for place in (0, 1))
                print(f"{name:24}{store:10}{here:12.1f}{everywhere:10.1f}")
        for each in (stores["sqlite"], stores["redis"]):
            each.finish()


@contextmanager
def served(store: str) -> Iterator[int]:
    """Run uvicorn with two workers and a store; yields its port."""
    port = services.free_port()
    options = ["--workers", str(WORKERS), "--port", str(port), "--log-level", "error", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", "benchmark_stores:app", *options]
    environ = {**os.environ, "DEBUG_TOOLBAR_STORE": store}
    process = subprocess.Popen(command, cwd=Path(__file__).parent, env=environ, start_new_session=True)
    while socket.socket().connect_ex(("127.0.0.1", port)):
        pass
    try:
        yield port
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)


async def load(port: int, rate: float, seconds: float) -> tuple[list[float], list[str]]:
    """Send requests at a rate, whatever the answers take; return their seconds, and their records' ids."""
    took: list[float] = []
    ids: list[str] = []
    begun, total, sent = perf_counter(), int(rate * seconds), 0
    request = b"GET /books HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n"

    async def connection() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while sent < total:
            due, sent = begun + sent / rate, sent + 1
            if (wait := due - perf_counter()) > 0:
                await asyncio.sleep(wait)
            before = perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            took.append(perf_counter() - before)
            ids.append(head.split(b"x-debug-toolbar-id: ")[1].split(b"\r\n")[0].decode())
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return took, ids


def under_load(rate: float, seconds: float) -> bool:
    """Print how responses go with memory and with SQLite, in turns, and what is in the file; tell whether all is."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/records.db?records={KEPT.records}&bytes={KEPT.bytes}"
        took: dict[str, list[float]] = {"memory": [], "sqlite": []}
        ratios: list[float] = []
        ids: list[str] = []
        with served("memory") as memory, served(url) as sqlite:
            for _ in range(PAIRS):
                middle: dict[str, float] = {}
                for store, port in (("memory", memory), ("sqlite", sqlite)):
                    some, made = asyncio.run(load(port, rate, seconds / PAIRS))
                    middle[store] = median(some)
                    took[store] += some
                    ids += made if store == "sqlite" else []
                ratios.append(middle["sqlite"] / middle["memory"])
            begun = perf_counter()
            _, made = asyncio.run(load(sqlite, rate, seconds))
            print(f"\nsustained: {len(made) / (perf_counter() - begun):,.0f} requests a second for {seconds:g} s")
            ids += made
        for store, each in took.items():
            line = sorted(each)
            shown = (f"p{part} {line[int(len(line) * part / 100)] * 1e3:.2f} ms" for part in (50, 90, 99))
            print(f"{store:8} {len(line):8,} responses  {'  '.join(shown)}")
        print(f"median response, sqlite / memory: {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
        lost = set(ids) - set(asyncio.run(stored(url)))
        print(f"{len(ids):,} records made, {len(lost)} lost")
        return not lost


async def stored(url: str) -> list[str]:
    """Return the ids of all records in a store."""
    store, found = SQLiteStore.from_url(url), list[str]()
    while page := store.backend.page(10_000, found[-1] if found else None):
        found += [id for id, _ in page]
    return found


def main() -> int:
    """Measure and print; fails when a record was lost."""
    parser = argparse.ArgumentParser(description="What the stores cost that processes share.")
    parser.add_argument("--load", action="store_true", help="serve with uvicorn and count what is lost")
    parser.add_argument("--rate", type=float, default=2_000, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    costs()
    return 0 if not asked.load or under_load(asked.rate, asked.seconds) else 1


if __name__ == "__main__":
    raise SystemExit(main())
