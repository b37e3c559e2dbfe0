"""The conformance kit of stores: what every store must do, tested with the author's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from debug_toolbar_core import Record, Store
from debug_toolbar_core.store import Summary, summarise
from debug_toolbar_testing.loop import in_a_loop
from debug_toolbar_testing.samples import sample_record, through_json

MakeStore = Callable[[int], Store]


class StoreConformance:
    """Tests that every store passes; write one fixture, `make_store`, and each test runs with yours.

    The fixture returns a function that makes an empty store for so many records at most.

    Example:

        class TestConformance(StoreConformance):
            @pytest.fixture
            def make_store(self, tmp_path):
                return lambda most: SQLiteStore(tmp_path / "records.db", Retention(records=most))
    """

    @in_a_loop
    async def test_it_is_a_store(self, make_store: MakeStore) -> None:
        """It has the four methods of a store."""
        assert isinstance(make_store(10), Store)

    @in_a_loop
    async def test_it_loads_what_was_saved(self, make_store: MakeStore) -> None:
        """A record comes back with all that was recorded."""
        store, [record] = await _filled(make_store, 1)
        found = await _found(store, record.id)
        assert (found.id, found.kind, found.started_at) == (record.id, record.kind, record.started_at)
        assert found.duration == record.duration
        assert [span.name for span in found.spans] == [span.name for span in record.spans]
        assert found.data == record.data

    @in_a_loop
    async def test_it_knows_what_it_does_not_have(self, make_store: MakeStore) -> None:
        """An unknown id is None, whatever it looks like."""
        store, _ = await _filled(make_store, 1)
        for id in ("0000000000000abcdef12", "", "../../etc/passwd", "' OR 1=1 --", "\x00", "é" * 300):
            assert await store.load(id) is None

    @in_a_loop
    async def test_the_newest_come_first(self, make_store: MakeStore) -> None:
        """`recent` begins with the newest record."""
        store, records = await _filled(make_store, 3)
        assert [line.id for line in await store.recent()] == [record.id for record in reversed(records)]

    @in_a_loop
    async def test_the_order_is_by_beginning(self, make_store: MakeStore) -> None:
        """A record that began first and was saved last still is the oldest."""
        store, records = make_store(10), [_sample(n) for n in range(3)]
        for record in reversed(records):
            await store.save(record)
        assert [line.id for line in await store.recent()] == [record.id for record in reversed(records)]

    @in_a_loop
    async def test_it_is_read_in_pages(self, make_store: MakeStore) -> None:
        """Pages follow each other without a gap or an overlap, also when records come meanwhile."""
        store, records = await _filled(make_store, 5)
        first = await store.recent(limit=2)
        await store.save(_sample(5))
        second = await store.recent(limit=2, before=first[-1].id)
        third = await store.recent(limit=2, before=second[-1].id)
        pages = [line.id for page in (first, second, third) for line in page]
        assert pages == [record.id for record in reversed(records)]
        assert await store.recent(limit=2, before=third[-1].id) == []

    @in_a_loop
    async def test_a_summary_is_the_record_in_short(self, make_store: MakeStore) -> None:
        """A line of the list says what the record says."""
        store, [record] = await _filled(make_store, 1)
        [line] = await store.recent()
        assert isinstance(line, Summary)
        assert line == summarise(await _found(store, record.id))

    @in_a_loop
    async def test_the_same_id_replaces(self, make_store: MakeStore) -> None:
        """Saved again, a record is there once, as it is now."""
        store, [record, later] = await _filled(make_store, 2)
        record.data["late"] = {"answer": 42}
        await store.save(record)
        assert (await _found(store, record.id)).data["late"] == {"answer": 42}
        assert [line.id for line in await store.recent()] == [later.id, record.id]

    @in_a_loop
    async def test_an_open_record_is_kept_and_goes_on(self, make_store: MakeStore) -> None:
        """A websocket is saved while it is open, and again when it is over."""
        store, record = make_store(10), Record("websocket")
        await store.save(record)
        found, [line] = await _found(store, record.id), await store.recent()
        assert found.open
        assert line.open
        assert found.duration is None
        record.close(1.5)
        await store.save(record)
        found, [line] = await _found(store, record.id), await store.recent()
        assert (found.duration, line.duration, line.open) == (1.5, 1.5, False)

    @in_a_loop
    async def test_it_forgets_the_oldest(self, make_store: MakeStore) -> None:
        """Past its limit it keeps the newest records."""
        store, records = await _filled(make_store, 5, most=3)
        assert [line.id for line in await store.recent()] == [record.id for record in reversed(records[2:])]
        assert await store.load(records[0].id) is None

    @in_a_loop
    async def test_the_application_stays(self, make_store: MakeStore) -> None:
        """The application's own record is no line of the list, and is not forgotten for newer ones."""
        store, app = make_store(3), sample_record(kind="app", stored=False)
        await store.save(app)
        for n in range(5):
            await store.save(_sample(n))
        assert (await _found(store, app.id)).kind == "app"
        assert app.id not in [line.id for line in await store.recent()]

    @in_a_loop
    async def test_it_can_be_cleared(self, make_store: MakeStore) -> None:
        """After `clear` it is empty, and keeps what comes next."""
        store, [record, _] = await _filled(make_store, 2)
        await store.clear()
        assert await store.recent() == []
        assert await store.load(record.id) is None
        await store.save(record)
        assert (await _found(store, record.id)).id == record.id

    @in_a_loop
    async def test_values_are_as_json_gives_them(self, make_store: MakeStore) -> None:
        """What is loaded went through JSON, in this store as in every other."""
        store, record = make_store(10), _sample(0)
        record.data["panel"] = {"pair": (1, 2), "text": "\ud800 \x00 é", "big": 2**70, 1: None, "nan": float("nan")}
        await store.save(record)
        expected = through_json(record).data["panel"]
        found = (await _found(store, record.id)).data["panel"]
        assert found["pair"] == expected["pair"] == [1, 2]
        assert repr(found) == repr(expected)

    @in_a_loop
    async def test_secrets_do_not_enter(self, make_store: MakeStore) -> None:
        """What is loaded is redacted."""
        store, record = make_store(10), _sample(0)
        record.data["panel"] = {"password": "correct horse battery"}
        await store.save(record)
        found = await _found(store, record.id)
        assert "correct horse" not in repr(found.data)

    @in_a_loop
    async def test_saving_does_not_wait(self, make_store: MakeStore) -> None:
        """`save` ends at once, without giving way to the event loop: it is called in the application's time."""
        store = make_store(10)
        for n in range(20):
            saving = store.save(_sample(n))
            try:
                saving.send(None)
            except StopIteration:
                continue
            raise AssertionError("save() waited for something; let it queue the record and return")
        assert len(await store.recent()) == 10

    @in_a_loop
    async def test_many_may_come_at_once(self, make_store: MakeStore) -> None:
        """Saves and reads that overlap lose nothing."""
        store, records = make_store(100), [_sample(n) for n in range(50)]
        await asyncio.gather(*(store.save(record) for record in records), *(store.recent() for _ in range(5)))
        assert len(await store.recent(limit=100)) == 50
        found = await asyncio.gather(*(store.load(record.id) for record in records))
        assert [each.id for each in found if each] == [record.id for record in records]


def _sample(n: int) -> Record:
    return sample_record(queries=2, data={"panel": {"n": n, "list": [1, "two", None]}}, text=f"book-{n}", stored=False)


async def _filled(make_store: MakeStore, count: int, most: int = 10) -> tuple[Store, list[Record]]:
    store, records = make_store(most), [_sample(n) for n in range(count)]
    for record in records:
        await store.save(record)
    return store, records


async def _found(store: Store, id: str) -> Record:
    record = await store.load(id)
    assert record is not None, f"the record {id} that was saved is not there"
    return record
