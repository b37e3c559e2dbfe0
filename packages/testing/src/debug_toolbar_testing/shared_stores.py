"""The conformance kit of stores that processes share: one history and one live stream, whatever befalls one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from urllib.parse import urlencode

from debug_toolbar_core import Record, Store
from debug_toolbar_core.encoding import Encoder
from debug_toolbar_core.keeper import make_store
from debug_toolbar_core.shared import SharedStore
from debug_toolbar_testing.loop import in_a_loop
from debug_toolbar_testing.samples import sample_record
from debug_toolbar_testing.saving import saved_by, writer

_PATIENCE = 20.0
_WRITERS, _EACH = 8, 400


class SharedStoreConformance:
    """Tests that every store passes which processes share; write one fixture, `store_url`, beside `make_store`.

    It is the URL of a place where nothing is yet; the tests open it with options such as `?records=100`, several
    times in one process and in other processes.

    Example:

        class TestShared(SharedStoreConformance):
            @pytest.fixture
            def store_url(self, tmp_path):
                return f"sqlite:///{tmp_path}/records.db"
    """

    @in_a_loop
    async def test_what_one_saves_another_finds(self, store_url: str) -> None:
        """Two that opened the store see one history, in one order."""
        one, two = opened(store_url), opened(store_url)
        records = [sample(n) for n in range(6)]
        for store, record in zip([one, two] * 3, records, strict=True):
            await store.save(record)
        for store in (one, two):
            await until(partial(ids, store), [record.id for record in reversed(records)])
            assert [(await found(store, record.id)).id for record in records] == [record.id for record in records]

    @in_a_loop
    async def test_both_are_told_of_what_either_saves(self, store_url: str) -> None:
        """The live stream of each tells of every record once, of a replaced one again."""
        one, two = opened(store_url), opened(store_url)
        async with aclosing(one.subscribe()) as first, aclosing(two.subscribe()) as second:
            heard = [asyncio.ensure_future(listen(stream, 2)) for stream in (first, second)]
            await asyncio.sleep(0)
            mine, theirs = sample(1), sample(2)
            await one.save(mine)
            await two.save(theirs)
            for told in await asyncio.gather(*heard):
                assert sorted(told) == [mine.id, theirs.id]
            await one.save(mine)
            again = await asyncio.gather(listen(first, 1), listen(second, 1))
            assert [*again] == [[mine.id], [mine.id]]

    @in_a_loop
    async def test_what_another_changed_is_seen(self, store_url: str) -> None:
        """A record that another loads, changes and saves is found as it is now, with another revision."""
        one, two = opened(store_url), opened(store_url)
        record = sample(1)
        await one.save(record)
        await until(lambda: ids(two), [record.id])
        before = await one.revision(record.id)
        loaded = await found(two, record.id)
        loaded.data["explain"] = {"plan": "index"}
        await two.save(loaded)
        await until(lambda: data(one, record.id, "explain"), {"plan": "index"})
        assert await one.revision(record.id) not in (before, None)
        assert [line.revision for line in await one.recent()] == [await one.revision(record.id)]
        assert await one.revision("0000000000000unknown00") is None

    @in_a_loop
    async def test_cleared_for_all(self, store_url: str) -> None:
        """What one clears is gone for the other; what comes next is there."""
        one, two = opened(store_url), opened(store_url)
        await one.save(sample(1))
        await until(lambda: count(two), 1)
        await two.clear()
        assert await one.recent() == []
        record = sample(2)
        await one.save(record)
        await until(lambda: ids(two), [record.id])

    @in_a_loop
    async def test_it_outlives_who_saved(self, store_url: str) -> None:
        """After `finish`, who opens it next finds all there was, and so does who finished when it goes on."""
        store, record = opened(store_url), sample(1)
        await store.save(record)
        store.finish()
        assert await ids(opened(store_url)) == [record.id]
        later = sample(2)
        await store.save(later)
        assert await ids(store) == [later.id, record.id]

    @in_a_loop
    async def test_bytes_are_limited(self, store_url: str) -> None:
        """No more bytes of records are kept than it was told, and the newest are."""
        store = opened(store_url, bytes="100kB")
        records = [sample(n, "x" * 10_000) for n in range(40)]
        for record in records:
            await store.save(record)
        kept = await ids(store)
        assert 5 <= len(kept) <= 10
        assert kept == [record.id for record in reversed(records)][: len(kept)]

    @in_a_loop
    async def test_age_is_limited(self, store_url: str) -> None:
        """What was saved longer ago than it was told is gone, also while nothing new comes."""
        store = opened(store_url, age="1s")
        await store.save(sample(1))
        assert await count(store) == 1
        await until(lambda: count(store), 0)
        record = sample(2)
        await store.save(record)
        assert await ids(store) == [record.id]

    @in_a_loop
    async def test_an_odd_record_harms_no_other(self, store_url: str) -> None:
        """A record that cannot be encoded is counted and said; those before and after it are kept."""
        store, odd = opened(store_url), sample(2)
        odd.spans = [object()]  # type: ignore[list-item]  # what no recording leaves
        first, last = sample(1), sample(3)
        for record in (first, odd, last):
            await store.save(record)
        assert await ids(store) == [last.id, first.id]
        assert [notice.label for notice in store.notices()] == ["records lost"]

    def test_many_processes_lose_nothing(self, store_url: str) -> None:
        """Eight processes save as fast as they can, and all that retention keeps is there afterwards."""
        saved = saved_by([writer(store_url, _EACH, f"writer-{n}") for n in range(_WRITERS)])
        assert len(saved) == _WRITERS * _EACH
        store = opened(store_url)
        assert asyncio.run(all_ids(store)) == sorted(saved, reverse=True)

    def test_retention_holds_under_load(self, store_url: str) -> None:
        """While four processes save, there are never more records than it was told, and that many in the end."""
        url, counts = with_options(store_url, records="100"), list[int]()
        writers, store = [writer(url, _EACH, f"writer-{n}") for n in range(4)], opened(url)
        while any(process.poll() is None for process in writers):
            counts.append(len(asyncio.run(store.recent(limit=500))))
        assert len(saved_by(writers)) == 4 * _EACH
        assert max(counts) <= 100
        assert len(asyncio.run(store.recent(limit=500))) == 100

    def test_killed_in_mid_write(self, store_url: str) -> None:
        """Processes that are killed while they save leave whole records, and a store that is used on."""
        saved: list[str] = []
        for number in range(6):
            process = writer(store_url, 0, "killed")
            assert process.stdout is not None
            lines = [process.stdout.readline().strip() for _ in range(4_000 + 370 * number)]
            process.kill()
            process.communicate()
            saved += lines
        store = opened(store_url)
        kept = asyncio.run(all_ids(store))
        assert len(kept) > 200
        records = [asyncio.run(found(store, id)) for id in kept[::20]]
        assert all(record.spans[0].attributes["text"] == "x" * 500 for record in records)
        last = sample(1)
        asyncio.run(store.save(last))
        assert asyncio.run(ids(store))[0] == last.id
        assert store.notices() == []


def with_options(url: str, **options: str) -> str:
    """Return the URL with options."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(options)}" if options else url


def opened(url: str, **options: str) -> SharedStore:
    """Open the store at a URL as another process would: it knows nothing of who else did."""
    store: Store = make_store(with_options(url, **options), Encoder())
    assert isinstance(store, SharedStore)
    return store


def sample(number: int, text: str = "") -> Record:
    """Return a finished record, to be saved."""
    return sample_record(queries=1, data={"panel": {"n": number, "text": text}}, text=f"book-{number}", stored=False)


async def found(store: Store, id: str) -> Record:
    """Return a record that must be there."""
    record = await store.load(id)
    assert record is not None, f"the record {id} is not there"
    return record


async def ids(store: Store) -> list[str]:
    """Return the ids in the store's list."""
    return [line.id for line in await store.recent()]


async def count(store: Store) -> int:
    """Return how many records are in the store's list."""
    return len(await store.recent())


async def data(store: Store, id: str, panel: str) -> object:
    """Return what a record has of a panel."""
    return (await found(store, id)).data.get(panel)


async def all_ids(store: Store) -> list[str]:
    """Return all ids, page by page."""
    everything: list[str] = []
    while page := [line.id for line in await store.recent(500, everything[-1] if everything else None)]:
        everything += page
    return everything


async def until(ask: Callable[[], Awaitable[object]], expected: object) -> None:
    """Wait until the answer is as expected; another's writing takes a moment."""
    end = time.monotonic() + _PATIENCE
    while (answer := await ask()) != expected:
        assert time.monotonic() < end, f"it is {answer!r} and not {expected!r}"
        await asyncio.sleep(0.02)


async def listen(stream: AsyncIterator[str], most: int) -> list[str]:
    """Return the first ids that a live stream tells."""
    heard: list[str] = []
    async with asyncio.timeout(_PATIENCE):
        while len(heard) < most:
            heard.append(await anext(stream))
    return heard
