"""What the stores cost that processes share: CPU to save a record, and responses and losses under load.

python benchmarks/benchmark_stores.py              CPU of saving one record, by store
python benchmarks/benchmark_stores.py --compare    and responses beside the memory store's, in blocks of it and SQLite
python benchmarks/benchmark_stores.py --sustain    and 2,000 requests a second for a minute on SQLite, all of them found
python benchmarks/benchmark_stores.py --compare --seconds 30 --rate 500

On a machine that does other things, too, the ratio of one block to another says little: the memory store is served
twice, and what it seems to cost more than itself is what the machine adds. Look at the two ratios together.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
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
from debug_toolbar_tests.serving import free_port
from workloads import json_app, one_by_one

ROUNDS, RECORDS = 9, 500
KEPT = Retention(records=1_000_000, bytes=4 << 30)
CONNECTIONS = 32
WORKERS, BLOCK = 2, 1.5
"""Processes of uvicorn, and seconds that one store's are asked before the next one's turn."""
ASKED = {"memory": 0.0, "sqlite": 60.0, "redis": 100.0}
"""Microseconds of CPU that saving a record may take, by store; the memory store's is part of the tiny request's."""
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
        print(f"{'CPU µs a record':24}{'store':10}{'in save()':>12}{'in all':>10}{'asked':>10}")
        made: Callable[[int], list[Record]]
        for name, made in (("tiny JSON request", requests), ("five queries, bodies", queries)):
            found: dict[str, list[tuple[float, float]]] = {store: [] for store in stores}
            for _ in range(ROUNDS):
                for store, each in stores.items():
                    found[store].append(saving(each, made(RECORDS)))
            for store, pairs in found.items():
                here, everywhere = (median(pair[place] for pair in pairs) for place in (0, 1))
                print(f"{name:24}{store:10}{here:12.1f}{everywhere:10.1f}{ASKED[store] or '':>10}")
        for each in (stores["sqlite"], stores["redis"]):
            each.finish()


@contextmanager
def served(store: str) -> Iterator[int]:
    """Run uvicorn with two workers and a store; yields its port."""
    port = free_port()
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


def compared(rate: float, seconds: float, url: str) -> list[str]:
    """Print how responses go with memory and with SQLite, in blocks by turns; return the ids of what SQLite took."""
    stores = {"memory": "memory", "memory again": "memory", "sqlite": url}
    took: dict[str, list[list[float]]] = {name: [] for name in stores}
    ids: list[str] = []
    with ExitStack() as stack:
        ports = {name: stack.enter_context(served(store)) for name, store in stores.items()}
        for turn in range(1 + max(3, round(seconds / BLOCK / len(stores)))):
            for name in random.sample(list(stores), len(stores)):
                some, made = asyncio.run(load(ports[name], rate, BLOCK if turn else BLOCK / 3))
                took[name] += [some] if turn else []  # the first one fills caches
                ids += made if stores[name] == url else []
    print(f"\n{'response, ms':16}{'p50':>8}{'p90':>8}{'p99':>8}{'p50 / memory':>16}   quartiles of the blocks")
    for name, blocks in took.items():
        line = sorted(one for block in blocks for one in block)
        parts = "".join(f"{line[int(len(line) * part / 100)] * 1e3:8.2f}" for part in (50, 90, 99))
        ratios = [median(one) / median(other) for one, other in zip(blocks, took["memory"], strict=True)]
        low, middle, high = quantiles(ratios, n=4)
        print(f"{name:16}{parts}{middle:16.2f}   {low:.2f} to {high:.2f}")
    return ids


def sustained(rate: float, seconds: float, url: str) -> list[str]:
    """Send requests to SQLite at a rate; print at which they were answered, and return their records' ids."""
    with served(url) as port:
        begun = perf_counter()
        some, ids = asyncio.run(load(port, rate, seconds))
        print(f"\nsustained: {len(some) / (perf_counter() - begun):,.0f} requests a second for {seconds:g} s")
    return ids


def under_load(runs: Sequence[Callable[[float, float, str], list[str]]], rate: float, seconds: float) -> bool:
    """Have these runs save records, and tell whether every one of them is in the file afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/records.db?records={KEPT.records}&bytes={KEPT.bytes}"
        ids = [id for run in runs for id in run(rate, seconds, url)]
        lost = set(ids) - set(asyncio.run(stored(url)))
        print(f"{len(ids):,} records made, {len(lost):,} lost")
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
    parser.add_argument("--compare", action="store_true", help="serve with uvicorn, beside the memory store")
    parser.add_argument("--sustain", action="store_true", help="serve with uvicorn for so long, and count what is lost")
    parser.add_argument("--rate", type=float, default=2_000, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    costs()
    runs = [run for run, wanted in ((compared, asked.compare), (sustained, asked.sustain)) if wanted]
    return 0 if not runs or under_load(runs, asked.rate, asked.seconds) else 1


if __name__ == "__main__":
    raise SystemExit(main())
