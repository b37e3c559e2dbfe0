"""The shared store: what waits, what is written, what is said, with a backend that can be made to fail."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from typing import Any

import pytest

from debug_toolbar_core import Config, ConfigurationError, Record, Toolbar, ToolbarError, shared, writer
from debug_toolbar_core.backend import Row
from debug_toolbar_core.backlog import Backlog
from debug_toolbar_core.blocks import Notice
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.keeper import Keeper
from debug_toolbar_core.retention import Retention, split_options
from debug_toolbar_core.shared import SharedStore


class Shelf:
    """A backend in a dictionary, which raises `fault` while there is one."""

    name = "Shelf A"

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, Row]] = {}
        self.fault: Exception | None = None
        self.batches: list[int] = []
        self.rests = self.closes = 0

    def checked(self) -> None:
        if self.fault is not None:
            raise self.fault

    def write(self, rows: Sequence[Row]) -> None:
        self.checked()
        self.batches.append(len(rows))
        for row in rows:
            self.rows[row.id] = (len(self.rows) + sum(self.batches), row)

    def documents(self, ids: Sequence[str]) -> dict[str, bytes]:
        self.checked()
        return {id: self.rows[id][1].document for id in ids if id in self.rows}

    def page(self, limit: int, before: str | None) -> list[tuple[str, int]]:
        self.checked()
        found = [(id, revision) for id, (revision, row) in self.rows.items() if not row.app]
        return sorted((pair for pair in found if before is None or pair[0] < before), reverse=True)[:limit]

    def revision(self, id: str) -> int | None:
        self.checked()
        return self.rows[id][0] if id in self.rows else None

    def clear(self) -> None:
        self.checked()
        self.rows.clear()

    def start(self, at: float) -> int:
        self.checked()
        return 0

    def follow(self, cursor: int, seconds: float) -> tuple[int, list[str]]:
        self.checked()
        time.sleep(0.01)
        return 1, ["another's"] if cursor == 0 else []

    def notices(self) -> list[Notice]:
        return []

    def rest(self) -> None:
        self.rests += 1

    def close(self) -> None:
        self.closes += 1

    def forked(self) -> None:
        self.rows.clear()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again soon."""
    monkeypatch.setattr(writer, "_PATIENCE", 0.02)
    monkeypatch.setattr(shared, "_READ_AGAIN", 0.05)


@pytest.fixture
def shelf() -> Shelf:
    """A backend."""
    return Shelf()


def closed(kind: Any = "http") -> Record:
    """Return a record that is over."""
    record = Record(kind)
    record.close(0.1)
    return record


async def until(done: Any) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.005)


async def test_records_are_written_in_batches(shelf: Shelf) -> None:
    """What comes within a moment is one batch; the thread ends when nothing comes, and another begins."""
    store = SharedStore(shelf, Retention())
    records = [closed() for _ in range(100)]
    for record in records:
        store.keep(record)
    assert shelf.batches == []
    await until(lambda: len(shelf.rows) == 100)
    assert shelf.batches == [100]
    assert [line.id for line in await store.recent(limit=3)] == [record.id for record in records[:-4:-1]]


async def test_the_thread_ends_when_nothing_comes(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """It rests, and a record that comes later is written all the same."""
    monkeypatch.setattr(writer, "IDLE", 0.05)
    store = SharedStore(shelf, Retention())
    for count in (1, 2):
        store.keep(closed())
        await until(lambda count=count: len(shelf.rows) == count and shelf.rests == count)


async def test_while_the_backend_is_away(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    """Records wait and are found; the fault is told once, and so is its end; nothing is lost."""
    store = SharedStore(shelf, Retention())
    shelf.fault = OSError("gone")
    tools = Toolbar(Config(panels=[], store=store))
    with caplog.at_level(logging.WARNING, "debug_toolbar"):
        with tools.capture("task", name="first") as record:
            pass
        await until(lambda: store.writer.fault is not None)
        assert (await tools.load(record.id)).tags["name"] == "first"
        assert [line["id"] for line in (await tools.recent())[0]] == [record.id]
        assert {notice.label for notice in tools.troubles()} == {"store away"}
        assert "gone" in tools.troubles()[0].text
        with pytest.raises(ToolbarError, match="could not be cleared"):
            await tools.clear()
        with tools.capture("task", name="second"):
            pass
        shelf.fault = None
        await until(lambda: store.writer.fault is None)
    await until(lambda: tools.troubles() == [])
    assert len(await store.recent()) == 1  # the first was cleared before the backend said that it could not
    assert [level for _, level, _ in caplog.record_tuples] == [logging.ERROR, logging.ERROR, logging.WARNING]


async def test_a_backend_that_cannot_be_read_is_left_in_peace(shelf: Shelf) -> None:
    """After one reader failed, the next do not wait for it; a little later it is asked again."""
    store, record = SharedStore(shelf, Retention()), closed()
    store.keep(record)
    await until(lambda: record.id in shelf.rows)
    shelf.fault = TimeoutError("slow")
    assert await store.load(record.id) is None
    (notice,) = store.notices()
    assert notice.text.startswith("Shelf A cannot be read: TimeoutError: slow")
    shelf.fault = None
    assert await store.load(record.id) is None
    await asyncio.sleep(0.06)
    assert await store.load(record.id) is not None
    assert store.notices() == []


def test_the_backlog_is_bounded() -> None:
    """Past its limit the oldest give way; only those that the store would have kept are counted as lost."""
    for kept, lost in ((3, 0), (10, 2)):
        backlog = Backlog(most=3, bytes=1 << 20, kept=kept)
        records = [closed() for _ in range(5)]
        for record in records:
            backlog.add(record)
        assert list(backlog.records()) == [record.id for record in records[2:]]
        assert backlog.lost == lost


def test_the_backlog_is_bounded_in_bytes() -> None:
    """Large records give way sooner, but for the last."""
    backlog = Backlog(most=100, bytes=10_000, kept=100)
    for _ in range(5):
        backlog.add(closed())
    assert (len(backlog), backlog.lost) == (2, 3)
    heavy = Record("http")
    for _ in range(20):
        heavy.add("app", "span", 0.0, 1.0)
    backlog.add(heavy)
    assert list(backlog.records()) == [heavy.id]


def test_what_is_given_back_does_not_replace_what_came() -> None:
    """A record that was saved anew while it was being written is kept as it is now, in its place."""
    backlog, app = Backlog(10, 1 << 20, 10), closed("app")
    old, other = closed(), closed()
    for record in (app, old, other):
        backlog.add(record)
    assert backlog.take(10) == [app, old, other]
    new = closed()
    new.id = old.id
    backlog.add(new)
    assert backlog.find(old.id) is new
    backlog.give_back()
    assert backlog.take(10) == [app, other, new]
    backlog.written()
    assert len(backlog) == 0


def test_applications_do_not_give_way() -> None:
    """Their own records wait beside the others, a few of them."""
    backlog = Backlog(1, 1 << 20, 1)
    apps = [closed("app") for _ in range(20)]
    for app in apps:
        backlog.add(app)
        backlog.add(closed())
    backlog.clear()
    assert [backlog.find(app.id) is app for app in (apps[0], apps[-16], apps[-1])] == [False, True, True]


async def test_what_others_save_is_followed(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    """A subscriber hears this process's records and others', also when the backend was away at first."""
    store, record = SharedStore(shelf, Retention()), closed()
    shelf.fault = OSError("gone")
    stream = store.subscribe()
    heard = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    store.keep(record)
    assert await heard == record.id
    shelf.fault = None
    async with asyncio.timeout(5):
        assert await anext(stream) == "another's"
    await stream.aclose()
    assert len([line for line in caplog.messages if "cannot be followed" in line]) == 1


async def test_what_was_made_of_an_older_revision_is_not_shown(shelf: Shelf) -> None:
    """A line that was drawn before another process saved the record anew is drawn anew."""
    store, record = SharedStore(shelf, Retention()), closed("task")
    record.tags["name"] = "before"
    tools = Toolbar(Config(panels=[], store=store))
    tools.keep(record)
    await until(lambda: record.id in shelf.rows)
    first = await tools.summary(record.id)
    assert await tools.summary(record.id) is first
    record.tags["name"] = "after"
    shelf.write([Row(record.id, False, Encoder().dump(record))])
    second = await tools.summary(record.id)
    assert second is not None
    assert second["path"] == "after"
    assert [line["path"] for line in (await tools.recent())[0]] == ["after"]
    assert "revision" not in second


def test_finishing_writes_what_waits(shelf: Shelf) -> None:
    """At the toolbar's stop nothing waits any more, and a store that cannot be finished is only told of."""
    store = SharedStore(shelf, Retention())
    tools = Toolbar(Config(panels=[], store=store))
    with tools.capture("task"):
        pass
    tools.stop()
    assert (len(shelf.rows), shelf.closes) == (1, 1)
    shelf.close = lambda: shelf.checked()  # type: ignore[method-assign]  # a backend that fails here
    shelf.fault = OSError("gone")
    tools.stop()


def test_a_child_process_begins_anew(shelf: Shelf) -> None:
    """After a fork nothing waits, no thread runs, and records are written again."""
    store = SharedStore(shelf, Retention())
    store.backlog.add(closed())  # it waits; and no thread that writes it comes along into a child
    store.forked()
    assert len(store.backlog) == 0
    store.keep(closed())
    assert store.writer.flush(5)
    assert len(shelf.rows) == 1


async def test_a_plain_stores_losses_are_told() -> None:
    """Of a store that says nothing itself, readers hear how many records it lost; of one that cannot say, that."""

    class Broken:
        async def save(self, record: Record) -> None:
            raise OSError("disk full")

        async def load(self, id: str) -> Record | None: ...

        async def recent(self, limit: int = 50, before: str | None = None) -> list[Any]:
            return []

        async def clear(self) -> None: ...

        def notices(self) -> list[Notice]:
            raise ValueError("no idea")

    keeper = Keeper(Broken(), 1.0)
    keeper.keep(closed())
    lost, mute = keeper.troubles()
    assert "lost 1 records" in lost.text
    assert "disk full" in lost.text
    assert "no idea" in mute.text


def test_options_of_a_url() -> None:
    """Limits are read with their units, and what is none of them stays for the store."""
    place, options = split_options("shelf://a?records=10_000&bytes=1.5GiB&age=2w&colour=red")
    assert Retention().changed(options) == Retention(10_000, 3 << 29, 14 * 86_400.0)
    assert (place, options) == ("shelf://a", {"colour": "red"})
    for name, value in (("records", "1k"), ("bytes", "much"), ("age", "inf"), ("bytes", "0"), ("age", "-1")):
        with pytest.raises(ConfigurationError, match=name):
            Retention().changed({name: value})


@pytest.mark.parametrize("value", ["\ud800", float("nan"), 2**70, object(), {1: b"x"}, {("a", "b"): 1}])
def test_an_encoder_of_ones_own_changes_nothing(value: Any) -> None:
    """What a faster encoder refuses, or would write otherwise, is written as the standard library's says."""
    record = Record("http")
    record.tags["value"] = record.data["panel"] = {"value": value}
    record.dropped["odd"] = value
    record.framework = value
    record.close(float("inf"))

    def refusing(document: Any) -> bytes:
        raise TypeError("not I")

    encoder = Encoder()
    assert json.loads(encoder.dump(record, refusing)) == json.loads(encoder.dump(record)) == encoder.encode(record)
