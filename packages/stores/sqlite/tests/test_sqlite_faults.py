"""Faults of the file: the application goes on, readers are told, and what was stored before is still there."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import encode

from debug_toolbar_core import Config, ConfigurationError, Record, Toolbar, writer
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.fault import Error
from debug_toolbar_core.retention import Retention
from debug_toolbar_core.strict import write
from debug_toolbar_sqlite import SQLiteStore, connection, schema
from debug_toolbar_testing.shared_stores import ids, sample, until


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon, so that no test waits for seconds."""
    monkeypatch.setattr(writer, "_PATIENCE", 0.05)
    monkeypatch.setattr(connection, "_BUSY", 0.2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file of a test is going to be."""
    return tmp_path / "records.db"


async def saved(store: SQLiteStore, numbers: range) -> list[str]:
    """Save records; return their ids, newest first."""
    records = [sample(number) for number in numbers]
    for record in records:
        await store.save(record)
    return [record.id for record in reversed(records)]


async def labels(store: SQLiteStore) -> list[str | None]:
    """Return what kinds of notices there are."""
    return [notice.label for notice in store.notices()]


def content(path: Path) -> bytes:
    """Return the bytes of a file."""
    return path.read_bytes()


def asides(path: Path) -> list[str]:
    """Return the names of the files that were set aside, databases only."""
    return sorted(each.name for each in path.parent.glob(f"{path.name}.*") if not each.name.endswith(("-wal", "-shm")))


def spoil(path: Path, how: str) -> None:
    """Damage a file in one manner."""
    data = path.read_bytes()
    middle = len(data) // 2 // 4096 * 4096
    spoiled = {
        "garbage": b"this is no database, but it is long enough to be one" * 200,
        "truncated": data[: middle + 100],
        "overwritten": data[:4096] + bytes(len(data) - 4096),
        "noise": data[:4096] + bytes(byte ^ 0x55 for byte in data[4096:]),
    }
    path.write_bytes(spoiled[how])


@pytest.mark.parametrize("how", ["garbage", "truncated", "overwritten", "noise"])
async def test_a_damaged_file_is_set_aside(path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is kept as it was under another name, a new one is begun, and a notice and one log line say so."""
    store = SQLiteStore(path)
    await saved(store, range(200))
    assert len(await store.recent(limit=500)) == 200
    store.finish()
    spoil(path, how)
    damaged = content(path)
    with caplog.at_level(logging.ERROR, "debug_toolbar"):
        new = await saved(store, range(3))
        await until(lambda: ids(store), new)
    (aside,) = asides(path)
    assert aside.startswith("records.db.damaged-")
    assert content(path.parent / aside)[: len(damaged) // 2] == damaged[: len(damaged) // 2]
    assert await labels(store) == ["store set aside"]
    assert aside in store.notices()[0].text
    assert len([line for line in caplog.messages if "set aside" in line]) == 1


async def test_a_file_damaged_while_two_use_it(path: Path) -> None:
    """Both go on with one new file, and one was set aside."""
    one, two = SQLiteStore(path), SQLiteStore(path)
    await saved(one, range(50))
    await until(lambda: ids(two), (await ids(one)))
    one.backend.close()  # so that the log is in the file
    two.backend.close()
    spoil(path, "garbage")
    first, second = await asyncio.gather(saved(one, range(1)), saved(two, range(1)))
    for store in (one, two):
        await until(lambda store=store: ids(store), sorted([*first, *second], reverse=True))
    assert len(asides(path)) == 1


async def test_an_empty_file_is_a_new_one(path: Path) -> None:
    """A file of no bytes is used as it is."""
    await asyncio.to_thread(path.touch)
    store = SQLiteStore(path)
    assert await saved(store, range(2)) == await ids(store)
    assert asides(path) == []


async def test_an_older_file_is_set_aside(path: Path) -> None:
    """A file of a format from before this one is kept under another name."""
    with sqlite3.connect(path) as older:
        older.execute("CREATE TABLE record (id TEXT, old_document TEXT)")
        older.execute(f"PRAGMA application_id = {schema.APPLICATION}")
    older.close()
    store = SQLiteStore(path)
    assert await saved(store, range(2)) == await ids(store)
    assert asides(path)[0].startswith("records.db.older-")
    assert "older version" in store.notices()[0].text


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE record (id TEXT)", f"PRAGMA user_version = {schema.VERSION}"],
        [*schema.TABLES, "DELETE FROM total"],
    ],
)
async def test_a_file_without_our_tables_is_damaged(path: Path, statements: list[str]) -> None:
    """A file that says it is the store's and has not got its tables is set aside."""
    strange = sqlite3.connect(path)
    for statement in [*statements, f"PRAGMA application_id = {schema.APPLICATION}"]:
        strange.execute(statement)
    strange.commit()
    strange.close()
    store = SQLiteStore(path)
    assert await saved(store, range(2)) == await ids(store)
    assert asides(path)[0].startswith("records.db.damaged-")


@pytest.mark.parametrize("kind", ["newer", "foreign", "link", "stranger"])
async def test_what_is_not_ours_is_left_alone(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version's file, another program's, a link, another user's: untouched; records are kept in memory."""
    other = path.with_name("other.db")
    with sqlite3.connect(other if kind == "link" else path) as made:
        made.execute("CREATE TABLE customers (name TEXT)")
        if kind == "newer":
            made.execute(f"PRAGMA application_id = {schema.APPLICATION}")
            made.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    made.close()
    if kind == "link":
        await asyncio.to_thread(path.symlink_to, other)
    if kind == "stranger":
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    before = content(path)
    store = SQLiteStore(path)
    kept = await saved(store, range(3))
    await until(lambda: ids(store), kept)
    await until(lambda: labels(store), ["store away", "store away"])
    assert (await store.load(kept[0])) is not None
    assert await store.load("0000000000000unknown00") is None
    assert content(path) == before
    assert asides(path) == []
    store.finish()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Have no file of this process grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What was stored is read on, what comes waits in memory and is read, too; with room again all is stored."""
    store = SQLiteStore(path)
    before = await saved(store, range(20))
    assert await ids(store) == before
    with caplog.at_level(logging.WARNING, "debug_toolbar"):
        with full_disk(len(content(path)) + 60_000):
            meanwhile = [sample(number, "x" * 20_000) for number in range(10)]
            for record in meanwhile:
                await store.save(record)
            await until(lambda: labels(store), ["store away"])
            expected = [*[record.id for record in reversed(meanwhile)], *before]
            assert await ids(store) == expected
            (notice,) = store.notices()
            assert "wait in this process's memory" in notice.text
        await until(lambda: labels(store), [])
    assert await ids(SQLiteStore(path)) == expected
    assert [line.split(": ")[-1] for line in caplog.messages if "again" in line][1:]
    assert len(caplog.messages) == 2


async def test_a_file_that_vanished(path: Path) -> None:
    """Deleted while it is in use, it is begun anew."""
    store = SQLiteStore(path)
    await saved(store, range(3))
    assert len(await ids(store)) == 3
    shutil.rmtree(path.parent)
    new = await saved(store, range(2))
    assert await ids(store) == new
    assert await ids(SQLiteStore(path)) == new


async def test_a_file_locked_by_another(path: Path) -> None:
    """While another holds the file for long, records wait; then they are there."""
    store = SQLiteStore(path)
    assert await saved(store, range(1)) == await ids(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    more = await saved(store, range(2))
    await until(lambda: labels(store), ["store away"])
    assert (await ids(store))[:2] == more
    other.execute("ROLLBACK")
    other.close()
    await until(lambda: labels(store), [])


async def test_a_row_that_is_no_record(path: Path) -> None:
    """A document that is damaged inside is one record less, and no other's fault."""
    store = SQLiteStore(path)
    first, second, third = reversed(await saved(store, range(3)))
    assert len(await ids(store)) == 3
    store.finish()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE record SET document = ? WHERE id = ?", (b'{"format": 9', second))
    other.close()
    assert await store.load(second) is None
    assert await ids(store) == [third, second, first]
    tools = Toolbar(Config(panels=[], store=store))
    assert [line["id"] for line in (await tools.recent())[0]] == [third, first]


async def test_nobody_else_can_read_the_file(path: Path) -> None:
    """Whatever the umask, a new file and what SQLite puts beside it are its user's alone."""
    before = os.umask(0)
    try:
        store = SQLiteStore(path.parent / "folder" / path.name)
        await saved(store, range(2))
        assert len(await ids(store)) == 2
    finally:
        os.umask(before)
    assert modes(path.parent / "folder") == {"records.db": 0o600, "records.db-wal": 0o600, "records.db-shm": 0o600}
    assert modes(path.parent)["folder"] == 0o700


def modes(folder: Path) -> dict[str, int]:
    """Return who may do what with what is in a folder."""
    return {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}


async def test_nothing_is_encoded_where_it_is_saved(path: Path) -> None:
    """Encoding and writing are in a thread of their own, and `save` takes microseconds."""
    threads: list[str] = []

    class Watched(Encoder):
        def dump(self, record: Record, json: Callable[[Any], bytes] = write) -> bytes:
            threads.append(threading.current_thread().name)
            return super().dump(record, json)

    store = SQLiteStore(path, encoder=Watched())
    records = [sample(number) for number in range(500)]
    before = time.perf_counter()
    for record in records:
        store.keep(record)
    took = time.perf_counter() - before
    assert took < 0.1
    await until(lambda: count_of(store), 500)
    assert len(threads) == 500
    assert {name[:20] for name in threads} == {"debug-toolbar SQLite"}


async def count_of(store: SQLiteStore) -> int:
    """Return how many records a store has."""
    return len(await store.recent(limit=1_000))


def test_clearing_gives_the_disk_back(path: Path) -> None:
    """After `clear` the file is small again, and the applications' records are still there."""

    async def run() -> None:
        store = SQLiteStore(path)
        app = Record("app")
        app.close()
        await store.save(app)
        for number in range(100):
            await store.save(sample(number, "x" * 10_000))
        assert await count_of(store) == 100
        await store.clear()
        assert await count_of(store) == 0
        assert await store.load(app.id) is not None
        store.finish()

    asyncio.run(run())
    assert path.stat().st_size < 100_000


_FORKING = """
import os, sys, time
from debug_toolbar_core import Config, Toolbar
toolbar = Toolbar(Config(panels=[], store=sys.argv[1]))
def save(name):
    with toolbar.capture("task", name=name) as record: pass
save("before")
time.sleep(0.2)
save("waiting")
child = os.fork()
save("child" if not child else "parent")
if child:
    os.waitpid(child, 0)
else:
    toolbar.stop()
    os._exit(0)
"""


def test_a_fork_in_between(path: Path) -> None:
    """Parent and child each save their own, with threads and connections of their own; an exit writes what waits."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKING, f"sqlite:///{path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    names = [line.path for line in asyncio.run(SQLiteStore(path).recent())]
    assert sorted(names) == ["before", "child", "parent", "waiting"]


@pytest.mark.parametrize(
    ("url", "name", "retention"),
    [
        ("sqlite:///some/records.db", "some/records.db", Retention()),
        ("sqlite:////{tmp}/records.db", "{tmp}/records.db", Retention()),
        ("sqlite:///~/r.db?records=5&bytes=2MiB&age=90m", "~/r.db", Retention(5, 2 << 20, 5400.0)),
    ],
)
def test_urls(url: str, name: str, retention: Retention, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three slashes are relative, four absolute, `~` is the home folder; options are the retention's."""
    monkeypatch.chdir(tmp_path)
    store = SQLiteStore.from_url(url.replace("{tmp}", str(tmp_path).lstrip("/")))
    expected = Path(name.replace("{tmp}", str(tmp_path))).expanduser().absolute()
    assert (store.backend.name, store.retention) == (f"SQLite file {expected}", retention)


@pytest.mark.parametrize("url", ["sqlite", "sqlite:", "sqlite://", "sqlite:///"])
def test_without_a_path(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is in the user's cache, and another for each working directory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    names = []
    for folder in ("shop", "other"):
        (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        names.append(SQLiteStore.from_url(url).backend.name)
    assert [str(tmp_path / "cache" / "debug-toolbar") in name for name in names] == [True, True]
    assert "shop-" in names[0]
    assert names[0] != names[1]


@pytest.mark.parametrize(
    "option", ["records=0", "records=many", "records=1.5x", "bytes=5parsecs", "age=0", "colour=red"]
)
def test_a_wrong_option_is_told_at_start(option: str, path: Path) -> None:
    """A value or an option that is not accepted is a ConfigurationError that names it."""
    with pytest.raises(ConfigurationError, match=option.partition("=")[0]):
        Toolbar(Config(panels=[], store=f"sqlite:///{path}?{option}"))


@dataclass
class Strange:
    """What msgspec would write, and nobody is to see."""

    secret: str = "hunter2"


@pytest.mark.parametrize(
    "value", ["\ud800", float("nan"), 2**70, 2**63, Strange(), {1: b"x"}, {("a", "b"): 1}, (1, {2})]
)
def test_msgspec_writes_what_the_standard_library_does(value: Any) -> None:
    """A record's JSON is the same by either, whatever stands in it."""
    record = sample(1)
    record.tags["value"] = record.data["panel"] = {"value": value}
    record.framework = record.dropped["odd"] = value
    record.error = Error(value, "a text", value)
    record.fold(record.spans[0])
    encoder = Encoder()
    assert json.loads(encoder.dump(record, encode)) == json.loads(encoder.dump(record))
    assert b"hunter2" not in encoder.dump(record, encode)
