"""Reader: a record is loaded once and each view drawn once, as long as it is not saved again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator, Iterable
from typing import Any

import pytest

from debug_toolbar_core import Config, Panel, Record, Toolbar
from debug_toolbar_core.blocks import Badge, Block, Notice
from debug_toolbar_core.drawn import Drawn
from debug_toolbar_core.encoding import Encoder, Written
from debug_toolbar_core.memory import MemoryStore
from debug_toolbar_core.reader import Reader
from debug_toolbar_core.redaction import REDACTED
from debug_toolbar_core.store import Summary


class Counting(Panel):
    """Counts how often it is drawn."""

    name, title = "counting", "Counting"

    def __init__(self) -> None:
        self.views = 0
        self.wait: threading.Event | None = None

    def collect(self, record: Record) -> Generator[None, None, Any]:
        yield
        return {"rows": 1}

    def view(self, record: Record) -> Iterable[Block]:
        self.views += 1
        if self.wait is not None:
            self.wait.wait(10)
        yield Badge(str(record.data.get("counting", {}).get("rows")))


class Failing(Panel):
    """Fails to show anything."""

    name, title = "failing", "Failing"

    def view(self, record: Record) -> Iterable[Block]:
        raise ValueError("wrong")


class Counted(MemoryStore):
    """A memory store that counts its reads, and knows revisions that somebody else changes."""

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.changes = 0, 0

    async def written(self, id: str) -> Written | None:
        self.reads += 1
        await asyncio.sleep(0)
        return await super().written(id)

    async def revision(self, id: str) -> int | None:
        known = await super().revision(id)
        return None if known is None else known + self.changes


@pytest.fixture
def panel() -> Counting:
    """A panel that counts."""
    return Counting()


@pytest.fixture
def store() -> Counted:
    """A store that counts."""
    return Counted()


@pytest.fixture
def tools(panel: Counting, store: Counted) -> Toolbar:
    """A toolbar with both, and a panel that fails."""
    return Toolbar(Config(panels=[panel, Failing()], store=store))


def recorded(tools: Toolbar) -> Record:
    """Keep a record of a request."""
    capture = tools.open("http")
    tools.keep(capture.close())
    return capture.record


def badge(drawn: Drawn) -> str:
    """Return what the first panel's badge says."""
    shown = drawn.all()[0].badge
    assert shown is not None
    return shown.text


async def test_a_record_is_loaded_once_and_drawn_once(tools: Toolbar, panel: Counting, store: Counted) -> None:
    """Its line in the list, itself, and its panels, for readers at the same time and later: one load, one view."""
    id = recorded(tools).id
    (lines, _), drawn, line = await asyncio.gather(tools.recent(), tools.drawn(id), tools.summary(id))
    assert line == lines[0]
    assert badge(drawn) == badge(await tools.drawn(id)) == "1"
    assert drawn.show(panel).badge == drawn.all()[0].badge
    assert (panel.views, store.reads) == (1, 1)


async def test_a_record_saved_again_is_seen_anew(tools: Toolbar, panel: Counting) -> None:
    """What an action left in it is what the next reader gets, and who read before keeps what was."""
    id = recorded(tools).id
    before = await tools.drawn(id)
    assert badge(before) == "1"
    changed = await tools.load(id)
    changed.data["counting"]["rows"] = 2
    assert badge(await tools.drawn(id)) == "1"  # not saved yet: what is loaded is the loader's own
    tools.keep(changed)
    assert badge(await tools.drawn(id)) == "2"
    assert badge(before) == "1"
    assert b'"rows":2' in (await tools.drawn(id)).text


async def test_a_record_that_another_process_saved_is_seen_anew(tools: Toolbar, store: Counted) -> None:
    """A new revision says so."""
    id = recorded(tools).id
    before = await tools.drawn(id)
    store.changes += 1
    assert await tools.drawn(id) is not before
    assert store.reads == 2


async def test_a_record_that_is_gone_is_gone(tools: Toolbar, store: Counted) -> None:
    """Cleared by whomever, a record that somebody read is unknown."""
    id = recorded(tools).id
    await tools.drawn(id)
    await store.clear()
    with pytest.raises(LookupError):
        await tools.drawn(id)
    assert await tools.summary("nobody") is None
    await tools.drawn(recorded(tools).id)
    await tools.clear()
    assert not tools.reader.kept


async def test_what_an_action_left_is_redacted(tools: Toolbar) -> None:
    """A loaded record that is saved again goes through redaction as any other."""
    changed = await tools.load(recorded(tools).id)
    changed.data["plan"] = {"password": "hunter2", "text": "token=abcdefgh12345"}
    tools.keep(changed)
    drawn = await tools.drawn(changed.id)
    assert drawn.record.data["plan"] == {"password": REDACTED, "text": f"token={REDACTED}"}
    assert b"hunter2" not in drawn.text


async def test_what_goes_on_is_read_each_time(tools: Toolbar, store: Counted) -> None:
    """An open record, one that is still worked on, and the application's own are not kept."""
    capture = tools.open("http")
    tools.keep(capture.record)
    for _ in range(2):
        assert (await tools.drawn(capture.record.id)).record.open
    tools.working[capture.record.id] = capture.record
    assert (await tools.drawn(capture.record.id)).record.open
    assert (await tools.drawn("app")).record.kind == "app"
    assert (await tools.drawn("app")).record.kind == "app"
    assert not tools.reader.kept


async def test_a_fault_of_a_view_is_noted_for_its_reader_alone(tools: Toolbar) -> None:
    """Its notice is in its place, and the record that readers share does not say so."""
    drawn = await tools.drawn(recorded(tools).id)
    for _ in range(2):
        counting, failing = drawn.all()
        assert counting.level is None
        assert failing.level == "error"
    assert drawn.record.failures == {}


async def test_a_slow_view_keeps_nobody_from_another(tools: Toolbar, panel: Counting) -> None:
    """While one panel is drawn, a second reader of it waits, and one of another panel does not."""
    drawn = await tools.drawn(recorded(tools).id)
    panel.wait = threading.Event()
    slow = [asyncio.create_task(asyncio.to_thread(drawn.show, panel)) for _ in range(2)]
    failing = await asyncio.wait_for(asyncio.to_thread(drawn.show, tools.panel("failing")), 5)
    assert [type(block) for block in failing.blocks] == [Notice]
    assert not any(each.done() for each in slow)
    panel.wait.set()
    first, second = await asyncio.gather(*slow)
    assert first is second
    assert panel.views == 1


async def test_no_more_is_kept_than_fits(tools: Toolbar, store: Counted) -> None:
    """The oldest makes room, one too large is not kept at all, and all are forgotten after a while."""
    made = [recorded(tools) for _ in range(3)]
    one = (await tools.drawn(made[0].id)).weight
    tight = Reader(store, tools.encoder, tools.views, bytes=one * 5 // 2)

    async def read(reader: Reader, record: Record) -> None:
        assert await reader.read(record.id, await reader.revision(record.id)) is not None

    for record in (made[0], made[1], made[0], made[2]):
        await read(tight, record)
    assert list(tight.kept) == [made[0].id, made[2].id]
    for reader in (
        Reader(store, tools.encoder, tools.views, bytes=one // 2),
        Reader(store, tools.encoder, tools.views, seconds=-1.0),
    ):
        await read(reader, made[0])
        await read(reader, made[1])
        reader.forget("")
        assert not reader.kept


async def test_the_weight_is_about_what_it_takes(tools: Toolbar) -> None:
    """Spans and text count."""
    capture = tools.open("http")
    for number in range(300):
        capture.record.add("sql", f"SELECT {number} " + "x " * 300, 0.0, 0.1)
    tools.keep(capture.close())
    drawn = await tools.drawn(capture.record.id)
    assert drawn.weight > 3 * len(drawn.text) > 500_000


class Bare:
    """A store of somebody else's, which knows neither revisions nor texts, nor does it redact."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    async def save(self, record: Record) -> None:
        self.records[record.id] = record

    async def load(self, id: str) -> Record | None:
        return self.records.get(id)

    async def recent(self, limit: int = 50, before: str | None = None) -> list[Summary]:
        return []

    async def clear(self) -> None:
        self.records.clear()


async def test_a_store_without_revisions_is_read_each_time(panel: Counting) -> None:
    """Nothing is kept of it, and the JSON of its records is redacted here."""
    tools = Toolbar(Config(panels=[panel], store=Bare()))
    record = recorded(tools)
    record.data["plan"] = {"password": "hunter2"}
    for times in (1, 2):
        drawn = await tools.drawn(record.id)
        drawn.all()
        assert panel.views == times
        assert b"hunter2" not in drawn.text
    assert not tools.reader.kept


class Own(MemoryStore):
    """A store of somebody else's that says itself what is loaded."""

    async def load(self, id: str) -> Record | None:
        record = await super().load(id)
        if record is not None:
            record.data["own"] = {"password": "hunter2"}
        return record


async def test_a_stores_own_load_is_meant(panel: Counting) -> None:
    """What a store of somebody else's made of ours loads is what readers get, redacted."""
    tools = Toolbar(Config(panels=[panel], store=Own()))
    drawn = await tools.drawn(recorded(tools).id)
    assert '"own":{"password":"[redacted]"}' in drawn.text.decode()


def test_what_was_imported_is_redacted_again() -> None:
    """The text of a record from a store is made without redaction, unless a stranger wrote the record."""
    for imported in (False, True):
        record = Record("http")
        record.data["x"] = {"password": "hunter2"}
        record.close()
        record.imported = imported
        assert (b"hunter2" in Encoder().again(record).text) is not imported
